"""The rooms of a network in the chat: inbound → service → answer."""

from collections.abc import Sequence

from sqlalchemy import select

from bot import audit, people, places
from bot.chat.inbound import Press, id_in
from bot.chat.message import Message
from bot.chat.port import Account, Can
from bot.errors import CasesOffHere, NotFound, Refusal
from bot.feature import Context
from bot.features.networks import access, cards
from bot.people import Network
from bot.places import Purpose, Room


class NotARoom(Refusal):
    """Dette er samtalen mellom deg og meg. Gå til rommet det gjelder, og skriv «/fagtraad rom» der."""


class RoomTaken(Refusal):
    """Rommet brukes av et annet nettverk. Be dem slutte å bruke det først, eller velg et annet rom."""


async def rooms(context: Context, network_id: int) -> Message:
    network = await access.managed(context, network_id)
    found = await context.session.scalars(select(Room).where(Room.network_id == network_id).order_by(Room.id))
    return cards.rooms_card(network, list(found), context.room, in_room=not context.direct)


async def bind(context: Context, event: Press) -> Message:
    """This room, for this purpose. What it was before, where it was one of ours, it is no longer."""
    id, _colon, word = event.carries.partition(":")
    network = await access.managed(context, id_in(id))
    if word not in set(Purpose):
        raise NotFound
    if context.direct:
        raise NotARoom
    if word == Purpose.CASES and Can.CASES not in context.chat.can:
        raise CasesOffHere
    room = await places.room_at(context.session, event.place)
    if room is not None and room.network_id != network.id:
        raise RoomTaken
    if room is None:
        room = Room(network_id=network.id, chat=event.place.chat, room=event.place.room, purpose=Purpose(word))
        context.session.add(room)
    room.purpose = Purpose(word)
    await context.session.flush()
    await _note(context, network, "room.bound", room)
    outsiders = await _outsiders(context, room)
    return cards.bound(network, room, outsiders, readable=context.here is not None)


async def _outsiders(context: Context, room: Room) -> Sequence[str]:
    """Those who must leave, or be given access, before a case is posted there; by name."""
    if room.purpose != Purpose.CASES:
        return ()
    found: Sequence[Account] = await people.without_case_access(context.session, room.network_id, context.here or ())
    names = await people.names_of(context.session, room.chat, [each.id for each in found])
    unknown = {each.id: each.name or each.id for each in found}
    return sorted(unknown.get(name, name) for name in names)


async def unbind(context: Context, event: Press) -> Message:
    id = id_in(event.carries)
    room = await context.session.get(Room, id) if id is not None else None
    network = await access.managed(context, room.network_id if room else None)
    if room is None:
        raise NotFound
    await _note(context, network, "room.unbound", room)
    await context.session.delete(room)
    await context.session.flush()
    return cards.unbound(network)


async def _note(context: Context, network: Network, did: str, room: Room) -> None:
    subject = f"room:{room.id}"
    await audit.record(context.session, context.now, did, subject, by=context.person.id, network=network.id)
