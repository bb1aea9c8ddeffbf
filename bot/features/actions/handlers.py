"""Inbound → service → answer."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot import guard, people
from bot.chat.inbound import Command, Press, Submission, id_in
from bot.chat.message import Form, Message
from bot.chat.port import Account, Place, Posted, Problems
from bot.clock import local_date
from bot.errors import NotFound, Refusal
from bot.feature import Answer, Context, Desk, NoticeKind, Receipt
from bot.features.actions import cards, rules, service
from bot.features.actions.service import ItemFacts
from bot.features.actions.tables import Item, ItemState
from bot.features.cases import Case, case_in_thread
from bot.outbox import Notice
from bot.people import Person, Right
from bot.places import Purpose, room_at


async def command(context: Context, event: Command, rest: str) -> Answer:
    """`/oppgave` lists mine; with text it makes one."""
    if not rest:
        return cards.item_list(await service.my_items(context))
    standing = context.require(Right.USE_ITEMS)
    names = await _member_names(context, standing.network.id)
    today = local_date(context.now, standing.network.zone)
    draft = rules.parse(rest, names, context.person.id, today)
    if context.room is not None and context.room.purpose == Purpose.CASES:
        raise CommandInCaseRoom
    item, _reading = await service.make_item(context, standing.network.id, draft)
    return Receipt("actions.made", str(item.id))


class CommandInCaseRoom(Refusal):
    """I kasusrommet lages oppgaver fra en melding: velg «Lag oppgave» i menyen på den, så følger oppgaven kasuset."""


async def _member_names(context: Context, network_id: int) -> dict[int, str]:
    return {m.person.id: m.person.name for m in await people.members(context.session, network_id)}


async def new(context: Context, event: Press) -> Form:
    """The form, from a button or from a message. A message in a case room is never copied into it."""
    standing = context.require(Right.USE_ITEMS)
    case = await _case(context, event.on)
    names = await _member_names(context, standing.network.id)
    text = " ".join(event.text.split())[: rules.LONGEST] if _may_be_copied(context) else ""
    carries = event.on.store() if event.on else ""
    return cards.item_form(
        carries, sorted(names.items(), key=lambda m: m[1]), context.person.id, text, in_case=case is not None
    )


def _may_be_copied(context: Context) -> bool:
    """Not in a case room; nor in a 1:1 chat, where what stands is ours and may be a case that was shown there."""
    return context.room is not None and context.room.purpose != Purpose.CASES


async def _case(context: Context, on: Posted | None) -> Case | None:
    """The case that a message is the card of, or stands in the thread of."""
    if on is None:
        return None
    root = Posted(Place(on.place.chat, on.place.room), on.place.thread or on.ref)
    return await case_in_thread(context.session, root)


async def submit(context: Context, event: Submission) -> Answer:
    on = _made_from(event.carries)
    room = await room_at(context.session, on.place) if on else context.room
    standing = context.require(Right.USE_ITEMS, room.network_id if room else None)
    names = await _member_names(context, standing.network.id)
    today = local_date(context.now, standing.network.zone)
    try:
        draft = _draft(event, names, today)
    except (rules.NoText, rules.TooLong) as refusal:
        return Problems({"text": refusal.text})
    except (rules.BadDue, rules.PastDue) as refusal:
        return Problems({"due": refusal.text})
    case = await _case(context, on)
    try:
        item, _reading = await service.make_item(context, standing.network.id, draft, case=case, made_from=on)
    except service.HoldsIdentityNumber as refusal:
        return Problems({"text": refusal.text})
    except service.OwnerWithoutCaseAccess as refusal:
        return Problems({"owner": refusal.text})
    return Receipt("actions.made", str(item.id))


def _made_from(carries: str) -> Posted | None:
    if not carries:
        return None
    try:
        return Posted.load(carries)
    except (TypeError, ValueError) as error:
        raise NotFound from error


def _draft(event: Submission, names: Mapping[int, str], today: date) -> rules.ItemDraft:
    def typed(field: str) -> str:
        value = event.values.get(field, "")
        return value if isinstance(value, str) else ""

    owner = id_in(typed("owner"))
    due = rules.parse_due(typed("due"), today) if typed("due") else None
    if owner is None or owner not in names:
        raise NotFound
    return rules.ItemDraft(rules.checked_text(typed("text")), (owner,), due)


async def done(context: Context, event: Press) -> Receipt:
    return await _change(context, event, ItemState.DONE)


async def undo(context: Context, event: Press) -> Receipt:
    return await _change(context, event, ItemState.OPEN)


async def remove(context: Context, event: Press) -> Receipt:
    return await _change(context, event, ItemState.REMOVED)


async def _change(context: Context, event: Press, state: ItemState) -> Receipt:
    item = await service.change_state(context, event.carries, state)
    return Receipt("actions.changed", str(item.id))


async def made_receipt(context: Context, subject: str) -> Message:
    item = await _facts(context, subject)
    reading = guard.read(item.text or "", guard.Profile.ITEM)
    return cards.made(item, list(dict.fromkeys(guard.explain(find) for find in reading.finds)))


async def changed_receipt(context: Context, subject: str) -> Message:
    return cards.changed(await _facts(context, subject))


async def _facts(context: Context, subject: str) -> ItemFacts:
    return (await service.item_facts(context.session, context.vault, [int(subject)]))[int(subject)]


# Notices


async def compose_given(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    found = await service.item_facts(desk.session, desk.vault, [int(notice.subject) for notice in notices])
    said = {}
    for notice in notices:
        item = found.get(int(notice.subject))
        if item is not None and item.state is ItemState.OPEN and item.text is not None:
            row = await desk.session.get_one(Item, item.id)
            said[notice.id] = cards.given(item, (await desk.session.get_one(Person, row.made_by)).name)
    return said


async def compose_due(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    """Void when it is done, removed or erased meanwhile."""
    found = await service.item_facts(desk.session, desk.vault, [int(notice.subject) for notice in notices])
    return {
        notice.id: cards.due_today(item)
        for notice in notices
        if (item := found.get(int(notice.subject))) and item.state is ItemState.OPEN and item.text is not None
    }


async def compose_card(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    found = await service.item_facts(desk.session, desk.vault, [int(notice.subject) for notice in notices])
    return {
        notice.id: cards.item_card(item)
        for notice in notices
        if (item := found.get(int(notice.subject))) and item.text is not None
    }


async def room_is_safe(desk: Desk, notice: Notice, present: Sequence[Account]) -> bool:
    """Whether everybody in the room may read the case's item, asked again just before it is posted."""
    item = await desk.session.get_one(Item, int(notice.subject))
    return not await people.without_case_access(desk.session, item.network_id, present)


async def erased(context: Context, sealed_under: str) -> None:
    await service.forget_items_of(context, sealed_under)


NOTICES = (
    NoticeKind("actions.given", compose_given),
    NoticeKind("actions.due", compose_due),
    NoticeKind("actions.card", compose_card),
    NoticeKind("actions.case_card", compose_card, room_is_safe),
    NoticeKind("actions.redrawn", compose_card),
)
