"""Starting: what stands in the way is said plainly, with what to do; anything else by class and place, not in words."""

import logging
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.__main__ import new_key
from bot.app import running
from bot.clock import SystemClock
from bot.serving import serve, upgrade_schema
from bot.settings import Settings, parse_keys
from bot.trouble import ClassAndPlace, class_and_place
from bot.vault import Ledger, Vault
from storage import Database, InUse, alone
from tests.world import TEST_KEY

ROOT = Path(__file__).parents[2]
CANARY = "Kvernfjol"


def settings(url: str, folder: Path, **changes: object) -> Settings:
    values = {"database_url": url, "keys": TEST_KEY, "chats": "memory", "ledger_path": folder / "erasures.jsonl"}
    return Settings(_env_file=None, **{**values, **changes})  # type: ignore[arg-type]


async def refusal(settings: Settings) -> str:
    """What the operator reads."""
    with pytest.raises(SystemExit) as refused:
        await serve(settings)
    return str(refused.value.code)


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    import structlog

    yield
    structlog.reset_defaults()


# ---------------------------------------------------------------- what stands in the way


async def test_web_pages_without_an_address_stop_the_start(sqlite_url: str, tmp_path: Path) -> None:
    assert "FAGTRAAD_PUBLIC_URL mangler" in await refusal(settings(sqlite_url, tmp_path, chats="web,memory"))


async def test_a_wrapping_key_that_is_missing_or_wrong_stops_the_start(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    async with database.transaction() as session:
        await Vault(parse_keys(TEST_KEY), Ledger(tmp_path / "unused")).new_subject(session, "case")
    await database.close()
    for keys, why in ((new_key("annen"), "mangler"), (new_key("test"), "er ikke den")):
        with pytest.raises(SystemExit, match="«test»") as refused:
            async with running(settings(database_url, tmp_path, keys=keys), ticking=False):
                pass
        assert why in str(refused.value.code)


async def test_a_database_that_is_away_is_said_plainly(tmp_path: Path) -> None:
    said = await refusal(settings("postgresql+asyncpg://bruker:hemmelig@127.0.0.1:9/navn?password=lumsk", tmp_path))
    assert "FAGTRAAD_DATABASE_URL" in said
    assert "hemmelig" not in said
    assert "lumsk" not in said


async def test_a_folder_that_is_missing_is_named(sqlite_url: str, tmp_path: Path) -> None:
    missing = tmp_path / "unmounted"
    said = await refusal(settings(f"sqlite+aiosqlite:///{missing}/fagtraad.db", tmp_path))
    assert f"Mappen {missing} finnes ikke" in said
    said = await refusal(settings(sqlite_url, missing))
    assert "FAGTRAAD_LEDGER_PATH" in said
    assert not missing.exists()


async def test_a_file_that_is_no_database_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "fagtraad.db").write_text(CANARY * 200)
    assert "FAGTRAAD_DATABASE_URL" in await refusal(settings(f"sqlite+aiosqlite:///{tmp_path}/fagtraad.db", tmp_path))


