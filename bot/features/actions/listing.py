"""Open items in order, a page at a time: one's own in all networks, and everybody's in one."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from bot.chat.grammar import fold
from bot.chat.inbound import id_in
from bot.clock import local_date
from bot.feature import Context
from bot.features.actions import owners
from bot.features.actions.service import ItemFacts, item_facts, may_change, may_see
from bot.features.actions.tables import Item, ItemOwner, ItemRole, ItemState
from bot.features.cases import Case, CaseState
from bot.people import MemberRole, Membership, Right, Role, Standing

PAGE = 14  # items at a time: Slack shows at most 50 blocks, and an item with its heading takes three


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `last` is the item that the next one begins after; None where there is no more."""

    items: Sequence[ItemFacts]
    today: Mapping[int, date]  # by network: the day on its wall clock
    changeable: frozenset[int]  # items that the reader may change
    first: int  # the number in the list of the first one here, from 1
    total: int
    last: int | None


@dataclass(frozen=True, slots=True)
class _Row:
    """An item as the order needs it."""

    id: int
    network_id: int
    number: int
    due: date | None
    unclear: bool = False  # nobody has it
    who: tuple[str, ...] = ()

    @property
    def by_due(self) -> tuple[Any, ...]:
        return (self.due is None, self.due or date.max, self.network_id, self.number)


_Key = Callable[[_Row], tuple[Any, ...]]


async def my_items(context: Context, after: str = "") -> Page:
    """The asker's open items in all networks: what they must clear up, then soonest due first."""

    def key(row: _Row) -> tuple[Any, ...]:
        return (not row.unclear, *row.by_due)

    last = await _row(context, after)
    if last is not None:
        last = (await _with_owners(context, [last], Item.id == last.id))[0]
    return await _page(context, await _mine(context), key, last)


async def all_items(context: Context, network_id: int, after: str = "") -> Page:
    """Everybody's open items in a network: the overdue ones first, and by owner."""
    standing = context.require(Right.USE_ITEMS, network_id)
    today = local_date(context.now, standing.network.zone)

    def key(row: _Row) -> tuple[Any, ...]:
        return (row.due is None or row.due >= today, not row.unclear, tuple(map(fold, row.who)), *row.by_due)

    which = and_(Item.network_id == network_id, Item.state == ItemState.OPEN)
    rows = await _with_owners(context, await _rows(context, _open().where(_readable_by([standing]))), which)
    last = await _row(context, after)
    if last is not None:
        last = (await _with_owners(context, [last], Item.id == last.id))[0]
    return await _page(context, rows, key, last)


async def _page(context: Context, rows: Sequence[_Row], key: _Key, last: _Row | None) -> Page:
    """What comes after `last` in the order, be it still in the list or not (it may just have been done)."""
    rows = sorted(rows, key=key)
    start = bisect_right(rows, key(last), key=key) if last else 0
    shown = rows[start : start + PAGE]
    facts = await item_facts(context.session, context.vault, [row.id for row in shown], context.now)
    having = await owners.owners_of(context.session, list(facts))
    items = list(await context.session.scalars(select(Item).where(Item.id.in_(facts))))
    return Page(
        list(facts.values()),
        {s.network.id: local_date(context.now, s.network.zone) for s in context.standings},
        frozenset(item.id for item in items if may_change(context, item, having[item.id])),
        start + 1,
        len(rows),
        shown[-1].id if start + PAGE < len(rows) else None,
    )


async def _mine(context: Context) -> list[_Row]:
    readable = _readable_by(context.standings)
    named = _open(ItemOwner).where(ItemOwner.person_id == context.person.id)
    held = [and_(Item.network_id == s.network.id, ItemRole.role.in_(s.roles)) for s in context.standings if s.roles]
    by_role = _open(ItemRole).where(or_(False, *held))
    found = await _rows(context, named.where(readable)) + await _rows(context, by_role.where(readable))
    return list({row.id: row for row in [*await _unclear(context), *found]}.values())


async def _unclear(context: Context) -> list[_Row]:
    """Items that nobody has any more, where the asker is the one to clear them up."""
    rows: list[_Row] = []
    for standing in (s for s in context.standings if s.roles & {Role.SECRETARY, Role.LEADER}):
        for of_case in (False, True):
            if context.person.id in await owners.stewards(context.session, standing.network.id, of_case=of_case):
                kind = Item.case_id.is_not(None) if of_case else Item.case_id.is_(None)
                rows += await _rows(context, _open().where(_readable_by([standing]), kind, ~_had_by_somebody()))
    return [replace(row, unclear=True) for row in rows]


def _open(having: type[ItemOwner | ItemRole] | None = None) -> Any:
    """Open items, but for those whose words went with their case. Who has them comes first where that is asked: SQLite
    moves no table before an outer join."""
    columns = select(Item.id, Item.network_id, Item.number, Item.due)
    first = columns.select_from(having).join(Item, Item.id == having.item_id) if having else columns
    return first.outerjoin(Case, Case.id == Item.case_id).where(
        Item.state == ItemState.OPEN, or_(Item.case_id.is_(None), Case.state != CaseState.ERASED)
    )


def _readable_by(standings: Sequence[Standing]) -> ColumnElement[bool]:
    """In these networks, and of cases only where one has case access."""
    return or_(
        False,
        *(
            Item.network_id == s.network.id if s.may(Right.USE_CASES) else _without_case(s)
            for s in standings
            if s.may(Right.USE_ITEMS)
        ),
    )


def _without_case(standing: Standing) -> ColumnElement[bool]:
    return and_(Item.network_id == standing.network.id, Item.case_id.is_(None))


def _had_by_somebody() -> ColumnElement[bool]:
    here = and_(Membership.network_id == Item.network_id, owners.readable())
    named = exists().where(ItemOwner.item_id == Item.id, Membership.person_id == ItemOwner.person_id, here)
    held = exists().where(
        ItemRole.item_id == Item.id,
        MemberRole.role == ItemRole.role,
        MemberRole.membership_id == Membership.id,
        here,
    )
    return or_(named, held)


async def _rows(context: Context, query: Select[Any]) -> list[_Row]:
    return [_Row(*row) for row in await context.session.execute(query)]


async def _row(context: Context, item_id: str) -> _Row | None:
    """The item that a page ended with, where the asker may still see it."""
    number = id_in(item_id)
    item = await context.session.get(Item, number) if number is not None else None
    if item is None or not may_see(context, item):
        return None
    return _Row(item.id, item.network_id, item.number, item.due)


async def _with_owners(context: Context, rows: Sequence[_Row], which: ColumnElement[bool]) -> list[_Row]:
    who: dict[int, list[str]] = {}
    for each in await owners.present(context.session, which):
        who.setdefault(each.item_id, []).append(each.name)
    return [replace(row, who=tuple(dict.fromkeys(who.get(row.id, ()))), unclear=row.id not in who) for row in rows]
