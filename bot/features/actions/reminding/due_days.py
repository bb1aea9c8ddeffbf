"""The due day's reminder. One item is a card, with all that can be done with it; several on one morning, or what came
due while somebody was away, are one message."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import people
from bot.availability import Reached, away_since, stands_in
from bot.chat.message import Message
from bot.clock import local_date
from bot.feature import Desk
from bot.features.actions import service
from bot.features.actions.owners import owners_of
from bot.features.actions.reminding import mornings, reminder_cards, telling
from bot.features.actions.reminding.lines import Line, lines
from bot.features.actions.reminding.telling import Reminder
from bot.features.actions.service import right_to
from bot.features.actions.tables import Item, ItemState
from bot.outbox import Draft, End, Notice
from bot.people import Network, Right
from bot.when.days import working_day_before


async def due_between(session: AsyncSession, network_id: int, days: tuple[date, date]) -> list[Item]:
    """Open items due from the first to the second of these days."""
    found = await session.scalars(
        select(Item)
        .where(Item.network_id == network_id, Item.state == ItemState.OPEN, Item.due.between(*days))
        .order_by(Item.due, Item.id)
    )
    return list(found)


def _of_one(item: Item, network: Network, person: int) -> Reminder:
    subject, right = str(item.id), right_to(item)
    return Reminder("actions.due", subject, subject, person, network.zone, telling.may_in(network.id, right))


def _of_several(network: Network, day: date, person: int, *, waits: bool) -> Reminder:
    """What waits is told apart from what that morning brings, and only once however many mornings it waited for."""
    subject, about = f"{network.id}:{day.isoformat()}", f"{network.id}:{'waits' if waits else 'now'}"
    may = telling.may_in(network.id, Right.USE_ITEMS)
    return Reminder("actions.due_list", about, subject, person, network.zone, may)


async def drafts(session: AsyncSession, network: Network, day: date, now: datetime) -> list[Draft]:
    """On a digest's morning the digest says it, except of what the deputy who gets that may not see."""
    items = await due_between(session, network.id, mornings.due_from(day))
    owners = await owners_of(session, [item.id for item in items])
    unwanted = await telling.muted(session, frozenset[int]().union(*owners.values()))
    who = _Who(session, network, day, telling.this_morning(now, network.zone))
    found: list[Draft] = []
    together: dict[tuple[int, Reached], list[Reminder]] = defaultdict(list)
    for item, person in ((each, person) for each in items for person in sorted(owners[each.id])):
        reminder = _of_one(item, network, person)
        if (item.id, person) in unwanted:
            continue
        if await who.is_kept_from_deputy(reminder, right_to(item)):
            found.append(reminder.draft(await who.told(reminder, right_to(item))))
        elif not mornings.is_digest_day(day):
            together[person, await who.told(reminder, right_to(item))].append(reminder)
    for (person, told), reminders in together.items():
        waits = local_date(told.at, network.zone) != day
        alone = len(reminders) == 1 and not waits
        found.append((reminders[0] if alone else _of_several(network, day, person, waits=waits)).draft(told))
    return found


@dataclass(slots=True)
class _Who:
    """Who is told in one morning of one network: asked once for each person and right."""

    session: AsyncSession
    network: Network
    day: date
    morning: datetime
    _told: dict[tuple[int, Right], Reached] = field(default_factory=dict)
    _kept: dict[tuple[int, Right], bool] = field(default_factory=dict)

    async def told(self, reminder: Reminder, right: Right) -> Reached:
        key = (reminder.person, right)
        if key not in self._told:
            self._told[key] = await reminder.told(self.session, self.morning)
        return self._told[key]

    async def is_kept_from_deputy(self, reminder: Reminder, right: Right) -> bool:
        """A case's item, where the deputy may use other items of the network: it waits for the owner by itself."""
        key = (reminder.person, right)
        if key not in self._kept:
            deputy = await stands_in(self.session, reminder.person, self.day)
            self._kept[key] = (
                deputy is not None
                and not await reminder.may(self.session, deputy)
                and await people.may(self.session, deputy, self.network.id, Right.USE_ITEMS)
            )
        return self._kept[key]


# One


async def compose(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    """Void when it is done, removed, erased, moved or handed over meanwhile, or no reminder of it is wanted."""
    session, ids = desk.session, [int(notice.subject) for notice in notices]
    found = await service.item_facts(session, desk.vault, ids, desk.now)
    said: dict[int, Message] = {}
    for notice in notices:
        reminder = await _wanted(session, notice)
        facts = found.get(int(notice.subject))
        if reminder is None or facts is None or facts.text is None or facts.due is None:
            continue
        today = local_date(desk.now, reminder.zone)
        if mornings.reminder_day(facts.due) <= today and await telling.is_for(session, notice, reminder, desk.now):
            said[notice.id] = reminder_cards.due(facts, today, await telling.instead_of(session, notice))
    return said


async def _wanted(session: AsyncSession, notice: Notice) -> Reminder | None:
    """The reminder, where the item is open, the person's, and not muted by them or by who is told."""
    item, person = await session.get(Item, int(notice.subject)), telling.person_of(notice)
    if item is None or item.state is not ItemState.OPEN:
        return None
    if person not in (await owners_of(session, [item.id]))[item.id]:
        return None
    if item.id in await telling.muted_by_either(session, notice):
        return None
    return _of_one(item, await session.get_one(Network, item.network_id), person)


async def ended(session: AsyncSession, end: End) -> None:
    await telling.again(session, end, await _wanted(session, end.notice))


# Several


async def compose_list(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    said: dict[int, Message] = {}
    for notice in notices:
        network, reminder = await _several(desk.session, notice, desk.now)
        if not await telling.is_for(desk.session, notice, reminder, desk.now):
            continue
        today = local_date(desk.now, network.zone)
        items = await _came_due(desk.session, notice, network, today)
        if items:
            instead_of = await telling.instead_of(desk.session, notice)
            said[notice.id] = reminder_cards.due_list(items, today, instead_of)
    return said


async def _several(session: AsyncSession, notice: Notice, now: datetime) -> tuple[Network, Reminder]:
    network_id, day = mornings.morning_of(notice.subject)
    network = await session.get_one(Network, network_id)
    waits = local_date(now, network.zone) > day
    return network, _of_several(network, day, telling.person_of(notice), waits=waits)


async def _came_due(session: AsyncSession, notice: Notice, network: Network, today: date) -> list[Line]:
    """What is still the person's and open of what that morning brought, or of what came due on the mornings since
    they were last at work: this morning's comes by itself, or in the digest."""
    _network, day = mornings.morning_of(notice.subject)
    person, reader = telling.person_of(notice), notice.person_id or 0
    first, last = mornings.due_from(day)
    if day < today:
        last = max(last, mornings.due_from(working_day_before(today))[1])
        first = min(first, await away_since(session, person, today)) if person == reader else first
    ids = [item.id for item in await due_between(session, network.id, (first, last))]
    owners, unwanted = await owners_of(session, ids), await telling.muted_by_either(session, notice)
    theirs = [item for item in ids if person in owners[item] and item not in unwanted]
    return [line for line in await lines(session, Item.id.in_(theirs), reader) if line.opens]


async def list_ended(session: AsyncSession, end: End) -> None:
    _network, reminder = await _several(session, end.notice, end.now)
    await telling.again(session, end, reminder)
