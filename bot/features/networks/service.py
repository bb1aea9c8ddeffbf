"""A network and what belongs to it: made, changed, and looked at. `by` is None for the command line."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit, people
from bot.features.networks import roster, rules
from bot.features.networks.rules import CodeTaken, NetworkDraft, SetUp, Task
from bot.people import (
    ExpectedOrganisation,
    MemberRole,
    Membership,
    Network,
    Organisation,
    Person,
    PlatformAccount,
)
from bot.places import Room


async def create_network(session: AsyncSession, draft: NetworkDraft, now: datetime, by: int | None) -> Network:
    """Raises `CodeTaken`, `NoEnd`, `OwnParent`."""
    rules.require_end(draft.kind, draft.ends_on)
    if await network_by_code(session, draft.code):
        raise CodeTaken
    network = Network(
        code=draft.code,
        name=draft.name,
        kind=draft.kind,
        zone=draft.zone,
        language=draft.language,
        parent_id=draft.parent,
        ends_on=draft.ends_on,
    )
    session.add(network)
    await session.flush()
    await expect(session, network.id, draft.expected)
    await audit.record(session, now, "network.created", f"network:{network.id}", by=by, network=network.id)
    return network


async def network_by_code(session: AsyncSession, code: str) -> Network | None:
    found = await session.scalars(select(Network).where(func.upper(Network.code) == code.upper()))
    return found.one_or_none()


async def parents(session: AsyncSession) -> dict[int, int | None]:
    rows = await session.execute(select(Network.id, Network.parent_id))
    return dict(rows.all())


# Organisations


async def organisation_names(session: AsyncSession) -> dict[str, str]:
    """Every name and short name, as `roster.same` has it, to the name."""
    rows = (await session.execute(select(Organisation.name, Organisation.short).order_by(Organisation.id))).all()
    shorts = {roster.same(short): name for name, short in reversed(rows)}
    return shorts | {roster.same(name): name for name, _short in rows}


async def organisation_ids(session: AsyncSession, names: Iterable[str]) -> dict[str, int]:
    """The organisations of these names, made where they are not there. By the name that was asked for."""
    wanted = {name: roster.same(name) for name in names if name.strip()}
    known = await organisation_names(session)
    new: dict[str, str] = {}
    for name, bare in wanted.items():
        if bare not in known:
            new.setdefault(bare, " ".join(name.split()))
    session.add_all(Organisation(name=name, short=name) for name in new.values())
    await session.flush()
    rows = await session.execute(select(Organisation.name, Organisation.id))
    ids = dict(rows.all())
    return {name: ids[known.get(bare) or new[bare]] for name, bare in wanted.items()}


async def expected(session: AsyncSession, network_id: int) -> list[Organisation]:
    found = await session.scalars(
        select(Organisation)
        .join(ExpectedOrganisation, ExpectedOrganisation.organisation_id == Organisation.id)
        .where(ExpectedOrganisation.network_id == network_id)
        .order_by(Organisation.name)
    )
    return list(found)


async def expect(session: AsyncSession, network_id: int, names: Iterable[str]) -> None:
    """These organisations, and no others."""
    ids = sorted(set((await organisation_ids(session, names)).values()))
    await session.execute(delete(ExpectedOrganisation).where(ExpectedOrganisation.network_id == network_id))
    if ids:
        rows = [{"network_id": network_id, "organisation_id": id} for id in ids]
        await session.execute(insert(ExpectedOrganisation), rows)


# Settings


@dataclass(frozen=True, slots=True)
class Settings:
    """What the leader, the secretary or the coordinator may change."""

    name: str
    language: str
    zone: str
    next_meeting: date | None
    ends_on: date | None
    expected: tuple[str, ...]


async def change_settings(
    session: AsyncSession, network: Network, wanted: Settings, now: datetime, by: int | None
) -> bool:
    """Returns whether the next meeting moved."""
    rules.require_end(rules.Kind(network.kind), wanted.ends_on)
    row = await session.get_one(Network, network.id)
    moved = row.next_meeting != wanted.next_meeting
    row.name, row.language, row.zone = wanted.name, wanted.language, wanted.zone
    row.next_meeting, row.ends_on = wanted.next_meeting, wanted.ends_on
    await session.flush()
    await expect(session, network.id, wanted.expected)
    await audit.record(session, now, "network.changed", f"network:{network.id}", by=by, network=network.id)
    return moved


# What there is


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    network: Network
    kind: rules.Kind
    parent: str  # its name, or nothing
    rooms: tuple[Room, ...]
    members: int
    vacant: tuple[str, ...]  # expected organisations that nobody comes from, by short name
    remaining: tuple[Task, ...]


async def facts(session: AsyncSession, network_id: int) -> NetworkFacts:
    network = await session.get_one(Network, network_id)
    parent = await session.get(Network, network.parent_id) if network.parent_id else None
    rooms = tuple(await session.scalars(select(Room).where(Room.network_id == network_id).order_by(Room.id)))
    members = await people.members(session, network_id)
    wanted = await expected(session, network_id)
    vacant = _vacant(members, wanted)
    left = rules.remaining(
        SetUp(
            frozenset(room.purpose for room in rooms),
            len(members),
            {role for member in members for role in member.roles},
            sum(member.case_access for member in members),
            len(wanted),
            len(vacant),
            await _without_account(session, network_id),
        )
    )
    above = parent.name if parent else ""
    return NetworkFacts(network, rules.Kind(network.kind), above, rooms, len(members), vacant, left)


def _vacant(members: Sequence[people.Member], wanted: Sequence[Organisation]) -> tuple[str, ...]:
    present = {member.organisation.id for member in members if member.organisation}
    return tuple(each.short for each in wanted if each.id not in present)


async def _without_account(session: AsyncSession, network_id: int) -> int:
    linked = select(PlatformAccount.person_id)
    counted = select(func.count()).where(Membership.network_id == network_id, Membership.person_id.not_in(linked))
    return await session.scalar(counted) or 0


@dataclass(frozen=True, slots=True)
class Listed:
    """A member in the list."""

    membership: int
    name: str
    profession: str
    organisation: str
    roles: frozenset[people.Role]
    access: bool
    accounts: int


async def listed(session: AsyncSession, network_id: int) -> list[Listed]:
    """By organisation, those without one last, and by name."""
    ids = await _memberships(session, network_id)
    accounts = await accounts_by_person(session, network_id)
    found = [
        Listed(
            ids[member.person.id],
            member.person.name,
            member.person.profession,
            member.workplace,
            member.roles,
            member.case_access,
            len(accounts.get(member.person.id, ())),
        )
        for member in await people.members(session, network_id)
    ]
    return sorted(found, key=lambda each: (not each.organisation, each.organisation.casefold(), each.name.casefold()))


async def _memberships(session: AsyncSession, network_id: int) -> dict[int, int]:
    rows = await session.execute(select(Membership.person_id, Membership.id).where(Membership.network_id == network_id))
    return dict(rows.all())


async def accounts_by_person(session: AsyncSession, network_id: int) -> Mapping[int, tuple[roster.Account, ...]]:
    """Every account of every member, in the order in which they were linked."""
    rows = await session.execute(
        select(PlatformAccount.person_id, PlatformAccount.chat, PlatformAccount.account)
        .join(Membership, Membership.person_id == PlatformAccount.person_id)
        .where(Membership.network_id == network_id)
        .order_by(PlatformAccount.id)
    )
    found: dict[int, list[roster.Account]] = {}
    for person, chat, account in rows:
        found.setdefault(person, []).append((chat, account))
    return {person: tuple(accounts) for person, accounts in found.items()}


async def known(
    session: AsyncSession, network_id: int, accounts: Collection[roster.Account] = ()
) -> list[roster.Known]:
    """The members as a list of members has them, by name; and whoever else has one of these accounts."""
    linked = await accounts_by_person(session, network_id)
    found = [
        roster.Known(
            member.person.id,
            member.person.name,
            member.person.profession,
            member.organisation.name if member.organisation else "",
            member.workplace,
            member.roles,
            member.case_access,
            linked.get(member.person.id, ()),
        )
        for member in await people.members(session, network_id)
    ]
    return found + await _elsewhere(session, {each.person for each in found}, accounts)


async def _elsewhere(
    session: AsyncSession, members: Collection[int], accounts: Collection[roster.Account]
) -> list[roster.Known]:
    """Persons of other networks, or of none, who have one of these accounts."""
    found: dict[int, roster.Known] = {}
    for chat in sorted({chat for chat, _account in accounts}):
        ids = [account for where, account in accounts if where == chat]
        for first in range(0, len(ids), 500):  # SQLite takes some thousand values in a statement
            rows = await session.execute(
                select(Person, Organisation, PlatformAccount.account)
                .join(PlatformAccount, PlatformAccount.person_id == Person.id)
                .outerjoin(Organisation, Organisation.id == Person.organisation_id)
                .where(PlatformAccount.chat == chat, PlatformAccount.account.in_(ids[first : first + 500]))
            )
            for person, home, account in rows:
                if person.id not in members:
                    before = found.get(person.id)
                    had = (*(before.accounts if before else ()), (chat, account))
                    found[person.id] = roster.Known(
                        person.id,
                        person.name,
                        person.profession,
                        "" if home is None else home.name,
                        "" if home is None else home.short,
                        frozenset(),
                        False,
                        had,
                        member=False,
                    )
    return list(found.values())


async def roles_of(session: AsyncSession, membership_id: int) -> frozenset[people.Role]:
    return frozenset(await session.scalars(select(MemberRole.role).where(MemberRole.membership_id == membership_id)))
