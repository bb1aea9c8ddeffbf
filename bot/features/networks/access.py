"""Who may set up what. An operator may in every network, a member where their roles say so."""

from collections.abc import Collection, Iterable

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.audit import AuditRow
from bot.errors import NotAllowed, NotFound, Refusal
from bot.feature import Context
from bot.features.networks import rules
from bot.features.networks.comparing import Importer
from bot.people import MemberRole, Membership, Network, Person, Right, standings


class OnlyOperators(NotAllowed):
    """Bare den som drifter Fagtråd, kan sette opp nettverk. Be dem om det, eller om å gjøre deg til operatør."""


class OnlyManagers(NotAllowed):
    """Bare lederen, sekretæren og koordinatoren i nettverket kan gjøre dette. Spør en av dem."""


class OnlyGranters(NotAllowed):
    """Bare lederen, personvernkontakten og drift kan gjøre dette. Spør en av dem."""


class WhichNetwork(Refusal):
    """Hvilket nettverk? Skriv koden etter kommandoen, for eksempel «/fagtraad medlemmer BLOD»."""


def require_operator(context: Context) -> Person:
    if not context.person.operator:
        raise OnlyOperators
    return context.person


async def managed(context: Context, network_id: int | None) -> Network:
    """Raises `OnlyManagers`, also for a network that is not there: that it is not is nobody's to know."""
    return await _with(context, network_id, (Right.MANAGE_NETWORK,))


async def granted(context: Context, network_id: int | None) -> Network:
    """Where the asker may give case access. Raises `OnlyGranters`."""
    try:
        return await _with(context, network_id, (Right.GRANT_CASE_ACCESS,))
    except OnlyManagers as error:
        raise OnlyGranters from error


async def looked_after(context: Context, network_id: int | None) -> Network:
    """Where the asker may do one or the other."""
    return await _with(context, network_id, (Right.MANAGE_NETWORK, Right.GRANT_CASE_ACCESS))


async def _with(context: Context, network_id: int | None, rights: Iterable[Right]) -> Network:
    standing = next((each for each in context.standings if each.network.id == network_id), None)
    if standing and any(standing.may(right) for right in rights):
        return standing.network
    if not context.person.operator:
        raise OnlyManagers
    network = await context.session.get(Network, network_id) if network_id is not None else None
    if network is None:
        raise NotFound
    return network


def may_manage(context: Context, network_id: int) -> bool:
    return context.person.operator or _may(context, network_id, Right.MANAGE_NETWORK)


def may_grant(context: Context, network_id: int) -> bool:
    return context.person.operator or _may(context, network_id, Right.GRANT_CASE_ACCESS)


def _may(context: Context, network_id: int, right: Right) -> bool:
    return any(each.network.id == network_id and each.may(right) for each in context.standings)


def importer(context: Context, network_id: int) -> Importer:
    person = context.person
    return Importer(person.id, may_grant(context, network_id), person.operator)


async def choosable(context: Context) -> list[Network]:
    """The networks that the asker may do something in, by name."""
    if context.person.operator:
        return list(await context.session.scalars(select(Network).order_by(Network.name)))
    rights = (Right.MANAGE_NETWORK, Right.GRANT_CASE_ACCESS)
    return [each.network for each in context.standings if any(each.may(right) for right in rights)]


async def locked(session: AsyncSession, actor: int | None, operator: bool, persons: Iterable[int]) -> set[int]:
    """Those of these to whom the actor may not link an account. Who has an account of somebody is taken for them: so
    the actor must manage every network that they belong to, and may grant case access where they have it or give it.
    Or have had it: whoever looks after a network may withdraw it, and what the person was let into stands open to
    their accounts, as the case room of the web chat, or comes back with an undo.

    `actor` None is the command line, which may."""
    wanted = set(persons)
    if operator or actor is None or not wanted:
        return set()
    mine = await standings(session, actor)
    manages = {each.network.id for each in mine if each.may(Right.MANAGE_NETWORK)}
    grants = {each.network.id for each in mine if each.may(Right.GRANT_CASE_ACCESS)}
    closed = set(await session.scalars(select(Person.id).where(Person.operator)))
    gives = exists().where(MemberRole.membership_id == Membership.id, MemberRole.role.in_(rules.GUARDED))
    high = or_(Membership.case_access_at.is_not(None), gives)
    for person, network, is_high in await session.execute(select(Membership.person_id, Membership.network_id, high)):
        if network not in manages or (is_high and network not in grants):
            closed.add(person)
    return wanted & (closed | await _had_access(session, grants))


async def _had_access(session: AsyncSession, grants: Collection[int]) -> set[int]:
    """Those who lost it in another network than these."""
    rows = await session.execute(
        select(AuditRow.subject, AuditRow.network_id).where(AuditRow.did == "case_access.withdrawn").distinct()
    )
    return {int(subject.removeprefix("person:")) for subject, network in rows if network not in grants}
