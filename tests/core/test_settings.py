"""Settings: a bad value stops the start, is named, and is not shown."""

import base64
from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from bot.__main__ import app, new_key
from bot.settings import Settings, parse_keys, unknown_variables

SECRET = "hemmeligverdi"
BAD = {
    "FAGTRAAD_DATABASE_URL": f"mysql://bruker:{SECRET}@vert/navn",
    "FAGTRAAD_KEYS": f"k1:{SECRET}",
    "FAGTRAAD_PORT": f"{SECRET}",
    "FAGTRAAD_LOG_LEVEL": f"{SECRET}",
}


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path) -> pytest.MonkeyPatch:
    """In a folder without a .env file."""
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_is_named_and_not_shown(alone: pytest.MonkeyPatch, name: str) -> None:
    alone.setenv(name, BAD[name])
    with pytest.raises(ValidationError) as refused:
        Settings()
    field = name.removeprefix("FAGTRAAD_").lower()
    assert {problem["loc"] for problem in refused.value.errors()} == {(field,)}
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("command", [["check"], ["run"], ["db", "upgrade"]])
def test_the_command_line_says_which_and_why_and_no_value(alone: pytest.MonkeyPatch, command: list[str]) -> None:
    for name, value in BAD.items():
        alone.setenv(name, value)
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 2
    for name in BAD:
        assert name in result.output
    assert "sqlite+aiosqlite" in result.output
    assert SECRET not in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "fagtraad.example.no"])
def test_the_demo_refuses_every_address_but_this_machine(alone: pytest.MonkeyPatch, host: str) -> None:
    alone.setenv("FAGTRAAD_DEMO", "true")
    alone.setenv("FAGTRAAD_HOST", host)
    with pytest.raises(ValidationError, match="FAGTRAAD_HOST"):
        Settings()


def test_keys_are_read_newest_first_and_never_shown() -> None:
    first, second = new_key("ny"), new_key("gammel")
    settings = Settings(_env_file=None, keys=f"{first}, {second},")
    assert list(settings.wrapping_keys) == ["ny", "gammel"]
    assert all(len(key) == 32 for key in settings.wrapping_keys.values())
    assert first.partition(":")[2] not in repr(settings)


GOOD = base64.b64encode(b"x" * 32).decode()


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (GOOD, "key 1 must be NAME:BASE64"),
        (f"k1:{GOOD}, {GOOD}", "key 2 must be NAME:BASE64"),
        (f":{GOOD}", "key 1 must be NAME:BASE64"),
        (f"{GOOD}:k1", "key 1 must be NAME:BASE64"),
        (f"Nøkkel:{GOOD}", "key 1 must be NAME:BASE64"),
        (f"{'k' * 41}:{GOOD}", "key 1 must be NAME:BASE64"),
        (f"k1:{GOOD},k2:{GOOD},k1:{GOOD}", "key 3 has the name of one before it"),
        (f"k1:???{GOOD}", "key 1 is not base64"),
        (f"k1:{GOOD}æ", "key 1 is not base64"),
        (f"k1:{base64.b64encode(b'x' * 31).decode()}", "key 1 must be 32 bytes, it is 31"),
        (f"k1:{base64.b64encode(b'x' * 33).decode()}", "key 1 must be 32 bytes, it is 33"),
    ],
)
def test_a_bad_key_is_explained_by_its_position_and_no_part_of_it_shown(keys: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_keys(keys)
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, keys=keys)
    for part in (GOOD[:8], "eHh4", "k1:", "Nøkkel"):
        assert part not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        SECRET,
        f"postgresql+asyncpg://bruker:{SECRET}@vert:{SECRET}/navn",
        f"postgresql+asyncpg://bruker:pass:{SECRET}/1@vert:x",
        f"postgresql://bruker:{SECRET}@vert/navn",
        f"sqlite+aiosqlite:/{SECRET}",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_a_piece_of_it(url: str) -> None:
    with pytest.raises(ValidationError, match="sqlite\\+aiosqlite:///PATH") as refused:
        Settings(_env_file=None, database_url=url)
    assert SECRET not in str(refused.value)


def test_the_databases_password_is_in_no_settings_that_are_printed() -> None:
    assert SECRET not in repr(Settings(_env_file=None, database_url=f"postgresql+asyncpg://bruker:{SECRET}@vert/navn"))


@pytest.mark.parametrize("chats", ["", " , ", "Web", "web,../bot", "web.chat", "web2"])
def test_chats_that_are_none_are_refused(alone: pytest.MonkeyPatch, chats: str) -> None:
    alone.setenv("FAGTRAAD_CHATS", chats)
    with pytest.raises(ValidationError, match="must"):
        Settings()


def test_a_misspelt_setting_is_found_wherever_it_stands(alone: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"FAGTRAAD_PROT=8091\nFAGTRAAD_PORT=8091\nOTHER={SECRET}\n")
    alone.setenv("FAGTRAAD_LEGDER_PATH", SECRET)
    alone.setenv("fagtraad_host", "::1")
    assert set(unknown_variables()) == {"FAGTRAAD_LEGDER_PATH", "FAGTRAAD_PROT"}


def test_chats_are_comma_separated(alone: pytest.MonkeyPatch) -> None:
    alone.setenv("FAGTRAAD_CHATS", "slack, teams,")
    assert Settings().chats == ["slack", "teams"]