async def test_a_schema_from_a_later_version_is_left_alone(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    async with database.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    assert "eldre enn databasen" in await refusal(settings(database_url, tmp_path))
    with pytest.raises(SystemExit, match="eldre enn databasen"):
        await upgrade_schema(settings(database_url, tmp_path))


async def test_a_schema_that_is_old_or_empty_is_told_how_to_be_mended(empty_database_url: str, tmp_path: Path) -> None:
    assert "fagtraad db upgrade" in await refusal(settings(empty_database_url, tmp_path))


async def test_a_spoilt_ledger_stops_the_start_by_its_line(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "erasures.jsonl").write_bytes(b'{"erased": "case:1", "at": ""}\n\xff\n')
    assert "linje 2" in await refusal(settings(database_url, tmp_path))


async def test_a_locked_sqlite_file_is_said_plainly(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot import starting

    with sqlite3.connect(sqlite_url.partition(":///")[2]) as other:
        other.execute("BEGIN EXCLUSIVE")
        database = Database(sqlite_url)
        with pytest.raises(SystemExit, match="låst"), starting.told_plainly(settings(sqlite_url, tmp_path)):
            async with database.transaction(patience=0.1) as session:
                await session.execute(text("DELETE FROM counter"))
        await database.close()
    other.close()


async def test_a_second_process_on_one_sqlite_file_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    with alone(sqlite_url):
        assert "én prosess for hver SQLite-fil" in await refusal(settings(sqlite_url, tmp_path))
        with pytest.raises(InUse), alone(sqlite_url):
            pass
    with alone(sqlite_url):
        pass


def test_a_process_that_dies_lets_go_of_the_file(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/fagtraad.db"
    dying = "import os, sys; from storage import alone\nwith alone(sys.argv[1]): print('held', flush=True); os._exit(9)"
    died = subprocess.run([sys.executable, "-c", dying, url], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (died.returncode, died.stdout) == (9, "held\n"), died.stderr
    with alone(url):
        pass


def test_any_number_of_processes_may_share_postgresql() -> None:
    with alone("postgresql+asyncpg://vert/navn"), alone("postgresql+asyncpg://vert/navn"):
        pass


# ---------------------------------------------------------------- restored


async def test_every_feature_hears_what_a_restore_brought_back(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot import app
    from bot.feature import Feature

    heard: list[str] = []

    async def restored(_session: object, subject: str, _now: object) -> None:
        heard.append(subject)

    monkeypatch.setattr(app, "all_features", lambda: (Feature("one", restored=restored), Feature("two")))
    ledger, database = Ledger(tmp_path / "erasures.jsonl"), Database(database_url)
    async with database.transaction() as session:
        vault = Vault(parse_keys(TEST_KEY), ledger)
        back, _kept = await vault.new_subject(session, "case"), await vault.new_subject(session, "case")
    await database.close()
    ledger.write(back, SystemClock().now())  # as if the database were older than the erasure
    await upgrade_schema(settings(database_url, tmp_path))
    assert heard == [back]
    async with running(settings(database_url, tmp_path), ticking=False):
        assert heard == [back], "once"


# ---------------------------------------------------------------- anything else


def failed() -> Exception:
    try:
        try:
            raise ValueError(CANARY)
        except ValueError as error:
            raise RuntimeError(CANARY) from error
    except RuntimeError as error:
        return error


def test_an_error_is_told_by_class_and_place_and_never_in_its_words() -> None:
    told = class_and_place(ExceptionGroup(CANARY, [failed()]))
    for known in (
        "ExceptionGroup",
        "builtins.RuntimeError",
        "builtins.ValueError",
        "core/test_starting.py:",
        ":failed",
    ):
        assert known in told
    assert CANARY not in told


def test_what_a_library_logs_of_an_error_is_its_class_and_place() -> None:
    error = failed()
    info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("library", logging.ERROR, __file__, 7, f"{CANARY} %s", (CANARY,), info, "function")
    logging.Formatter().format(record)  # another handler came first, and left its traceback on the record
    told = ClassAndPlace().format(record)
    assert "ERROR library function:7" in told
    assert "builtins.RuntimeError" in told
    assert CANARY not in told


def command(folder: Path, *words: str, code: str = "") -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, where `code` is run first."""
    start = f"import sys; sys.argv[0] = 'fagtraad'\nimport bot.__main__ as line\n{code}\nline.main()"
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "FAGTRAAD_KEYS": TEST_KEY,
        "FAGTRAAD_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/fagtraad.db",
        "FAGTRAAD_LEDGER_PATH": str(folder / "erasures.jsonl"),
    }
    run = [sys.executable, "-c", start, *words]
    return subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    "code",
    [
        "async def fail(*_): raise RuntimeError('Kvernfjol')\nimport bot.serving; bot.serving.upgrade_schema = fail",
        "import threading\n"
        "async def fail(*_):\n"
        "    def work(): raise RuntimeError('Kvernfjol')\n"
        "    thread = threading.Thread(target=work); thread.start(); thread.join(); work()\n"
        "import bot.serving; bot.serving.upgrade_schema = fail",
        "class Fails:\n"
        "    def __del__(self): raise RuntimeError('Kvernfjol')\n"
        "async def fail(*_): Fails(); raise RuntimeError('Kvernfjol')\n"
        "import bot.serving; bot.serving.upgrade_schema = fail",
    ],
)
def test_an_error_that_nobody_caught_ends_the_command_without_its_words(tmp_path: Path, code: str) -> None:
    ended = command(tmp_path, "db", "upgrade", code=code)
    assert ended.returncode == 1
    assert "builtins.RuntimeError" in ended.stderr
    assert "fagtraad check" in ended.stderr
    assert CANARY not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_is_made_is_for_its_owner_alone(tmp_path: Path) -> None:
    for words in (("check",), ("db", "upgrade")):
        done = command(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert made.keys() >= {"fagtraad.db", "erasures.jsonl"}
    assert set(made.values()) == {0o600}, made
