"""The invented network of the demo, in a Slack workspace."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import update

from adapters.memory import MemoryChat
from adapters.memory.chat import Shown
from adapters.slack.blocks import LONGEST_VALUE
from adapters.slack.chat import SlackChat
from adapters.slack.manifest import manifest
from bot import demo
from bot.app import App, running
from bot.chat.message import Form
from bot.clock import MovableClock
from bot.feature import Features
from bot.features import all_features
from bot.health import Readiness, pages
from bot.people import PlatformAccount
from bot.places import Room
from bot.settings import Settings
from tests.fakes.slack import FakeSlack, Workspace
from tests.fakes.slack.listening import listening
from tests.fakes.slack.things import Json
from tests.on_slack import names
from tests.on_slack.quick import quick_servers
from tests.on_slack.screens import BUSY, Screens, way_in
from tests.world import A_TUESDAY, CASES, GENERAL, TEST_KEY, World, buttons

NO_PAUSE = timedelta(0)  # the second between two messages to one channel is a real one: no story waits for it
AT_WORK = "https://fagtraad.example.no"


@dataclass(slots=True)
class SlackWorld(World):
    @property
    def screens(self) -> Screens:
        return cast(Screens, self.chat)

    async def deliver(self) -> int:
        await self.screens.settled()
        sent = await World.deliver(self)
        await self.screens.settled()
        return sent

    async def press(self, who: str, shown: Shown, label: str) -> Form | None:
        """In that very message, where they see it; otherwise as from an old screen."""
        assert shown.message is not None
        button = next(b for b in buttons(shown.message) if b.label == label)
        if self.screens.sees(who, shown):
            form = await self.screens.press_in(who, shown, button)
        else:
            form = await self.screens.press(who, shown.posted.place.room, button.does, button.carries)
        await self.deliver()
        return form

    def beside_the_form(self, who: str, room: str = "direct") -> list[str]:
        """A message lets no app open a form: a button that says so does, and is no answer."""
        seen = [each for each in self.screens.seen_by(who, room) if each.author is None]
        told = [each for each in seen if room == "direct" or each.to == who]
        return [each.text for each in told if each.message is None or way_in(each.message) is None]

    @property
    def carries_at_most(self) -> int:
        return LONGEST_VALUE

    def account_id(self, who: str) -> str:
        return names.account_id(who)

    def room_id(self, room: str) -> str:
        return names.room_id(room)


def furnished() -> Workspace:
    workspace = Workspace()
    for member in demo.MEMBERS:
        workspace.add_user(member.account + names.HANDLE, member.name)
    for room, there in demo.rooms().items():
        workspace.add_channel(room, [names.account_id(account) for account in there], private=room == CASES)
    return workspace


@asynccontextmanager
async def slack_world_on(database_url: str, folder: Path, now: datetime = A_TUESDAY) -> AsyncIterator[World]:
    in_place = {"FAGTRAAD_SLACK_MODE": "http", "FAGTRAAD_SLACK_CASES": "true"}
    with quick_servers():
        async with FakeSlack(furnished()) as slack:
            with settings_in_place(slack.settings | in_place):
                settings = Settings(
                    _env_file=None,
                    database_url=database_url,
                    chats=["slack"],
                    keys=TEST_KEY,
                    ledger_path=folder / "erasures.jsonl",
                    log_level="DEBUG",
                )
                slack.install(described(settings))
                async with running(settings, MovableClock(stopped_at=now), ticking=False) as app:
                    await invent(app.core.database, now)
                    async with world_in(slack, app) as world:
                        yield world


@asynccontextmanager
async def world_in(slack: FakeSlack, app: App) -> AsyncIterator[World]:
    """The app, served as in operation: its chat is mounted at /slack."""
    chat, clock = app.chats["slack"], app.core.clock
    assert isinstance(chat, SlackChat)
    assert isinstance(clock, MovableClock)
    async with listening(pages(app.chats, Readiness(()))) as address:
        slack.app_url = f"{address}/slack/events"
        screens = Screens(slack, chat)
        slack.http.event_hooks = {"response": [screens.took]}
        yield SlackWorld(app, cast(MemoryChat, screens), clock)
        await screens.settled()
    assert {*screens.not_taken} <= {BUSY}, "what Slack tells the app is taken, or comes again"


def described(settings: Settings) -> Json:
    """The app as its manifest describes it to Slack: what is not in there, Slack does not tell."""
    there = settings.model_copy(update={"public_url": AT_WORK})
    return dict(manifest(Features(all_features()), there))


async def invent(database, now: datetime) -> None:
    """The demo's network, with Slack's ids for its people and rooms."""
    async with database.transaction() as session:
        await demo.invent(session, "slack", now)
        for member in demo.MEMBERS:
            same = PlatformAccount.account == member.account
            await session.execute(update(PlatformAccount).where(same).values(account=names.account_id(member.account)))
        for room in (CASES, GENERAL):
            await session.execute(update(Room).where(Room.room == room).values(room=names.room_id(room)))


@contextmanager
def settings_in_place(values: dict[str, str]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        patch.setattr("adapters.slack.chat.PACE", NO_PAUSE)
        yield
