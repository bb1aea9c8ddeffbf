"""The schema, kept by alembic migrations beside this file. The tables are handed in: storage knows none."""

from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import OneOf, UtcDateTime
from storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


class Fit(Enum):
    """How the schema in the database suits this version of the program."""

    CURRENT = auto()
    EMPTY = auto()
    OLDER = auto()
    NEWER = auto()  # written by a later version of the program, and not to be touched by this one


class BrokenReferences(Exception):
    """After the migrations a row would refer to one that is not there. Nothing was changed."""


async def upgrade(database: Database, metadata: MetaData) -> None:
    """Bring the schema up to date. On PostgreSQL two processes that try at once take turns. Raises
    `BrokenReferences`."""
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            await _pause_foreign_keys(connection)
        await connection.execution_options(begin="IMMEDIATE", patience=30.0)
        try:
            await connection.run_sync(_upgrade, metadata)
            if database.is_sqlite and (await connection.exec_driver_sql("PRAGMA foreign_key_check")).first():
                raise BrokenReferences
            await connection.commit()
        finally:
            if database.is_sqlite:
                await connection.invalidate()  # so that nobody gets a connection that looks the other way


async def _pause_foreign_keys(connection: AsyncConnection) -> None:
    """SQLite alters many a table by making it anew, and would not drop one that rows refer to. It can be told only
    outside a transaction: https://www.sqlite.org/lang_altertable.html"""
    await connection.execution_options(begin="NONE")
    await connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    await connection.commit()


async def revision(database: Database) -> str | None:
    """What the database says that its schema is."""
    async with database.engine.connect() as connection:
        await connection.execution_options(begin="DEFERRED")
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


@cache
def newest() -> str | None:
    """What this version of the program needs."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


async def fit(database: Database) -> Fit:
    found = await revision(database)
    script = ScriptDirectory(str(MIGRATIONS))
    if found is None:
        return Fit.EMPTY
    if found == script.get_current_head():
        return Fit.CURRENT
    return Fit.OLDER if found in {each.revision for each in script.walk_revisions()} else Fit.NEWER


async def is_current(database: Database) -> bool:
    """Whether the schema is the one this version of the program needs."""
    return await fit(database) is Fit.CURRENT


async def differences(database: Database, metadata: MetaData) -> list[Any]:
    """What the migrations made, compared with the tables in the code: empty when they agree."""
    async with database.engine.connect() as connection:
        return list(await connection.run_sync(_compare, metadata))


def new_revision(connection: Connection, metadata: MetaData, name: str, number: str) -> None:
    """Write a migration from the differences, for a developer to read and edit."""
    command.revision(_config(connection, metadata), message=name, autogenerate=True, rev_id=number)


def is_ours(entity: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
    """Leaves out the shadow tables that SQLite's full-text search makes for itself."""
    return not (kind == "table" and name is not None and "_fts" in name)


def written_out(kind: str, entity: Any, _context: Any) -> str | Literal[False]:
    """A migration names no type of ours: it must mean the same when the type has changed or gone."""
    if kind == "type" and isinstance(entity, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(entity, OneOf):
        return f"sa.String(length={entity.length})"
    return False


def _upgrade(connection: Connection, metadata: MetaData) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4711)")
    command.upgrade(_config(connection, metadata), "head")


def _compare(connection: Connection, metadata: MetaData) -> Any:
    options = {"include_object": is_ours, "compare_type": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def _config(connection: Connection, metadata: MetaData) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes.update(connection=connection, metadata=metadata)
    return config
