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


async def tell(context: Context, item: Item, persons: Iterable[int]) -> None:
    """Word to those who have it from now on; not to oneself."""
    subject = str(item.id)
    drafts = (
        Draft("actions.given", subject, f"actions.given:{subject}:{item.version}:{person}", context.now, person)
        for person in sorted(persons)
        if person != context.person.id
    )
    await outbox.enqueue(context.session, *drafts)


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
        select(NOTICES.c.posted, NOTICES.c.person_id).where(
            NOTICES.c.kind.in_(SHOWN),
            NOTICES.c.subject == str(item.id),
            NOTICES.c.act == Act.POST,
            NOTICES.c.posted.is_not(None),
        )
    )
    found = [(Posted.load(posted), person_id) for posted, person_id in rows]
    if item.case_id is None:
        return [("actions.redrawn", posted) for posted, _person in found]
    readers = {
        person_id
        for person_id in {person for _posted, person in found if person is not None}
        if await people.may(context.session, person_id, item.network_id, Right.USE_CASES)
    }
    return [
        ("actions.case_redrawn" if person_id is None else "actions.redrawn", posted)
        for posted, person_id in found
        if person_id is None or person_id in readers
    ]


async def forget_items_of(context: Context, sealed_under: str) -> None:
    """A case was erased: the words of its items, what they were before, and the messages that hold them, go with it."""
    items = await history.items_under(context.session, sealed_under)
    await history.forget_words(context.session, sealed_under)
    shown = await said_of(context.session, SHOWN, [str(item_id) for item_id in items])
    await remove_messages(context, sealed_under, shown)
