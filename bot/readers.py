"""In which language each is spoken to: the person's choice, else the network's, else the platform's, else bokmål."""

from collections.abc import Collection, Mapping

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.port import Account, Place
from bot.language import chosen
from bot.people import Membership, Network, Person, PlatformAccount, Standing
from bot.places import Room


def language_among(
    person: Person | None, standings: Collection[Standing], network_id: int | None, account: Account
) -> str:
    """Of an answer given in that network's room, or in a 1:1 chat: then the first of the person's networks counts."""
    here = [standing for standing in standings if standing.network.id == network_id] or list(standings)
    return chosen(person.language if person else None, here[0].network.language if here else None, account.language)


async def language_of(session: AsyncSession, account: Account) -> str:
    """Of what an adapter says of its own to somebody, outside any room."""
    rows = await session.execute(
        select(Person.language, Network.language)
        .join(PlatformAccount, PlatformAccount.person_id == Person.id)
        .outerjoin(Membership, Membership.person_id == Person.id)
        .outerjoin(Network, Network.id == Membership.network_id)
        .where(PlatformAccount.chat == account.chat, PlatformAccount.account == account.id)
        .order_by(Network.name)
        .limit(1)
    )
    found = rows.first()
    return chosen(*(found or ()), account.language)


async def languages(
    session: AsyncSession, persons: Collection[int], places: Collection[Place]
) -> Mapping[int | Place, str]:
    """Of those whom notices go to: persons by id, and rooms (a room is spoken to in its network's language)."""
    found: dict[int | Place, str] = {}
    if persons:
        rows = await session.execute(
            select(Person.id, Person.language, Network.language)
            .outerjoin(Membership, Membership.person_id == Person.id)
            .outerjoin(Network, Network.id == Membership.network_id)
            .where(Person.id.in_(persons))
            .order_by(Network.name)
        )
        for id, own, network in rows:
            found.setdefault(id, chosen(own, network))
    if places:
        rooms = {(place.chat, place.room) for place in places}
        spoken = await session.execute(
            select(Room.chat, Room.room, Network.language)
            .join(Network, Network.id == Room.network_id)
            .where(tuple_(Room.chat, Room.room).in_(rooms))
        )
        by_room = {(chat, room): chosen(language) for chat, room, language in spoken}
        found |= {place: by_room[place.chat, place.room] for place in places if (place.chat, place.room) in by_room}
    return found
