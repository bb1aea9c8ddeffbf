"""Socket Mode: envelopes over a websocket that the app opened, each to be acknowledged (docs: using Socket Mode)."""

import asyncio
import json
import secrets
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.fakes.slack.calls import Call, Refused, method
from tests.fakes.slack.things import Json

if TYPE_CHECKING:
    from tests.fakes.slack.server import FakeSlack

CONNECTIONS = 10  # "up to 10 open WebSocket connections"


@method("apps.connections.open", token="xapp-", only_post=True)
def open_connection(call: Call) -> Json:
    if not call.slack.sockets.enabled:
        raise Refused("forbidden_team")  # Socket Mode is not turned on for the app
    ticket = call.slack.sockets.ticket()
    return {"ok": True, "url": f"{call.slack.address.replace('http', 'ws', 1)}/link/?ticket={ticket}"}


class Sockets:
    def __init__(self) -> None:
        self.enabled = True
        self._tickets: set[str] = set()
        self._open: list[WebSocket] = []
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._turn = 0

    def __len__(self) -> int:
        return len(self._open)

    def ticket(self) -> str:
        """The address may be used once."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return ticket

    async def connected(self, socket: WebSocket, app_id: str) -> None:
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets or len(self._open) >= CONNECTIONS:
            await socket.close(1008)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        info = {"host": "applink", "build_number": 1, "approximate_connection_time": 18060}
        hello: Json = {"type": "hello", "num_connections": len(self._open) + 1, "debug_info": info}
        await socket.send_json(hello | {"connection_info": {"app_id": app_id}})
        self._open.append(socket)
        try:
            while True:
                self._acknowledged(await socket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            if socket in self._open:
                self._open.remove(socket)

    def _acknowledged(self, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            return  # slack_sdk also sends plain pings
        waiting = self._waiting.get(str(said.get("envelope_id"))) if isinstance(said, dict) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(said.get("payload"))

    async def send(self, envelope: Json, seconds: float) -> tuple[bool, Any]:
        """Sent over one of the connections, by turns. Whether it was acknowledged in time, and with what payload."""
        if not self._open:
            return False, None
        self._turn += 1
        socket = self._open[self._turn % len(self._open)]
        id = envelope["envelope_id"]
        self._waiting[id] = asyncio.get_running_loop().create_future()
        try:
            await socket.send_text(json.dumps(envelope))
            return True, await asyncio.wait_for(self._waiting[id], seconds)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            return False, None
        finally:
            del self._waiting[id]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Slack renews connections by itself: it says so, and closes (docs: Socket Mode, "Disconnecting")."""
        for socket in list(self._open):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink"}})
            await socket.close()
            if socket in self._open:
                self._open.remove(socket)


async def serve(slack: "FakeSlack", socket: WebSocket) -> None:
    await slack.sockets.connected(socket, slack.workspace.app_id)
