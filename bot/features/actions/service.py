"""An item as it is: who may see and change it, and what the cards show."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit, people
from bot.chat.inbound import id_in
from bot.chat.port import Posted
from bot.clock import local_date
from bot.errors import NotFound, Refusal
from bot.feature import Context
from bot.features.actions.owners import Present, names_left, owners_of, present
from bot.features.actions.rules import Here
from bot.features.actions.tables import Item, ItemRole, ItemState
from bot.features.cases import Case
from bot.people import Network, Right, Role
from bot.vault import Erased, Vault
from bot.when import When

__all__ = ["HeldRole", "ItemFacts", "item_facts", "item_of", "owners_of"]


class OwnerWithoutCaseAccess(Refusal):
    """Oppgaven hører til et kasus, og {name} har ikke kasustilgang. Velg en annen, eller lag den i et annet rom."""


class CaseIsErased(Refusal):
    """Kasuset er slettet, og da lages det ikke oppgaver fra det. Lag oppgaven i et annet rom."""


class WordsAreGone(Refusal):
    """Ordene i oppgaven er slettet, og kan ikke endres. Lag en ny oppgave i stedet."""


class NotInACase(Refusal):
    """I kasusrommet lages oppgaver fra et kasus eller fra tråden under det, så følger oppgaven kasuset."""


class OnlyOwnerChanges(Refusal):
    """Bare den som har oppgaven, den som laget den, lederen og sekretæren kan endre den."""


class OwnerNotAMember(Refusal):
    """{name} er ikke med i {network}. Velg en annen, eller et annet nettverk."""


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that has an item, and the names of those who hold it now."""

    role: Role
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemFacts:
    id: int
    number: int
    text: str | None  # None: erased with its case
    case_code: str
    sealed_under: str | None
    owners: tuple[str, ...]  # members it names
    due: date | None
    state: ItemState
    made_from: Posted | None
    due_time: time | None
    until_meeting: bool
    roles: tuple[HeldRole, ...]
    left: tuple[str, ...]  # those it names who have left the network
    network_id: int
    network: str
    version: int
    today: date | None = None  # on the network's wall clock, so that this year's dates are said without the year

    @property
    def when(self) -> When | None:
        return When(self.due, self.due_time, self.until_meeting) if self.due or self.until_meeting else None

    @property
    def unclear(self) -> bool:
        """Nobody has it any more: the secretary must find somebody."""
        return not self.who

    @property
    def who(self) -> tuple[str, ...]:
        """The names of those who have it now, by themselves or in a role."""
        return tuple(sorted({*self.owners, *(name for held in self.roles for name in held.by)}))


async def item_of(context: Context, item_id: str) -> Item:
    """The item, locked and as it is now, where the asker may see it; otherwise `NotFound`."""
    number = id_in(item_id)
    if number is None:
        raise NotFound
    # Without `populate_existing` one that was read before the lock would stay as it was then.
    item = await context.session.get(Item, number, with_for_update=True, populate_existing=True)
    if item is None or not may_see(context, item):
        raise NotFound
    return item


def right_to(item: Item) -> Right:
    """What one must have in the item's network to see it."""
    return Right.USE_CASES if item.case_id else Right.USE_ITEMS


def may_see(context: Context, item: Item) -> bool:
    return any(s.network.id == item.network_id and s.may(right_to(item)) for s in context.standings)


def may_change(context: Context, item: Item, owners: Collection[int]) -> bool:
    """Whoever has it, whoever made it, and those who may change any. The asker can see it."""
    may_any = context.standing_in(item.network_id).may(Right.CHANGE_ANY_ITEM)
    return may_any or context.person.id == item.made_by or context.person.id in owners


async def item_to_change(context: Context, item_id: str) -> Item:
    """Raises `NotFound`, `OnlyOwnerChanges`."""
    item = await item_of(context, item_id)
    if not may_change(context, item, (await owners_of(context.session, [item.id]))[item.id]):
        raise OnlyOwnerChanges
    return item


async def numbered(context: Context, number: int) -> list[Item]:
    """The items of that number that the asker may see: in this room's network, or in all of theirs. Raises
    `NotFound` where there is none."""
    networks = [context.room.network_id] if context.room else [s.network.id for s in context.standings]
    rows = await context.session.scalars(
        select(Item).where(Item.network_id.in_(networks), Item.number == number).order_by(Item.network_id)
    )
    found = [item for item in rows if may_see(context, item)]
    if not found:
        raise NotFound
    return found


async def here(context: Context, network_id: int) -> Here:
    """What a line is read against in this network. A meeting that has been held is not the next one."""
    network = await context.session.get_one(Network, network_id)
    members = {m.person.id: m.person.name for m in await people.members(context.session, network_id)}
    today = local_date(context.now, network.zone)
    meeting = network.next_meeting if network.next_meeting and network.next_meeting >= today else None
    return Here(members, context.now, network.zone, meeting)


async def facts_of(context: Context, item_id: int) -> ItemFacts:
    return (await item_facts(context.session, context.vault, [item_id], context.now))[item_id]


async def item_facts(
    session: AsyncSession, vault: Vault, ids: Sequence[int], now: datetime | None = None
) -> dict[int, ItemFacts]:
    """What the cards show, for many items at once, in the order asked for."""
    rows = await session.execute(
        select(Item, Case.code, Case.sealed_under, Network)
        .join(Network, Network.id == Item.network_id)
        .outerjoin(Case, Case.id == Item.case_id)
        .where(Item.id.in_(ids))
    )
    found = {item.id: (item, code or "", sealed_under, network) for item, code, sealed_under, network in rows}
    having = await present(session, Item.id.in_(ids))
    roles, left = await _roles(session, ids), await names_left(session, ids)
    return {
        item_id: ItemFacts(
            item.id,
            item.number,
            await text_of(session, vault, item, sealed_under),
            code,
            sealed_under,
            tuple(each.name for each in having if each.item_id == item_id and each.role is None),
            item.due,
            item.state,
            Posted.load(item.made_from) if item.made_from else None,
            item.due_time,
            item.until_meeting,
            tuple(HeldRole(role, _holding(having, item_id, role)) for role in roles.get(item_id, ())),
            left.get(item_id, ()),
            item.network_id,
            network.name,
            item.version,
            local_date(now, network.zone) if now else None,
        )
        for item_id in ids
        if item_id in found
        for item, code, sealed_under, network in [found[item_id]]
    }


def _holding(having: Sequence[Present], item_id: int, role: Role) -> tuple[str, ...]:
    return tuple(each.name for each in having if each.item_id == item_id and each.role is role)


async def _roles(session: AsyncSession, ids: Sequence[int]) -> dict[int, tuple[Role, ...]]:
    rows = await session.execute(
        select(ItemRole.item_id, ItemRole.role).where(ItemRole.item_id.in_(ids)).order_by(ItemRole.role)
    )
    found: dict[int, tuple[Role, ...]] = {}
    for item_id, role in rows:
        found[item_id] = (*found.get(item_id, ()), role)
    return found


async def text_of(session: AsyncSession, vault: Vault, item: Item, sealed_under: str | None) -> str | None:
    if item.sealed is None or sealed_under is None:
        return item.text
    try:
        return await vault.open(session, sealed_under, "item", item.sealed)
    except Erased:
        return None


async def record(context: Context, did: str, item: Item) -> None:
    await audit.record(
        context.session, context.now, did, f"item:{item.id}", by=context.person.id, network=item.network_id
    )
