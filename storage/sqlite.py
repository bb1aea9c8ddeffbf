"""SQLite's driver with one visit to its thread for each statement, where there were three or four.

aiosqlite runs SQLite in a thread; SQLAlchemy lets it make a cursor, execute, fetch and close, and each is a visit of
its own that costs more than the statement itself. Here a statement is executed, read to its end and closed in one.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import aiosqlite


class Cursor:
    """What SQLAlchemy's adapter asks of a cursor. The rows are here once `execute` has returned."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> "Cursor":
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "Cursor":
        await self._connection.visit(lambda file: self._read(file.execute(sql, parameters)))
        return self

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> "Cursor":
        await self._connection.visit(lambda file: self._read(file.executemany(sql, parameters)))
        return self

    async def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        count = size or self.arraysize
        rows, self._rows = self._rows[:count], self._rows[count:]
        return rows

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._rows = []

    def _read(self, cursor: sqlite3.Cursor) -> None:
        """In SQLite's thread."""
        self.description = cursor.description
        self._rows = cursor.fetchall() if cursor.description else []
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()


class Connection(aiosqlite.Connection):
    first: tuple[str, ...] = ()  # statements that go with the next visit: how a transaction begins

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self)

    async def visit(self, work: Callable[[sqlite3.Connection], None]) -> None:
        await self._execute(self._work, work)  # type: ignore[no-untyped-call]

    def _work(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """In SQLite's thread."""
        first, self.first = self.first, ()
        for sql in first:
            self._conn.execute(sql).close()
        work(self._conn)

    async def commit(self) -> None:
        if not self._not_begun():
            await super().commit()

    async def rollback(self) -> None:
        """Nothing was begun, or all is committed: the pool asks each time."""
        if not self._not_begun() and self.in_transaction:
            await super().rollback()

    def _not_begun(self) -> bool:
        """Whether the transaction had no statement at all; it is over with that."""
        idle, self.first = bool(self.first), ()
        return idle


def connect(file: str, **options: Any) -> Connection:
    """As `aiosqlite.connect`: to be awaited."""
    return Connection(lambda: sqlite3.connect(file, **options), iter_chunk_size=64)
