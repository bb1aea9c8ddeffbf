"""One member: added, changed, given case access, linked to accounts, removed, and each taken back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit
from bot.errors import NotFound, Refusal
from bot.features.networks import access, roster, rules, service
from bot.features.networks.access import OnlyGranters
from bot.features.networks.tables import MembershipBefore
from bot.people import MemberRole, Membership, Person, PlatformAccount, Role

UNDONE_WITHIN = timedelta(minutes=10)
ENDED = "ended"


class AlreadyMember(Refusal):
    """{name} er medlem fra før. Velg vedkommende i medlemslista for å endre noe."""


class AccountTaken(Refusal):
    """Kontoen er koblet til en annen person. Koble den fra der først, eller velg en annen konto."""


class NoSuchAccount(Refusal):
    """Dette er ingen konto. I Slack er det medlems-ID-en, for eksempel U024BE7LH: åpne profilen til personen, velg ⋮ og
    «Copy member ID»."""


class NotToBeLinked(Refusal):
    """Denne personen har kasustilgang, er leder eller personvernkontakt, eller er med i andre nettverk. Be lederen
    eller drift om å koble kontoen."""


class LeaderDecides(Refusal):
    """Bare lederen eller drift kan gi eller ta fra noen rollen leder eller personvernkontakt."""


class TooLateToUndo(Refusal):
    """Dette kan ikke angres lenger: det er gått over ti minutter, eller noe er endret siden. Endre det i medlemslista."""  # noqa: E501


class NobodyNamed(Refusal):
    """Skriv navnet, på høyst 120 tegn."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, when, and what they may."""

    session: AsyncSession
    now: datetime
    by: int | None  # None: the command line
    grants: bool
    operator: bool = False


@dataclass(frozen=True, slots=True)
class MemberDraft:
    name: str
    profession: str = ""
    organisation: str = ""
    roles: frozenset[Role] = frozenset({Role.MEMBER})
    access: bool = False
    account: roster.Account | None = None


async def add(actor: Actor, network_id: int, draft: MemberDraft) -> Membership:
    """Somebody who has the account already is that person; otherwise it is somebody new."""
    session = actor.session
    if not 0 < len(draft.name) <= roster.LONGEST:
        raise NobodyNamed
    person = await _owner(session, draft.account) if draft.account else None
    if person and roster.same(person.name) != roster.same(draft.name):
        raise AccountTaken
    if person is None:
        await _require_new(session, network_id, draft)
        person = await _new_person(session, draft)
    elif await membership_of(session, network_id, person.id):
        raise AlreadyMember(name=person.name)
    else:
        await _fill_in(session, person, draft)
    membership = Membership(network_id=network_id, person_id=person.id)
    session.add(membership)
    await session.flush()
    await _note(actor, membership, "member.added")
    await give_roles(actor, membership, draft.roles, undoable=False)
    if draft.access:
        await grant(actor, membership)
    return membership


async def _require_new(session: AsyncSession, network_id: int, draft: MemberDraft) -> None:
    names = await session.execute(
        select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.network_id == network_id)
    )
    if roster.same(draft.name) in {roster.same(name) for (name,) in names}:
        raise AlreadyMember(name=draft.name)


async def _new_person(session: AsyncSession, draft: MemberDraft) -> Person:
    homes = await service.organisation_ids(session, [draft.organisation])
    person = Person(
        name=draft.name, profession=draft.profession, organisation_id=homes.get(draft.organisation), operator=False
    )
    session.add(person)
    await session.flush()
    if draft.account:
        chat, account = draft.account
        session.add(PlatformAccount(chat=chat, account=account, person_id=person.id))
        await session.flush()
    return person


async def _fill_in(session: AsyncSession, person: Person, draft: MemberDraft) -> None:
    """What nobody has said of them yet; what another network has said stands."""
    person.profession = person.profession or draft.profession
    if person.organisation_id is None:
        homes = await service.organisation_ids(session, [draft.organisation])
        person.organisation_id = homes.get(draft.organisation)
    await session.flush()


