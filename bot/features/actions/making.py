"""A new item."""

from collections.abc import Iterable

from sqlalchemy import select

from bot import people
from bot.chat.port import Posted
from bot.errors import NotFound
from bot.feature import Context
from bot.features.actions import following, history, owners
from bot.features.actions.history import Did
from bot.features.actions.naming import Owners
from bot.features.actions.rules import ItemDraft
from bot.features.actions.service import CaseIsErased, OwnerNotAMember, OwnerWithoutCaseAccess
from bot.features.actions.tables import Item, ItemState
from bot.features.cases import Case, CaseState
from bot.numbers import next_number
from bot.people import Member, Membership, Person, Right


async def make_item(
    context: Context,
    network_id: int,
    draft: ItemDraft,
    *,
    case: Case | None = None,
    made_from: Posted | None = None,
) -> Item:
    """Store the item, tell its owners, and plan the reminders. The text has been checked."""
    context.require(Right.USE_ITEMS, network_id)
    if case is not None:
        await require_open_case(context, case)
    await require_owners(context, network_id, draft.owners, of_case=case is not None)
    item = Item(
        network_id=network_id,
        number=await next_number(context.session, f"item:{network_id}"),
        case_id=case.id if case else None,
        text=None if case else draft.text,
        sealed=await context.vault.seal(context.session, case.sealed_under, "item", draft.text) if case else None,
        state=ItemState.OPEN,
        made_by=context.person.id,
        made_at=context.now,
        made_from=made_from.store() if made_from else None,
        version=1,
    )
    history.set_due(item, draft.due)
    context.session.add(item)
    await context.session.flush()
    await owners.write(context.session, item.id, draft.owners)
    await history.remember(context, item, Did.MADE, None)
    await following.tell(context, item, (), (await owners.owners_of(context.session, [item.id]))[item.id])
    await following.show_under(context, item)
    await following.follow(context, Did.MADE, item)
    return item


async def require_open_case(context: Context, case: Case) -> None:
    context.require(Right.USE_CASES, case.network_id)
    if case.state is CaseState.ERASED:
        raise CaseIsErased


async def require_owners(context: Context, network_id: int, who: Owners, *, of_case: bool) -> None:
    """All are members, and those of a case's item may read the case. Raises `OwnerNotAMember`,
    `OwnerWithoutCaseAccess`."""
    members = {member.person.id: member for member in await people.members(context.session, network_id)}
    for person in who.persons:
        if person not in members:
            name = await _name_of_a_colleague(context, person)
            raise OwnerNotAMember(name=name, network=context.standing_in(network_id).network.name)
    if of_case:
        _require_access(members[person] for person in who.persons)
        _require_access(member for member in members.values() if member.roles & set(who.roles))


def _require_access(members: Iterable[Member]) -> None:
    for member in members:
        if not member.case_access:
            raise OwnerWithoutCaseAccess(name=member.person.name)


async def _name_of_a_colleague(context: Context, person_id: int) -> str:
    """The name of somebody who is in a network with the asker; others are not to be named. Raises `NotFound`."""
    networks = [standing.network.id for standing in context.standings]
    name = await context.session.scalar(
        select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.id == person_id, Membership.network_id.in_(networks))
        .limit(1)
    )
    if name is None:
        raise NotFound
    return name
