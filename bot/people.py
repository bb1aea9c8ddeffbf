"""Persons (not the same as their accounts), the networks they belong to, and what each may do there."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.chat.port import Account
from bot.language import _
from storage import NAMES, OneOf, Row, UtcDateTime

OIDC = "oidc"  # PlatformAccount.chat of who somebody is at the sign-in provider of the web pages


class Role(StrEnum):
    LEADER = "leader"
    SECRETARY = "secretary"
    RHF_REPRESENTATIVE = "rhf_representative"
    CONTACT = "contact"
    MEMBER = "member"
    PATIENT_REPRESENTATIVE = "patient_representative"
    COORDINATOR = "coordinator"
    PRIVACY_CONTACT = "privacy_contact"

    @property
    def label(self) -> str:
        return {
            Role.LEADER: _("leder"),
            Role.SECRETARY: _("sekretær"),
            Role.RHF_REPRESENTATIVE: _("RHF-representant"),
            Role.CONTACT: _("nettverkskontakt"),
            Role.MEMBER: _("medlem"),
            Role.PATIENT_REPRESENTATIVE: _("brukerrepresentant"),
            Role.COORDINATOR: _("koordinator"),
            Role.PRIVACY_CONTACT: _("personvernkontakt"),
        }[self]


class Right(StrEnum):
    """What a person may do in one network."""

    USE_CASES = "use_cases"  # ask, read, answer
    CLOSE_ANY_CASE = "close_any_case"
    ERASE_ANY_CASE = "erase_any_case"
    DECIDE_APPEALS = "decide_appeals"
    SEE_POSSIBLE_BREACHES = "see_possible_breaches"
    USE_ITEMS = "use_items"
    CHANGE_ANY_ITEM = "change_any_item"
    DECIDE_ERASURES = "decide_erasures"  # of persons
    MANAGE_NETWORK = "manage_network"  # its members, roles, rooms and settings
    GRANT_CASE_ACCESS = "grant_case_access"  # to named health personnel


_EVERYBODY = frozenset({Right.USE_ITEMS})
_BY_ROLE: dict[Role, frozenset[Right]] = {
    Role.LEADER: frozenset(
        {
            Right.CLOSE_ANY_CASE,
            Right.ERASE_ANY_CASE,
            Right.CHANGE_ANY_ITEM,
            Right.MANAGE_NETWORK,
            Right.GRANT_CASE_ACCESS,
        }
    ),
    Role.SECRETARY: frozenset({Right.CLOSE_ANY_CASE, Right.CHANGE_ANY_ITEM, Right.MANAGE_NETWORK}),
    Role.COORDINATOR: frozenset({Right.MANAGE_NETWORK}),
    Role.PRIVACY_CONTACT: frozenset(
        {
            Right.ERASE_ANY_CASE,
            Right.DECIDE_APPEALS,
            Right.SEE_POSSIBLE_BREACHES,
            Right.DECIDE_ERASURES,
            Right.GRANT_CASE_ACCESS,
        }
    ),
}
# Case text is health personnel's alone: these rights need named access too, whatever the role (hpl. §§ 21, 23).
NEED_CASE_ACCESS = frozenset({Right.USE_CASES, Right.CLOSE_ANY_CASE, Right.ERASE_ANY_CASE, Right.DECIDE_APPEALS})


def rights(roles: Iterable[Role], case_access: bool) -> frozenset[Right]:
    """What a member with these roles may do."""
    granted = _EVERYBODY.union(*(_BY_ROLE.get(role, frozenset()) for role in roles))
    return granted | {Right.USE_CASES} if case_access else granted - NEED_CASE_ACCESS


class Network(Row):
    __tablename__ = "network"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)  # "BLOD", the first part of a case's code
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(String(20))  # national, regional, council, working_group
    zone: Mapped[str] = mapped_column(String(40))  # IANA
    language: Mapped[str] = mapped_column(String(5))
    next_meeting: Mapped[date | None]  # what "til neste møte" means
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("network.id"), index=True)  # the one above it
    ends_on: Mapped[date | None]  # a working group's last day


class Organisation(Row):
    __tablename__ = "organisation"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    short: Mapped[str]


class ExpectedOrganisation(Row):
    """An organisation that a network wants represented."""

    __tablename__ = "expected_organisation"
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)


def new_mark() -> str:
    return secrets.token_hex(8)


class Person(Row):
    __tablename__ = "person"
    __table_args__ = {"info": NAMES}  # noqa: RUF012 - SQLAlchemy's way
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    profession: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    language: Mapped[str | None] = mapped_column(String(5))
    quiet_from: Mapped[time | None]  # on the wall clock; to `quiet_until`, over midnight where that is earlier
    quiet_until: Mapped[time | None]
    operator: Mapped[bool] = mapped_column(default=False, server_default=text("false"))  # may set up networks
    # What the erasure ledger calls them. Not their id, which an older database, restored, gives to somebody else.
    mark: Mapped[str | None] = mapped_column(String(40), unique=True, index=True, default=new_mark)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PlatformAccount(Row):
    __tablename__ = "platform_account"
    __table_args__ = (UniqueConstraint("chat", "account"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    chat: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class Membership(Row):
    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("network_id", "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    case_access_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: no access
    case_access_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class MemberRole(Row):
    __tablename__ = "member_role"
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(OneOf(Role), primary_key=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who somebody is in one network: the ground for every decision about access."""

    network: Network
    roles: frozenset[Role]
    case_access: bool

    def may(self, right: Right) -> bool:
        return right in rights(self.roles, self.case_access)


