"""What is kept of one person in the items, and to whom it goes when they are erased."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, or_, select

from bot import people
from bot.feature import Desk, nobodys
from bot.features.actions import following, history, owners
from bot.features.actions.history import Did
from bot.features.actions.naming import owners as owned_by
from bot.features.actions.reminding import reminders
from bot.features.actions.service import item_facts, right_to
from bot.features.actions.tables import Item, ItemChange, ItemMute, ItemOwner, ItemState
from bot.people import Role, Standing


async def exported(desk: Desk, person_id: int) -> Mapping[str, Any]:
    """Those they made, have or had, by name. What a role has is the network's. Without the words of what they may not
    read (any more): others may have written them."""
    mine = select(ItemOwner.item_id).where(ItemOwner.person_id == person_id)
    rows = await desk.session.scalars(
        select(Item).where(or_(Item.made_by == person_id, Item.id.in_(mine))).order_by(Item.id)
    )
    items = list(rows)
    facts = await item_facts(desk.session, desk.vault, [item.id for item in items])
    owned = set(await desk.session.scalars(mine))
    standing_in = {standing.network.id: standing for standing in await people.standings(desk.session, person_id)}
    changes = await desk.session.scalars(
        select(ItemChange).where(ItemChange.by == person_id).order_by(ItemChange.at, ItemChange.id)
    )
    return {
        "items": [
            {
                "id": item.id,
                "network": facts[item.id].network,
                "number": item.number,
                "text": facts[item.id].text if _may_read(standing_in.get(item.network_id), item) else None,
                "due": item.due,
                "state": item.state,
                "made_by_you": item.made_by == person_id,
                "yours": item.id in owned,
                "made_at": item.made_at,
                "done_at": item.done_at,
            }
            for item in items
        ],
        "changes": [{"item": each.item_id, "did": each.did, "at": each.at} for each in changes],
        "muted": list(await desk.session.scalars(select(ItemMute.item_id).where(ItemMute.person_id == person_id))),
    }


def _may_read(standing: Standing | None, item: Item) -> bool:
    return standing is not None and standing.may(right_to(item))


async def person_erased(desk: Desk, person_id: int) -> None:
    """Open items go to the others who have them, or else to the secretary. Who had the finished ones stays, without
    a name."""
    session, context = desk.session, nobodys(desk)
    await session.execute(delete(ItemMute).where(ItemMute.person_id == person_id))
    theirs = select(ItemOwner.item_id).where(ItemOwner.person_id == person_id)
    items = await session.scalars(
        select(Item).where(Item.id.in_(theirs), Item.state == ItemState.OPEN).order_by(Item.id).with_for_update()
    )
    handed = list(items)
    for item in handed:
        before = await history.as_it_is(session, item)
        left = [person for person in before.owners.persons if person != person_id]
        roles = before.owners.roles if left or before.owners.roles else (Role.SECRETARY,)
        await owners.write(session, item.id, owned_by(left, roles))
        await history.remember(context, item, Did.HANDED, before, by_us=True)
        await reminders.plan(session, item, desk.now)
    await following.redraw(context, handed)
