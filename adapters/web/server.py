"""The web server: who may knock, what every answer carries, and how errors are told."""

import secrets
import traceback
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import structlog
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from adapters.web import api, identity, inbound, live, pages
from adapters.web.chat import WebChat
from adapters.web.entrance import Entrance
from adapters.web.errors import Malformed, OurFault, TryAgain, WebRefusal
from adapters.web.gate import Gate, gate_of
from adapters.web.trouble import passes
from bot.chat.message import Attachment
from bot.errors import ChatError, Refusal
from bot.language import speaking

log = structlog.get_logger()
Work = Callable[[Request], Awaitable[Response]]
HERE = Path(__file__).parent
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
    def answering(work: Work) -> Work:
        async def answer(request: Request) -> Response:
            with speaking(identity.language_of(chat, request)):
                return await _told(work(request))

        return answer

    async def home(request: Request) -> Response:
        try:
            return await pages.home(chat, request)
        except Exception as error:
            if not passes(error):
                raise  # told by `Guarded`
            log.warning("page not served", error=type(error).__name__)
            return PlainTextResponse(TryAgain().text, TryAgain.status)

    async def act(request: Request) -> Response:
        return await _act(chat, request)

    async def stream(socket: WebSocket) -> None:
        await live.serve(chat, socket)

    app = Starlette(
        routes=[
            Route("/", home),
            Route("/api/{act}", answering(act), methods=["POST"]),
            WebSocketRoute("/live", stream),
            *_entrance(chat, answering),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]
    )
    app.add_middleware(Guarded, gate=gate_of(chat.core.settings))
    return app


def _entrance(chat: WebChat, answering: Callable[[Work], Work]) -> list[Route]:
    """The demo has none: one is whom one says."""
    if chat.core.settings.demo:
        return []
    entrance = Entrance(chat)
    return [
        *(Route(path, page) for path, page in entrance.pages.items()),
        *(Route(path, answering(work), methods=["POST"]) for path, work in entrance.acts.items()),
    ]


class Guarded:
    """Headers on every answer, and nobody in from elsewhere."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        answer = Answer(scope, send, self._gate.headers)
        refusal = self._gate.refusal(scope)
        if refusal is None:
            return await self._served(scope, receive, answer)
        if scope["type"] == "websocket":
            return await WebSocket(scope, receive, send).close()  # before accepting: HTTP 403
        return await _error(refusal)(scope, receive, answer)

    async def _served(self, scope: Scope, receive: Receive, answer: "Answer") -> None:
        """A fault ends here: the web server would log its words, and answer without our headers."""
        try:
            await self._app(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - see _fault
            fault = _fault(error)
            if scope["type"] == "http" and not answer.begun:
                await _error(fault)(scope, receive, answer)


class Answer:
    """Sends on, with our headers."""

    def __init__(self, scope: Scope, send: Send, headers: Mapping[str, str]) -> None:
        self._headers = {**_HEADERS, **headers}
        self._static = scope["path"].startswith("/static/")
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            headers.update(self._headers)
            headers["Cache-Control"] = "no-cache" if self._static else "no-store"
        await self._send(message)


async def _told(doing: Awaitable[Response]) -> Response:
    """One act's answer. Every error says what to do next; none says what was written."""
    try:
        return await doing
    except WebRefusal as refusal:
        return _error(refusal)
    except Refusal as refusal:
        return JSONResponse({"message": refusal.text}, 400)
    except Exception as error:  # noqa: BLE001 - a traceback could quote somebody's text; see _fault
        if isinstance(error, ChatError) or passes(error):
            log.warning("not done", error=type(error).__name__)
            return _error(TryAgain())
        return _error(_fault(error))


def _taken_away(file: Attachment) -> Response:
    """To be kept, never shown in a page of ours, whatever it says that it is."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"}
    return Response(file.content, media_type=file.mime, headers=headers)


async def _act(chat: WebChat, request: Request) -> Response:
    visitor = await identity.visitor(chat, request, request.headers.get(identity.ACCOUNT, ""))
    with speaking(visitor.language):
        response = await _told(_done(chat, request, visitor))
    if visitor.token:
        identity.keep(response, chat.core.settings, visitor.token)
    return response


async def _done(chat: WebChat, request: Request, visitor: identity.Visitor) -> Response:
    """What was asked for, once asked for properly."""
    act = request.path_params["act"]
    found = api.ACTS.get(act)
    if found is None or not request.headers.get("content-type", "").startswith("application/json"):
        raise Malformed
    body = await inbound.read(request.stream(), inbound.LARGEST_FORM if act == "submit" else inbound.LARGEST)
    done = await found(chat, visitor.account, body)
    return _taken_away(done) if isinstance(done, Attachment) else JSONResponse(done)


def _error(refusal: WebRefusal) -> Response:
    return JSONResponse({"message": refusal.text}, refusal.status, dict(refusal.headers))


def _fault(error: Exception) -> OurFault:
    """Log where it failed, never what the error says."""
    mark = secrets.token_hex(3)
    frames = [
        f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    log.error("web fault", mark=mark, error=type(error).__name__, at=frames[-6:])
    return OurFault(mark=mark)
