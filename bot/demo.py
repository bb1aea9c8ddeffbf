"""The demo: a clock that can be moved, and an invented network to move in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.clock import MovableClock
from bot.language import DEFAULT
from bot.outbox import Outbox
from bot.people import (
    ExpectedOrganisation,
    MemberRole,
    Membership,
    Network,
    Organisation,
    Person,
    PlatformAccount,
    Role,
)
from bot.places import Purpose, Room
from storage import Database, Row


class DemoClockRow(Row):
    """How far the demo's clock is ahead of the real one."""

    __tablename__ = "demo_clock"
    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    ahead_seconds: Mapped[float]


async def kept_clock(database: Database) -> MovableClock:
    """The clock as it was left when the demo was last stopped."""
    async with database.reading() as session:
        ahead = await session.scalar(select(DemoClockRow.ahead_seconds))
    return MovableClock(timedelta(seconds=ahead or 0))


async def advance(database: Database, clock: MovableClock, outbox: Outbox, by: timedelta) -> int:
    """Move the clock on, stopping at each due time on the way, so that everything is said in order and at the hour
    it was meant for: through the same `deliver_due` as in operation. Returns how many notices went out."""
    sent, end = 0, clock.now() + by
    while clock.now() < end:
        due = await outbox.next_due()
        if due is not None and due <= clock.now():  # held back by something else: look again in an hour
            due = clock.now() + timedelta(hours=1)
        await _move(database, clock, min(due, end) if due else end)
        sent += await outbox.deliver_due()
    return sent


async def _move(database: Database, clock: MovableClock, moment: datetime) -> None:
    clock.move_to(moment)
    async with database.transaction(patience=10) as session:
        await session.merge(DemoClockRow(name="clock", ahead_seconds=clock.ahead.total_seconds()))


# The invented network. All persons and organisations are made up.

ORGANISATIONS = {
    "nordlys": ("Nordlys universitetssykehus HF", "Nordlys HF"),
    "fjordheim": ("Fjordheim sykehus HF", "Fjordheim HF"),
    "viddeland": ("Viddeland sykehus HF", "Viddeland HF"),
    "skagerhavn": ("Skagerhavn sykehus HF", "Skagerhavn HF"),
}


@dataclass(frozen=True, slots=True)
class Invented:
    """One invented member. `account` is the account id in the demo's chat."""

    account: str
    name: str
    profession: str
    organisation: str | None
    roles: tuple[Role, ...]
    case_access: bool
    operator: bool = False


MEMBERS = (
    Invented("kari", "Kari Nordmo", "overlege", "nordlys", (Role.LEADER,), True),
    Invented("ola", "Ola Fjellstad", "rådgiver", "nordlys", (Role.SECRETARY,), False),
    Invented("mari", "Mari Solbakk", "overlege", "fjordheim", (Role.CONTACT,), True),
    Invented("peder", "Peder Øvrebø", "sykepleier", "fjordheim", (Role.CONTACT,), True),
    Invented("aile", "Áile Gaup", "overlege", "viddeland", (Role.CONTACT,), True),
    Invented("sindre", "Sindre Vågen", "sykepleier", "viddeland", (Role.CONTACT,), True),
    Invented("fatima", "Fatima Lunde", "overlege", "skagerhavn", (Role.CONTACT,), True),
    Invented("torunn", "Torunn Ekornes", "sykepleier", "skagerhavn", (Role.CONTACT,), True),
    Invented("liv", "Liv Berntsen", "overlege", "nordlys", (Role.PRIVACY_CONTACT, Role.MEMBER), True),
    Invented("hedda", "Hedda Myhre", "lege i spesialisering", "nordlys", (Role.MEMBER,), True),
    Invented("bjarte", "Bjarte Tveitan", "rådgiver", None, (Role.RHF_REPRESENTATIVE,), False, operator=True),
    Invented("unni", "Unni Strand", "brukerrepresentant", None, (Role.PATIENT_REPRESENTATIVE,), False),
)
CASE_ROOM, GENERAL_ROOM = "kasus", "generelt"


def rooms() -> dict[str, list[str]]:
    """Who is in each, by account."""
    return {CASE_ROOM: [m.account for m in MEMBERS if m.case_access], GENERAL_ROOM: [m.account for m in MEMBERS]}


async def invent(session: AsyncSession, chat: str, now: datetime, language: str = DEFAULT) -> None:
    """Write the network, its members and its rooms, with accounts on `chat`."""
    network = Network(
        code="BLOD",
        name="Nasjonalt nettverk for blødersykdom",
        kind="national",
        zone="Europe/Oslo",
        language=language,
    )
    organisations = {key: Organisation(name=name, short=short) for key, (name, short) in ORGANISATIONS.items()}
    session.add_all([network, *organisations.values()])
    await session.flush()
    session.add_all(ExpectedOrganisation(network_id=network.id, organisation_id=o.id) for o in organisations.values())
    leader: int | None = None
    for member in MEMBERS:
        home = organisations[member.organisation].id if member.organisation else None
        person = Person(name=member.name, profession=member.profession, organisation_id=home, operator=member.operator)
        session.add(person)
        await session.flush()
        leader = leader or person.id
        await _enrol(session, chat, network.id, person.id, member, leader, now)
    session.add_all(
        (
            Room(network_id=network.id, chat=chat, room=CASE_ROOM, purpose=Purpose.CASES),
            Room(network_id=network.id, chat=chat, room=GENERAL_ROOM, purpose=Purpose.GENERAL),
        )
    )


async def _enrol(
    session: AsyncSession, chat: str, network: int, person: int, member: Invented, leader: int, now: datetime
) -> None:
    membership = Membership(
        network_id=network,
        person_id=person,
        case_access_at=now if member.case_access else None,
        case_access_by=leader if member.case_access else None,
    )
    session.add_all((membership, PlatformAccount(chat=chat, account=member.account, person_id=person)))
    await session.flush()
    session.add_all(MemberRole(membership_id=membership.id, role=role) for role in member.roles)
