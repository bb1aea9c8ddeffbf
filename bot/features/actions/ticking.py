"""An emoji on an item's message: a tick marks it done, and taken off again, open. Whoever does it is told, with an
undo."""

from bot import outbox
from bot.chat.inbound import Reacted
from bot.feature import Context, Receipt
from bot.features.actions import handlers
from bot.features.actions.following import SHOWN
from bot.features.actions.tables import Item, ItemState

TICKS = frozenset({"white_check_mark", "heavy_check_mark", "ballot_box_with_check", "✅", "✔️", "✔", "☑️", "☑"})


async def reacted(context: Context, event: Reacted) -> Receipt | None:
    """Taking one's tick off again opens what one has done oneself; others may have ticked it too."""
    if event.name not in TICKS or context.someone is None:
        return None
    item = await outbox.subject_of(context.session, event.posted, *SHOWN)
    if item is None or not (event.added or await _is_done_by_oneself(context, item)):
        return None
    return await handlers.change_state(context, item, ItemState.DONE if event.added else ItemState.OPEN)


async def _is_done_by_oneself(context: Context, item_id: str) -> bool:
    item = await context.session.get(Item, int(item_id))
    return item is not None and item.state is ItemState.DONE and item.done_by == context.person.id
