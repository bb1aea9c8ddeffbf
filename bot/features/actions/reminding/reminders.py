"""Each morning's reminders of items, what is two weeks overdue, and «Slutt å minne meg på denne»."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox
from bot.availability import away_since
from bot.chat.inbound import Press
from bot.chat.message import Message
from bot.clock import local_date
from bot.feature import Answer, Context, Desk, NoticeKind, Receipt
from bot.features.actions import service
from bot.features.actions.owners import stewards
from bot.features.actions.reminding import digest, due_days, mornings, reminder_cards, telling
from bot.features.actions.reminding.lines import Line, lines
from bot.features.actions.reminding.mornings import plan
from bot.features.actions.reminding.telling import Reminder
from bot.features.actions.tables import Item, ItemMute, ItemState
from bot.outbox import Draft, End, Notice
from bot.people import Network, Right
from storage import insert_into

__all__ = ["NOTICES", "PRESSES", "RECEIPTS", "look_again", "plan"]


async def _morning(session: AsyncSession, end: End) -> None:
    """What is to be said this morning, in notices of its own, and the next digest's morning. All are written at once:
    so their lanes are locked in the order in which everybody locks them."""
    network_id, day = mornings.morning_of(end.notice.subject)
    network = await session.get(Network, network_id)
    if network is None:
        return
    drafts = await digest.drafts(session, network, end.now) if mornings.is_digest_day(day) else []
    drafts += await due_days.drafts(session, network, day, end.now)
    drafts += await _of_what_is_overdue(session, network, day, end.now)
    if await _anything_open(session, network_id):
        following = mornings.next_digest_day(end.now, network.zone)
        drafts += mornings.mornings(network, [following], end.now)
    await outbox.enqueue(session, *drafts)


async def _anything_open(session: AsyncSession, network_id: int) -> bool:
    found = select(Item.id).where(Item.network_id == network_id, Item.state == ItemState.OPEN).limit(1)
    return await session.scalar(found) is not None


# Two weeks overdue


async def _of_what_is_overdue(session: AsyncSession, network: Network, day: date, now: datetime) -> list[Draft]:
    if not await due_days.due_between(session, network.id, mornings.overdue_from(day)):
        return []
    secretaries = sorted(await stewards(session, network.id, of_case=False))
    return [await telling.draft(session, _of_overdue(network, day, person), now) for person in secretaries]


def _of_overdue(network: Network, day: date, secretary: int) -> Reminder:
    subject = f"{network.id}:{day.isoformat()}"
    may = telling.may_in(network.id, Right.USE_ITEMS)
    return Reminder("actions.overdue", str(network.id), subject, secretary, network.zone, may)


async def _still_secretary(session: AsyncSession, notice: Notice) -> tuple[Network, Reminder] | None:
    network_id, day = mornings.morning_of(notice.subject)
    network, person = await session.get(Network, network_id), telling.person_of(notice)
    if network is None or person not in await stewards(session, network_id, of_case=False):
        return None
    return network, _of_overdue(network, day, person)


async def _compose_overdue(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    said: dict[int, Message] = {}
    for notice in notices:
        if (found := await _still_secretary(desk.session, notice)) is None:
            continue
        network, reminder = found
        if not await telling.is_for(desk.session, notice, reminder, desk.now):
            continue
        today = local_date(desk.now, network.zone)
        items = await _newly_overdue(desk, notice, network)
        if items:
            instead_of = await telling.instead_of(desk.session, notice)
            said[notice.id] = reminder_cards.overdue(items, network.name, today, instead_of)
    return said


async def _newly_overdue(desk: Desk, notice: Notice, network: Network) -> list[Line]:
    """Since the morning that the notice is about, and since the reader was last at work: they get one message too."""
    _network, day = mornings.morning_of(notice.subject)
    if notice.person_id == telling.person_of(notice):
        day = min(day, await away_since(desk.session, notice.person_id, local_date(desk.now, network.zone)))
    first, _last = mornings.overdue_from(day)
    until = local_date(desk.now, network.zone) - mornings.OVERDUE_AFTER
    which = (Item.network_id == network.id) & Item.due.between(first, until)
    reader = notice.person_id or 0
    found = await lines(desk.session, which, reader)
    if reader != telling.person_of(notice):  # a deputy sees no case item that they could not open
        found = [line for line in found if line.opens]
    unwanted = await telling.muted(desk.session, {reader})
    return [line for line in found if (line.id, reader) not in unwanted]


async def _overdue_ended(session: AsyncSession, end: End) -> None:
    found = await _still_secretary(session, end.notice)
    await telling.again(session, end, found[1] if found else None)


# «Slutt å minne meg på denne»


async def mute(context: Context, event: Press) -> Receipt:
    item = await service.item_of(context, event.carries)
    row = {"item_id": item.id, "person_id": context.person.id}
    await context.session.execute(insert_into(context.session, ItemMute).values(row).on_conflict_do_nothing())
    return Receipt("actions.muted", str(item.id))


async def unmute(context: Context, event: Press) -> Receipt:
    item = await service.item_of(context, event.carries)
    await context.session.execute(
        delete(ItemMute).where(ItemMute.item_id == item.id, ItemMute.person_id == context.person.id)
    )
    return Receipt("actions.unmuted", str(item.id))


async def muted_receipt(context: Context, subject: str) -> Message:
    return reminder_cards.muted(await service.facts_of(context, int(subject)))


async def unmuted_receipt(context: Context, subject: str) -> Message:
    return reminder_cards.unmuted(await service.facts_of(context, int(subject)))


async def my_muted(context: Context, event: Press) -> Answer:
    mine = Item.id.in_(select(ItemMute.item_id).where(ItemMute.person_id == context.person.id))
    found = await lines(context.session, mine, context.person.id)
    return reminder_cards.all_muted([line for line in found if line.opens])


async def look_again(session: AsyncSession, person_id: int, now: datetime) -> None:
    """The person is away, is back, or has other quiet hours: does what waits for them still wait, and for them?"""
    await outbox.look_again(session, person_id, PERSONAL, now)


async def _nothing(_desk: Desk, _notices: Sequence[Notice]) -> Mapping[int, Message]:
    return {}


PERSONAL = ("actions.due", "actions.due_list", "actions.overdue", "actions.digest")
PRESSES: Mapping[str, Callable[[Context, Press], Awaitable[Answer]]] = {
    "actions.mute": mute,
    "actions.unmute": unmute,
    "actions.muted": my_muted,
}
RECEIPTS: Mapping[str, Callable[[Context, str], Awaitable[Message]]] = {
    "actions.muted": muted_receipt,
    "actions.unmuted": unmuted_receipt,
}
NOTICES = (
    NoticeKind("actions.morning", _nothing, on_ended=_morning),
    NoticeKind("actions.due", due_days.compose, on_ended=due_days.ended),
    NoticeKind("actions.due_list", due_days.compose_list, on_ended=due_days.list_ended, passing=True),
    NoticeKind("actions.overdue", _compose_overdue, on_ended=_overdue_ended, passing=True),
    NoticeKind("actions.digest", digest.compose, on_ended=digest.ended, passing=True),
)
