"""Slash commands through the signed door, beside a bare Bolt handler and a bare Starlette route that checks the
signature, in one process and taken in turns; and fifty commands at once that are stored."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from benchmarks import Measure
from benchmarks.commands import TABLES, open_item, seconds
from benchmarks.databases import fresh
from bot.chat.inbound import Inbound
from bot.chat.port import Done, Outcome
from bot.serving import settle
from storage import Database

ROUNDS = 1500
AT_ONCE = 50
WAVES = 40
SECRET = "0" * 32
WORD = "/oppgave"
TOOK_NOTHING = (200, b"")

App = Callable[..., Awaitable[None]]


async def measure(urls: Mapping[str, str]) -> list[Measure]:
    import bot.__main__  # noqa: F401 - says how often garbage is looked for, in operation and here

    async with _slack() as api_url, _ours(api_url, _Answers()) as ours:
        route, bolt, door = await _in_turns(_bare_route(), _bare_bolt(), ours)
    measures = [
        Measure(
            "a command at Slack's door, beside a bare Bolt handler", bolt / door, 0.6, note=_speeds(route, bolt, door)
        )
    ]
    for name, url in urls.items():
        async with fresh(url, *TABLES) as database, _slack() as api_url, _ours(api_url, _Stores(database)) as ours:
            settle()
            last, a_second = await _at_once(ours)
        bound = 100 if name == "PostgreSQL" else 200
        what = f"the slowest percent of {AT_ONCE} commands at once, stored on {name}"
        measures.append(Measure(what, last * 1000, bound, least=False, unit="ms", note=f"{a_second:,.0f} a second"))
    return measures


def _speeds(route: float, bolt: float, door: float) -> str:
    return f"a second: {1 / door:,.0f}; bare Bolt {1 / bolt:,.0f}; bare route with HMAC {1 / route:,.0f}"


async def _in_turns(*apps: App) -> list[float]:
    """Lower quartiles of seconds."""
    taken: list[list[float]] = [[] for _ in apps]
    for _ in range(ROUNDS):
        for app, times in zip(apps, taken, strict=True):
            request = _request()

            async def ask(app: App = app, request: "_Call" = request) -> None:
                await request.made_to(app)

            times.append(await seconds(ask))
            if request.answer != TOOK_NOTHING:
                raise RuntimeError(f"answered {request.answer}")
    return [quantiles(times[50:])[0] for times in taken]


async def _at_once(app: App) -> tuple[float, float]:
    """The 99th percentile of seconds, and how many a second. Slack's own part, the requests, is made before."""
    times: list[float] = []
    took = 0.0

    async def one(request: "_Call") -> None:
        times.append(await seconds(lambda: request.made_to(app)))
        if request.answer != TOOK_NOTHING:
            raise RuntimeError(f"answered {request.answer}")

    for _ in range(WAVES):
        requests = [_request() for _ in range(AT_ONCE)]
        began = time.perf_counter()
        await asyncio.gather(*map(one, requests))
        took += time.perf_counter() - began
    return quantiles(times[AT_ONCE:], n=100)[98], WAVES * AT_ONCE / took


# ------------------------------------------------------------ a request, as Slack makes it

_numbers = count(1)


@dataclass(slots=True)
class _Call:
    """One POST to an ASGI application, without a socket between."""

    body: bytes
    headers: list[tuple[bytes, bytes]]
    answer: tuple[int, bytes] = (0, b"")
    _read: bool = field(default=False)

    async def made_to(self, app: App) -> None:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/events",
            "raw_path": b"/events",
            "root_path": "",
            "query_string": b"",
            "headers": self.headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        await app(scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        if self._read:
            return {"type": "http.disconnect"}
        self._read = True
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def _send(self, message: Mapping[str, Any]) -> None:
        status, content = self.answer
        self.answer = (message.get("status", status), content + message.get("body", b""))


def _request() -> _Call:
    number = next(_numbers)
    body = urlencode(
        {
            "token": "none",
            "team_id": "T0BENCH01",
            "team_domain": "bench",
            "channel_id": f"C0BENCH{number % 100:02}",
            "channel_name": "generelt",
            "user_id": "U0BENCH01",
            "user_name": "kari",
            "command": WORD,
            "text": "Ringe laben @kari frist fredag",
            "api_app_id": "A0BENCH01",
            "is_enterprise_install": "false",
            "response_url": "http://127.0.0.1:9/none",
            "trigger_id": f"{number}.1.{number:032x}",
        }
    ).encode()
    stamp = str(int(time.time()))
    signature = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "host": "127.0.0.1",
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(body)),
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={signature}",
    }
    return _Call(body, [(name.encode(), value.encode()) for name, value in headers.items()])


