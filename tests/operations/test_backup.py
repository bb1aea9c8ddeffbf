"""Backup and restore: whole, refused where it would do harm, and what was erased since stays erased."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.__main__ import new_key
from bot.backup import back_up, restore
from bot.features.cases.tables import Case
from bot.settings import Settings
from bot.vault import DataKey, Ledger
from storage import Database
from tests.operations.installed import Installed
from tests.world import CASES, World, world_on

pytestmark = pytest.mark.faults


@pytest.fixture
async def world(upgraded: Installed) -> AsyncIterator[World]:
    """It is open, as the service's database is, while the commands are given."""
    async with a_world(upgraded) as opened:
        yield opened


@asynccontextmanager
async def a_world(installed: Installed) -> AsyncIterator[World]:
    async with world_on(installed.environment["FAGTRAAD_DATABASE_URL"], installed.data / "ledger") as opened:
        yield opened


async def erase(world: World, number: str) -> None:
    form = await world.chat.press("hedda", CASES, "cases.ask_erase", number)
    assert form is not None
    await world.chat.submit("hedda", CASES, form, {"sure": "on"})
    await world.deliver()


async def kept(url: str) -> tuple[set[str], dict[int, bool]]:
    """The subjects with a key, and for each case whether it is known to be erased and holds no words."""
    database = Database(url)
    async with database.reading() as session:
        keys = set(await session.scalars(select(DataKey.subject)))
        cases = await session.execute(select(Case.id, Case.erased_at, Case.question))
        gone = {row.id: row.erased_at is not None and row.question is None for row in cases}
    await database.close()
    return keys, gone


async def test_a_case_that_was_erased_after_the_backup_does_not_come_back(upgraded: Installed) -> None:
    file, copy = upgraded.data / "database" / "fagtraad.db", upgraded.data / "copy.db"
    async with a_world(upgraded) as world:
        await world.ask()
        await world.ask(title="Hemofili og reise")
        upgraded.run("db", "backup", str(copy))
        with_key = await keyed(copy)
        await erase(world, "1")
    (erased,) = Ledger(upgraded.data / "ledger" / "erasures.jsonl").subjects()
    wrapped = with_key[erased]
    assert wrapped in copy.read_bytes(), "the backup holds what could open it"

    upgraded.run("db", "restore", str(copy), "--replace")
    assert wrapped not in file.read_bytes()
    with upgraded.running() as process:
        process.until("/readyz")
        assert process.stop() == 0
    keys, gone = await kept(upgraded.environment["FAGTRAAD_DATABASE_URL"])
    assert erased not in keys
    assert keys == with_key.keys() - {erased}
    assert gone == {1: True, 2: False}
    left = {path.name for path in file.parent.iterdir()}
    assert left <= {"fagtraad.db", "fagtraad.db.lock", "fagtraad.db-wal", "fagtraad.db-shm"}


async def keyed(file: Path) -> dict[str, bytes]:
    with sqlite3.connect(file) as copy:
        rows = copy.execute("SELECT subject, wrapped FROM data_key").fetchall()
    copy.close()
    return dict(rows)


async def test_a_backup_is_whole_though_it_is_written_to_meanwhile(upgraded: Installed, world: World) -> None:
    await world.ask()
    with sqlite3.connect(upgraded.data / "database" / "fagtraad.db") as other:
        other.execute("PRAGMA busy_timeout=5000")
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE network SET name = 'not yet committed'")
        upgraded.run("db", "backup", str(upgraded.data / "copy.db"))
        other.rollback()
    other.close()
    with sqlite3.connect(upgraded.data / "copy.db") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("SELECT count(*) FROM clinical_case").fetchone() == (1,)
        assert copy.execute("SELECT count(*) FROM network WHERE name = 'not yet committed'").fetchone() == (0,)
    copy.close()
    assert (upgraded.data / "copy.db").stat().st_mode & 0o077 == 0


