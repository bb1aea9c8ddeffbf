"""An upgrade of a database that is in use: nothing is lost, and nobody is without what the new version needs."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError

from bot.app import metadata
from bot.features.privacy.tables import PossibleBreach
from bot.people import Membership, Person
from bot.serving import upgrade_schema
from bot.settings import Settings
from storage import Database, schema
from tests.world import TEST_KEY

BEFORE = (
    "INSERT INTO network (id, code, name, kind, zone, language)"
    " VALUES (1, 'BLOD', 'Blod', 'national', 'Europe/Oslo', 'nb')",
    "INSERT INTO person (id, name, profession) VALUES (1, 'Kari Nordmo', 'overlege')",
    "INSERT INTO membership (id, network_id, person_id) VALUES (1, 1, 1)",
    "INSERT INTO room (id, network_id, chat, room, purpose) VALUES (1, 1, 'memory', 'generelt', 'general')",
    "INSERT INTO possible_breach (id, network_id, room_id, writer_id, at, posted, kinds)"
    " VALUES (1, 1, 1, 1, '2026-01-01', 'x', 'FNR')",
)


async def written_by_the_first_version(database: Database) -> None:
    def make(connection: Connection) -> None:
        command.upgrade(schema._config(connection, metadata()), "0001")

    async with database.engine.begin() as connection:
        await connection.run_sync(make)
    async with database.transaction() as session:
        for statement in BEFORE:
            await session.execute(text(statement))


async def test_rows_that_refer_to_each_other_are_kept_and_persons_get_their_marks(
    empty_database_url: str, tmp_path: Path
) -> None:
    database = Database(empty_database_url)
    await written_by_the_first_version(database)
    settings = Settings(
        _env_file=None,
        database_url=empty_database_url,
        chats=["memory"],
        keys=TEST_KEY,
        ledger_path=tmp_path / "erasures.jsonl",
    )
    await upgrade_schema(settings)
    assert await schema.differences(database, metadata()) == []
    async with database.reading() as session:
        assert (await session.get_one(Membership, 1)).person_id == 1
        assert (await session.get_one(PossibleBreach, 1)).handled_at is None
        assert list(await session.scalars(select(Person.mark))) == ["1"]
    await database.close()


async def test_after_an_upgrade_references_are_looked_after_again(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    await schema.upgrade(database, metadata())
    for _ in range(3):
        with pytest.raises(IntegrityError):
            async with database.transaction() as session:
                await session.execute(text("INSERT INTO membership (id, network_id, person_id) VALUES (1, 7, 7)"))
    await database.close()


async def test_an_upgrade_that_would_leave_a_row_hanging_changes_nothing(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.engine.connect() as connection:
        await connection.execution_options(begin="NONE")
        await connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        await connection.exec_driver_sql("INSERT INTO membership (id, network_id, person_id) VALUES (1, 7, 7)")
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
        await connection.invalidate()
    with pytest.raises(schema.BrokenReferences):
        await schema.upgrade(database, metadata())
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO membership (id, network_id, person_id) VALUES (2, 7, 7)"))
    await database.close()
