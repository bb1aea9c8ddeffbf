"""Notices: what is to be said, edited or deleted, written in the transaction that causes it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Index,
    Insert,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    case,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.port import Place, Posted
from storage import Row, UtcDateTime, core, insert_for

CHANNEL = "fagtraad_outbox"
"""The PostgreSQL notification channel on which processes tell one another that a notice was written."""


class Act(StrEnum):
    POST = "post"
    EDIT = "edit"
    DELETE = "delete"


class State(StrEnum):
    READY = "ready"
    SENDING = "sending"  # handed to a sender; found so after a crash, it may or may not have arrived
    SENT = "sent"
    VOID = "void"  # no longer applied when its time came
    FAILED = "failed"


NOTICES = Table(
    "notice",
    Row.metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("lane", Text, nullable=False),
    Column("kind", String(100), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("act", String(10), nullable=False),
    Column("place", Text),
    Column("person_id", BigInteger),
    Column("target", Text),
    Column("posted_by", String(100), nullable=False),
    Column("due", UtcDateTime, nullable=False),
    Column("try_at", UtcDateTime),  # when it is next looked at; none once it is sent, void or failed
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("holds", Integer, nullable=False),
    Column("possibly_twice", Integer, nullable=False),
    Column("error", String(100), nullable=False),  # the name of an error's class, never its text
    Column("posted", Text),
    Column("sent_at", UtcDateTime),
    Index("ix_notice_kind_subject", "kind", "subject"),
    Index("ix_notice_posted", "posted"),
)
_open = NOTICES.c.try_at.is_not(None)
Index(
    "ix_notice_open",
    NOTICES.c.lane,
    NOTICES.c.try_at,
    NOTICES.c.id,
    sqlite_where=_open,
    postgresql_where=_open,
)

LANES = Table(
    "lane",
    Row.metadata,
    Column("key", Text, primary_key=True),
    Column("next_due", UtcDateTime, index=True),  # when there is something, by the program's clock
    Column("not_before", UtcDateTime),  # when the platform allows it, by the database's clock
    Column("pacing", JSON, nullable=False),
    Column("lease_until", UtcDateTime),  # by the database's clock
    Column("owner", String(100)),
)

BUDGETS = Table(
    "budget",
    Row.metadata,
    Column("chat", String(100), primary_key=True),
    Column("tokens", Integer, nullable=False),
    Column("filled_at", UtcDateTime, nullable=False),  # by the database's clock
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a use case writes.

    `key` makes it one of a kind: the same key a second time is nothing new. `to` is a place, or a person's
    id: then it goes to that person's 1:1 chat. An edit or a deletion concerns `of`, or else the newest
    message about the same subject that the kind `posted_by` has sent.
    """

    kind: str
    subject: str
    key: str
    due: datetime
    to: Place | int
    act: Act = Act.POST
    of: Posted | None = None
    posted_by: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A draft that was stored. `doubtful`: an earlier attempt may have arrived, nobody knows."""

    id: int
    kind: str
    subject: str
    key: str
    due: datetime
    act: Act
    to: Place | None
    person_id: int | None
    lane: str
    of: Posted | None
    posted_by: str
    try_at: datetime
    attempts: int
    holds: int
    doubtful: bool


def notice_of(row: RowMapping) -> Notice:
    return Notice(
        id=row["id"],
        kind=row["kind"],
        subject=row["subject"],
        key=row["key"],
        due=row["due"],
        act=Act(row["act"]),
        to=Place.load(row["place"]) if row["place"] else None,
        person_id=row["person_id"],
        lane=row["lane"],
        of=Posted.load(row["target"]) if row["target"] else None,
        posted_by=row["posted_by"],
        try_at=row["try_at"],
        attempts=row["attempts"],
        holds=row["holds"],
        doubtful=row["state"] == State.SENDING,
    )


def lane_of(to: Place | int) -> str:
    """A room is one lane, its threads included: platforms count a room's messages together."""
    return f"person:{to}" if isinstance(to, int) else Place(to.chat, to.room).store()


def nobody(about: str) -> Place:
    """The lane of notices that say nothing themselves and mark a time: their kind's `on_ended` does what is to be done
    then."""
    return Place("", about)


async def enqueue(session: AsyncSession, *drafts: Draft) -> None:
    """Write notices in the caller's transaction. Wake the outbox after the commit.

    The lane comes first, always in the same order: it is locked by that until the commit, so that a
    dispatcher that is leaving the lane either sees the notice or has left before, and nobody waits in a
    circle.
    """
    if drafts:
        await core(session).run_sync(_enqueue, drafts)


def _enqueue(connection: Connection, drafts: Sequence[Draft]) -> None:
    """All statements in one go: each `await` through SQLAlchemy costs as much as a statement."""
    dialect = connection.dialect.name
    connection.execute(_lane_upsert(dialect), _one_or_many(_lane_rows(drafts)))
    connection.execute(_notice_insert(dialect), _one_or_many([_notice_row(draft) for draft in drafts]))


async def withdraw(session: AsyncSession, kind: str, subject: str) -> None:
    """What was to be said about it and is not yet on its way, is not said."""
    about = (NOTICES.c.kind == kind, NOTICES.c.subject == subject, NOTICES.c.state == State.READY)
    lanes = select(NOTICES.c.lane).where(*about)
    await session.execute(select(LANES.c.key).where(LANES.c.key.in_(lanes)).order_by(LANES.c.key).with_for_update())
    await session.execute(update(NOTICES).where(*about).values(state=State.VOID, try_at=None))


