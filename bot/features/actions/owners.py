"""Whose an item is now: the members it names, whoever holds the roles it names, or else the secretary."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import people
from bot.features.actions.naming import Owners, owners
from bot.features.actions.tables import Item, ItemOwner, ItemRole
from bot.people import MemberRole, Membership, Person, Role


@dataclass(frozen=True, slots=True)
class Present:
    """One who has an item now: by name, or as the holder of `role`."""

    item_id: int
    person_id: int
    name: str
    role: Role | None


def readable() -> ColumnElement[bool]:
    """An item of a case is only theirs who may read the case (`Membership` must be joined)."""
    return or_(Item.case_id.is_(None), Membership.case_access_at.is_not(None))


async def present(session: AsyncSession, which: ColumnElement[bool]) -> list[Present]:
    """Those who have the items that `which` selects, by name: members who may read them."""
    named = (
        select(Item.id, Person.id, Person.name)
        .join(ItemOwner, ItemOwner.item_id == Item.id)
        .join(Membership, and_(Membership.person_id == ItemOwner.person_id, Membership.network_id == Item.network_id))
        .join(Person, Person.id == Membership.person_id)
        .where(which, readable())
    )
    held = (
        select(Item.id, Person.id, Person.name, ItemRole.role)
        .join(ItemRole, ItemRole.item_id == Item.id)
        .join(Membership, Membership.network_id == Item.network_id)
        .join(MemberRole, and_(MemberRole.membership_id == Membership.id, MemberRole.role == ItemRole.role))
        .join(Person, Person.id == Membership.person_id)
        .where(which, readable())
    )
    found = [Present(item, person, name, None) for item, person, name in await session.execute(named)]
    found += [Present(item, person, name, role) for item, person, name, role in await session.execute(held)]
    return sorted(found, key=lambda each: (each.name, each.person_id))


async def owners_of(session: AsyncSession, ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Whom each item concerns now. One that nobody has any more is the secretary's to clear up."""
    which = Item.id.in_(ids)
    found: dict[int, set[int]] = {item_id: set() for item_id in ids}
    for each in await present(session, which):
        found[each.item_id].add(each.person_id)
    left = [item_id for item_id, persons in found.items() if not persons]
    rows = await session.execute(select(Item.id, Item.network_id, Item.case_id).where(Item.id.in_(left)))
    for item_id, network_id, case_id in rows:
        found[item_id] |= await stewards(session, network_id, of_case=case_id is not None)
    return {item_id: frozenset(persons) for item_id, persons in found.items()}


async def stewards(session: AsyncSession, network_id: int, *, of_case: bool) -> frozenset[int]:
    """Who clears up what nobody has: the secretaries, or the leaders where no secretary may read it."""
    members = [m for m in await people.members(session, network_id) if m.case_access or not of_case]
    for role in (Role.SECRETARY, Role.LEADER):
        if holding := frozenset(m.person.id for m in members if role in m.roles):
            return holding
    return frozenset()


async def named(session: AsyncSession, item_id: int) -> Owners:
    """What is written on the item, whoever is a member now."""
    persons = await session.scalars(
        select(ItemOwner.person_id).where(ItemOwner.item_id == item_id).order_by(ItemOwner.person_id)
    )
    roles = await session.scalars(select(ItemRole.role).where(ItemRole.item_id == item_id).order_by(ItemRole.role))
    return owners(persons, roles)


async def write(session: AsyncSession, item_id: int, who: Owners) -> None:
    """These, and nobody else."""
    await session.execute(delete(ItemOwner).where(ItemOwner.item_id == item_id))
    await session.execute(delete(ItemRole).where(ItemRole.item_id == item_id))
    session.add_all(ItemOwner(item_id=item_id, person_id=person) for person in who.persons)
    session.add_all(ItemRole(item_id=item_id, role=role) for role in who.roles)
    await session.flush()


async def names_left(session: AsyncSession, ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """By item: those it names who are no longer members of its network."""
    rows = await session.execute(
        select(ItemOwner.item_id, Person.name)
        .join(Item, Item.id == ItemOwner.item_id)
        .join(Person, Person.id == ItemOwner.person_id)
        .outerjoin(
            Membership, and_(Membership.person_id == ItemOwner.person_id, Membership.network_id == Item.network_id)
        )
        .where(ItemOwner.item_id.in_(list(ids)), Membership.id.is_(None))
        .order_by(Person.name)
    )
    found: dict[int, tuple[str, ...]] = {}
    for item_id, name in rows:
        found[item_id] = (*found.get(item_id, ()), name)
    return found
