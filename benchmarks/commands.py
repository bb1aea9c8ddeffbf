"""What a command with persistence costs beside the bare driver that runs the same statements and the same
commit.

The statements are recorded from a real command and played back through aiosqlite or asyncpg, in turns with
the command itself: a busy machine slows both, and the ratio stays.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from statistics import quantiles
from typing import TYPE_CHECKING, Any, Protocol

import aiosqlite
from sqlalchemy import Column, Integer, MetaData, String, Table, event, insert, select
from sqlalchemy.engine import make_url

from benchmarks import Measure
from benchmarks.databases import fresh
from bot.chat.port import Place
from bot.dispatch import InboxRow, first_time
from bot.outbox import Draft, enqueue
from bot.outbox.notices import BUDGETS, LANES, NOTICES
from storage import Database, core

if TYPE_CHECKING:
    import asyncpg

ROUNDS = 800
LEAST = {"SQLite": {"writes": 0.45, "reads": 0.28}, "PostgreSQL": {"writes": 0.50, "reads": 0.30}}
MARK = 987_654  # stands for the command's number in what is recorded

OWN = MetaData()
EVENTS = InboxRow.metadata.tables[InboxRow.__tablename__]
ITEMS = Table("bench_item", OWN, Column("id", Integer, primary_key=True), Column("title", String(200)))
ADD_ITEM = insert(ITEMS)
TABLES = (NOTICES, LANES, BUDGETS, EVENTS, ITEMS)

Command = Callable[[Database, int], Awaitable[None]]
"""One command, told its number, which must be in every key that it writes."""

Statement = tuple[str, tuple[Any, ...]]


Rows = Mapping[str, Sequence[tuple[Any, ...]]]
"""Whole rows, by the name of their table; of each table one at least."""


class Raw(Protocol):
    """A driver with nothing above it."""

    placeholder: str

    async def transaction(self, statements: Sequence[Statement]) -> None: ...
    async def read(self, sql: str, *values: Any) -> None: ...
    async def read_all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]: ...
    async def insert(self, rows: Rows) -> None: ...


class RawSqlite:
    placeholder = "?"

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def transaction(self, statements: Sequence[Statement]) -> None:
        await self._connection.execute("BEGIN IMMEDIATE")
        for sql, values in statements:
            await self._connection.execute(sql, values)
        await self._connection.execute("COMMIT")

    async def read(self, sql: str, *values: Any) -> None:
        async with self._connection.execute(sql, values) as cursor:
            await cursor.fetchone()

    async def read_all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self._connection.execute_fetchall(sql, values)]

    async def insert(self, rows: Rows) -> None:
        await self._connection.execute("BEGIN IMMEDIATE")
        for table, each in rows.items():
            places = ", ".join("?" for _ in each[0])
            await self._connection.executemany(f"INSERT INTO {table} VALUES ({places})", each)
        await self._connection.execute("COMMIT")


class RawPostgres:
    placeholder = "$1"

    def __init__(self, connection: "asyncpg.Connection[Any]") -> None:
        self._connection = connection

    async def transaction(self, statements: Sequence[Statement]) -> None:
        async with self._connection.transaction():
            for sql, values in statements:
                await self._connection.execute(sql, *values)

    async def read(self, sql: str, *values: Any) -> None:
        await self._connection.fetchrow(sql, *values)

    async def read_all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self._connection.fetch(sql, *values)]

    async def insert(self, rows: Rows) -> None:
        async with self._connection.transaction():
            for table, each in rows.items():
                places = ", ".join(f"${number}" for number in range(1, len(each[0]) + 1))
                await self._connection.executemany(f"INSERT INTO {table} VALUES ({places})", each)


@asynccontextmanager
async def raw_driver(url: str) -> AsyncIterator[Raw]:
    """The same file or server, with the same settings."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        async with aiosqlite.connect(str(where.database), isolation_level=None) as file:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
                await file.execute(f"PRAGMA {pragma}")
            yield RawSqlite(file)
        return
    import asyncpg  # an optional package

    host = where.host or str(where.query["host"])  # a socket's folder stands in the query
    server = await asyncpg.connect(user=where.username, database=where.database, host=host, port=where.port)
    try:
        yield RawPostgres(server)
    finally:
        await server.close()


