"""The words of items that were done or removed long ago. What is counted stays: number, dates, who had it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, func, or_, select, update

from bot import search
from bot.feature import Context, Rule
from bot.features.actions.following import SHOWN
from bot.features.actions.searching import KIND
from bot.features.actions.tables import Item, ItemChange, ItemState
from bot.features.cases import remove_messages, said_of

OVER = (ItemState.DONE, ItemState.REMOVED)


def _finished(before: datetime) -> Select[int, datetime]:
    """Finished since before then, and with words yet, of their own or in their history."""
    last_change = select(func.max(ItemChange.at)).where(ItemChange.item_id == Item.id).scalar_subquery()
    over = func.coalesce(Item.done_at, last_change, Item.made_at)
    in_history = exists().where(
        ItemChange.item_id == Item.id, or_(ItemChange.text_before.is_not(None), ItemChange.sealed_before.is_not(None))
    )
    words = or_(Item.text.is_not(None), Item.sealed.is_not(None), in_history)
    return select(Item.id, over).where(Item.state.in_(OVER), over < before, words).order_by(Item.id)


async def _take_words(context: Context, ids: Sequence[int]) -> int:
    """One that is opened again at this moment keeps them."""
    session = context.session
    locked = select(Item.id).where(Item.id.in_(ids), Item.state.in_(OVER)).order_by(Item.id).with_for_update()
    gone = list(await session.scalars(locked))
    await session.execute(update(Item).where(Item.id.in_(gone)).values(text=None, sealed=None))
    history = update(ItemChange).where(ItemChange.item_id.in_(gone))
    await session.execute(history.values(text_before=None, sealed_before=None))
    await search.forget(session, KIND, *gone)
    for item_id in gone:
        shown = await said_of(session, SHOWN, [str(item_id)])
        await remove_messages(context, f"item:{item_id}", shown)
    return len(gone)


RETENTION = (
    Rule(
        "items",
        "Ordene i oppgaver som er ferdige eller fjernet",
        lambda settings: settings.keep_finished_items_days,
        _finished,
        _take_words,
        at_once=100,
    ),
)
