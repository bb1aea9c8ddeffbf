"""Which entries fit a question, best first: those that have more of its words, and rarer ones, and then the newer.

A word counts double where the text has that very word, once where it is the beginning, the end or half of one. A word
weighs more the fewer of the entries that the asker may see have it; nothing that they may not see plays a part.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from bot.people import Right, Standing
from bot.search.index import SearchEntry, SearchWord
from bot.search.words import Wanted, wanted

MOST_HITS = 200
_FINER = 1000  # weights are whole numbers, so that both databases add them up alike
_AFTER = b"\xff"  # a byte that no UTF-8 text has

Hits = CompoundSelect[int, int, int]
"""(entry, which word of the question, what it counts)."""


@dataclass(frozen=True, slots=True)
class Hit:
    entry: int
    kind: str
    ref: int
    network_id: int


async def find(session: AsyncSession, question: str, standings: Sequence[Standing], most: int = MOST_HITS) -> list[Hit]:
    """What fits a question, and may be seen by somebody with these standings."""
    words = await _with_known_halves(session, wanted(question))
    if not words:
        return []
    weights = await _weights(session, words, visible_to(standings))
    hits = _hits(words, weights).subquery()
    best = select(hits.c.entry, func.max(hits.c.counts).label("counts")).group_by(hits.c.entry, hits.c.word).subquery()
    ranked = (
        _entries(standings)
        .join(best, best.c.entry == SearchEntry.id)
        .group_by(SearchEntry.id)
        .order_by(func.sum(best.c.counts).desc(), SearchEntry.at.desc(), SearchEntry.id.desc())
        .limit(most)
    )
    return [_hit(row) for row in await session.execute(ranked)]


async def still_visible(session: AsyncSession, entries: Collection[int], standings: Sequence[Standing]) -> list[Hit]:
    """Those of what was found before that are there still and may still be seen, in the order given."""
    rows = await session.execute(_entries(standings).where(SearchEntry.id.in_(entries)))
    found = {row.id: _hit(row) for row in rows}
    return [found[entry] for entry in entries if entry in found]


def visible_to(standings: Sequence[Standing]) -> ColumnElement[bool]:
    """What is of the asker's own networks, and where it is of cases, of those in which they have case access."""
    all_networks = [standing.network.id for standing in standings if standing.may(Right.USE_ITEMS)]
    with_cases = [standing.network.id for standing in standings if standing.may(Right.USE_CASES)]
    return or_(
        and_(SearchEntry.needs_case_access.is_(False), SearchEntry.network_id.in_(all_networks)),
        and_(SearchEntry.needs_case_access.is_(True), SearchEntry.network_id.in_(with_cases)),
    )


def _entries(standings: Sequence[Standing]) -> Select[int, str, int, int]:
    seen = select(SearchEntry.id, SearchEntry.kind, SearchEntry.ref, SearchEntry.network_id)
    return seen.where(visible_to(standings))


def _hit(row: Row[int, str, int, int]) -> Hit:
    return Hit(row.id, row.kind, row.ref, row.network_id)


async def _with_known_halves(session: AsyncSession, words: list[Wanted]) -> list[Wanted]:
    """A compound can be read as two words in many ways: only those that anybody has written are looked for."""
    guesses = {half for word in words for half in word.hangs_on}
    if not guesses:
        return words
    found = select(SearchWord.stem).where(SearchWord.stem.in_(guesses)).distinct()
    known = {bytes(stem) for stem in await session.scalars(found)}
    return [
        Wanted(word.whole, word.begins, word.ends, frozenset(pair for pair in word.halves if known.issuperset(pair)))
        for word in words
    ]


async def _weights(session: AsyncSession, words: Sequence[Wanted], visible: ColumnElement[bool]) -> dict[int, int]:
    """What each word of the question counts. A word that nothing visible has is not among them."""
    if len(words) == 1:
        return {0: 1}
    hits = _hits(words, dict.fromkeys(range(len(words)), 0)).subquery()
    counted = (
        select(hits.c.word, func.count(hits.c.entry.distinct()))
        .join(SearchEntry, SearchEntry.id == hits.c.entry)
        .where(visible)
        .group_by(hits.c.word)
    )
    every = await session.scalar(select(func.count()).select_from(SearchEntry).where(visible)) or 0
    return {word: round(_FINER * math.log1p(every / having)) for word, having in await session.execute(counted)}


def _hits(words: Sequence[Wanted], weights: Mapping[int, int]) -> Hits:
    """Every way in which each word that has a weight is found."""
    ways = []
    for number, weight in weights.items():
        word = words[number]
        ways += [_way(SearchWord.stem.in_(word.whole), number, 2 * weight)]
        ways += [_way(_between(SearchWord.stem, stem), number, weight) for stem in sorted(word.begins)]
        ways += [_way(_between(SearchWord.back, stem), number, weight) for stem in sorted(word.ends)]
        ways += [_both(pair, number, weight) for pair in sorted(word.halves)]
    return union_all(*(ways or [_way(false(), 0, 0)]))


def _between(column: InstrumentedAttribute[bytes], stem: bytes) -> ColumnElement[bool]:
    """Whatever begins so: a range of bytes, which any index serves, and no pattern with signs of its own."""
    return and_(column >= stem, column < stem + _AFTER)


def _way(found: ColumnElement[bool], word: int, counts: int) -> Select[int, int, int]:
    return select(
        SearchWord.entry_id.label("entry"), literal(word).label("word"), literal(counts).label("counts")
    ).where(found)


def _both(pair: tuple[bytes, bytes], word: int, counts: int) -> Select[int, int, int]:
    other = aliased(SearchWord)
    together = and_(SearchWord.stem == pair[0], other.stem == pair[1])
    return _way(together, word, counts).join(other, other.entry_id == SearchWord.entry_id)
