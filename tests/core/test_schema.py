"""The migrations make the tables that the code has, on both databases."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import MetaData, Table, inspect, text

from bot.app import metadata
from bot.serving import upgrade_schema
from bot.settings import Settings
from storage import Database, schema
from tests.world import TEST_KEY


@pytest.fixture
async def empty(empty_database_url: str) -> AsyncIterator[Database]:
    database = Database(empty_database_url)
    yield database
    await database.close()


async def test_the_migrations_make_just_the_tables_in_the_code(empty: Database) -> None:
    await schema.upgrade(empty, metadata())
    assert await schema.differences(empty, metadata()) == []


async def test_a_difference_would_be_noticed(empty: Database) -> None:
    await schema.upgrade(empty, metadata())
    more = MetaData(naming_convention=metadata().naming_convention)
    for table in metadata().tables.values():
        table.to_metadata(more)
    Table("one_more", more)
    assert len(await schema.differences(empty, more)) == 1


async def test_an_empty_database_is_not_current_and_upgrading_twice_is_upgrading_once(empty: Database) -> None:
    assert not await schema.is_current(empty)
    await schema.upgrade(empty, metadata())
    assert await schema.is_current(empty)
    async with empty.transaction() as session:
        await session.execute(text("INSERT INTO counter (name, value) VALUES ('kept', 7)"))
    await schema.upgrade(empty, metadata())
    assert await schema.is_current(empty)
    async with empty.reading() as session:
        assert await session.scalar(text("SELECT value FROM counter WHERE name = 'kept'")) == 7


async def test_upgrading_again_by_the_command_changes_nothing(empty_database_url: str, tmp_path) -> None:
    settings = Settings(
        _env_file=None, database_url=empty_database_url, keys=TEST_KEY, ledger_path=tmp_path / "erasures.jsonl"
    )
    for _ in range(2):
        await upgrade_schema(settings)
    database = Database(empty_database_url)
    assert await schema.differences(database, metadata()) == []
    await database.close()


async def test_every_foreign_key_and_index_has_the_name_of_the_scheme(empty: Database) -> None:
    """So that a later migration can change it on either database."""
    await schema.upgrade(empty, metadata())
    async with empty.engine.connect() as connection:
        await connection.execution_options(begin="DEFERRED")
        names = await connection.run_sync(
            lambda sync: [
                str(key["name"])
                for table in inspect(sync).get_table_names()
                for key in (*inspect(sync).get_foreign_keys(table), *inspect(sync).get_unique_constraints(table))
                if table != "alembic_version"
            ]
        )
    assert names
    assert all(name.startswith(("fk_", "uq_")) for name in names)
