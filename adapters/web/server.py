"""The web server: who may knock, what every answer carries, and how errors are told."""

import asyncio
import re
import secrets
import traceback
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from adapters.web import api, inbound, live, pages, rooms
from adapters.web.chat import WebChat
from adapters.web.errors import Malformed, NotSetUp, OurFault, TryAgain, WebRefusal, WhoAreYou, WrongOrigin
from adapters.web.trouble import passes
from adapters.web.view import Json
from bot.errors import ChatError, Refusal

log = structlog.get_logger()
HERE = Path(__file__).parent
READY_WITHIN = 2.5  # seconds: whoever asks gives up after three
ACCOUNT = "x-fagtraad-account"
# The demo lets anyone be anybody, so only pages of this machine may use it (DNS rebinding, CSRF).
_THIS_MACHINE = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def create_app(chat: WebChat) -> Starlette:
    async def home(request: Request) -> Response:
        try:
            return await pages.home(chat)
        except Exception as error:
            if not passes(error):
                raise  # told by `Guarded`
            log.warning("page not served", error=type(error).__name__)
            return PlainTextResponse(TryAgain().text, TryAgain.status)

    async def act(request: Request) -> Response:
        return await _answer(chat, request)

    async def stream(socket: WebSocket) -> None:
        await live.serve(chat, socket)

    readiness = Readiness(chat)

    async def ready(request: Request) -> Response:
        return await readiness.answer()

    app = Starlette(
        routes=[
            Route("/", home),
            Route("/api/{act}", act, methods=["POST"]),
            WebSocketRoute("/live", stream),
            Route("/healthz", _healthy),
            Route("/readyz", ready),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]
    )
    app.add_middleware(Guarded, demo=chat.core.settings.demo)
    return app


class Guarded:
    """Headers on every answer, and nobody in from elsewhere."""

    def __init__(self, app: ASGIApp, demo: bool) -> None:
        self._app = app
        self._demo = demo

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        refusal = self._refusal(scope)
        if refusal is None:
            return await self._served(scope, receive, Answer(scope, send))
        if scope["type"] == "websocket":
            return await WebSocket(scope, receive, send).close()  # before accepting: HTTP 403
        return await _error(refusal)(scope, receive, Answer(scope, send))

    async def _served(self, scope: Scope, receive: Receive, answer: "Answer") -> None:
        """A fault ends here: the web server would log its words, and answer without our headers."""
        try:
            await self._app(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - see _fault
            fault = _fault(error)
            if scope["type"] == "http" and not answer.begun:
                await _error(fault)(scope, receive, answer)

    def _refusal(self, scope: Scope) -> WebRefusal | None:
        if scope["path"] in ("/healthz", "/readyz"):
            return None
        if not self._demo:
            # Until there is a way to sign in, only the page that says so is served.
            return None if scope["path"] == "/" or scope["path"].startswith("/static/") else NotSetUp()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "").lower()
        if not _THIS_MACHINE.fullmatch(host):
            return WrongOrigin()
        changes = scope["type"] == "websocket" or scope["method"] == "POST"
        if changes and not _is_origin_of(host, headers.get("origin", "").lower()):
            return WrongOrigin()
        return None


def _is_origin_of(host: str, origin: str) -> bool:
    try:
        found = urlsplit(origin)
    except ValueError:  # such as "http://["
        return False
    return found.netloc == host and found.scheme in ("http", "https")


class Answer:
    """Sends on, with our headers."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._static = scope["path"].startswith("/static/")
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            headers["Cache-Control"] = "no-cache" if self._static else "no-store"
        await self._send(message)


async def _answer(chat: WebChat, request: Request) -> Response:
    """One act, once asked for properly. Every error says what to do next; none says what was written."""
    try:
        return JSONResponse(await _done(chat, request))
    except WebRefusal as refusal:
        return _error(refusal)
    except Refusal as refusal:
        return JSONResponse({"message": refusal.text}, 400)
    except Exception as error:  # noqa: BLE001 - a traceback could quote somebody's text; see _fault
        if isinstance(error, ChatError) or passes(error):
            log.warning("not done", error=type(error).__name__)
            return _error(TryAgain())
        return _error(_fault(error))


async def _done(chat: WebChat, request: Request) -> Json:
    found = api.ACTS.get(request.path_params["act"])
    if found is None or not request.headers.get("content-type", "").startswith("application/json"):
        raise Malformed
    body = await inbound.read(request.stream())
    id = request.headers.get(ACCOUNT, "")
    if not 0 < len(id) <= 100:
        raise WhoAreYou
    async with chat.core.database.reading() as session:
        me = await rooms.account(session, id)
    return await found(chat, me, body)


def _error(refusal: WebRefusal) -> Response:
    return JSONResponse({"message": refusal.text}, refusal.status)


def _fault(error: Exception) -> OurFault:
    """Log where it failed, never what the error says."""
    mark = secrets.token_hex(3)
    frames = [
        f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    log.error("web fault", mark=mark, error=type(error).__name__, at=frames[-6:])
    return OurFault(mark=mark)


async def _healthy(request: Request) -> Response:
    """The process lives."""
    return PlainTextResponse("ok")


class Readiness:
    """Whether the database answers, and other processes are heard. Says so in time even where the database says
    nothing at all: one question is under way at most, and those who come meanwhile wait for the same."""

    def __init__(self, chat: WebChat) -> None:
        self._chat = chat
        self._asking: asyncio.Task[str | None] | None = None

    async def answer(self) -> Response:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._trouble(), name="readiness")
        done, _asking = await asyncio.wait({self._asking}, timeout=READY_WITHIN)
        trouble = self._asking.result() if done else "database: no answer"
        if trouble is None and not self._chat.wakes.listening:
            trouble = "not listening for other processes"
        return PlainTextResponse(trouble or "ready", 503 if trouble else 200)

    async def _trouble(self) -> str | None:
        try:
            async with self._chat.core.database.reading() as session:
                await session.execute(text("SELECT 1"))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not ready
            return f"database: {type(error).__name__}"
        return None
