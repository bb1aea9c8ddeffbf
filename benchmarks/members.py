"""Importing 10,000 members from a file, beside bare inserts of the very same rows on the bare driver.

Ours is what a person waits for in the chat: the file read, understood and compared with who is there, the preview
sealed and kept; then opened, compared again, and imported with its audit. The floor is `executemany` of what the
import left in each table, and the same commit.
"""

import statistics
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import aiosqlite
from sqlalchemy import insert
from sqlalchemy.engine import make_url

from benchmarks import Measure
from benchmarks.commands import seconds
from bot.app import metadata
from bot.features.networks import importing, roster, sheet
from bot.features.networks.comparing import Importer
from bot.people import Network, Person
from bot.vault import Ledger, Vault
from storage import Database

MEMBERS, ROUNDS = 10_000, 3
LEAST = {"SQLite": 0.05, "PostgreSQL": 0.15}
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TABLES = ("person", "membership", "member_role", "platform_account", "audit")
ROLES = ("medlem", "nettverkskontakt", "leder, medlem")


class Bare(Protocol):
    async def rows(self, table: str) -> list[tuple[Any, ...]]: ...
    async def insert(self, rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> None: ...


class BareSqlite:
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def rows(self, table: str) -> list[tuple[Any, ...]]:
        async with self._connection.execute(f"SELECT * FROM {table}") as cursor:
            return [tuple(row) for row in await cursor.fetchall()]

    async def insert(self, rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> None:
        await self._connection.execute("BEGIN IMMEDIATE")
        for table, each in rows.items():
            places = ", ".join("?" for _ in each[0])
            await self._connection.executemany(f"INSERT INTO {table} VALUES ({places})", each)
        await self._connection.execute("COMMIT")


class BarePostgres:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def rows(self, table: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self._connection.fetch(f"SELECT * FROM {table}")]

    async def insert(self, rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> None:
        async with self._connection.transaction():
            for table, each in rows.items():
                places = ", ".join(f"${number}" for number in range(1, len(each[0]) + 1))
                await self._connection.executemany(f"INSERT INTO {table} VALUES ({places})", each)


@asynccontextmanager
async def _bare(url: str) -> AsyncIterator[Bare]:
    """The same file or server, with the same settings."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        async with aiosqlite.connect(str(where.database), isolation_level=None) as file:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
                await file.execute(f"PRAGMA {pragma}")
            yield BareSqlite(file)
        return
    import asyncpg  # an optional package

    host = where.host or str(where.query["host"])  # a socket's folder stands in the query
    server = await asyncpg.connect(user=where.username, database=where.database, host=host, port=where.port)
    try:
        yield BarePostgres(server)
    finally:
        await server.close()


async def measure(urls: Mapping[str, str]) -> list[Measure]:
    content = _file()
    return [await _on(name, url, content) for name, url in urls.items()]


async def _on(name: str, url: str, content: bytes) -> Measure:
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault({"bench": bytes(32)}, Ledger(Path(folder, "erasures.jsonl")))
        database = Database(url)
        try:
            async with _bare(url) as bare:
                return await _ratio(name, database, bare, vault, content)
        finally:
            await database.close()


async def _ratio(name: str, database: Database, bare: Bare, vault: Vault, content: bytes) -> Measure:
    mine, floor = [], []
    for _ in range(ROUNDS):
        await _make(database)
        operator = await _operator(database)
        mine.append(await seconds(partial(_import, database, vault, content, operator)))
        rows = {table: await bare.rows(table) for table in TABLES}
        if len(rows["membership"]) != MEMBERS:
            raise RuntimeError(f"{len(rows['membership'])} members imported")
        organisations = await bare.rows("organisation")
        await _make(database)
        await bare.insert({"organisation": organisations})
        floor.append(await seconds(partial(bare.insert, rows)))
    usual = statistics.median(mine)
    ratio = statistics.median(floor) / usual
    return Measure(f"import of {MEMBERS:,} members on {name}", ratio, LEAST[name], note=f"{usual:,.1f} s")


async def _import(database: Database, vault: Vault, content: bytes, operator: int) -> None:
    """Two transactions, as in the chat: the preview, and then the button."""
    who = Importer(operator, grants=True, operator=True)
    async with database.transaction(patience=30) as session:
        read = roster.understand(sheet.read(content), "bench")
        shown, _gone = await importing.keep(session, vault, 1, read, who, NOW)
    async with database.transaction(patience=30) as session:
        row = await importing.kept(session, shown.id, operator, NOW)
        await importing.import_kept(session, vault, row, who, NOW)


def _file() -> bytes:
    lines = [roster.headings()]
    for number in range(MEMBERS):
        access = "ja" if number % 2 else "nei"
        home = f"Sykehus {number % 60} HF"
        lines.append((f"Medlem {number}", "overlege", home, ROLES[number % 3], access, f"bench:K{number}"))
    return sheet.as_csv(lines)


async def _make(database: Database) -> None:
    """All tables anew: to delete takes longer than all the rest, as each person is looked for wherever one is named."""
    async with database.write_connection(patience=30) as connection:
        await connection.run_sync(metadata().drop_all)
        await connection.run_sync(metadata().create_all)
    async with database.transaction(patience=30) as session:
        network = {"id": 1, "code": "BENCH", "name": "Bench", "kind": "national", "zone": "UTC", "language": "nb"}
        await session.execute(insert(Network), [network])


async def _operator(database: Database) -> int:
    async with database.transaction(patience=30) as session:
        operator = Person(name="Operatør", profession="", operator=True)
        session.add(operator)
        await session.flush()
        return operator.id
