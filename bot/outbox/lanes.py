"""Lanes: who may send where, and when. Everything the outbox asks of the database, a few short statements
each.

The dispatcher never waits for a row somebody else holds: what is locked is left for its next round, so that
no transaction of a use case and no other dispatcher can form a circle with it.
"""

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.port import Pacing
from bot.outbox.notices import LANES, NOTICES, Notice, State, notice_of
from bot.outbox.verdict import Verdict

CLAIMED_AT_ONCE = 64
_IMPLAUSIBLE = timedelta(hours=1)  # no lease is that long: the database's clock was set back


def uptime() -> float:
    """Seconds that go on while the machine sleeps, where the system has such a clock: a lease does not
    wait."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@dataclass(frozen=True, slots=True)
class Lease:
    """What this process holds, for so long. `owner` is new for every lease, so that not even an older attempt
    of the same process can pass for it. The clock on the wall has no say: only the database's, and `uptime`
    in between."""

    owner: str
    taken: datetime
    taken_at: float
    seconds: float

    def now(self) -> datetime:
        """The database's time, as near as can be told without asking it."""
        return self.taken + timedelta(seconds=uptime() - self.taken_at)

    @property
    def left(self) -> float:
        """Seconds. Counted from before the database was asked: never more than the database would say."""
        return self.taken_at + self.seconds - uptime()


@dataclass(frozen=True, slots=True)
class Lane:
    key: str
    pacing: Pacing
    lease: Lease


@dataclass(frozen=True, slots=True)
class Outcome:
    """A lane to be left: with what became of its notice, or without (nothing was done)."""

    lane: Lane
    notice: Notice | None = None
    verdict: Verdict | None = None
    pacing: Pacing | None = None  # none: as before
    not_before: datetime | None = field(default=None)
    followed: bool = False  # what its kind's `on_ended` writes need not be asked for (again)


async def database_now(connection: AsyncConnection) -> datetime:
    """SQLite runs in this process and has its clock."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    moment: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    return moment.astimezone(UTC)


async def claim(
    connection: AsyncConnection, now: datetime, owner: str, seconds: float, count: int = CLAIMED_AT_ONCE
) -> list[tuple[Lane, Notice | None]]:
    """Lease lanes in which something is due at `now` (the program's time), each with the first notice in
    it."""
    asked_at = uptime()
    lease = Lease(owner, await database_now(connection), asked_at, seconds)
    chosen = (
        select(LANES.c.key)
        .where(LANES.c.next_due <= now, ~_blocked(lease.taken))
        .order_by(LANES.c.next_due)
        .limit(count)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    claimed = await connection.execute(
        update(LANES)
        .where(LANES.c.key.in_(select(chosen.c.key)))
        .values(owner=owner, lease_until=lease.taken + timedelta(seconds=seconds))
        .returning(LANES.c.key, LANES.c.pacing, LANES.c.not_before)
    )
    lanes = [Lane(row.key, Pacing(row.pacing, row.not_before), lease) for row in claimed]
    heads = await _heads(connection, [lane.key for lane in lanes], now)
    return [(lane, heads.get(lane.key)) for lane in lanes]


async def mark_sending(
    connection: AsyncConnection, owner: str, notices: Collection[Notice], doubtful: Collection[int]
) -> set[int]:
    """Take the notices out for sending: those still wanted, in lanes still ours. `doubtful` will be sent
    again although an earlier attempt may have arrived, and is counted here, before it happens."""
    ours = await _lock(connection, {notice.lane for notice in notices}, {owner})
    ids = [notice.id for notice in notices if notice.lane in ours]
    if not ids:
        return set()
    marked = await connection.execute(
        update(NOTICES)
        .where(NOTICES.c.id.in_(ids), NOTICES.c.try_at.is_not(None))
        .values(state=State.SENDING)
        .returning(NOTICES.c.id)
    )
    taken = set(marked.scalars())
    if again := taken & set(doubtful):
        await connection.execute(
            update(NOTICES).where(NOTICES.c.id.in_(again)).values(possibly_twice=NOTICES.c.possibly_twice + 1)
        )
    return taken


async def settle(connection: AsyncConnection, outcomes: Sequence[Outcome], now: datetime) -> list[Outcome]:
    """Write down what happened and leave the lanes. The answer is those done; a lane that somebody has
    locked, or that is not ours any more, is not among them."""
    lanes = {outcome.lane.key for outcome in outcomes}
    ours = await _lock(connection, lanes, {outcome.lane.lease.owner for outcome in outcomes})
    done = [outcome for outcome in outcomes if ours.get(outcome.lane.key) == outcome.lane.lease.owner]
    if rows := [row for outcome in done if (row := _notice_result(outcome, now))]:
        await connection.execute(_NOTICE_RESULT, rows)
    if done:
        await connection.execute(_LANE_LEFT, [_lane_left(outcome) for outcome in done])
    return done


async def rescue_stranded(connection: AsyncConnection) -> int:
    """Lanes that do not know what they hold, found by looking at the notices themselves. There should be
    none."""
    earliest = (
        select(NOTICES.c.lane, func.min(NOTICES.c.try_at).label("try_at"))
        .where(NOTICES.c.try_at.is_not(None))
        .group_by(NOTICES.c.lane)
        .subquery()
    )
    stranded = (
        select(LANES.c.key)
        .join(earliest, earliest.c.lane == LANES.c.key)
        .where(LANES.c.owner.is_(None), or_(LANES.c.next_due.is_(None), LANES.c.next_due > earliest.c.try_at))
        .with_for_update(skip_locked=True, of=LANES)
        .cte("stranded")
    )
    first = _first_try()
    rescued = await connection.execute(
        update(LANES)
        .where(LANES.c.key.in_(select(stranded.c.key)))
        .values(next_due=case((LANES.c.next_due < first, LANES.c.next_due), else_=first))
        .returning(LANES.c.key)  # SQLite's driver counts no rows where a statement begins with WITH
    )
    return len(rescued.all())


async def earliest(connection: AsyncConnection, now: datetime, real: datetime) -> datetime | None:
    """When there is next something to do, by the program's time (`real` is the database's)."""
    due, lease, pause = LANES.c.next_due, LANES.c.lease_until, LANES.c.not_before
    until = case((lease.is_(None), pause), (pause.is_(None), lease), (lease > pause, lease), else_=pause)
    paused = (due <= now) & _blocked(real)
    row = (
        await connection.execute(
            select(func.min(case((~paused, due))), func.min(case((paused, until)))).where(due.is_not(None))
        )
    ).one()
    allowed = None if row[1] is None else now + (row[1] - real)
    return min((moment for moment in (row[0], allowed) if moment is not None), default=None)


async def is_neglected(connection: AsyncConnection, now: datetime, real: datetime, after: timedelta) -> bool:
    """Whether a lane has been due and allowed for so long, and nobody has touched it. One that rests, because its
    platform wants it or is away, is not neglected."""
    due, pause, lease = LANES.c.next_due, LANES.c.not_before, LANES.c.lease_until
    left = or_(pause.is_(None), pause <= real - after) & or_(lease.is_(None), lease <= real - after)
    found = await connection.execute(select(LANES.c.key).where(due <= now - after, left).limit(1))
    return found.first() is not None


async def _heads(connection: AsyncConnection, lanes: Sequence[str], now: datetime) -> dict[str, Notice]:
    """The first notice due in each lane. First the ids, from the index alone: a join would tempt PostgreSQL,
    where it has no statistics yet, to read every notice there ever was."""
    if not lanes:
        return {}
    first = (
        select(NOTICES.c.id)
        .where(NOTICES.c.lane == LANES.c.key, NOTICES.c.try_at <= now)
        .order_by(NOTICES.c.try_at, NOTICES.c.id)
        .limit(1)
        .correlate(LANES)
        .scalar_subquery()
    )
    ids = (await connection.execute(select(first).where(LANES.c.key.in_(lanes)))).scalars()
    rows = await connection.execute(select(NOTICES).where(NOTICES.c.id.in_([id_ for id_ in ids if id_ is not None])))
    return {row["lane"]: notice_of(row) for row in rows.mappings()}


async def _lock(connection: AsyncConnection, lanes: Iterable[str], owners: Collection[str]) -> dict[str, str]:
    """Those of the lanes that are ours and that nobody else has locked, with the owner's name."""
    rows = await connection.execute(
        select(LANES.c.key, LANES.c.owner)
        .where(LANES.c.key.in_(lanes), LANES.c.owner.in_(owners))
        .with_for_update(skip_locked=True)
    )
    return {row.key: row.owner for row in rows}


