"""One WebSocket a tab. The browser says what it has, and gets all newer that it may see, in order."""

import asyncio

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.websockets import WebSocket, WebSocketDisconnect

from adapters.web import messages, rooms, view
from adapters.web.api import room_json
from adapters.web.chat import WebChat
from adapters.web.errors import WebRefusal
from adapters.web.inbound import LARGEST, parse
from adapters.web.view import Json

log = structlog.get_logger()
HELLO_WITHIN = 10.0  # seconds
LOOK_ANYWAY = 10.0  # seconds: the safety net under the wake-ups, and what moves the shown clock
REFUSED = 4401  # close codes from 4000 are the application's own (RFC 6455, 7.4.2)


async def serve(chat: WebChat, socket: WebSocket) -> None:
    await socket.accept()
    try:
        account, seen = await _hello(chat, socket)
    except (WebRefusal, TimeoutError):
        return await socket.close(REFUSED)
    except (DBAPIError, PoolTimeout, OSError) as error:
        log.warning("live stream not opened", error=type(error).__name__)
        return await socket.close(1013)  # try again later (RFC 6455, IANA's registry)
    except WebSocketDisconnect:
        return None
    news = asyncio.create_task(_send_news(chat, socket, account, seen))
    gone = asyncio.create_task(_wait_until_gone(socket))
    try:
        await asyncio.wait({news, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (news, gone):
            task.cancel()
        ended = await asyncio.gather(news, gone, return_exceptions=True)
    await _close_after_fault(socket, ended[0])


async def _close_after_fault(socket: WebSocket, ended: object) -> None:
    """The browser comes back by itself, and says again what it has."""
    if isinstance(ended, Exception) and not isinstance(ended, WebSocketDisconnect):
        log.warning("live stream cut", error=type(ended).__name__)
        try:
            await socket.close(1011)
        except RuntimeError:
            log.debug("live stream was closed already")


async def _hello(chat: WebChat, socket: WebSocket) -> tuple[str, dict[str, int]]:
    first = await asyncio.wait_for(socket.receive(), HELLO_WITHIN)
    if first["type"] == "websocket.disconnect":
        raise WebSocketDisconnect
    body = parse((first.get("text") or "")[:LARGEST])
    async with chat.core.database.reading() as session:
        account = await rooms.account(session, body.id("account"))
    return account.id, body.seen()


async def _wait_until_gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _send_news(chat: WebChat, socket: WebSocket, account: str, seen: dict[str, int]) -> None:
    woken = chat.wakes.join()
    told: tuple[list[Json], Json] = ([], {})
    try:
        while True:
            woken.clear()  # before looking: what comes while we look wakes us again
            told = await _look(chat, socket, account, seen, told)
            try:
                await asyncio.wait_for(woken.wait(), LOOK_ANYWAY)
            except TimeoutError:
                continue
    finally:
        chat.wakes.leave(woken)


async def _look(
    chat: WebChat, socket: WebSocket, account: str, seen: dict[str, int], told: tuple[list[Json], Json]
) -> tuple[list[Json], Json]:
    async with chat.core.database.reading() as session:
        now = await rooms.seen_by(session, account)
        if any(room.seq < seen.get(room.id, 0) for room in now):
            await socket.send_json({"type": "reset"})  # another database: it was started afresh, or restored
            seen.clear()
        news = [
            {
                "type": "messages",
                "room": room.id,
                "seq": room.seq,
                "messages": await messages.since(session, chat.core.vault, room.id, account, seen[room.id], room.seq),
            }
            for room in now
            if seen.setdefault(room.id, room.seq) < room.seq
        ]
    overview, clock = [room_json(room) for room in now], view.clock(chat.core.clock.now())
    if overview != told[0]:
        await socket.send_json({"type": "rooms", "rooms": overview})
    for batch in news:
        await socket.send_json(batch)
    seen.update({room.id: room.seq for room in now})
    if clock != told[1]:
        await socket.send_json({"type": "clock", "clock": clock})
    return overview, clock
