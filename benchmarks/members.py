"""Importing 10,000 members from a file, beside bare inserts of the very same rows on the bare driver.

Ours is what a person waits for in the chat: the file read, understood and compared with who is there, the preview
sealed and kept; then opened, compared again, and imported with its audit. The floor is `executemany` of what the
import left in each table, and the same commit.
"""

import statistics
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import insert

from benchmarks import Measure
from benchmarks.commands import Raw, raw_driver, seconds
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


async def measure(urls: Mapping[str, str]) -> list[Measure]:
    content = _file()
    return [await _on(name, url, content) for name, url in urls.items()]


async def _on(name: str, url: str, content: bytes) -> Measure:
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault({"bench": bytes(32)}, Ledger(Path(folder, "erasures.jsonl")))
        database = Database(url)
        try:
            async with raw_driver(url) as raw:
                return await _ratio(name, database, raw, vault, content)
        finally:
            await database.close()


async def _ratio(name: str, database: Database, raw: Raw, vault: Vault, content: bytes) -> Measure:
    mine, floor = [], []
    for _ in range(ROUNDS):
        await _make(database)
        operator = await _operator(database)
        mine.append(await seconds(partial(_import, database, vault, content, operator)))
        rows = {table: await raw.read_all(f"SELECT * FROM {table}") for table in TABLES}
        if len(rows["membership"]) != MEMBERS:
            raise RuntimeError(f"{len(rows['membership'])} members imported")
        organisations = await raw.read_all("SELECT * FROM organisation")
        await _make(database)
        await raw.insert({"organisation": organisations})
        floor.append(await seconds(partial(raw.insert, rows)))
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
