"""What a search costs among 50,000 entries, beside a bare `LIKE '%word%'` over the same texts.

The LIKE is the floor: it reads every text and knows no stems nor which words are rare, but is what one would write
first. Both
run in turns, on the same connection. The questions are those people ask: a rare word, two, three of which one is
common, an inflected one, a compound.
"""

import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from statistics import median
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, case, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from benchmarks import Measure
from benchmarks.databases import fresh
from bot import search
from bot.app import metadata
from bot.people import Network, Standing
from bot.search.index import SearchEntry, SearchWord
from bot.search.words import RULES, backwards, kept
from storage import Database, Row

ENTRIES, WORDS = 50_000, 8  # how many, and words in each
VOCABULARY = 4_000
ROUNDS = 5
LEAST = {"SQLite": 0.2, "PostgreSQL": 0.2}  # of the speed of LIKE, on texts so short that reading them all is cheap
QUESTIONS = (
    "tranexamsyre",
    "tranexamsyre tannekstraksjon",
    "behandling av ord17 ord900",
    "prosedyrene",
    "slagprosedyren",
)
TEXTS = Table("bench_text", MetaData(), Column("id", Integer, primary_key=True), Column("text", String))
STANDING = Standing(Network(id=1, code="B", name="B", kind="national", zone="UTC", language="nb"), frozenset(), True)
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


async def measure(urls: Mapping[str, str]) -> list[Measure]:
    return [await _on(name, url) for name, url in urls.items()]


async def _on(name: str, url: str) -> Measure:
    metadata()
    tables = [Row.metadata.tables[each] for each in ("network", "search_entry", "search_word")]
    async with fresh(url, TEXTS, *tables) as database:
        await _fill(database, _texts())
        ratios, ours = [], []
        async with database.reading() as session:
            for question in QUESTIONS:
                words = search.asked_for(question)
                found, like = await _in_turns(lambda q=question: _find(session, q), lambda w=words: _like(session, w))  # type: ignore[misc]
                ratios.append(like / found)
                ours.append(found)
    note = f"{1000 * median(ours):,.1f} ms a search, {1000 * max(ours):,.1f} ms the slowest"
    return Measure(f"search among {ENTRIES:,} on {name}", median(ratios), LEAST[name], note=note)


def _texts() -> list[list[str]]:
    """Common words are common: word n comes about 1/n as often as the first."""
    chance = random.Random(7)
    known = ["behandling", "pasient", "prosedyre", "slag", "blødning", "tannekstraksjon"]
    words = known + [f"ord{number}" for number in range(VOCABULARY)]
    often = [1 / (place + 3) for place in range(len(words))]
    drawn = chance.choices(words, often, k=WORDS * ENTRIES)
    texts = [drawn[at : at + WORDS] for at in range(0, len(drawn), WORDS)]
    for text in texts[::500]:
        text[0] = "tranexamsyre"
    return texts


async def _fill(database: Database, texts: Sequence[Sequence[str]]) -> None:
    stems = {word: kept(word) for word in set(chain.from_iterable(texts))}
    entries = [(id, "item", id, 1, False, BEGAN + timedelta(minutes=id), RULES) for id in range(1, ENTRIES + 1)]
    words = [
        (stem, id, backwards(stem))
        for id, text in enumerate(texts, 1)
        for stem in frozenset().union(*(stems[word] for word in text))
    ]
    async with database.write_connection(30) as connection:
        network = {
            column: getattr(STANDING.network, column) for column in ("id", "code", "name", "kind", "zone", "language")
        }
        await connection.execute(insert(Network.__table__), network)  # type: ignore[arg-type]
        await _copy(connection, TEXTS, [(id, " ".join(text)) for id, text in enumerate(texts, 1)])
        await _copy(connection, SearchEntry.__table__, entries)
        await _copy(connection, SearchWord.__table__, words)
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql("ANALYZE")


async def _copy(connection: AsyncConnection, table: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(rows[0]))
        await connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({places})", list(rows))
        return
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await connection.exec_driver_sql("SELECT 1")  # begins the transaction
    await driver.copy_records_to_table(table.name, records=rows, columns=table.c.keys())


async def _find(session: AsyncSession, question: str) -> None:
    if not await search.find(session, question, [STANDING]):
        raise RuntimeError("nothing was found: this measures nothing")


async def _like(session: AsyncSession, words: Sequence[str]) -> None:
    fits = [TEXTS.c.text.like(f"%{word}%") for word in words]
    many: Any = sum(case((fit, 1), else_=0) for fit in fits)
    best = select(TEXTS.c.id).where(or_(*fits)).order_by(many.desc(), TEXTS.c.id.desc())
    await session.execute(best.limit(search.MOST_HITS))


async def _in_turns(ours: Callable[[], Awaitable[None]], theirs: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Seconds of each: the middle one of its runs."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for which, work in zip(times, (ours, theirs), strict=True):
            began = time.perf_counter()
            await work()
            which.append(time.perf_counter() - began)
    return median(times[0]), median(times[1])
