"""What somebody else did with an item, told once to those who have it or had it; from the item as it is now."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, select

from bot import people
from bot.chat.message import Message
from bot.feature import Desk
from bot.features.actions import cards, history
from bot.features.actions.history import Did
from bot.features.actions.reminding.telling import muted
from bot.features.actions.service import item_facts, owners_of, right_to
from bot.features.actions.tables import Item, ItemChange
from bot.outbox import Notice, State
from bot.outbox.notices import NOTICES

TELLS = ("actions.told", "actions.given")  # what tells a person of a change


async def compose(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    said: dict[int, Message] = {}
    for notice in notices:
        item = await desk.session.get(Item, int(notice.subject))
        change = await _change(desk, notice)
        if item is None or change is None or not await _applies(desk, notice, item, change):
            continue
        facts = (await item_facts(desk.session, desk.vault, [item.id], desk.now))[item.id]
        if facts.text is None:
            continue  # erased with its case
        by = await history.name_of(desk.session, change.by)
        lost = _word(notice) == "lost"
        said[notice.id] = cards.lost(facts, by) if lost else cards.told(facts, Did(change.did), by)
    return said


async def _change(desk: Desk, notice: Notice) -> ItemChange | None:
    return await history.change_at(desk.session, int(notice.subject), _version(notice))


async def _applies(desk: Desk, notice: Notice, item: Item, change: ItemChange) -> bool:
    """Not to who has left or wants to hear no more of it. What was overtaken is told by what overtook it: but whoever
    lost it hears of that, whatever was done later, unless they have it again."""
    person = notice.person_id or 0
    if not await people.may(desk.session, person, item.network_id, right_to(item)):
        return False
    if (item.id, person) in await muted(desk.session, {person}) or await _overtaken(desk, notice):
        return False
    having = (await owners_of(desk.session, [item.id]))[item.id]
    match _word(notice):
        case "lost":
            return person not in having
        case "undone":
            return item.version == change.version and await _was_told(desk, notice)
        case _:
            return item.version == change.version and person in having and await _makes_sense(desk, notice, change)


async def _makes_sense(desk: Desk, notice: Notice, change: ItemChange) -> bool:
    """That it is open again is no news to one who never heard that it was not."""
    return Did(change.did) is not Did.REOPENED or await _was_told(desk, notice)


async def _was_told(desk: Desk, notice: Notice) -> bool:
    """Whether the change before this one was told, or needed no telling."""
    before = await desk.session.scalars(
        select(NOTICES.c.key).where(*_same_reader(notice, TELLS), NOTICES.c.state == State.VOID)
    )
    return all(int(key.split(":")[2]) != _version(notice) - 1 for key in before)


async def _overtaken(desk: Desk, notice: Notice) -> bool:
    newer = select(NOTICES.c.id).where(*_same_reader(notice, (notice.kind,)), NOTICES.c.id > notice.id).limit(1)
    return await desk.session.scalar(newer) is not None


def _same_reader(notice: Notice, kinds: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return (
        NOTICES.c.kind.in_(kinds),
        NOTICES.c.subject == notice.subject,
        NOTICES.c.person_id == notice.person_id,
    )


def _version(notice: Notice) -> int:
    return int(notice.key.split(":")[2])


def _word(notice: Notice) -> str:
    return notice.key.split(":")[4]
