"""When a person can be told what can wait: not while they are away, not in quiet hours, on working days. And who stands
in for them meanwhile."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.clock import MORNING, at_wall_clock, is_working_day, local_date, working_days_later
from bot.people import Membership, Network, Person
from storage import Row

_A_DAY = timedelta(days=1)


class Absence(Row):
    """Away from the first day to the last, both included. Without a deputy everything waits for the return."""

    __tablename__ = "absence"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    first: Mapped[date]
    last: Mapped[date]
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)


@dataclass(frozen=True, slots=True)
class Away:
    first: date
    last: date

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Quiet:
    """From a time to another, on the wall clock; over midnight where the second is the earlier."""

    start: time
    end: time

    def covers(self, clock: time) -> bool:
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


@dataclass(frozen=True, slots=True)
class Reached:
    """Who is told instead of somebody (or they themselves), and when at the earliest."""

    person: int
    at: datetime


def first_reachable(moment: datetime, zone: str, away: Sequence[Away], quiet: Quiet | None) -> datetime:
    """`moment`, or the first one after it on a day at work and outside the quiet hours. A day that one comes back to
    begins at 08:00."""
    while True:
        local = moment.astimezone(ZoneInfo(zone))
        if not _at_work(local.date(), away):
            moment = at_wall_clock(_next_day_at_work(local.date(), away), MORNING, zone)
        elif quiet is not None and quiet.covers(local.time()):
            day = local.date() if local.time() < quiet.end else local.date() + _A_DAY
            # An hour that occurs twice must not lead back in time.
            moment = max(at_wall_clock(day, quiet.end, zone), moment + timedelta(minutes=1))
        else:
            return moment


def _at_work(day: date, away: Sequence[Away]) -> bool:
    return is_working_day(day) and not any(absence.covers(day) for absence in away)


def _next_day_at_work(day: date, away: Sequence[Away]) -> date:
    while not _at_work(day, away):
        day += _A_DAY
    return day


async def reachable_at(session: AsyncSession, person_id: int, moment: datetime, zone: str) -> datetime:
    """`moment`, moved out of the person's absences and quiet hours and of non-working days."""
    person = await session.get(Person, person_id)
    absences = await absences_of(session, person_id)
    away = [Away(absence.first, absence.last) for absence in absences]
    return first_reachable(moment, zone, away, quiet_of(person) if person else None)


def quiet_of(person: Person) -> Quiet | None:
    if person.quiet_from is None or person.quiet_until is None or person.quiet_from == person.quiet_until:
        return None
    return Quiet(person.quiet_from, person.quiet_until)


async def absences_of(session: AsyncSession, person_id: int) -> list[Absence]:
    """All of a person's absences, the earliest first."""
    found = await session.scalars(
        select(Absence).where(Absence.person_id == person_id).order_by(Absence.first, Absence.id)
    )
    return list(found)


async def away_since(session: AsyncSession, person_id: int, day: date) -> date:
    """The first working day since the person was last at work; `day` itself, or the next working day, where they were
    at work the day before."""
    away = [Away(absence.first, absence.last) for absence in await absences_of(session, person_id)]
    since = day
    while not _at_work(since - _A_DAY, away):
        since -= _A_DAY
    return working_days_later(since, 0)


async def stands_in(session: AsyncSession, person_id: int, day: date) -> int | None:
    """The person's deputy that day; None where they are not away, or have none who is at work."""
    deputies = await session.scalars(
        select(Absence.deputy_id)
        .where(Absence.person_id == person_id, _covering(day), Absence.deputy_id.is_not(None))
        .order_by(Absence.id.desc())
    )
    for deputy in deputies:
        if deputy is not None and not await is_away(session, deputy, day):
            return deputy
    return None


async def is_away(session: AsyncSession, person_id: int, day: date) -> bool:
    found = await session.scalar(select(Absence.id).where(Absence.person_id == person_id, _covering(day)).limit(1))
    return found is not None


async def reached(
    session: AsyncSession, person_id: int, moment: datetime, zone: str, may: Callable[[int], Awaitable[bool]]
) -> Reached:
    """Who is told from `moment` on, and when: the deputy who `may` be, else the person when they are back."""
    deputy = await stands_in(session, person_id, local_date(moment, zone))
    told = deputy if deputy is not None and await may(deputy) else person_id
    return Reached(told, await reachable_at(session, told, moment, zone))


async def home_zone(session: AsyncSession, person_id: int) -> str | None:
    """The wall clock of a person who belongs to several networks: of the first by name; None where there is none."""
    zone: str | None = await session.scalar(
        select(Network.zone)
        .join(Membership, Membership.network_id == Network.id)
        .where(Membership.person_id == person_id)
        .order_by(Network.name)
        .limit(1)
    )
    return zone


def _covering(day: date) -> ColumnElement[bool]:
    return (Absence.first <= day) & (Absence.last >= day)
