"""The server: Slack's addresses on one port of this machine, in the loop that starts it."""

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Coroutine
from typing import Any, Self

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.fakes.slack import api_files, page, socket_mode, web_api
from tests.fakes.slack.api_chat import content, escaped, remove
from tests.fakes.slack.calls import Call, Refused
from tests.fakes.slack.events import Events
from tests.fakes.slack.listening import listening
from tests.fakes.slack.people import People
from tests.fakes.slack.socket_mode import Sockets
from tests.fakes.slack.state import RESPONSE_SECONDS, RESPONSE_USES, Workspace
from tests.fakes.slack.things import Json, ResponseUrl
from tests.fakes.slack.trouble import Trouble


class FakeSlack:
    """`async with FakeSlack() as slack:` and give the app `slack.settings`."""

    def __init__(self, workspace: Workspace | None = None, port: int = 0, *, app_url: str | None = None) -> None:
        self.workspace = workspace or Workspace()
        self.app_url = app_url  # the request URL; None: over Socket Mode
        self.trouble = Trouble()
        self.sockets = Sockets()
        self.events = Events(self)
        self.people = People(self)
        self.calls: list[tuple[str, Json]] = []  # every call of the Web API, in order
        self.address = ""
        self._port = port
        self._stopping = asyncio.Event()
        self._connections: dict[Any, asyncio.Transport] = {}

    @property
    def api_url(self) -> str:
        """What slack_sdk calls base_url."""
        return f"{self.address}/api/"

    @property
    def settings(self) -> dict[str, str]:
        """What Fagtråd is started with."""
        return {
            "FAGTRAAD_SLACK_API_URL": self.api_url,
            "FAGTRAAD_SLACK_BOT_TOKEN": self.workspace.bot_token,
            "FAGTRAAD_SLACK_SIGNING_SECRET": self.workspace.signing_secret,
            "FAGTRAAD_SLACK_APP_TOKEN": self.workspace.app_token,
            "FAGTRAAD_SLACK_MODE": "http" if self.app_url else "socket",
        }

    def install(self, manifest: Json) -> None:
        """From now on the app has its manifest's scopes, hears the events it subscribes to, and has its commands."""
        self.workspace.manifest = manifest
        self.workspace.scopes = set(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", []))
        self.sockets.enabled = bool(manifest.get("settings", {}).get("socket_mode_enabled"))

    def called(self, method: str) -> list[Json]:
        return [arguments for name, arguments in self.calls if name == method]

    # ------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        self.http = httpx.AsyncClient(trust_env=False)
        self._listening = listening(self._app(), self._port, http=self._protocol())
        self.address = self.workspace.address = await self._listening.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stopping.set()
        await self.events.stop()
        await self._listening.__aexit__(None, None, None)
        await self.http.aclose()

    async def stopping_or(self, work: Coroutine[Any, Any, Any]) -> None:
        """Waits for `work`, but not longer than the server lives."""
        tasks = [asyncio.ensure_future(work), asyncio.ensure_future(self._stopping.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    def reset(self, request: Request) -> None:
        """The connection is cut with an RST, as when a proxy on the way dies."""
        transport = self._connections.get(request.client and tuple(request.client))
        if transport is None:
            return
        with contextlib.suppress(OSError, AttributeError):
            raw = transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    def _protocol(self) -> type[asyncio.Protocol]:
        connections = self._connections

        class Remembering(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                connections[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                connections.pop(self.client, None)
                super().connection_lost(exc)

        return Remembering

    # ------------------------------------------------------------ addresses

    def _app(self) -> Starlette:
        async def api(request: Request) -> Response:
            return await web_api.answer(self, request)

        async def upload(request: Request) -> Response:
            return await api_files.upload(self.workspace, request)

        async def download(request: Request) -> Response:
            return await api_files.download(self.workspace, request)

        async def respond(request: Request) -> Response:
            return await self._respond(request)

        async def link(websocket: WebSocket) -> None:
            await socket_mode.serve(self, websocket)

        return Starlette(
            routes=[
                Route("/api/{method}", api, methods=["GET", "POST"]),
                Route("/upload/v1/{id}", upload, methods=["POST"]),
                Route("/files-pri/{id}/{rest:path}", download),
                Route("/actions/{id:path}", respond, methods=["POST"]),
                WebSocketRoute("/link/", link),
                *page.routes(self),
            ]
        )

    def url_of(self, response: ResponseUrl) -> str:
        return f"{self.address}/actions/{response.id}"

    async def _respond(self, request: Request) -> Response:
        """docs: handling user interaction, "message responses": five times within 30 minutes."""
        response = self.workspace.response_urls.get(request.path_params["id"])
        if response is None:
            return JSONResponse({"ok": False, "error": "invalid_url"}, 404)
        if self.workspace.clock.now() - response.made > RESPONSE_SECONDS:
            return JSONResponse({"ok": False, "error": "expired_url"}, 404)
        if response.uses >= RESPONSE_USES:
            return JSONResponse({"ok": False, "error": "used_url"}, 404)
        response.uses += 1
        self.calls.append(("response_url", {}))
        trouble = self.trouble.of("response_url")
        if trouble is not None and not trouble.after:
            return await trouble.instead(self, request)
        try:
            body = json.loads(await request.body())
            self.respond(response, body)
        except ValueError:
            return PlainTextResponse("invalid_payload", 400)
        except Refused as refused:
            return JSONResponse(refused.answer, 400)
        if trouble is not None:
            return await trouble.instead(self, request)
        return PlainTextResponse("ok")

    def respond(self, response: ResponseUrl, body: Json) -> None:
        """A new message (for the person alone unless in_channel), or the pressed one replaced or deleted."""
        channel = self.workspace.channels[response.channel]
        pressed = next((m for m in channel.messages if m.ts == response.message_ts), None)
        if body.get("delete_original"):
            if pressed is not None:
                remove(self.workspace, channel, pressed, self._deleted)
            return
        text, blocks, metadata = content(Call(self, "response_url", body, ""))
        if body.get("replace_original") and pressed is not None:
            before = self.workspace.public(pressed)
            pressed.text, pressed.blocks = text, blocks
            if pressed.only_for is None:
                pressed.edited = {"user": self.workspace.bot.id, "ts": self.workspace.next_ts()}
                self.events.edited(pressed, before)
            return
        only_for = None if body.get("response_type") == "in_channel" else response.user
        thread = body.get("thread_ts") or response.thread_ts
        message = self.workspace.add_message(
            channel,
            self.workspace.bot.id,
            escaped(text),
            blocks=blocks,
            metadata=metadata,
            thread_ts=thread,
            by_app=True,
            only_for=only_for,
        )
        if only_for is None:
            self.events.said(message)

    def _deleted(self, channel: Any, message: Any, before: Json) -> None:
        if message.only_for is None:
            self.events.deleted(channel, message, before)
