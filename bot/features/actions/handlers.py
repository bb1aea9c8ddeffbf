"""Inbound → service → answer."""

import json
from collections.abc import Mapping, Sequence
from datetime import date

from bot import people
from bot.chat.inbound import Command, Press, Submission, id_in
from bot.chat.message import Form, Message
from bot.chat.port import Account, Place, Posted, Problems
from bot.check import check
from bot.clock import local_date
from bot.errors import NotFound
from bot.feature import Answer, Context, Desk, NoticeKind, Receipt
from bot.features.actions import cards, rules, service
from bot.features.actions.service import ItemFacts
from bot.features.actions.tables import Item, ItemState
from bot.features.cases import Case, case_in_thread
from bot.guard import Profile
from bot.outbox import Notice
from bot.people import Person, Right
from bot.places import Purpose, room_at


async def command(context: Context, event: Command, rest: str) -> Answer:
    """`/oppgave` lists mine, "ferdig 12" finishes one, and text makes one. What cannot be made as it was typed comes
    back in the form, so that nothing typed is lost."""
    if not rest:
        today = local_date(context.now, context.standings[0].network.zone) if context.standings else context.now.date()
        return cards.item_list(await service.my_items(context), today)
    standing = context.require(Right.USE_ITEMS)
    if (changed := rules.change(rest)) is not None:
        return await _change(context, await service.numbered(context, standing.network.id, changed[1]), changed[0])
    if _in_case_room(context):
        raise service.NotInACase
    members = await _members(context, standing.network.id)
    try:
        draft = rules.parse(rest, dict(members), context.person.id, local_date(context.now, standing.network.zone))
    except (rules.UnknownOwner, rules.SeveralOwners) as refusal:
        return _again(context, members, rest, {"owner": (refusal.text,)})
    except (rules.BadDue, rules.PastDue) as refusal:
        return _again(context, members, rest, {"due": (refusal.text,)})
    checked = check({"text": draft.text}, Profile.ITEM)
    if checked.readings["text"].finds:
        return _again(context, members, rest, checked.everything)
    item = await service.make_item(context, standing.network.id, draft)
    return Receipt("actions.made", str(item.id))


def _again(
    context: Context, members: Sequence[tuple[int, str]], typed: str, notes: Mapping[str, Sequence[str]]
) -> Form:
    text = " ".join(typed.split())[: rules.LONGEST]
    return cards.item_form(cards.ItemForm("", members, text, context.person.id, notes=notes))


async def _members(context: Context, network_id: int) -> list[tuple[int, str]]:
    return [(m.person.id, m.person.name) for m in await people.members(context.session, network_id)]


async def new(context: Context, event: Press) -> Form:
    """The form, from a button or from a message. A message in a case room is never copied into it."""
    standing = context.require(Right.USE_ITEMS)
    case = await _case(context, event.on)
    if case is None and _in_case_room(context):
        raise service.NotInACase
    members = await _members(context, standing.network.id)
    text = " ".join(event.text.split())[: rules.LONGEST] if _may_be_copied(context) else ""
    carries = _carry(event.on, frozenset())
    return cards.item_form(cards.ItemForm(carries, members, text, context.person.id, in_case=case is not None))


def _in_case_room(context: Context) -> bool:
    return context.room is not None and context.room.purpose == Purpose.CASES


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
    on, shown = _carried(event.carries)
    room = await room_at(context.session, on.place) if on else context.room
    standing = context.require(Right.USE_ITEMS, room.network_id if room else None)
    case = await _case(context, on)
    if case is None and room is not None and room.purpose == Purpose.CASES:
        raise service.NotInACase
    members = await _members(context, standing.network.id)
    try:
        draft = _draft(event, dict(members), local_date(context.now, standing.network.zone))
    except (rules.NoText, rules.TooLong) as refusal:
        return Problems({"text": refusal.text})
    except (rules.BadDue, rules.PastDue) as refusal:
        return Problems({"due": refusal.text})
    checked = check({"text": draft.text}, Profile.CASE if case else Profile.ITEM)
    if checked.blocked:
        return Problems(checked.blocked)
    marks = checked.marks(context.vault.mark)
    if marks and not (event.values.get("confirmed") and marks <= shown):
        due = draft.due.isoformat() if draft.due else ""
        carries = _carry(on, marks)
        form = cards.ItemForm(carries, members, draft.text, draft.owners[0], due, case is not None, checked.notes, True)
        return cards.item_form(form)
    try:
        item = await service.make_item(context, standing.network.id, draft, case=case, made_from=on)
    except service.OwnerWithoutCaseAccess as refusal:
        return Problems({"owner": refusal.text})
    return Receipt("actions.made", str(item.id))


def _carry(on: Posted | None, marks: frozenset[str]) -> str:
    return json.dumps([on.store() if on else None, sorted(marks)])


def _carried(carries: str) -> tuple[Posted | None, frozenset[str]]:
    if not carries:
        return None, frozenset()
    try:
        on, marks = json.loads(carries)
        return (Posted.load(on) if on else None), frozenset(marks)
    except (TypeError, ValueError) as error:
        raise NotFound from error


def _draft(event: Submission, names: Mapping[int, str], today: date) -> rules.ItemDraft:
    owner = id_in(event.text("owner"))
    due = rules.parse_due(event.text("due"), today) if event.text("due") else None
    if owner is None or owner not in names:
        raise NotFound
    return rules.ItemDraft(rules.checked_text(event.text("text")), (owner,), due)


async def done(context: Context, event: Press) -> Receipt:
    return await _change(context, event.carries, ItemState.DONE)


async def undo(context: Context, event: Press) -> Receipt:
    return await _change(context, event.carries, ItemState.OPEN)


async def remove(context: Context, event: Press) -> Receipt:
    return await _change(context, event.carries, ItemState.REMOVED)


async def _change(context: Context, item_id: str, state: ItemState) -> Receipt:
    item = await service.change_state(context, item_id, state)
    return Receipt("actions.changed", str(item.id))


async def made_receipt(context: Context, subject: str) -> Message:
    return cards.made(await _facts(context, subject))


async def changed_receipt(context: Context, subject: str) -> Message:
    return cards.changed(await _facts(context, subject))


async def _facts(context: Context, subject: str) -> ItemFacts:
    return (await service.item_facts(context.session, context.vault, [int(subject)]))[int(subject)]


# Notices


async def compose_given(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    said = {}
    for notice, item in await _still_open(desk, notices):
        row = await desk.session.get_one(Item, item.id)
        said[notice.id] = cards.given(item, (await desk.session.get_one(Person, row.made_by)).name)
    return said


async def compose_due(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    """Void when it is done, removed or erased meanwhile."""
    return {notice.id: cards.due(item) for notice, item in await _still_open(desk, notices)}


async def _still_open(desk: Desk, notices: Sequence[Notice]) -> list[tuple[Notice, ItemFacts]]:
    """Those that still apply, and whose reader may still read them."""
    found = await service.item_facts(desk.session, desk.vault, [int(notice.subject) for notice in notices])
    applying = []
    for notice in notices:
        item = found.get(int(notice.subject))
        if item is None or item.state is not ItemState.OPEN or item.text is None:
            continue
        if await _may_read(desk, notice, item):
            applying.append((notice, item))
    return applying


async def _may_read(desk: Desk, notice: Notice, item: ItemFacts) -> bool:
    row = await desk.session.get_one(Item, item.id)
    right = Right.USE_CASES if row.case_id else Right.USE_ITEMS
    return notice.person_id is None or await people.may(desk.session, notice.person_id, row.network_id, right)


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
