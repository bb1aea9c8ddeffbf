"""The invented network of the demo, in a chat in memory, with a clock that stands still until it is moved."""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, select

from adapters.memory import MemoryChat
from adapters.memory.chat import Shown
from bot import demo
from bot.app import App, metadata, running
from bot.chat.message import (
    AnyField,
    Button,
    Buttons,
    ChoicesField,
    FileField,
    Form,
    Message,
    TickField,
)
from bot.chat.port import Account, Outcome
from bot.clock import MovableClock
from bot.people import MemberRole, Membership, Person, PlatformAccount, Role
from bot.settings import Settings
from storage import Database

Values = Mapping[str, str | tuple[str, ...]]

CASES, GENERAL = demo.CASE_ROOM, demo.GENERAL_ROOM
A_TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 10:00 in Oslo
TEST_KEY = "test:" + base64.b64encode(b"0" * 32).decode()

A_CASE: Values = {
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
        """Until nothing is due any more: a send that is slow on a busy machine is waited for, as the loop would."""
        sent, tries = await self.app.outbox.deliver_due(), 0
        while (due := await self.app.outbox.next_due()) is not None and due <= self.clock.now() and tries < 40:
            await asyncio.sleep(0.05)
            sent, tries = sent + await self.app.outbox.deliver_due(), tries + 1
        return sent

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

    async def until(self, moment: datetime) -> int:
        return await self.wait(moment - self.clock.now())

    async def make_item(self, who: str, text: str, room: str = GENERAL) -> Form | None:
        """The form comes back where the command could not be made an item as it was typed."""
        form = await self.chat.command(who, room, f"/oppgave {text}")
        await self.deliver()
        return form

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

    def beside_the_form(self, who: str, room: str = "direct") -> list[str]:
        """What the bot has said to this person besides opening a form."""
        return self.private(who, room)

    def newest(self, who: str, room: str = "direct") -> Shown:
        """The bot's newest message that this person sees there."""
        return [each for each in self.chat.seen_by(who, room) if each.author is None][-1]

    def visible_to(self, who: str) -> str:
        """Everything that the bot shows this person anywhere, in one string."""
        rooms = [*self.chat.rooms]
        return "\n".join(each.text for room in rooms for each in self.chat.seen_by(who, room) if each.author is None)

    async def count(self, table: str) -> int:
        async with self.database.reading() as session:
            found = await session.scalar(select(func.count()).select_from(metadata().tables[table]))
        return found or 0

    async def person_id(self, account: str) -> int:
        async with self.database.reading() as session:
            same = PlatformAccount.account == self.account_id(account)
            found = await session.scalar(select(PlatformAccount.person_id).where(same))
        assert found is not None
        return found

    @property
    def carries_at_most(self) -> int:
        """Characters that a button or a form can carry unseen."""
        return 10_000

    def account_id(self, who: str) -> str:
        """What the platform calls somebody whom the stories call so."""
        return who

    def room_id(self, room: str) -> str:
        return room

    async def enrol(self, account: str, name: str, *roles: Role, case_access: bool = False) -> None:
        """One more member of the network, in the general room."""
        async with self.database.transaction() as session:
            person = Person(name=name, profession="overlege", organisation_id=None)
            session.add(person)
            await session.flush()
            granted = self.clock.now() if case_access else None
            membership = Membership(network_id=1, person_id=person.id, case_access_at=granted)
            on_chat = PlatformAccount(chat=self.chat.name, account=self.account_id(account), person_id=person.id)
            session.add_all((membership, on_chat))
            await session.flush()
            session.add_all(MemberRole(membership_id=membership.id, role=role) for role in roles)
        self.introduce(account, name, GENERAL, *([CASES] if case_access else []))

    def introduce(self, account: str, name: str, *rooms: str, guest: bool = False, bot: bool = False) -> None:
        """Somebody on the platform, in these rooms. Not (yet) a member of the network."""
        self.chat.accounts[account] = Account(self.chat.name, account, name, guest, bot)
        for room in rooms:
            self.chat.rooms[room].append(account)

    async def resign(self, role: Role) -> None:
        """Nobody has this role any more."""
        async with self.database.transaction() as session:
            await session.execute(delete(MemberRole).where(MemberRole.role == role))


def buttons(message: Message) -> list[Button]:
    return [button for part in message.parts if isinstance(part, Buttons) for button in part.buttons]


def typed(form: Form, **changes: str | tuple[str, ...]) -> dict[str, str | tuple[str, ...]]:
    """What a platform sends in when somebody changes just this in a form."""
    return {each.name: _standing_in(each) for each in form.fields} | changes


def _standing_in(shown: AnyField) -> str | tuple[str, ...]:
    match shown:
        case TickField(ticked=ticked):
            return "on" if ticked else ""
        case ChoicesField(values=values):
            return values
        case FileField():
            return ""
        case _:
            return shown.value


def notes_in(form: Form) -> dict[str, tuple[str, ...]]:
    return {each.name: each.notes for each in form.fields if each.notes}


@asynccontextmanager
async def world_on(
    database_url: str,
    folder: Path,
    now: datetime = A_TUESDAY,
    *,
    fresh: bool = True,
    keys: str = TEST_KEY,
    public_url: str = "",
) -> AsyncIterator[World]:
    """Not `fresh`: the network is in the database already, from before a restart."""
    settings = Settings(
        _env_file=None,
        database_url=database_url,
        chats=["memory"],
        keys=keys,
        public_url=public_url,
        ledger_path=folder / "erasures.jsonl",
        log_level="DEBUG",
    )
    clock = MovableClock(stopped_at=now)
    async with running(settings, clock, ticking=False) as app:
        chat = app.chats["memory"]
        assert isinstance(chat, MemoryChat)
        furnish(chat)
        if fresh:
            async with app.core.database.transaction() as session:
                await demo.invent(session, chat.name, now)
        yield World(app, chat, clock)


def furnish(chat: MemoryChat) -> None:
    chat.accounts = {m.account: Account(chat.name, m.account, m.name) for m in demo.MEMBERS}
    chat.rooms = demo.rooms()
