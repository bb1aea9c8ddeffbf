"""Who may take whom out of a room, and who may read what is sealed with a case. What the core knows decides."""

from collections.abc import Iterable

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.web.rooms import CHAT, account_of
from adapters.web.tables import WebAccount, WebMessage
from bot import people, places
from bot.chat.port import Account, Place
from bot.people import Membership, PlatformAccount, Right, Role
from bot.places import Purpose

KEEPS_ORDER = frozenset({Role.LEADER, Role.SECRETARY, Role.COORDINATOR})


def is_of_a_case(subject: str) -> bool:
    return subject.startswith("case:")


async def removable(session: AsyncSession, room: str, actor: WebAccount, inside: Iterable[WebAccount]) -> set[str]:
    """Those whom the actor may take out of the room. Oneself always; others only by who keeps order in its network,
    and from the case room by anybody with case access where they have none: an outsider there can be taken out at
    once, and can take nobody out."""
    everybody = {each.id for each in inside}
    bound = await places.room_at(session, Place(CHAT, room))
    standing = await _standing(session, bound.network_id, actor) if bound else None
    if bound is None or standing is None:
        return {actor.id} & everybody
    keeps_order = not standing.roles.isdisjoint(KEEPS_ORDER)
    if bound.purpose != Purpose.CASES:
        return everybody if keeps_order else {actor.id} & everybody
    if not standing.case_access:
        return {actor.id} & everybody
    return everybody if keeps_order else {actor.id} & everybody | await outsiders(session, room, inside)


async def outsiders(session: AsyncSession, room: str, accounts: Iterable[WebAccount]) -> set[str]:
    """Those without case access, where the room is a network's case room; nobody elsewhere."""
    bound = await places.room_at(session, Place(CHAT, room))
    if bound is None or bound.purpose != Purpose.CASES:
        return set()
    asked: list[Account] = [account_of(each) for each in accounts]
    return {each.id for each in await people.without_case_access(session, bound.network_id, asked)}


async def manages(session: AsyncSession, account: WebAccount) -> set[int] | None:
    """The networks that somebody manages; none at all for an operator who manages none yet. None: they make no
    rooms."""
    person = await people.person_of(session, account_of(account))
    found = await people.standings(session, person.id) if person else []
    managed = {standing.network.id for standing in found if standing.may(Right.MANAGE_NETWORK)}
    return managed if managed or (person is not None and person.operator) else None


async def _standing(session: AsyncSession, network: int, account: WebAccount) -> people.Standing | None:
    person = await people.person_of(session, account_of(account))
    found = await people.standings(session, person.id) if person else []
    return next((standing for standing in found if standing.network.id == network), None)


async def closed_to(session: AsyncSession, rows: Iterable[WebMessage], viewer: str) -> set[str]:
    """The messages of these that say something of a case, stand outside the case rooms, and must not be read now
    that the viewer has no case access (any more). They were sent when there was some."""
    asked = [row for row in rows if is_of_a_case(row.sealed_under)]
    if not asked or await _has_case_access(session, viewer):
        return set()
    rooms = {row.room for row in asked}
    case_rooms = select(places.Room.room).where(
        places.Room.chat == CHAT, places.Room.room.in_(rooms), places.Room.purpose == Purpose.CASES
    )
    open_rooms = set(await session.scalars(case_rooms))
    return {row.id for row in asked if row.room not in open_rooms}


async def _has_case_access(session: AsyncSession, account: str) -> bool:
    """In whatever network."""
    access = (
        select(PlatformAccount.id)
        .join(Membership, Membership.person_id == PlatformAccount.person_id)
        .where(PlatformAccount.chat == CHAT, PlatformAccount.account == account, Membership.case_access_at.is_not(None))
    )
    return bool(await session.scalar(select(exists(access))))
