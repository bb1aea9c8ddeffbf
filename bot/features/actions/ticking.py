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
    for kind in SHOWN:
        if (item := await outbox.subject_of(context.session, event.posted, kind)) is not None:
            return await _ticked(context, item) if event.added else await _unticked(context, item)
    return None


async def _ticked(context: Context, item: str) -> Receipt:
    return await handlers.change_state(context, item, ItemState.DONE)


async def _unticked(context: Context, item_id: str) -> Receipt | None:
    item = await context.session.get(Item, int(item_id))
    if item is None or item.state is not ItemState.DONE or item.done_by != context.person.id:
        return None
    return await handlers.change_state(context, item_id, ItemState.OPEN)
