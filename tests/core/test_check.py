"""`fagtraad check` says what is configured, what is missing and what to do, and shows no secret."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app, new_key
from bot.checkup import check_up
from bot.settings import Settings

KEY = new_key("nyeste")
SECRET = KEY.partition(":")[2]


def settings(url: str, folder: Path, keys: str = KEY) -> Settings:
    return Settings(
        _env_file=None, database_url=url, keys=keys, ledger_path=folder / "ledger" / "erasures.jsonl", chats=["web"]
    )


async def test_all_is_well_with_a_current_database(database_url: str, tmp_path: Path) -> None:
    findings = await check_up(settings(database_url, tmp_path))
    assert all(finding.good for finding in findings), findings
    assert "nyeste" in str(findings)
    assert SECRET not in str(findings)


async def test_an_empty_database_is_told_how_to_be_filled(empty_database_url: str, tmp_path: Path) -> None:
    findings = await check_up(settings(empty_database_url, tmp_path))
    assert [finding.what for finding in findings if not finding.good] == ["Skjema"]
    assert "fagtraad db upgrade" in str(findings)


async def test_missing_keys_and_a_ledger_that_cannot_be_written_are_told(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "ledger").write_text("in the way")
    wrong = [finding for finding in await check_up(settings(sqlite_url, tmp_path, keys="")) if not finding.good]
    assert [finding.what for finding in wrong] == ["Nøkler", "Slettelogg"]
    assert "--new-key" in wrong[0].status
    assert "FAGTRAAD_LEDGER_PATH" in wrong[1].status


async def test_a_chat_that_is_not_there_is_told(sqlite_url: str, tmp_path: Path) -> None:
    wanted = settings(sqlite_url, tmp_path).model_copy(update={"chats": ["irc"]})
    wrong = [finding for finding in await check_up(wanted) if not finding.good]
    assert "FAGTRAAD_CHATS" in wrong[0].status


def test_a_database_that_does_not_answer_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAGTRAAD_DATABASE_URL", "postgresql+asyncpg://bruker:hemmelig@127.0.0.1:9/navn")
    monkeypatch.setenv("FAGTRAAD_KEYS", KEY)
    monkeypatch.setenv("COLUMNS", "200")
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 1
    assert "FAGTRAAD_DATABASE_URL" in result.output
    assert "hemmelig" not in result.output
    assert SECRET not in result.output


def test_a_new_key_can_be_used_as_it_is_printed() -> None:
    printed = CliRunner().invoke(app, ["check", "--new-key"]).output.strip()
    assert len(Settings(_env_file=None, keys=printed).wrapping_keys) == 1
