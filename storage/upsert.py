"""Inserting where the row may be there already: the one statement that the two dialects spell for themselves."""

from typing import TypeAlias

from sqlalchemy import FromClause
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

Insert: TypeAlias = sqlite.Insert | postgresql.Insert


def insert_into(session: AsyncSession, table: type | FromClause) -> Insert:
    """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return insert_for(session.get_bind().dialect.name, table)


def insert_for(dialect: str, table: type | FromClause) -> Insert:
    """The same by the dialect's name, where a statement is made once and kept."""
    if dialect == "sqlite":
        return sqlite.insert(table)  # type: ignore[arg-type]
    return postgresql.insert(table)  # type: ignore[arg-type]
