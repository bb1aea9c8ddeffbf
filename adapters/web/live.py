"""One WebSocket a tab. The browser says what it has, and gets all newer that it may see, in order."""

import asyncio

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from adapters.web import identity, messages, rooms, view
from adapters.web.api import room_json
from adapters.web.chat import WebChat
from adapters.web.errors import SignedOut, WebRefusal
from adapters.web.identity import Visitor
from adapters.web.inbound import LARGEST, parse
from adapters.web.trouble import passes
from adapters.web.view import Json
from adapters.web.wakes import of_account, of_room
from bot.language import speaking

log = structlog.get_logger()
HELLO_WITHIN = 10.0  # seconds
LOOK_ANYWAY = 10.0  # seconds: the safety net under the wake-ups, and what moves the shown clock
REFUSED = 4401  # close codes from 4000 are the application's own (RFC 6455, 7.4.2)
CROWDED_OUT = 4429


async def serve(chat: WebChat, socket: WebSocket) -> None:
    await socket.accept()
    try:
        visitor, seen = await _hello(chat, socket)
    except (WebRefusal, TimeoutError):
        return await _close(socket, REFUSED)
    except WebSocketDisconnect:
        return None
    except Exception as error:  # noqa: BLE001 - whatever it is, the browser comes again; its words are nobody's business
        log.warning("live stream not opened", error=type(error).__name__)
        return await _close(socket, 1013 if passes(error) else 1011)  # try again later (RFC 6455, IANA's registry)
    tab = chat.tabs.open(visitor.account.id)
    try:
        with speaking(visitor.language):
            await _stream(chat, socket, visitor, seen, tab)
    finally:
        chat.tabs.close(visitor.account.id, tab)
    return None


async def _stream(
    chat: WebChat, socket: WebSocket, visitor: Visitor, seen: dict[str, int], crowded_out: asyncio.Event
) -> None:
    """Until the browser goes, its session ends, something fails, or the account has opened too many others."""
    news = asyncio.create_task(_send_news(chat, socket, visitor, seen))
    tasks = (news, asyncio.create_task(_wait_until_gone(socket)), asyncio.create_task(crowded_out.wait()))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    if crowded_out.is_set():
        await _close(socket, CROWDED_OUT)
    elif isinstance(ended[0], SignedOut):
        await _close(socket, REFUSED)
    elif isinstance(ended[0], Exception) and not isinstance(ended[0], WebSocketDisconnect):
        log.warning("live stream cut", error=type(ended[0]).__name__)
        await _close(socket, 1011)  # the browser comes back by itself, and says again what it has


async def _close(socket: WebSocket, code: int) -> None:
    try:
        await socket.close(code)
    except (RuntimeError, WebSocketDisconnect):
        log.debug("live stream was closed already")


async def _hello(chat: WebChat, socket: WebSocket) -> tuple[Visitor, dict[str, int]]:
    first = await asyncio.wait_for(socket.receive(), HELLO_WITHIN)
    if first["type"] == "websocket.disconnect":
        raise WebSocketDisconnect
    body = parse((first.get("text") or "")[:LARGEST])
    return await identity.visitor(chat, socket, body.id("account")), body.seen()


async def _wait_until_gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _send_news(chat: WebChat, socket: WebSocket, visitor: Visitor, seen: dict[str, int]) -> None:
    account = visitor.account.id
    waiting = chat.wakes.join({of_account(account)})
    told: tuple[list[Json], Json] = ([], {})
    try:
        while True:
            waiting.event.clear()  # before looking: what comes while we look wakes us again
            if not await identity.still(chat, visitor):
                raise SignedOut
            if await _reads_another(chat, visitor):
                await socket.send_json({"type": "reset"})  # the page comes back, and is spoken to anew
                return
            told = await _look(chat, socket, account, seen, told)
            waiting.follow({of_account(account)} | {of_room(room["id"]) for room in told[0]})
            try:
                await asyncio.wait_for(waiting.event.wait(), LOOK_ANYWAY)
            except TimeoutError:
                continue
    finally:
        chat.wakes.leave(waiting)


async def _reads_another(chat: WebChat, visitor: Visitor) -> bool:
    """Whether they, or their network, have chosen another language meanwhile."""
    async with chat.core.database.reading() as session:
        return await identity.reads(session, visitor.account) != visitor.language


async def _look(
    chat: WebChat, socket: WebSocket, account: str, seen: dict[str, int], told: tuple[list[Json], Json]
) -> tuple[list[Json], Json]:
    async with chat.core.database.reading() as session:
        now = await rooms.seen_by(session, account)
    if any(room.seq < seen.get(room.id, 0) for room in now):
        await socket.send_json({"type": "reset"})  # another database: it was started afresh, or restored
        seen.clear()
    overview, clock = [room_json(room) for room in now], view.clock(chat.core.clock.now())
    if overview != told[0]:
        await socket.send_json({"type": "rooms", "rooms": overview})
    for room in now:
        if seen.setdefault(room.id, room.seq) < room.seq:
            await _send_messages(chat, socket, account, room, seen[room.id])
            seen[room.id] = room.seq
    if clock != told[1]:
        await socket.send_json({"type": "clock", "clock": clock})
    return overview, clock


async def _send_messages(chat: WebChat, socket: WebSocket, account: str, room: rooms.Seen, after: int) -> None:
    """A stretch at a time: a tab that was away for long does not fetch a whole room into memory."""
    cursor = None
    while True:
        async with chat.core.database.reading() as session:
            stretch = await messages.since(session, chat.core.vault, room.id, account, after, room.seq, cursor)
        news = {"type": "messages", "room": room.id, "seq": stretch.seq, "messages": stretch.messages}
        await socket.send_json(news)
        cursor = stretch.next
        if cursor is None:
            return
