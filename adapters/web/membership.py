"""Rooms that are made, and who comes into them and goes: what the browser asks for."""

from sqlalchemy.ext.asyncio import AsyncSession

from adapters.web import access, residents, rooms, view
from adapters.web.chat import WebChat
from adapters.web.errors import Malformed, MayNotMakeRooms, NotYoursToRemove, StopsCases, TooLong
from adapters.web.inbound import Body
from adapters.web.rooms import CHAT, account_of
from adapters.web.tables import RoomKind, WebAccount, WebRoom
from adapters.web.view import Json
from bot import places
from bot.chat.inbound import Left
from bot.chat.port import Place

LONGEST_ROOM_NAME = 80  # characters


async def make_room(chat: WebChat, me: WebAccount, body: Body) -> Json:
    """Whoever manages a network makes rooms, and becomes their first member. The act's key is the room's id, so that
    trying again makes no second one; what the room is for, a network's settings say."""
    name, id = " ".join(body.words().split()), body.key()
    if len(name) > LONGEST_ROOM_NAME:
        raise TooLong(longest=str(LONGEST_ROOM_NAME))
    async with chat.writing() as change:
        if await access.manages(change.session, me) is None:
            raise MayNotMakeRooms
        if await change.session.get(WebRoom, id) is None:
            await rooms.create(change.session, chat.core.vault, id, name, members=[me.id])
        change.accounts.add(me.id)
    return {"room": id}


async def _settle_neighbours(chat: WebChat, me: WebAccount, room: str) -> None:
    """In operation people can be added before they have signed in: those of the room's network, or of the networks of
    whoever makes it."""
    if chat.core.settings.demo:
        return
    async with chat.core.database.reading() as session:
        await rooms.room_for(session, room, me.id)
        bound = await places.room_at(session, Place(CHAT, room))
        networks = {bound.network_id} if bound else await access.manages(session, me) or set()
        missing = await residents.missing(session, networks)
    if missing:
        async with chat.writing() as change:
            await residents.settle_all(change.session, missing)


async def list_members(chat: WebChat, me: WebAccount, body: Body) -> Json:
    await _settle_neighbours(chat, me, body.id("room"))
    async with chat.core.database.reading() as session:
        room = await rooms.room_for(session, body.id("room"), me.id)
        inside = await rooms.members(session, room.id)
        present = {row.id for row in inside}
        others = [row for row in await rooms.accounts(session) if row.id not in present]
        if not chat.core.settings.demo:
            beside = await residents.neighbours(session, me.id)
            others = [row for row in others if row.id in beside]
        removable = await access.removable(session, room.id, me, inside)
        outsiders = await access.outsiders(session, room.id, others)
    return {
        "members": [view.account(row) | {"removable": row.id in removable} for row in inside],
        "others": [view.account(row) | {"stops_cases": row.id in outsiders} for row in others],
    }


async def add_member(chat: WebChat, me: WebAccount, body: Body) -> Json:
    """Any member may. Who stops new cases by coming is let in where that is what was meant."""
    async with chat.writing() as change:
        room = await _group_room(change.session, body.id("room"), me)
        newcomer = await rooms.account(change.session, body.id("account"))
        if not body.flag("confirmed") and await access.outsiders(change.session, room.id, [newcomer]):
            raise StopsCases(name=newcomer.name)
        member = await rooms.add_member(change.session, room, newcomer)
        change.rooms.add(room.id)
        change.accounts.add(newcomer.id)
    await chat.hear_joined(member, account_of(newcomer))
    return await list_members(chat, me, body)


async def remove_member(chat: WebChat, me: WebAccount, body: Body) -> Json:
    async with chat.writing() as change:
        room = await _group_room(change.session, body.id("room"), me)
        leaver = await rooms.account(change.session, body.id("account"))
        if leaver.id not in await access.removable(change.session, room.id, me, [me, leaver]):
            raise NotYoursToRemove
        member = await rooms.remove_member(change.session, room, leaver)
        change.rooms.add(room.id)
        change.accounts.add(leaver.id)
    if member:
        key = f"web:left:{member.room}:{member.account}:{member.mark}"
        await chat.hear(Left(key, account_of(leaver), Place(CHAT, room.id)))
    return {} if leaver.id == me.id else await list_members(chat, me, body)


async def _group_room(session: AsyncSession, id: str, me: WebAccount) -> WebRoom:
    """Locked, to change who is in it."""
    await rooms.locked(session, id)
    room = await rooms.room_for(session, id, me.id)
    if room.kind == RoomKind.DIRECT:
        raise Malformed  # a 1:1 chat stays one
    return room
