"""What can be found, and by which words: one row an entry, and one for each of its stems."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.search.words import RULES, backwards, kept
from storage import Row, UtcDateTime, insert_into


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be found: what a feature calls it (`kind` and `ref`), whose it is, and its words."""

    kind: str  # "item", "learning_point"
    ref: int
    network_id: int
    text: str
    at: datetime  # aware; the newer of two that fit equally comes first
    needs_case_access: bool


class SearchEntry(Row):
    __tablename__ = "search_entry"
    __table_args__ = (UniqueConstraint("kind", "ref"), Index(None, "network_id", "needs_case_access"))
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    ref: Mapped[int]
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    needs_case_access: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    rules: Mapped[int]  # of `words`, when it was indexed


class SearchWord(Row):
    """Stems as bytes: PostgreSQL would otherwise compare text by the rules of its own language, SQLite by none."""

    __tablename__ = "search_word"
    __table_args__ = (Index(None, "back", "entry_id"),)
    stem: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("search_entry.id"), primary_key=True, index=True)
    back: Mapped[bytes] = mapped_column(LargeBinary)  # the stem backwards: found by its end


async def index(session: AsyncSession, *entries: Entry) -> None:
    """Let these be found from now on, by the words that they have now."""
    for entry in entries:
        id = await _entry_id(session, entry)
        await session.execute(delete(SearchWord).where(SearchWord.entry_id == id))
        rows = [{"stem": stem, "entry_id": id, "back": backwards(stem)} for stem in sorted(kept(entry.text))]
        if rows:
            await session.execute(insert(SearchWord.__table__), rows)  # type: ignore[arg-type]


async def _entry_id(session: AsyncSession, entry: Entry) -> int:
    """The row is locked from here on: of two who index the same, the later one's words stand."""
    said = {
        "network_id": entry.network_id,
        "needs_case_access": entry.needs_case_access,
        "at": entry.at,
        "rules": RULES,
    }
    stored = await session.execute(
        insert_into(session, SearchEntry)
        .values(kind=entry.kind, ref=entry.ref, **said)
        .on_conflict_do_update(index_elements=[SearchEntry.kind, SearchEntry.ref], set_=said)
        .returning(SearchEntry.id)
    )
    return int(stored.scalar_one())


async def forget(session: AsyncSession, kind: str, *refs: int) -> None:
    """Leave no word of these, nor that they were."""
    ids = select(SearchEntry.id).where(SearchEntry.kind == kind, SearchEntry.ref.in_(refs))
    await _remove(session, await session.scalars(ids))


async def _remove(session: AsyncSession, ids: Iterable[int]) -> None:
    gone = list(ids)
    if gone:
        await session.execute(delete(SearchWord).where(SearchWord.entry_id.in_(gone)))
        await session.execute(delete(SearchEntry).where(SearchEntry.id.in_(gone)))
