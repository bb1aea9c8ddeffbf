"""The HTML pages. There is one, and the one that says why there is none."""

import json
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from adapters.web import rooms, view
from adapters.web.chat import WebChat
from adapters.web.words import words
from bot.language import _, language


async def home(chat: WebChat) -> HTMLResponse:
    if not chat.core.settings.demo:
        return HTMLResponse(_render("closed.html"), 503)
    async with chat.core.database.reading() as session:
        accounts = [view.account(row) for row in await rooms.accounts(session)]
    return HTMLResponse(_render("chat.html", accounts=accounts, clock=view.clock(chat.core.clock.now())))


def _render(name: str, **values: object) -> str:
    page = _templates().get_template(name)
    return page.render(_=_, lang=language(), words=words(), **values)


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