async def _owner(session: AsyncSession, account: roster.Account) -> Person | None:
    found = await session.scalars(
        select(Person)
        .join(PlatformAccount, PlatformAccount.person_id == Person.id)
        .where(PlatformAccount.chat == account[0], PlatformAccount.account == account[1])
    )
    return found.one_or_none()


async def membership_of(session: AsyncSession, network_id: int, person_id: int) -> Membership | None:
    found = await session.scalars(
        select(Membership).where(Membership.network_id == network_id, Membership.person_id == person_id)
    )
    return found.one_or_none()


async def change_person(
    actor: Actor, membership: Membership, name: str, profession: str, organisation: str, roles: frozenset[Role]
) -> MembershipBefore | None:
    """What is said of the person, and their roles here. Returns the way back for the roles, where they changed."""
    session = actor.session
    if not 0 < len(name) <= roster.LONGEST:
        raise NobodyNamed
    person = await session.get_one(Person, membership.person_id)
    homes = await service.organisation_ids(session, [organisation])
    person.name, person.profession, person.organisation_id = name, profession, homes.get(organisation)
    await session.flush()
    await _note(actor, membership, "member.changed")
    return await give_roles(actor, membership, roles)


async def give_roles(
    actor: Actor, membership: Membership, roles: frozenset[Role], *, undoable: bool = True
) -> MembershipBefore | None:
    """These roles and no others. Case access goes with the last role that may have it."""
    before = await service.roles_of(actor.session, membership.id)
    if before == roles:
        return None
    if rules.guarded(before, roles) and not actor.grants:
        raise LeaderDecides
    access_stays = membership.case_access_at is not None and rules.may_have_cases(roles)
    kept = await _remember(actor, membership, before, after(roles, access=access_stays)) if undoable else None
    await _set_roles(actor.session, membership, roles)
    await _note(actor, membership, "member.roles")
    if membership.case_access_at is not None and not rules.may_have_cases(roles):
        await _set_access(actor, membership, None)
    return kept


async def _set_roles(session: AsyncSession, membership: Membership, roles: Collection[Role]) -> None:
    await session.execute(delete(MemberRole).where(MemberRole.membership_id == membership.id))
    if roles:
        await session.execute(
            insert(MemberRole), [{"membership_id": membership.id, "role": role} for role in sorted(roles)]
        )


async def grant(actor: Actor, membership: Membership) -> None:
    """By name, and never to oneself. Raises `NotToOneself`, `NotForThisRole`, `NoProfession`, `OnlyGranters`."""
    person = await actor.session.get_one(Person, membership.person_id)
    if not actor.grants:
        raise OnlyGranters
    if actor.by is not None and actor.by == person.id:
        raise rules.NotToOneself
    roles = await service.roles_of(actor.session, membership.id)
    rules.require_may_have_cases(person.name, person.profession, roles)
    if membership.case_access_at is None:
        await _set_access(actor, membership, actor.now)


async def withdraw(actor: Actor, membership: Membership) -> None:
    if membership.case_access_at is not None:
        await _set_access(actor, membership, None)


async def _set_access(actor: Actor, membership: Membership, at: datetime | None) -> None:
    membership.case_access_at, membership.case_access_by = at, actor.by if at else None
    await actor.session.flush()
    await _note(actor, membership, "case_access.granted" if at else "case_access.withdrawn")


async def remove(actor: Actor, membership: Membership) -> MembershipBefore:
    """Out of the network; the person, and what they have done, stays."""
    roles = await service.roles_of(actor.session, membership.id)
    if rules.guarded(roles, frozenset()) and not actor.grants:
        raise LeaderDecides
    kept = await _remember(actor, membership, roles, ENDED)
    await _note(actor, membership, "member.removed")
    if membership.case_access_at is not None:
        await _note(actor, membership, "case_access.withdrawn")
    await actor.session.execute(delete(MemberRole).where(MemberRole.membership_id == membership.id))
    await actor.session.execute(delete(Membership).where(Membership.id == membership.id))
    return kept