async def open_item(database: Database, number: int) -> None:
    """The least that a command does: its event's key, a row, and a notice about it."""
    async with database.transaction() as session:
        now, room = datetime.now(UTC), Place("bench", f"room {number % 100}")
        await first_time(session, f"event:{number}", now)
        await core(session).execute(ADD_ITEM, {"id": number, "title": "Sak"})
        await enqueue(session, Draft("bench", str(number), f"bench:{number}", now, room))


async def measure(
    urls: Mapping[str, str], command: Command = open_item, tables: Sequence[Table] = TABLES
) -> list[Measure]:
    measures = []
    for name, url in urls.items():
        async with fresh(url, *tables) as database, raw_driver(url) as raw:
            for what, (ratio, speed) in (
                ("writes", await _writes(database, raw, command)),
                ("reads", await _reads(database, raw)),
            ):
                note = f"{speed:,.0f} a second"
                measures.append(Measure(f"{what} on {name}", ratio, LEAST[name][what], note=note))
    return measures


async def _writes(database: Database, raw: Raw, command: Command) -> tuple[float, float]:
    statements = await _recorded(database.url, command)
    numbers = count(1)

    async def ours() -> None:
        await command(database, next(numbers))

    async def theirs() -> None:
        number = next(numbers)
        await raw.transaction([_numbered(statement, number) for statement in statements])

    return await _ratio(ours, theirs)


async def _reads(database: Database, raw: Raw) -> tuple[float, float]:
    """Inside one reading: what one row more costs."""
    async with database.transaction() as session:
        await session.execute(insert(ITEMS).values(id=0, title="Sak"))
    query = select(ITEMS.c.id, ITEMS.c.title).where(ITEMS.c.id == 0)
    same = f"select id, title from bench_item where id = {raw.placeholder}"
    async with database.reading() as session:

        async def ours() -> None:
            (await session.execute(query)).one()

        return await _ratio(ours, lambda: raw.read(same, 0), times=4)


async def _ratio(
    ours: Callable[[], Awaitable[None]], theirs: Callable[[], Awaitable[None]], times: int = 1
) -> tuple[float, float]:
    """How much of the driver's speed is left, and how many of ours a second: from the lower quartiles of
    times taken in turn, since what else the machine does falls on both, but not on each alike."""
    mine, their = [], []
    for _ in range(ROUNDS * times):
        mine.append(await seconds(ours))
        their.append(await seconds(theirs))
    usual, bare = quantiles(mine[20:])[0], quantiles(their[20:])[0]
    return bare / usual, 1 / usual


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def _recorded(url: str, command: Command) -> list[Statement]:
    """Through an engine of its own: one that was ever listened to does more work for each statement from then on."""
    database, seen = Database(url), list[Statement]()

    def record(_c: Any, _cursor: Any, sql: str, parameters: Any, _context: Any, _many: bool) -> None:
        if sql.split()[0] in {"INSERT", "UPDATE", "SELECT", "DELETE", "WITH"}:
            seen.append((sql, tuple(parameters)))

    event.listen(database.engine.sync_engine, "before_cursor_execute", record)
    try:
        await command(database, MARK)
    finally:
        await database.close()
    return seen


def _numbered(statement: Statement, number: int) -> Statement:
    sql, parameters = statement
    return sql, tuple(_with_number(value, number) for value in parameters)


def _with_number(value: Any, number: int) -> Any:
    if value == MARK:
        return number
    return value.replace(str(MARK), str(number)) if isinstance(value, str) else value
