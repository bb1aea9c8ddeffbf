"""Items as one line each, for what lists many of them without being asked: an item of a case is its code, never its
words."""

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import people
from bot.features.actions.owners import present
from bot.features.actions.service import right_to
from bot.features.actions.tables import Item, ItemState
from bot.features.cases import Case, CaseState
from bot.people import Network


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    number: int
    network_id: int
    network: str
    text: str  # empty: an item of a case
    case_code: str
    due: date | None
    due_time: time | None
    owners: tuple[str, ...]
    opens: bool  # whether the reader may open it


async def lines(session: AsyncSession, which: ColumnElement[bool], reader: int) -> list[Line]:
    """The open items that `which` selects, soonest due first, in the networks that the reader belongs to."""
    rows = await session.execute(
        select(Item, Network.name, Case.code)
        .join(Network, Network.id == Item.network_id)
        .outerjoin(Case, Case.id == Item.case_id)
        .where(which, Item.state == ItemState.OPEN, or_(Item.case_id.is_(None), Case.state != CaseState.ERASED))
        .order_by(Item.due.is_(None), Item.due, Network.name, Item.number)
    )
    found = [(item, network, code or "") for item, network, code in rows]
    standings = {standing.network.id: standing for standing in await people.standings(session, reader)}
    owners = await _names(session, which)
    return [
        Line(
            item.id,
            item.number,
            item.network_id,
            network,
            "" if item.case_id else item.text or "",
            code,
            item.due,
            item.due_time,
            owners.get(item.id, ()),
            standings[item.network_id].may(right_to(item)),
        )
        for item, network, code in found
        if item.network_id in standings
    ]


async def _names(session: AsyncSession, which: ColumnElement[bool]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for each in await present(session, which & (Item.state == ItemState.OPEN)):
        if each.name not in found.get(each.item_id, ()):
            found[each.item_id] = (*found.get(each.item_id, ()), each.name)
    return found
