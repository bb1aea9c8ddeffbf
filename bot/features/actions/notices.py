"""What the outbox says of items, from the state as it is when it is said; the reminders have a file of their own."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from bot import people
from bot.chat.message import Message
from bot.chat.port import Account
from bot.feature import Desk, NoticeKind
from bot.features.actions import cards, history, telling_owners
from bot.features.actions.service import ItemFacts, item_facts, owners_of
from bot.features.actions.tables import Item, ItemState
from bot.outbox import Act, Notice
from bot.outbox.notices import NOTICES as NOTICE


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
            said[notice.id] = cards.given(item, await _giver(desk, notice.key))
    return said


async def compose_given_redrawn(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    """It says who gave it for as long as the reader has it."""
    found = await _facts(desk, notices)
    having = await owners_of(desk.session, list(found))
    said = {}
    for notice in notices:
        item = found.get(int(notice.subject))
        if item is None or item.text is None:
            continue
        key, person = await _first_said(desk, notice)
        has_it = person in having[item.id]
        said[notice.id] = cards.given(item, await _giver(desk, key)) if has_it else cards.item_card(item)
    return said


async def _first_said(desk: Desk, notice: Notice) -> tuple[str, int | None]:
    """Key and reader of the notice whose message is redrawn; nobody where retention has let it go."""
    rows = await desk.session.execute(
        select(NOTICE.c.key, NOTICE.c.person_id).where(
            NOTICE.c.posted == (notice.of.store() if notice.of else None),
            NOTICE.c.kind == "actions.given",
            NOTICE.c.act == Act.POST,
        )
    )
    row = rows.first()
    return (row.key, row.person_id) if row else ("", None)


async def _giver(desk: Desk, key: str) -> str:
    """Who gave it: whoever made the change that the notice's key names."""
    _kind, item_id, version, _person = key.split(":")
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
    NoticeKind("actions.told", telling_owners.compose, passing=True),
    NoticeKind("actions.card", compose_card),
    NoticeKind("actions.case_card", compose_card, room_is_safe),
    NoticeKind("actions.redrawn", compose_card),
    NoticeKind("actions.given_redrawn", compose_given_redrawn),
    NoticeKind("actions.case_redrawn", compose_card, room_is_safe),
)