def _blocked(real: datetime) -> ColumnElement[bool]:
    lease, pause = LANES.c.lease_until, LANES.c.not_before
    leased = lease.is_not(None) & lease.between(real, real + _IMPLAUSIBLE)
    return leased | (pause.is_not(None) & (pause > real))


def _first_try() -> Any:
    return (
        select(func.min(NOTICES.c.try_at))
        .where(NOTICES.c.lane == LANES.c.key, NOTICES.c.try_at.is_not(None))
        .correlate(LANES)
        .scalar_subquery()
    )


_NOTICE_RESULT = (
    update(NOTICES)
    .where(NOTICES.c.id == bindparam("notice"))
    .values({name: bindparam(name) for name in ("state", "try_at", "attempts", "holds", "error", "posted", "sent_at")})
)
_LANE_LEFT = (
    update(LANES)
    .where(LANES.c.key == bindparam("lane"), LANES.c.owner == bindparam("held_by"))
    .values(
        owner=None,
        lease_until=None,
        pacing=bindparam("pacing"),
        not_before=bindparam("not_before"),
        next_due=_first_try(),
    )
)


def _notice_result(outcome: Outcome, now: datetime) -> dict[str, Any] | None:
    notice, verdict = outcome.notice, outcome.verdict
    if notice is None or verdict is None:
        return None
    return {
        "notice": notice.id,
        "state": verdict.state,
        "try_at": verdict.try_at,
        "attempts": verdict.attempts,
        "holds": verdict.holds,
        "error": verdict.error,
        "posted": verdict.posted.store() if verdict.posted else None,
        "sent_at": now if verdict.state is State.SENT else None,
    }


def _lane_left(outcome: Outcome) -> dict[str, Any]:
    pacing = outcome.pacing or outcome.lane.pacing
    return {
        "lane": outcome.lane.key,
        "held_by": outcome.lane.lease.owner,
        "pacing": dict(pacing.state),
        "not_before": outcome.not_before or pacing.not_before,
    }
