"""The invented network of the demo, in a chat in memory, with a clock that stands still until it is moved."""

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.memory import MemoryChat
from adapters.memory.chat import Shown
from bot import demo
from bot.app import App, running
from bot.chat.message import Button, Buttons, Form, Message
from bot.chat.port import Account, Outcome
from bot.clock import MovableClock
from bot.settings import Settings
from storage import Database

CASES, GENERAL = demo.CASE_ROOM, demo.GENERAL_ROOM
A_TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 10:00 in Oslo
TEST_KEY = "test:" + base64.b64encode(b"0" * 32).decode()

A_CASE: Mapping[str, str | tuple[str, ...]] = {
    "title": "Profylakse ved tannekstraksjon",
    "background": "Mild hemofili A. Planlagt trekking av visdomstann.",
    "question": "Holder tranexamsyre alene, eller gir dere faktor i tillegg?",
    "age_band": "18-29",
    "affirmed": "on",
}


@dataclass(slots=True)
class World:
    app: App
    chat: MemoryChat
    clock: MovableClock

    @property
    def database(self) -> Database:
        return self.app.core.database

    async def deliver(self) -> int:
        return await self.app.outbox.deliver_due()

    async def wait(self, by: timedelta) -> int:
        """Let time pass, as the demo's clock control does: through every due time on the way."""
        return await demo.advance(self.database, self.clock, self.app.outbox, by)

    async def ask(self, who: str = "hedda", room: str = CASES, **changes: str | tuple[str, ...]) -> Outcome:
        """Open the form and send it in."""
        form = await self.chat.press(who, room, "cases.ask")
        assert form is not None, self.private(who, room)
        outcome = await self.chat.submit(who, room, form, {**A_CASE, **changes})
        await self.deliver()
        return outcome

    async def press(self, who: str, shown: Shown, label: str) -> Form | None:
        """Press a button by what stands on it. Raises StopIteration where there is none."""
        assert shown.message is not None
        button = next(b for b in buttons(shown.message) if b.label == label)
        room = shown.posted.place.room
        form = await self.chat.press(who, "direct" if room.startswith("direct:") else room, button.does, button.carries)
        await self.deliver()
        return form

    def card(self, code: str) -> Shown:
        """The case's card in its room."""
        return next(
            each
            for each in self.chat.shown
            if each.posted.place.room == CASES
            and each.message
            and each.to is None
            and each.message.title.startswith(code)
        )

    def private(self, who: str, room: str = "direct") -> list[str]:
        """What the bot has said to this person alone, in a room or in their 1:1 chat."""
        shown = self.chat.seen_by(who, room)
        return [each.text for each in shown if each.author is None and (room == "direct" or each.to == who)]


def buttons(message: Message) -> list[Button]:
    return [button for part in message.parts if isinstance(part, Buttons) for button in part.buttons]


@asynccontextmanager
async def world_on(database_url: str, folder: Path, now: datetime = A_TUESDAY) -> AsyncIterator[World]:
    settings = Settings(
        _env_file=None,
        database_url=database_url,
        chats=["memory"],
        keys=TEST_KEY,
        ledger_path=folder / "erasures.jsonl",
        log_level="DEBUG",
    )
    clock = MovableClock(stopped_at=now)
    async with running(settings, clock, ticking=False) as app:
        chat = app.chats["memory"]
        assert isinstance(chat, MemoryChat)
        furnish(chat)
        async with app.core.database.transaction() as session:
            await demo.invent(session, chat.name, now)
        yield World(app, chat, clock)


def furnish(chat: MemoryChat) -> None:
    chat.accounts = {m.account: Account(chat.name, m.account, m.name) for m in demo.MEMBERS}
    chat.rooms = {
        CASES: [m.account for m in demo.MEMBERS if m.case_access],
        GENERAL: [m.account for m in demo.MEMBERS],
    }
