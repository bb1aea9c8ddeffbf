"""The schema, kept by alembic migrations beside this file. The tables are handed in: storage knows none."""

from enum import Enum, auto
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from storage.columns import OneOf, UtcDateTime
from storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


class Fit(Enum):
    """How the schema in the database suits this version of the program."""

    CURRENT = auto()
    EMPTY = auto()
    OLDER = auto()
    NEWER = auto()  # written by a later version of the program, and not to be touched by this one


async def upgrade(database: Database, metadata: MetaData) -> None:
    """Bring the schema up to date. On PostgreSQL two processes that try at once take turns."""
    async with database.engine.connect() as connection:
        await connection.execution_options(begin="IMMEDIATE", patience=30.0)
        await connection.run_sync(_upgrade, metadata)
        await connection.commit()


async def fit(database: Database) -> Fit:
    async with database.engine.connect() as connection:
        await connection.execution_options(begin="DEFERRED")
        found = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
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