def test_a_backup_overwrites_nothing(upgraded: Installed) -> None:
    there = upgraded.data / "copy.db"
    there.write_text("something else")
    said = upgraded.run("db", "backup", str(there), status=1).stderr
    assert "blir ikke skrevet over" in said
    assert there.read_text() == "something else"
    assert "Mappen" in upgraded.run("db", "backup", str(upgraded.data / "unmounted" / "copy.db"), status=1).stderr


def test_nothing_is_restored_while_the_service_runs(upgraded: Installed) -> None:
    upgraded.run("db", "backup", str(upgraded.data / "copy.db"))
    with upgraded.running() as process:
        said = upgraded.run("db", "restore", str(upgraded.data / "copy.db"), "--replace", status=1).stderr
        assert "er i bruk" in said
        assert process.until("/readyz").text == "ready"


async def one_case(installed: Installed) -> None:
    async with a_world(installed) as world:
        await world.ask()


def damaged(installed: Installed, copy: Path) -> str:
    copy.write_bytes(copy.read_bytes()[:20_000])
    return "ikke en hel SQLite-database"


def no_database(installed: Installed, copy: Path) -> str:
    copy.write_text("not a database" * 200)
    return "ikke en hel SQLite-database"


def of_others(installed: Installed, copy: Path) -> str:
    copy.unlink()
    with sqlite3.connect(copy) as other:
        other.execute("CREATE TABLE theirs (id)")
    other.close()
    return "ingen database fra Fagtråd"


def of_a_later_version(installed: Installed, copy: Path) -> str:
    with sqlite3.connect(copy) as later:
        later.execute("UPDATE alembic_version SET version_num = '9999'")
    later.close()
    return "eldre enn databasen"


def away(installed: Installed, copy: Path) -> str:
    copy.unlink()
    return "finnes ikke"


def without_ledger(installed: Installed, copy: Path) -> str:
    Path(installed.environment["FAGTRAAD_LEDGER_PATH"]).unlink()
    return "Sletteloggen"


def spoilt_ledger(installed: Installed, copy: Path) -> str:
    Path(installed.environment["FAGTRAAD_LEDGER_PATH"]).write_bytes(b"\xff\n")
    return "linje 1"


def other_keys(installed: Installed, copy: Path) -> str:
    installed.environment["FAGTRAAD_KEYS"] = new_key("ny")
    return "«test» mangler"


def settings_of(installed: Installed) -> Settings:
    named = {name.removeprefix("FAGTRAAD_").lower(): value for name, value in installed.environment.items()}
    return Settings(_env_file=None, **named)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "spoil", [damaged, no_database, of_others, of_a_later_version, away, without_ledger, spoilt_ledger, other_keys]
)
def test_a_restore_that_cannot_be_done_says_why_and_leaves_all_as_it_was(
    upgraded: Installed, spoil: Callable[[Installed, Path], str]
) -> None:
    asyncio.run(one_case(upgraded))
    file, copy = upgraded.data / "database" / "fagtraad.db", upgraded.data / "copy.db"
    back_up(settings_of(upgraded), copy)
    before, beside = file.read_bytes(), {path.name for path in file.parent.iterdir()}
    why = spoil(upgraded, copy)
    with pytest.raises(SystemExit, match=why):
        restore(settings_of(upgraded), copy, replace=True)
    assert file.read_bytes() == before
    assert {path.name for path in file.parent.iterdir()} <= beside | {"fagtraad.db.lock"}


def test_a_database_that_is_there_is_thrown_away_only_when_asked(upgraded: Installed) -> None:
    copy = upgraded.data / "copy.db"
    upgraded.run("db", "backup", str(copy))
    assert "--replace" in upgraded.run("db", "restore", str(copy), status=1).stderr
    (upgraded.data / "database" / "fagtraad.db").unlink()
    upgraded.run("db", "restore", str(copy))
    upgraded.run("check")


def test_postgresql_has_its_own_tools(installed: Installed) -> None:
    url = "postgresql+asyncpg://bruker:hemmelig@127.0.0.1:9/navn"
    for words in (("backup", "copy.db"), ("restore", "copy.db")):
        said = installed.run("db", *words, status=1, FAGTRAAD_DATABASE_URL=url).stderr
        assert "pg_dump" in said
        assert "hemmelig" not in said
