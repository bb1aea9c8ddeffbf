"""What follows from every change of an item: its messages are redrawn, its reminders planned, and it is recorded."""

from collections.abc import Iterable, Sequence
from uuid import uuid4

from sqlalchemy import select

from bot import outbox, people
from bot.chat.port import Posted
from bot.feature import Context
from bot.features.actions import history, searching
from bot.features.actions.history import Did
from bot.features.actions.reminding import reminders
from bot.features.actions.service import record
from bot.features.actions.tables import Item
from bot.features.cases import remove_messages, said_of
from bot.outbox import Act, Draft
from bot.outbox.notices import NOTICES
from bot.people import Right

SHOWN = ("actions.card", "actions.case_card", "actions.given", "actions.due")  # notices that show an item


async def follow(context: Context, did: Did, *items: Item) -> None:
    """Called last. Lanes of the outbox are locked until the commit: first persons' (`tell`), then rooms', all at once,
    then the reminders'. In that order always, so that two changes never wait for each other."""
    await context.session.flush()
    await redraw(context, items)
    for item in items:
        await reminders.plan(context.session, item, context.now)
    await searching.keep_found(context.session, *items)
    for item in items:
        await record(context, f"item.{did}", item)


async def tell(context: Context, item: Item, had: Iterable[int], have: Iterable[int]) -> None:
    """Word to those who have it from now on, and to those who had it before what was done with it; not to oneself."""
    before, now = frozenset(had), frozenset(have)
    words = dict.fromkeys(before - now, "lost") | dict.fromkeys(before & now, "kept")
    drafts = [_given(context, item, person) for person in sorted(now - before)]
    drafts += [_told(context, item, person, word) for person, word in sorted(words.items())]
    await outbox.enqueue(context.session, *(draft for draft in drafts if draft.to != context.person.id))


async def tell_undone(context: Context, item: Item, persons: Iterable[int]) -> None:
    """Word to all who have it or had it, whoever of them gets it back; not to oneself."""
    drafts = [_told(context, item, person, "undone") for person in sorted(persons) if person != context.person.id]
    await outbox.enqueue(context.session, *drafts)


def _given(context: Context, item: Item, person: int) -> Draft:
    subject = str(item.id)
    return Draft("actions.given", subject, f"actions.given:{subject}:{item.version}:{person}", context.now, person)


def _told(context: Context, item: Item, person: int, word: str) -> Draft:
    subject = str(item.id)
    return Draft("actions.told", subject, f"actions.told:{subject}:{item.version}:{person}:{word}", context.now, person)


async def show_under(context: Context, item: Item) -> None:
    """The card under the message that the item was made from. A case's goes only to a room whose members were
    checked, as the case does."""
    if item.made_from:
        kind = "actions.case_card" if item.case_id else "actions.card"
        place, subject = Posted.load(item.made_from).in_thread, str(item.id)
        await outbox.enqueue(context.session, Draft(kind, subject, f"{kind}:{subject}", context.now, place))


async def redraw(context: Context, items: Sequence[Item]) -> None:
    """Bring every message that shows one of the items up to date: its card, the word to its owners, the reminder."""
    await outbox.enqueue(
        context.session,
        *[
            Draft(
                kind,
                str(item.id),
                f"actions.redrawn:{item.id}:{uuid4().hex}",
                context.now,
                posted.place,
                Act.EDIT,
                posted,
            )
            for item in items
            for kind, posted in await _shown(context, item)
        ],
    )


async def _shown(context: Context, item: Item) -> list[tuple[str, Posted]]:
    """(how it is redrawn, where it stands). New words of a case go to nobody who may not read them any more: rooms
    are checked again before they are written to, persons here."""
    rows = await context.session.execute(
        select(NOTICES.c.kind, NOTICES.c.posted, NOTICES.c.person_id).where(
            NOTICES.c.kind.in_(SHOWN),
            NOTICES.c.subject == str(item.id),
            NOTICES.c.act == Act.POST,
            NOTICES.c.posted.is_not(None),
        )
    )
    found = [(kind, Posted.load(posted), person_id) for kind, posted, person_id in rows]
    if item.case_id is None:
        return [(_redrawn(kind), posted) for kind, posted, _person in found]
    readers = {
        person_id
        for person_id in {person for _kind, _posted, person in found if person is not None}
        if await people.may(context.session, person_id, item.network_id, Right.USE_CASES)
    }
    return [
        ("actions.case_redrawn" if person_id is None else _redrawn(kind), posted)
        for kind, posted, person_id in found
        if person_id is None or person_id in readers
    ]


def _redrawn(kind: str) -> str:
    """What somebody was given still says by whom."""
    return "actions.given_redrawn" if kind == "actions.given" else "actions.redrawn"


async def forget_items_of(context: Context, sealed_under: str) -> None:
    """A case was erased: the words of its items, what they were before, and the messages that hold them, go with it."""
    items = await history.items_under(context.session, sealed_under)
    await history.forget_words(context.session, sealed_under)
    shown = await said_of(context.session, SHOWN, [str(item_id) for item_id in items])
    await remove_messages(context, sealed_under, shown)
