"""Items as they are found again. One that belongs to a case is never among them: its words are sealed with the case."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import search
from bot.chat.message import Button
from bot.feature import Context, Found, Searchable
from bot.features.actions.tables import Item, ItemState
from bot.language import _
from bot.search import Entry

KIND = "item"


async def keep_found(session: AsyncSession, *items: Item) -> None:
    """Bring the search up to date: for use wherever an item is made, edited, removed or reopened."""
    for item in items:
        if (entry := _entry(item)) is not None:
            await search.index(session, entry)
        else:
            await search.forget(session, KIND, item.id)


async def everything(session: AsyncSession, after: int, most: int) -> list[Entry]:
    there = (Item.id > after, Item.case_id.is_(None), Item.text.is_not(None), Item.state != ItemState.REMOVED)
    items = await session.scalars(select(Item).where(*there).order_by(Item.id).limit(most))
    return [entry for item in items if (entry := _entry(item)) is not None]


def _entry(item: Item) -> Entry | None:
    """Found by its number too («oppgave 12»). None where it must not be found."""
    if item.case_id is not None or item.text is None or item.state is ItemState.REMOVED:
        return None
    return Entry(KIND, item.id, item.network_id, f"{item.number} {item.text}", item.made_at, needs_case_access=False)


async def found(context: Context, ids: Sequence[int]) -> Mapping[int, Found]:
    items = await context.session.scalars(select(Item).where(Item.id.in_(ids), Item.case_id.is_(None)))
    return {item.id: _found(item) for item in items if _entry(item) is not None}


def _found(item: Item) -> Found:
    return Found(_title(item), item.text or "", (Button(_("Vis oppgaven"), "actions.show", str(item.id)),))


def _title(item: Item) -> str:
    state = _("ferdig") if item.state is ItemState.DONE else _("åpen")
    return _("Oppgave {number}, {state}").format(number=item.number, state=state)


SEARCHABLE = {KIND: Searchable(lambda: _("oppgaver"), found, everything)}