# ------------------------------------------------------------ the floors


def _bare_route() -> App:
    async def events(request: Request) -> Response:
        body = await request.body()
        stamp = request.headers["x-slack-request-timestamp"]
        wanted = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        right = hmac.compare_digest(f"v0={wanted}", request.headers["x-slack-signature"])
        return Response(status_code=200 if right else 401)

    return Starlette(routes=[Route("/events", events, methods=["POST"])])


def _bare_bolt() -> App:
    from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult

    async def authorize(**_asked: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0BENCH01", bot_token="xoxb-none", bot_user_id="U0BOT")

    app = AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)

    @app.command(WORD)
    async def command(ack: Callable[[], Awaitable[None]]) -> None:
        await ack()

    handler = AsyncSlackRequestHandler(app)
    return Starlette(routes=[Route("/events", handler.handle, methods=["POST"])])


# ------------------------------------------------------------ ours


class _Answers:
    async def receive(self, event: Inbound) -> Outcome:
        return Done()


@dataclass(frozen=True, slots=True)
class _Stores:
    """The least that a command does: its event's key, a row, and a notice about it."""

    database: Database

    async def receive(self, event: Inbound) -> Outcome:
        await open_item(self.database, next(_numbers))
        return Done()


class _NoNotes:
    async def write(self, key: str, value: Any) -> None: ...

    async def read(self, key: str) -> Any | None:
        return None


@asynccontextmanager
async def _ours(api_url: str, inbox: "_Answers | _Stores") -> AsyncIterator[App]:
    from adapters.slack.chat import SlackChat
    from adapters.slack.settings import SlackSettings
    from bot.clock import SystemClock
    from bot.core import Core
    from bot.feature import Features
    from bot.features import all_features
    from bot.settings import Settings
    from bot.vault import Ledger, Vault

    with TemporaryDirectory(prefix="fagtraad-bench-") as folder:
        settings = Settings(_env_file=None, chats=["slack"])
        database = Database(f"sqlite+aiosqlite:///{folder}/none.sqlite")
        vault = Vault({"bench": bytes(32)}, Ledger(settings.ledger_path))
        core = Core(settings, database, vault, SystemClock(), Features(all_features()))
        offered = SlackSettings(_env_file=None, bot_token="xoxb-bench", signing_secret=SECRET, api_url=api_url)
        chat = SlackChat(core, offered)
        await chat.start(inbox, _NoNotes())
        try:
            yield chat.app
        finally:
            await chat.stop()
            await database.close()


@asynccontextmanager
async def _slack() -> AsyncIterator[str]:
    """As much of Slack as a command asks for: who we are, and who acts."""
    user = {"id": "U0BENCH01", "team_id": "T0BENCH01", "real_name": "Kari Nordmo", "locale": "nb-NO", "profile": {}}
    answers: dict[str, Mapping[str, Any]] = {
        "auth.test": {"team_id": "T0BENCH01", "user_id": "U0BOT", "bot_id": "B0BOT", "url": "https://bench.slack.com/"},
        "users.info": {"user": user},
    }

    async def answer(request: Request) -> Response:
        return JSONResponse({"ok": True, **answers.get(request.path_params["method"], {})})

    served = Starlette(routes=[Route("/api/{method}", answer, methods=["GET", "POST"])])
    server = uvicorn.Server(uvicorn.Config(served, port=0, log_config=None, access_log=False, lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/api/"
    finally:
        server.should_exit = True
        await task
