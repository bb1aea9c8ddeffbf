"""A workspace on the strict fake of Slack, and our adapter in it, served over HTTP as in operation. The core behind it
is a small one that remembers what it heard."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from adapters.slack.chat import SlackChat
from adapters.slack.settings import SlackSettings
from bot.chat.inbound import Inbound
from bot.chat.port import Account, Done, Inbox, Outcome, Place
from bot.clock import MovableClock
from bot.core import Core
from bot.feature import Features
from bot.features import all_features
from bot.health import Readiness, pages
from bot.notebook import DatabaseNotebook
from bot.settings import Settings
from bot.vault import Ledger, Vault
from storage import Busy, Database
from tests.adapters.web.hall import NOON
from tests.fakes.slack import FakeSlack, People, Workspace

PEOPLE = {"kari": "Kari Fjell", "ola": "Ola Myhre", "siri": "Siri Anne Vik", "per": "Per Dal"}
EVERYBODY = [*PEOPLE]
SOME = ["kari", "ola", "siri"]
Answer = Callable[[Inbound], Awaitable[Outcome | None]]


@dataclass
class SmallCore:
    """The core's end: hears each key once, and answers as the test says."""

    events: list[Inbound] = field(default_factory=list)
    received: list[Inbound] = field(default_factory=list)  # those that came again, too
    busy: int = 0  # so many times nothing can be stored
    answer: Answer | None = None

    async def receive(self, event: Inbound) -> Outcome:
        self.received.append(event)
        if self.busy:
            self.busy -= 1
            raise Busy
        if event.key not in {each.key for each in self.events}:
            self.events.append(event)
            if self.answer and (outcome := await self.answer(event)) is not None:
                return outcome
        return Done()

    def last(self) -> Any:
        return self.events[-1]


@dataclass
class Workplace:
    slack: FakeSlack
    chat: SlackChat
    core: SmallCore
    database: Database

    @property
    def people(self) -> People:
        return self.slack.people

    def room(self, name: str) -> Place:
        return Place("slack", self.slack.workspace.channel(name).id)

    def id(self, name: str) -> str:
        return self.slack.workspace.user(name).id

    async def account(self, name: str) -> Account:
        found = await self.chat.account(self.id(name))
        assert found is not None
        return found

    def direct(self, name: str) -> Place:
        return Place("slack", self.slack.workspace.direct(self.slack.workspace.user(name)).id)


def furnished() -> Workspace:
    workspace = Workspace()
    for handle, name in PEOPLE.items():
        workspace.add_user(handle, name)
    workspace.add_channel("general", EVERYBODY)
    workspace.add_channel("cases", SOME, private=True)
    return workspace


def settings_of(slack: FakeSlack, **changes: Any) -> SlackSettings:
    given = {name.removeprefix("FAGTRAAD_SLACK_").lower(): value for name, value in slack.settings.items()}
    return SlackSettings(_env_file=None, **(given | {"cases": True} | changes))


def core_on(url: str) -> Core:
    settings = Settings(_env_file=None, database_url=url, chats=["slack"])
    vault = Vault({"test": b"0" * 32}, Ledger(Path("never-written.jsonl")))
    return Core(settings, Database(url), vault, MovableClock(stopped_at=NOON), Features(all_features()))


@asynccontextmanager
async def workplace(
    url: str, mode: str = "http", *, inbox: Inbox | None = None, **settings: Any
) -> AsyncIterator[Workplace]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/slack/events"
        async with FakeSlack(furnished(), app_url=address if mode == "http" else None) as slack:
            core = core_on(url)
            chat = SlackChat(core, settings_of(slack, **settings))
            heard = SmallCore()
            try:
                await chat.start(inbox or heard, DatabaseNotebook(core.database, chat.name))
                async with served(chat, listening):
                    yield Workplace(slack, chat, heard, core.database)
                    await slack.events.settled()
            finally:
                await chat.stop()
                await core.database.close()


@asynccontextmanager
async def served(chat: SlackChat, listening: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        pages({"slack": chat}, Readiness(())), log_config=None, lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve([listening]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await task
