"""What was written before there was an index, or before its words were read as they are now."""

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.search.index import Entry, SearchEntry, forget, index
from bot.search.words import RULES
from storage import Database

AT_ONCE = 500  # entries a transaction: nobody who writes meanwhile waits long

Everything = Callable[[AsyncSession, int, int], Awaitable[Sequence[Entry]]]
"""What a feature has to be found, by `ref`: those after the one given, at most so many."""


async def catch_up(database: Database, everything: dict[str, Everything]) -> int:
    """Index what is not, by kind, and forget what is no longer there. Returns how many entries were mended. May be
    broken off and run again."""
    mended = 0
    for kind, entries in everything.items():
        last: int | None = 0
        while last is not None:
            async with database.transaction(patience=30) as session:
                changed, last = await _next(session, kind, entries, last)
                mended += changed
    return mended


async def _next(session: AsyncSession, kind: str, everything: Everything, after: int) -> tuple[int, int | None]:
    """How many were mended, and the `ref` to go on from; None where these were the last."""
    entries = await everything(session, after, AT_ONCE)
    last = entries[-1].ref if len(entries) == AT_ONCE else None
    indexed = select(SearchEntry.ref, SearchEntry.rules).where(SearchEntry.kind == kind, SearchEntry.ref > after)
    if last is not None:
        indexed = indexed.where(SearchEntry.ref <= last)
    known = {row.ref: row.rules for row in await session.execute(indexed)}
    missing = [entry for entry in entries if known.get(entry.ref) != RULES]
    gone = known.keys() - {entry.ref for entry in entries}
    await index(session, *missing)
    await forget(session, kind, *gone)
    return len(missing) + len(gone), last
