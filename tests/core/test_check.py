"""`fagtraad check` says what is configured, what is missing and what to do, and shows no secret."""

import socket
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot.__main__ import app, new_key
from bot.checkup import Finding, check_up
from bot.serving import upgrade_schema
from bot.settings import Settings, parse_keys
from bot.vault import Ledger, Vault
from storage import Database

KEY = new_key("nyeste")
SECRET = KEY.partition(":")[2]


def settings(url: str, folder: Path, keys: str = KEY) -> Settings:
    at = {"ledger_path": folder / "erasures.jsonl", "public_url": "https://fagtraad.example.no"}
    return Settings(_env_file=None, database_url=url, keys=keys, chats=["web"], **at)  # type: ignore[arg-type]


async def faults(settings: Settings) -> list[Finding]:
    return [finding for finding in await check_up(settings) if not finding.good]


async def doubts(settings: Settings) -> list[str]:
    found = await check_up(settings)
    return [finding.what for finding in found if finding.doubtful]


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
    wrong = await faults(settings(sqlite_url, tmp_path / "unmounted", keys=""))
    assert [finding.what for finding in wrong] == ["Nøkler", "Slettelogg"]
    assert "--new-key" in wrong[0].status
    assert "FAGTRAAD_LEDGER_PATH" in wrong[1].status


async def test_pages_without_an_address_are_told(sqlite_url: str, tmp_path: Path) -> None:
    wrong = await faults(settings(sqlite_url, tmp_path).model_copy(update={"public_url": ""}))
    assert [finding.what for finding in wrong] == ["Innlogging"]
    assert "FAGTRAAD_PUBLIC_URL" in wrong[0].status


async def test_sign_in_at_a_provider_is_told_with_the_address_to_register(sqlite_url: str, tmp_path: Path) -> None:
    provider = {"oidc_issuer": "https://login.example.no", "oidc_client_id": "f", "oidc_client_secret": SECRET}
    told = str(await check_up(settings(sqlite_url, tmp_path).model_copy(update=provider)))
    assert "https://fagtraad.example.no/inn/oidc/tilbake" in told
    assert SECRET not in told


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


async def in_use(url: str, keys: str) -> None:
    database = Database(url)
    async with database.transaction() as session:
        await Vault(parse_keys(keys), Ledger(Path("unused"))).new_subject(session, "case")
    await database.close()


async def test_a_wrapping_key_that_is_missing_or_wrong_is_named(database_url: str, tmp_path: Path) -> None:
    await in_use(database_url, KEY)
    for keys, why in ((new_key("annen"), "mangler"), (new_key("nyeste"), "er ikke den som")):
        wrong = await faults(settings(database_url, tmp_path, keys))
        assert [finding.what for finding in wrong] == ["Nøkler i bruk"]
        assert "«nyeste»" in wrong[0].status
        assert why in wrong[0].status
    assert await faults(settings(database_url, tmp_path, f"{new_key('ny')},{KEY}")) == []


async def test_a_ledger_that_is_missing_beside_a_database_in_use_is_told_and_not_made(
    sqlite_url: str, tmp_path: Path
) -> None:
    wanted = settings(sqlite_url, tmp_path)
    assert await doubts(wanted) == []
    await in_use(sqlite_url, KEY)
    for _ in range(2):
        assert await doubts(wanted) == ["Slettelogg borte"]
    wanted.ledger_path.touch()
    assert await doubts(wanted) == []


async def test_a_new_database_begins_its_ledger(empty_database_url: str, tmp_path: Path) -> None:
    wanted = settings(empty_database_url, tmp_path)
    await upgrade_schema(wanted)
    assert wanted.ledger_path.read_bytes() == b""
    wanted.ledger_path.unlink()
    await upgrade_schema(wanted)
    assert not wanted.ledger_path.exists(), "a lost one is not made again in silence"


async def test_a_spoilt_ledger_is_told_by_its_line(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "erasures.jsonl").write_text("[]\n")
    (wrong,) = await faults(settings(sqlite_url, tmp_path))
    assert "linje 1" in wrong.status


async def test_a_schema_from_a_later_version_is_told_as_that(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    async with database.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    (wrong,) = await faults(settings(database_url, tmp_path))
    assert "eldre enn databasen" in wrong.status


async def test_a_misspelt_setting_is_a_doubt(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAGTRAAD_LEGDER_PATH", SECRET)
    assert await doubts(settings(sqlite_url, tmp_path)) == ["FAGTRAAD_LEGDER_PATH"]
    assert SECRET not in str(await check_up(settings(sqlite_url, tmp_path)))


async def test_a_port_that_never_answers_is_given_up_in_seconds(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+asyncpg://bruker:hemmelig@127.0.0.1:{silent.getsockname()[1]}/navn?password=lumsk"
        began = time.monotonic()
        wrong = await faults(settings(url, tmp_path))
    assert time.monotonic() - began < 10
    assert [finding.what for finding in wrong] == ["Database"]
    assert "hemmelig" not in str(wrong)
    assert "lumsk" not in str(wrong)


def test_a_new_key_can_be_used_as_it_is_printed() -> None:
    printed = CliRunner().invoke(app, ["check", "--new-key"]).output.strip()
    assert len(Settings(_env_file=None, keys=printed).wrapping_keys) == 1
