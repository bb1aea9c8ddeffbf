"""One digest a person on Mondays, of all their networks together. Void where nothing is open."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import people
from bot.availability import home_zone
from bot.chat.message import Message
from bot.clock import local_date
from bot.feature import Desk
from bot.features.actions.owners import present, stewards
from bot.features.actions.reminding import reminder_cards, telling
from bot.features.actions.reminding.lines import Line, lines
from bot.features.actions.reminding.telling import Reminder
from bot.features.actions.tables import Item, ItemState
from bot.outbox import Draft, End, Notice
from bot.people import Network, Right


async def drafts(session: AsyncSession, network: Network, now: datetime) -> list[Draft]:
    """To each who has something open in the network: once, however many of their networks have a morning."""
    persons = sorted(await _open_by_person(session, network.id))
    reminders = [await _of(session, person, network.id) for person in persons]
    return [await telling.draft(session, reminder, now) for reminder in filter(None, reminders)]


async def _of(session: AsyncSession, person: int, network_id: int) -> Reminder | None:
    """On the clock of the person's own first network: one moment, whichever of theirs it is written for."""
    zone = await home_zone(session, person)
    if zone is None:
        return None
    subject = str(person)
    return Reminder("actions.digest", "", subject, person, zone, telling.may_in(network_id, Right.USE_ITEMS))


async def ended(session: AsyncSession, end: End) -> None:
    person = telling.person_of(end.notice)
    networks = [standing.network.id for standing in await people.standings(session, person)]
    await telling.again(session, end, *[await _of(session, person, network_id) for network_id in networks])


@dataclass(slots=True)
class _Networks:
    """What is open in each network by person, asked for once in a batch."""

    session: AsyncSession
    _known: dict[int, Mapping[int, set[int]]] = field(default_factory=dict)

    async def open_of(self, person: int) -> list[int]:
        found: list[int] = []
        for standing in await people.standings(self.session, person):
            network_id = standing.network.id
            if network_id not in self._known:
                self._known[network_id] = await _open_by_person(self.session, network_id)
            found += self._known[network_id].get(person, ())
        return found


async def compose(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    said: dict[int, Message] = {}
    networks = _Networks(desk.session)
    for notice in notices:
        person, reader = telling.person_of(notice), notice.person_id
        zone = await home_zone(desk.session, person)
        if zone is None or reader is None or not await _is_for(desk, notice, person):
            continue
        items = await _wanted(desk.session, notice, await networks.open_of(person), reader)
        if items:
            instead_of = await telling.instead_of(desk.session, notice)
            said[notice.id] = reminder_cards.digest(items, local_date(desk.now, zone), instead_of)
    return said


async def _is_for(desk: Desk, notice: Notice, person: int) -> bool:
    """For a person with a deputy in one of their networks and not in another, both are right."""
    for standing in await people.standings(desk.session, person):
        reminder = await _of(desk.session, person, standing.network.id)
        if reminder and await telling.is_for(desk.session, notice, reminder, desk.now):
            return True
    return False


async def _wanted(session: AsyncSession, notice: Notice, ids: Sequence[int], reader: int) -> list[Line]:
    """Without what either of the two wants no reminders of, or the reader may not open."""
    unwanted = await telling.muted_by_either(session, notice)
    found = await lines(session, Item.id.in_(ids), reader)
    return [line for line in found if line.opens and line.id not in unwanted]


async def _open_by_person(session: AsyncSession, network_id: int) -> Mapping[int, set[int]]:
    """Whose the open items are now; those that nobody has are the secretary's to clear up."""
    which = (Item.network_id == network_id) & (Item.state == ItemState.OPEN)
    found: dict[int, set[int]] = defaultdict(set)
    for each in await present(session, which):
        found[each.person_id].add(each.item_id)
    had = set[int]().union(*found.values())
    for of_case in (False, True):
        left = await _left(session, which, of_case, had)
        if left:
            for steward in await stewards(session, network_id, of_case=of_case):
                found[steward] |= left
    return found


async def _left(session: AsyncSession, which: ColumnElement[bool], of_case: bool, had: Iterable[int]) -> set[int]:
    kind = Item.case_id.is_not(None) if of_case else Item.case_id.is_(None)
    return set(await session.scalars(select(Item.id).where(which, kind))) - set(had)
