"""The HTML pages: the chat, and the entrance to it."""

import json
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from adapters.web import identity, rooms, view
from adapters.web.chat import WebChat
from adapters.web.errors import WebRefusal
from adapters.web.words import entrance_words, words
from bot.language import _, language, speaking


async def home(chat: WebChat, request: Request) -> Response:
    """The chat; whoever is not signed in goes to the entrance. Where they were going stands in the fragment, which
    the browser takes along by itself."""
    if chat.core.settings.demo:
        return await _demo(chat)
    visitor = await identity.signed_in(chat, request)
    if visitor is None:
        return RedirectResponse("/inn", 303)
    with speaking(visitor.language):
        response = _chat(chat, me=view.account(visitor.account), accounts=[])
    if visitor.token:
        identity.keep(response, chat.core.settings, visitor.token)
    return response


async def _demo(chat: WebChat) -> Response:
    async with chat.core.database.reading() as session:
        accounts = [view.account(row) for row in await rooms.accounts(session)]
    return _chat(chat, me=None, accounts=accounts)


def _chat(chat: WebChat, **who: object) -> Response:
    """`me` is who is signed in; in the demo one chooses among `accounts`."""
    return HTMLResponse(_render("chat.html", words=words(), clock=view.clock(chat.core.clock.now()), **who))


def entrance(provider: str | None, refusal: WebRefusal | None = None) -> Response:
    """Where one signs in. The same for everybody, so that looking at it changes and tells nothing."""
    page = _render("entrance.html", words=entrance_words(), provider=provider, refusal=refusal.text if refusal else "")
    status, headers = (refusal.status, dict(refusal.headers)) if refusal else (200, {})
    return HTMLResponse(page, status, headers)


def _render(name: str, **values: object) -> str:
    page = _templates().get_template(name)
    return page.render(_=_, lang=language(), **values)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    environment.policies["json.dumps_function"] = json.dumps
    return environment
