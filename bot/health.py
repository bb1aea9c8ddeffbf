"""What a monitor or a load balancer asks, whatever chats there are: whether the process lives (`/healthz`), and
whether it can do its work (`/readyz`). An answer names what is wrong, and tells nothing else."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Protocol, TypeAlias, runtime_checkable

from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot.outbox import Outbox
from storage import Database, schema

READY_WITHIN = 2.5  # seconds: whoever asks gives up after three
STUCK = timedelta(minutes=5)
STOPPED = 60.0  # seconds: the outbox looks each second, and a slow database may hold it up for some
WEB = "web"

Ask: TypeAlias = Callable[[], Awaitable[str | None]]
"""The name of what is wrong, or nothing."""


@runtime_checkable
class HasPages(Protocol):
    """A chat that people, or their platform, reach over HTTP."""

    @property
    def app(self) -> Any:
        """An ASGI application."""


@runtime_checkable
class MayHaveTrouble(Protocol):
    """A chat that knows whether it works."""

    @property
    def trouble(self) -> str | None:
        """The name of what is wrong, such as "not listening for other processes"."""


class Readiness:
    """Says so in time even where the database says nothing at all: one question is under way at most, and those who
    come meanwhile wait for the same."""

    def __init__(self, asks: Sequence[Ask]) -> None:
        self._asks = asks
        self._asking: asyncio.Task[str | None] | None = None

    async def trouble(self) -> str | None:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._first(), name="readiness")
        done, _asking = await asyncio.wait({self._asking}, timeout=READY_WITHIN)
        return self._asking.result() if done else "database: no answer"

    async def _first(self) -> str | None:
        try:
            for ask in self._asks:
                if trouble := await ask():
                    return trouble
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not ready
            return f"database: {type(error).__name__}"
        return None


def what_to_ask(database: Database, chats: Mapping[str, object], outbox: Outbox) -> tuple[Ask, ...]:
    """In operation."""
    return (
        partial(database_answers, database),
        partial(schema_is_current, database),
        partial(outbox_moves, outbox),
        partial(chats_work, chats),
    )


async def database_answers(database: Database) -> None:
    """Raises where it does not."""
    async with database.reading() as session:
        await session.execute(text("SELECT 1"))


async def schema_is_current(database: Database) -> str | None:
    """It may be older after a restore, or newer when another process was upgraded first."""
    return None if await schema.revision(database) == schema.newest() else "schema: not current"


async def outbox_moves(outbox: Outbox) -> str | None:
    if time.monotonic() - outbox.looked > STOPPED:
        return "outbox: stopped"
    return "outbox: stuck" if await outbox.is_stuck(STUCK) else None


async def chats_work(chats: Mapping[str, object]) -> str | None:
    found = ((name, chat.trouble) for name, chat in chats.items() if isinstance(chat, MayHaveTrouble))
    return next((f"{name}: {trouble}" for name, trouble in found if trouble), None)


def pages(chats: Mapping[str, object], readiness: Readiness) -> Starlette:
    """All that is served: the two questions, and what each chat serves, under its name. The web chat has the rest."""

    async def ready(_request: Request) -> Response:
        trouble = await readiness.trouble()
        return _answer(trouble or "ready", 503 if trouble else 200)

    served = {name: chat.app for name, chat in chats.items() if isinstance(chat, HasPages)}
    mounts: list[BaseRoute] = [Mount(f"/{name}", app) for name, app in served.items() if name != WEB]
    if WEB in served:
        mounts.append(Mount("/", served[WEB]))  # last: it takes whatever path there is
    return Starlette(routes=[Route("/healthz", _alive), Route("/readyz", ready), *mounts])


async def _alive(_request: Request) -> Response:
    """That it answers is the answer."""
    return _answer("ok", 200)


def _answer(words: str, status: int) -> Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return PlainTextResponse(words, status, headers)
