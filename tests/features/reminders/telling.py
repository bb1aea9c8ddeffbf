"""What the tests of reminders say of days, and of what somebody was told on them."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.availability import Absence
from bot.people import MemberRole, Membership, Network, Person, PlatformAccount, Role
from bot.places import Purpose, Room
from tests.world import World

OSLO = ZoneInfo("Europe/Oslo")
SECOND = "smerte"  # the second network's room


def at(day: str, clock: str = "08:00") -> datetime:
    """On the wall clock in Oslo."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=OSLO).astimezone(UTC)


def told(world: World, who: str, beginning: str) -> list[str]:
    """The bot's messages in somebody's 1:1 chat whose title begins so."""
    return [text for text in world.private(who) if text.startswith(beginning)]


def due(world: World, who: str) -> list[str]:
    """The titles of the due day's reminders."""
    return [text.splitlines()[0] for text in told(world, who, "Frist")]


def digests(world: World, who: str) -> list[str]:
    return told(world, who, "Oppgavene ")


async def away(world: World, who: str, first: str, last: str, deputy: str | None = None) -> None:
    async with world.database.transaction() as session:
        session.add(
            Absence(
                person_id=await world.person_id(who),
                first=date.fromisoformat(first),
                last=date.fromisoformat(last),
                deputy_id=await world.person_id(deputy) if deputy else None,
            )
        )


async def quiet(world: World, who: str, start: str, end: str) -> None:
    async with world.database.transaction() as session:
        person = await session.get_one(Person, await world.person_id(who))
        person.quiet_from, person.quiet_until = time.fromisoformat(start), time.fromisoformat(end)


async def second_network(world: World, *accounts: str) -> None:
    """Another network, with a room of its own, that these people belong to as well; the first is its secretary."""
    async with world.database.transaction() as session:
        network = Network(
            code="SMRT", name="Regionalt nettverk for smerte", kind="regional", zone="Europe/Oslo", language="nb"
        )
        session.add(network)
        await session.flush()
        room = world.room_id(SECOND)
        session.add(Room(network_id=network.id, chat=world.chat.name, room=room, purpose=Purpose.GENERAL))
        for account in accounts:
            membership = Membership(network_id=network.id, person_id=await world.person_id(account))
            session.add(membership)
            await session.flush()
            if account == accounts[0]:
                session.add(MemberRole(membership_id=membership.id, role=Role.SECRETARY))
    world.chat.rooms[SECOND] = list(accounts)


async def leave(world: World, who: str, network_id: int = 1) -> None:
    """No longer a member."""
    async with world.database.transaction() as session:
        same = PlatformAccount.account == world.account_id(who)
        person = await session.scalar(select(PlatformAccount.person_id).where(same))
        [membership] = await session.scalars(
            select(Membership).where(Membership.person_id == person, Membership.network_id == network_id)
        )
        for role in await session.scalars(select(MemberRole).where(MemberRole.membership_id == membership.id)):
            await session.delete(role)
        await session.flush()
        await session.delete(membership)
