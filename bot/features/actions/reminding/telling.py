"""To whom a reminder goes, and when: to the person, to their deputy while they are away, and never in quiet hours.

Decided when the reminder is written, and asked again when it is composed: one that should go to somebody else by then,
or later, is left out, and written anew as it ends (`again`).
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import people
from bot.availability import Reached, reached
from bot.clock import MORNING, at_wall_clock, local_date
from bot.features.actions.tables import ItemMute
from bot.outbox import Draft, End, Notice, State, enqueue
from bot.people import Person, Right


@dataclass(frozen=True, slots=True)
class Reminder:
    """That one person is to be reminded. `about` is what (in the notice's key), `subject` the notice's own, and `may`
    says whether somebody may be told instead."""

    kind: str
    about: str
    subject: str
    person: int
    zone: str
    may: Callable[[AsyncSession, int], Awaitable[bool]]

    async def told(self, session: AsyncSession, moment: datetime) -> Reached:
        return await reached(session, self.person, moment, self.zone, lambda deputy: self.may(session, deputy))

    def draft(self, told: Reached) -> Draft:
        """One a person, reader and moment: however many mornings wait for that moment, it is said once."""
        key = f"{self.kind}:{self.about}:{self.person}:{told.person}:{int(told.at.timestamp())}"
        return Draft(self.kind, self.subject, key, told.at, told.person)


def person_of(notice: Notice) -> int:
    """Who is reminded: not who is told, where that is the deputy."""
    return int(notice.key.split(":")[-3])


async def instead_of(session: AsyncSession, notice: Notice) -> str:
    """The name of whom the reader stands in for; empty where the reminder is the reader's own."""
    person = person_of(notice)
    return "" if notice.person_id == person else (await session.get_one(Person, person)).name


async def muted_by_either(session: AsyncSession, notice: Notice) -> set[int]:
    """Items that the person, or who is told instead, wants no more reminders of."""
    person = person_of(notice)
    return {item for item, _person in await muted(session, {person, notice.person_id or person})}


def this_morning(now: datetime, zone: str) -> datetime:
    """08:00 today: one moment for all that is written in the course of a morning, however late that is."""
    return at_wall_clock(local_date(now, zone), MORNING, zone)


async def draft(session: AsyncSession, reminder: Reminder, now: datetime) -> Draft:
    return reminder.draft(await reminder.told(session, this_morning(now, reminder.zone)))


async def is_for(session: AsyncSession, notice: Notice, reminder: Reminder, now: datetime) -> bool:
    """Whether this notice still goes to whom it should, and now."""
    told = await reminder.told(session, now)
    return told.person == notice.person_id and told.at <= now


async def again(session: AsyncSession, end: End, *reminders: Reminder | None) -> None:
    """Nothing was said: was it because somebody else should hear it now, or the same person later, they do."""
    drafts = []
    for reminder in filter(None, reminders if end.state is State.VOID else ()):
        told = await reminder.told(session, end.now)
        if told.person != end.notice.person_id or told.at > end.now:
            drafts.append(reminder.draft(told))
    await enqueue(session, *drafts)


def may_in(network_id: int, right: Right) -> Callable[[AsyncSession, int], Awaitable[bool]]:
    async def may(session: AsyncSession, person: int) -> bool:
        return await people.may(session, person, network_id, right)

    return may


async def muted(session: AsyncSession, persons: Collection[int]) -> set[tuple[int, int]]:
    """(item, person): what these persons want no more reminders of."""
    rows = await session.execute(
        select(ItemMute.item_id, ItemMute.person_id).where(ItemMute.person_id.in_(list(persons)))
    )
    return {(item, person) for item, person in rows}
