"""Which morning says what: the due day's reminder, Monday's digest, and word to the secretary of what is long overdue.

Each network has one notice to nobody for each morning on which something may have to be said. What is then said, and to
whom, is decided by the items as they are that morning, so nothing planned has to be taken back when an item is done,
moved or handed over, or when somebody leaves or takes up a role.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import MORNING, at_wall_clock, is_working_day, local_date, working_days_later
from bot.features.actions.tables import Item, ItemState
from bot.outbox import Draft, enqueue, nobody
from bot.people import Network
from bot.when.days import monday, working_day_before

OVERDUE_AFTER = timedelta(days=14)
_A_WEEK = timedelta(days=7)


def reminder_day(due: date) -> date:
    """The due day, or the last working day before it."""
    return due if is_working_day(due) else working_day_before(due)


def due_from(day: date) -> tuple[date, date]:
    """The first and last due day that a working day's morning reminds of."""
    return day, working_days_later(day, 1) - timedelta(days=1)


def escalation_day(due: date) -> date:
    """Two weeks after, or the first working day from then."""
    return working_days_later(due + OVERDUE_AFTER, 0)


def overdue_from(day: date) -> tuple[date, date]:
    """The first and last due day that are two weeks overdue on a working day, and were not the morning before."""
    return working_day_before(day) - OVERDUE_AFTER + timedelta(days=1), day - OVERDUE_AFTER


def is_digest_day(day: date) -> bool:
    """Monday, or the first working day of the week."""
    return working_days_later(monday(day), 0) == day


def next_digest_day(now: datetime, zone: str) -> date:
    """The first whose morning is to come."""
    week = monday(local_date(now, zone))
    while at_wall_clock(day := working_days_later(week, 0), MORNING, zone) <= now:
        week += _A_WEEK
    return day


async def plan(session: AsyncSession, item: Item, now: datetime) -> None:
    """The mornings on which this item may have to be spoken of. Once more for the same due day is nothing new."""
    if item.state is not ItemState.OPEN:
        return
    network = await session.get_one(Network, item.network_id)
    days = {next_digest_day(now, network.zone)}
    if item.due is not None:
        days |= {reminder_day(item.due), escalation_day(item.due)}
    await enqueue(session, *mornings(network, days, now))


def mornings(network: Network, days: Iterable[date], now: datetime) -> list[Draft]:
    """Those that are to come."""
    at_eight = {day: at_wall_clock(day, MORNING, network.zone) for day in sorted(days)}
    return [_draft(network.id, day, due) for day, due in at_eight.items() if due > now]


def _draft(network_id: int, day: date, due: datetime) -> Draft:
    subject = f"{network_id}:{day.isoformat()}"
    return Draft("actions.morning", subject, f"actions.morning:{subject}", due, nobody(f"actions:{network_id}"))


def morning_of(subject: str) -> tuple[int, date]:
    """The network and the day that a notice of a morning is about."""
    network_id, day = subject.split(":")
    return int(network_id), date.fromisoformat(day)