@dataclass(frozen=True, slots=True)
class Member:
    """A member as others see them."""

    person: Person
    organisation: Organisation | None
    roles: frozenset[Role]
    case_access: bool

    @property
    def workplace(self) -> str:
        return self.organisation.short if self.organisation else ""

    @property
    def signature(self) -> str:
        return f"{self.person.name} ({self.workplace})" if self.organisation else self.person.name


async def is_nobody_here(session: AsyncSession) -> bool:
    """Whether the database knows no person yet."""
    return await session.scalar(select(Person.id).limit(1)) is None


async def person_of(session: AsyncSession, account: Account) -> Person | None:
    found = await session.scalars(
        select(Person)
        .join(PlatformAccount, PlatformAccount.person_id == Person.id)
        .where(PlatformAccount.chat == account.chat, PlatformAccount.account == account.id)
    )
    return found.one_or_none()


async def standings(session: AsyncSession, person_id: int) -> list[Standing]:
    """The person's standing in every network they belong to, by network name."""
    rows = await session.execute(
        select(Membership, Network)
        .join(Network, Network.id == Membership.network_id)
        .where(Membership.person_id == person_id)
        .order_by(Network.name)
    )
    found = [(membership, network) for membership, network in rows]
    roles = await _roles(session, [membership.id for membership, _network in found])
    return [
        Standing(network, roles.get(membership.id, frozenset()), membership.case_access_at is not None)
        for membership, network in found
    ]


async def members(session: AsyncSession, network_id: int) -> list[Member]:
    """Everybody in the network, by name."""
    rows = await session.execute(
        select(Membership, Person, Organisation)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(Membership.network_id == network_id)
        .order_by(Person.name)
    )
    found = [(membership, person, organisation) for membership, person, organisation in rows]
    roles = await _roles(session, [membership.id for membership, *_rest in found])
    return [
        Member(person, organisation, roles.get(membership.id, frozenset()), membership.case_access_at is not None)
        for membership, person, organisation in found
    ]


async def _roles(session: AsyncSession, membership_ids: Sequence[int]) -> dict[int, frozenset[Role]]:
    rows = await session.execute(
        select(MemberRole.membership_id, MemberRole.role).where(MemberRole.membership_id.in_(membership_ids))
    )
    found: dict[int, set[Role]] = {}
    for membership_id, role in rows:
        found.setdefault(membership_id, set()).add(role)
    return {key: frozenset(roles) for key, roles in found.items()}


async def account_of(session: AsyncSession, person_id: int, chat: str | None = None) -> Account | None:
    """Where a person is reached: on `chat`, or on the account that was linked first. Nobody is reached at the sign-in
    provider, which has accounts and no chat."""
    query = select(PlatformAccount, Person.name).join(Person).where(PlatformAccount.person_id == person_id)
    query = query.where(PlatformAccount.chat == chat if chat is not None else PlatformAccount.chat != OIDC)
    row = (await session.execute(query.order_by(PlatformAccount.id).limit(1))).one_or_none()
    return Account(row[0].chat, row[0].account, row[1]) if row else None


async def accounts_of(session: AsyncSession, person_ids: Iterable[int], chat: str) -> tuple[tuple[str, str], ...]:
    """(account id, name) on one chat of each person who has one there, for mentions; by name."""
    rows = await session.execute(
        select(PlatformAccount.account, Person.name)
        .join(Person, Person.id == PlatformAccount.person_id)
        .where(PlatformAccount.chat == chat, Person.id.in_(list(person_ids)))
        .order_by(Person.name)
    )
    return tuple((account, name) for account, name in rows)


async def without_case_access(session: AsyncSession, network_id: int, present: Iterable[Account]) -> list[Account]:
    """Those in a room who may not read cases: members without access, guests, other bots, and the unknown.

    Our own bot is not among `present`: its adapter leaves it out.
    """
    rows = await session.execute(
        select(PlatformAccount.chat, PlatformAccount.account)
        .join(Membership, Membership.person_id == PlatformAccount.person_id)
        .where(Membership.network_id == network_id, Membership.case_access_at.is_not(None))
    )
    allowed = {(chat, account) for chat, account in rows}
    return [account for account in present if account.guest or account.bot or (account.chat, account.id) not in allowed]


async def may(session: AsyncSession, person_id: int, network_id: int, right: Right) -> bool:
    """Whether a person has the right now: asked again of whoever a notice goes to."""
    found = await standings(session, person_id)
    return any(standing.network.id == network_id and standing.may(right) for standing in found)


async def names_of(session: AsyncSession, chat: str, accounts: Iterable[str]) -> list[str]:
    """Names by account id; the id itself for accounts nobody has linked."""
    wanted = list(accounts)
    rows = await session.execute(
        select(PlatformAccount.account, Person.name)
        .join(Person, Person.id == PlatformAccount.person_id)
        .where(PlatformAccount.chat == chat, PlatformAccount.account.in_(wanted))
    )
    known = {row.account: row.name for row in rows}
    return sorted(known.get(account, account) for account in wanted)
