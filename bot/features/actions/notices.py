"""What the outbox says of items, from the state as it is when it is said; the reminders have a file of their own."""

from collections.abc import Mapping, Sequence

from bot import people
from bot.chat.message import Message
from bot.chat.port import Account
from bot.feature import Desk, NoticeKind
from bot.features.actions import cards, history
from bot.features.actions.service import ItemFacts, item_facts, owners_of
from bot.features.actions.tables import Item, ItemState
from bot.outbox import Notice


async def compose_given(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    """Void where it is done, removed, erased or handed on meanwhile."""
    found = await _facts(desk, notices)
    having = await owners_of(desk.session, list(found))
    said = {}
    for notice in notices:
        item = found.get(int(notice.subject))
        if item is None or item.text is None or item.state is not ItemState.OPEN:
            continue
        if notice.person_id in having[item.id]:
            said[notice.id] = cards.given(item, await _giver(desk, notice))
    return said


async def _giver(desk: Desk, notice: Notice) -> str:
    """Who gave it: whoever made the change that the notice's key names."""
    _kind, item_id, version, _person = notice.key.split(":")
    change = await history.change_at(desk.session, int(item_id), int(version))
    row = await desk.session.get_one(Item, int(item_id))
    return await history.name_of(desk.session, change.by if change else row.made_by)


async def compose_card(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    found = await _facts(desk, notices)
    return {
        notice.id: cards.item_card(item)
        for notice in notices
        if (item := found.get(int(notice.subject))) and item.text is not None
    }


async def room_is_safe(desk: Desk, notice: Notice, present: Sequence[Account]) -> bool:
    """Whether everybody in the room may read the case's item, asked again just before it is written."""
    item = await desk.session.get_one(Item, int(notice.subject))
    return not await people.without_case_access(desk.session, item.network_id, present)


async def _facts(desk: Desk, notices: Sequence[Notice]) -> dict[int, ItemFacts]:
    return await item_facts(desk.session, desk.vault, list({int(notice.subject) for notice in notices}), desk.now)


NOTICES = (
    NoticeKind("actions.given", compose_given),
    NoticeKind("actions.card", compose_card),
    NoticeKind("actions.case_card", compose_card, room_is_safe),
    NoticeKind("actions.redrawn", compose_card),
    NoticeKind("actions.case_redrawn", compose_card, room_is_safe),
)
