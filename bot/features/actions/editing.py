"""Changing an item: done, removed, moved, handed over, edited, and undone."""

from datetime import date

from sqlalchemy import or_, select

from bot.errors import Refusal
from bot.feature import Context
from bot.features.actions import following, history, owners
from bot.features.actions.history import Did
from bot.features.actions.making import require_open_case, require_owners
from bot.features.actions.naming import Owners
from bot.features.actions.rules import ItemDraft
from bot.features.actions.service import facts_of, item_of, item_to_change
from bot.features.actions.tables import Item, ItemChange, ItemState
from bot.features.cases import Case
from bot.people import Network
from bot.when import When


class IsDone(Refusal):
    """Oppgave {number} er allerede ferdig, sier {name}. Skriv «/oppgave åpne {number}» for å åpne den igjen."""


class IsRemoved(Refusal):
    """Oppgave {number} er fjernet av {name}. Skriv «/oppgave åpne {number}» for å åpne den igjen."""


class NothingToUndo(Refusal):
    """Det er ikke noe å angre på denne oppgaven. Skriv «/oppgave vis» og nummeret for å se hva som er gjort."""


async def change_state(context: Context, item_id: str, state: ItemState) -> ItemChange | None:
    """Done, removed or open again; None where it was so already. Of two who press at once the second is told what
    the first did."""
    item = await item_to_change(context, item_id)
    if item.state is state:
        return None
    if state is not ItemState.OPEN:
        await require_open(context, item)
    before, had = await history.as_it_is(context.session, item), await _those_who_have(context, item)
    item.state = state
    item.done_by, item.done_at = (context.person.id, context.now) if state is ItemState.DONE else (None, None)
    did = {ItemState.DONE: Did.DONE, ItemState.REMOVED: Did.REMOVED, ItemState.OPEN: Did.REOPENED}[state]
    return await _changed(context, item, did, before, had)


async def move(context: Context, item_id: str, when: When) -> ItemChange | None:
    """Another due date; None where it had that already."""
    item = await item_to_change(context, item_id)
    await require_open(context, item)
    before = await history.as_it_is(context.session, item)
    if before.when == when:
        return None
    history.set_due(item, when)
    return await _changed(context, item, Did.MOVED, before, await _those_who_have(context, item))


async def hand_over(context: Context, item_id: str, who: Owners) -> ItemChange | None:
    """Theirs from now on, and nobody else's; None where it was already. Those who are new to it are told."""
    item = await item_to_change(context, item_id)
    await require_open(context, item)
    before, had = await history.as_it_is(context.session, item), await _those_who_have(context, item)
    if _same(before.owners, who):
        return None
    await _give(context, item, who)
    return await _changed(context, item, Did.HANDED, before, had)


async def edit(context: Context, item_id: str, draft: ItemDraft) -> ItemChange | None:
    """The words, the owners and the due date at once; None where nothing was changed. The words have been checked,
    and the item is as the writer saw it."""
    item = await item_to_change(context, item_id)
    await require_open(context, item)
    text = (await facts_of(context, item.id)).text
    before, had = await history.as_it_is(context.session, item), await _those_who_have(context, item)
    words, moved, handed = draft.text != text, before.when != draft.due, not _same(before.owners, draft.owners)
    if not (words or moved or handed):
        return None
    if words:
        await _write_words(context, item, draft.text)
    history.set_due(item, draft.due)
    if handed:
        await _give(context, item, draft.owners)
    did = Did.EDITED if words or (moved and handed) else Did.MOVED if moved else Did.HANDED
    return await _changed(context, item, did, before, had, text if words else None)


async def undo(context: Context, item_id: str, version: int | None = None) -> ItemChange:
    """Take back one's change of that version, or the newest one. Raises the refusals of `history`."""
    item = await item_of(context, item_id)
    change = await history.change_at(context.session, item.id, item.version if version is None else version)
    if change is None:
        raise NothingToUndo
    await history.require_undo(context, item, change)
    before = await history.as_it_is(context.session, item)
    text, had = (await facts_of(context, item.id)).text, await _those_who_have(context, item)
    await history.restore(context, item, change)
    await _follow_meeting(context, item)
    old_text = text if change.text_before is not None or change.sealed_before is not None else None
    return await _changed(context, item, Did.UNDONE, before, had, old_text)


async def meeting_moved(context: Context, network_id: int) -> None:
    """The network's next meeting has another date: open items that are due at it follow."""
    meeting = await next_meeting(context, network_id)
    otherwise = Item.due.is_not(None) if meeting is None else or_(Item.due.is_(None), Item.due != meeting)
    items = await context.session.scalars(
        select(Item)
        .where(Item.network_id == network_id, Item.until_meeting, Item.state == ItemState.OPEN, otherwise)
        .order_by(Item.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    moved = list(items)
    for item in moved:
        before = await history.as_it_is(context.session, item)
        item.due = meeting
        await history.remember(context, item, Did.MOVED, before, by_us=True)
    await following.follow(context, Did.MOVED, *moved)


async def _changed(
    context: Context,
    item: Item,
    did: Did,
    before: history.Before,
    had: frozenset[int],
    old_text: str | None = None,
) -> ItemChange:
    """`had`: who had it before. They are told, and those who are new to it."""
    if did is Did.REOPENED:
        await _follow_meeting(context, item)
    change = await history.remember(context, item, did, before, old_text=old_text)
    have = await _those_who_have(context, item)
    if did is Did.UNDONE:
        await following.tell_undone(context, item, had | have)
    else:
        await following.tell(context, item, had, have)
    await following.follow(context, did, item)
    return change


async def require_open(context: Context, item: Item) -> None:
    """Raises `IsDone`, `IsRemoved`, which say who did it."""
    if item.state is ItemState.OPEN:
        return
    done = item.state is ItemState.DONE
    name = await history.name_of(context.session, await _closed_by(context, item))
    raise (IsDone if done else IsRemoved)(number=str(item.number), name=name)


async def _closed_by(context: Context, item: Item) -> int:
    if item.state is ItemState.DONE and item.done_by is not None:
        return item.done_by
    last = await history.change_at(context.session, item.id, item.version)
    return last.by if last is not None and last.by is not None else item.made_by


async def _follow_meeting(context: Context, item: Item) -> None:
    """The meeting may have moved while the item was not open."""
    if item.until_meeting:
        item.due = await next_meeting(context, item.network_id)


async def next_meeting(context: Context, network_id: int) -> date | None:
    return (await context.session.get_one(Network, network_id)).next_meeting


async def _those_who_have(context: Context, item: Item) -> frozenset[int]:
    return (await owners.owners_of(context.session, [item.id]))[item.id]


async def _give(context: Context, item: Item, who: Owners) -> None:
    await require_owners(context, item.network_id, who, of_case=item.case_id is not None)
    await owners.write(context.session, item.id, who)


async def _write_words(context: Context, item: Item, text: str) -> None:
    if item.case_id is None:
        item.text = text
        return
    case = await context.session.get_one(Case, item.case_id)
    await require_open_case(context, case)
    item.sealed = await context.vault.seal(context.session, case.sealed_under, "item", text)


def _same(one: Owners, other: Owners) -> bool:
    return set(one.persons) == set(other.persons) and set(one.roles) == set(other.roles)