async def withdraw_from(session: AsyncSession, person_id: int) -> None:
    """The same for all that was to be said to one person: nobody is there to hear it."""
    about = (NOTICES.c.person_id == person_id, NOTICES.c.state == State.READY)
    await session.execute(select(LANES.c.key).where(LANES.c.key == lane_of(person_id)).with_for_update())
    await session.execute(update(NOTICES).where(*about).values(state=State.VOID, try_at=None))


async def look_again(session: AsyncSession, person_id: int, kinds: Collection[str], now: datetime) -> None:
    """What of these kinds waits for its time is composed now instead: what it waited for may have changed."""
    lane = lane_of(person_id)
    await session.execute(select(LANES.c.key).where(LANES.c.key == lane).with_for_update())
    waiting = (NOTICES.c.lane == lane, NOTICES.c.kind.in_(kinds), NOTICES.c.state == State.READY)
    await session.execute(update(NOTICES).where(*waiting, NOTICES.c.try_at > now).values(try_at=now))
    first = select(func.min(NOTICES.c.try_at)).where(NOTICES.c.lane == lane, NOTICES.c.try_at.is_not(None))
    await session.execute(update(LANES).where(LANES.c.key == lane).values(next_due=first.scalar_subquery()))


async def posted(session: AsyncSession, kind: str, subject: str) -> Posted | None:
    """What the platform called the newest message of this kind about it, once it is sent."""
    stored = await session.scalar(
        select(NOTICES.c.posted)
        .where(
            NOTICES.c.kind == kind,
            NOTICES.c.subject == subject,
            NOTICES.c.act == Act.POST,
            NOTICES.c.state == State.SENT,
        )
        .order_by(NOTICES.c.id.desc())
        .limit(1)
    )
    return Posted.load(stored) if stored else None


@dataclass(frozen=True, slots=True)
class Alike:
    """One of the notices that a person gets at the same moment."""

    id: int
    subject: str
    said: bool


async def alike(session: AsyncSession, notice: Notice) -> list[Alike]:
    """This and the others of its kind that are due in its lane at the same moment, in the order in which they are
    looked at; not those that came to nothing."""
    rows = await session.execute(
        select(NOTICES.c.id, NOTICES.c.subject, NOTICES.c.state)
        .where(
            NOTICES.c.lane == notice.lane,
            NOTICES.c.kind == notice.kind,
            NOTICES.c.due == notice.due,
            NOTICES.c.state.in_((State.READY, State.SENDING, State.SENT)),
        )
        .order_by(NOTICES.c.state != State.SENT, NOTICES.c.id)
    )
    return [Alike(row.id, row.subject, row.state == State.SENT) for row in rows]


async def is_sending(session: AsyncSession, kind: str, to: Place) -> bool:
    """Whether one of this kind is on its way to that room, so that nobody knows yet what it will be called."""
    found = await session.scalar(
        select(NOTICES.c.id)
        .where(NOTICES.c.lane == lane_of(to), NOTICES.c.kind == kind, NOTICES.c.state == State.SENDING)
        .limit(1)
    )
    return found is not None


async def subject_of(session: AsyncSession, posted: Posted, *kinds: str) -> str | None:
    """The other way round: which subject a message of ours of one of these kinds is about."""
    found: str | None = await session.scalar(
        select(NOTICES.c.subject)
        .where(NOTICES.c.posted == posted.store(), NOTICES.c.kind.in_(kinds), NOTICES.c.act == Act.POST)
        .limit(1)
    )
    return found


def _one_or_many(rows: list[dict[str, Any]]) -> dict[str, Any] | list[dict[str, Any]]:
    """One row by itself is spared what drivers do for many."""
    return rows[0] if len(rows) == 1 else rows


def _lane_rows(drafts: Iterable[Draft]) -> list[dict[str, Any]]:
    first: dict[str, datetime] = {}
    for draft in drafts:
        lane = lane_of(draft.to)
        first[lane] = min(first.get(lane, draft.due), draft.due)
    return [{"key": lane, "next_due": due, "pacing": {}} for lane, due in sorted(first.items())]


def _notice_row(draft: Draft) -> dict[str, Any]:
    to = draft.to
    return {
        "key": draft.key,
        "lane": lane_of(to),
        "kind": draft.kind,
        "subject": draft.subject,
        "act": draft.act,
        "place": None if isinstance(to, int) else to.store(),
        "person_id": to if isinstance(to, int) else None,
        "target": draft.of.store() if draft.of else None,
        "posted_by": draft.posted_by,
        "due": draft.due,
        "try_at": draft.due,
        "state": State.READY,
        "attempts": 0,
        "holds": 0,
        "possibly_twice": 0,
        "error": "",
    }


@cache
def _lane_upsert(dialect: str) -> Insert:
    insert = insert_for(dialect, LANES)
    new, old = insert.excluded.next_due, LANES.c.next_due
    earliest = case((old.is_(None), new), (new < old, new), else_=old)
    return insert.on_conflict_do_update(index_elements=[LANES.c.key], set_={"next_due": earliest})


@cache
def _notice_insert(dialect: str) -> Insert:
    """On PostgreSQL the other processes hear of it at the commit, by the same statement."""
    insert = insert_for(dialect, NOTICES).on_conflict_do_nothing(index_elements=[NOTICES.c.key])
    return insert if dialect == "sqlite" else insert.returning(func.pg_notify(CHANNEL, ""))
