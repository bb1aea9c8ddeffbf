"""The web chat in operation, at an address of its own, and browsers that knock."""

import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from adapters.web import WebChat
from bot import signin
from bot.clock import MovableClock
from bot.people import Person
from bot.settings import Settings
from bot.signin import Purpose
from tests.adapters.web.hall import FakeInbox, create_core, fill, served

A_MOMENT = timedelta(seconds=1)
FAR_AWAY = "https://fagtraad.example.no"  # for what only https has


@dataclass
class Door:
    chat: WebChat
    inbox: FakeInbox
    address: str  # where it is served
    browsers: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def clock(self) -> MovableClock:
        clock = self.chat.core.clock
        assert isinstance(clock, MovableClock)
        return clock

    @property
    def live(self) -> str:
        return self.address.replace("http:", "ws:") + "/live"

    def browser(self, **headers: str) -> "Browser":
        own = {"Origin": self.chat.core.settings.public_url, **headers}
        self.browsers.append(httpx.AsyncClient(base_url=self.address, headers=own, timeout=20))
        return Browser(self.browsers[-1])

    async def link(self, name: str = "Kari Fjell", purpose: Purpose = Purpose.OPERATOR) -> str:
        """A token that somebody was given."""
        async with self.chat.core.database.transaction() as session:
            person = (await session.scalars(select(Person.id).where(Person.name == name))).one()
            return await signin.new_link(session, person, self.clock.now(), purpose)

    async def signed_in(self, name: str = "Kari Fjell") -> "Browser":
        browser = self.browser()
        assert (await browser.post("/inn/lenke", token=await self.link(name))).status_code == 200
        return browser


@dataclass
class Browser:
    http: httpx.AsyncClient

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.http.post(path, json=body)

    async def home(self) -> httpx.Response:
        return await self.post("/api/home")

    async def is_in(self) -> bool:
        status = (await self.home()).status_code
        assert status in (200, 401)
        return status == 200

    @property
    def token(self) -> str:
        return self.http.cookies.get("fagtraad") or ""

    def show(self, token: str) -> "Browser":
        """Have this cookie, wherever it came from."""
        self.http.cookies.clear()
        self.http.cookies.set("fagtraad", token, domain="127.0.0.1")
        return self


def key() -> str:
    return str(uuid.uuid4())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@asynccontextmanager
async def open_door(
    url: str, folder: Path, public_url: str = "", port: int = 0, clock: MovableClock | None = None, **settings: Any
) -> AsyncIterator[Door]:
    """`public_url` is left out where it is the address that one is served at; the clock, where it may stand still."""
    port = port or free_port()
    core = create_core(url, folder)
    operation = {"public_url": public_url or f"http://127.0.0.1:{port}", "demo": False, **settings}
    before = core.settings
    core = replace(
        core,
        settings=Settings(
            _env_file=None,
            database_url=url,
            keys=before.keys.get_secret_value(),
            ledger_path=before.ledger_path,
            **operation,
        ),
        clock=clock or core.clock,
        advance=None,
    )
    chat = WebChat(core)
    door = Door(chat, FakeInbox(chat), "")
    await fill(chat)
    await chat.start(door.inbox, None)  # type: ignore[arg-type]
    async with served(chat, port) as door.address:
        yield door
        for browser in door.browsers:
            await browser.aclose()
    await chat.stop()
    await core.database.close()