async def undo(actor: Actor, kept: MembershipBefore) -> Membership:
    """As it was, if nothing else happened meanwhile. Case access comes back only by somebody who may give it."""
    session = actor.session
    now = await membership_of(session, kept.network_id, kept.person_id)
    stands = after(await service.roles_of(session, now.id), access=now.case_access_at is not None) if now else ENDED
    if stands != kept.after or actor.now - kept.changed_at > UNDONE_WITHIN or await _changed_since(session, kept):
        raise TooLateToUndo
    roles = frozenset(Role(role) for role in kept.roles)
    if rules.guarded(await service.roles_of(session, now.id) if now else frozenset(), roles) and not actor.grants:
        raise LeaderDecides
    if now is None:
        now = Membership(network_id=kept.network_id, person_id=kept.person_id)
        session.add(now)
        await session.flush()
    await _set_roles(session, now, roles)
    if kept.changed_by == actor.by:  # whoever took it away may give it back
        if kept.case_access_at is not None and now.case_access_at is None:
            await _note(actor, now, "case_access.granted")
        now.case_access_at, now.case_access_by = kept.case_access_at, kept.case_access_by
    await session.delete(kept)
    await session.flush()
    await _note(actor, now, "member.restored")
    return now


async def _changed_since(session: AsyncSession, kept: MembershipBefore) -> bool:
    """Whether there is a newer way back: what looks as it did then may have been somebody else's decision."""
    newer = select(MembershipBefore.id).where(
        MembershipBefore.network_id == kept.network_id,
        MembershipBefore.person_id == kept.person_id,
        MembershipBefore.id > kept.id,
    )
    return await session.scalar(newer.limit(1)) is not None


async def _remember(actor: Actor, membership: Membership, roles: frozenset[Role], after: str) -> MembershipBefore:
    kept = MembershipBefore(
        network_id=membership.network_id,
        person_id=membership.person_id,
        changed_by=actor.by,
        changed_at=actor.now,
        roles=sorted(roles),
        case_access_at=membership.case_access_at,
        case_access_by=membership.case_access_by,
        after=after,
    )
    actor.session.add(kept)
    await actor.session.flush()
    return kept


def after(roles: Collection[Role], *, access: bool) -> str:
    """What a change led to. Case access too: what somebody else withdrew since must not come back with the roles."""
    return ("access:" if access else "roles:") + ",".join(sorted(roles))


# Accounts


async def link(actor: Actor, membership: Membership, account: roster.Account) -> None:
    """One more account of the same person. Raises `AccountTaken`, `NotToBeLinked`."""
    owner = await _owner(actor.session, account)
    if owner is not None and owner.id != membership.person_id:
        raise AccountTaken
    if await access.locked(actor.session, actor.by, actor.operator, [membership.person_id]):
        raise NotToBeLinked
    if owner is None:
        chat, id = account
        actor.session.add(PlatformAccount(chat=chat, account=id, person_id=membership.person_id))
        await actor.session.flush()
        await _note(actor, membership, "account.linked")


async def unlink(actor: Actor, membership: Membership, account_id: int) -> None:
    row = await actor.session.get(PlatformAccount, account_id)
    if row is None or row.person_id != membership.person_id:
        raise NotFound
    if await access.locked(actor.session, actor.by, actor.operator, [membership.person_id]):
        raise NotToBeLinked
    await actor.session.delete(row)
    await actor.session.flush()
    await _note(actor, membership, "account.unlinked")


async def _note(actor: Actor, membership: Membership, did: str) -> None:
    subject = f"person:{membership.person_id}"
    await audit.record(actor.session, actor.now, did, subject, by=actor.by, network=membership.network_id)
