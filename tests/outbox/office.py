"""What the tests of the outbox need: a chat that counts, tables, and a kind of notice that reads a table."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.message import Form, Message, message, plain_text
from bot.chat.port import Account, Can, Inbox, Notebook, Pacing, Place, Posted
from bot.clock import Clock, MovableClock
from bot.outbox import Draft, Kind, Notice, Outbox, enqueue
from bot.outbox.notices import BUDGETS, LANES, NOTICES
from storage import Database

MATTERS = Table("test_matter", MetaData(), Column("id", Integer, primary_key=True), Column("title", String(200)))
TABLES = [NOTICES, LANES, BUDGETS, MATTERS]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROOM = Place("fake", "room")
ALL = frozenset({Can.EDIT, Can.DELETE, Can.THREADS, Can.FIND})


async def make_tables(url: str) -> None:
    database = Database(url)
    async with database.write_connection() as connection:
        for table in TABLES:
            await connection.run_sync(table.create)
    await database.close()


@dataclass(frozen=True, slots=True)
class Arrived:
    key: str
    place: Place
    text: str
    at: float  # the event loop's clock


@dataclass(slots=True)
class FakeChat:
    """`faults` are raised by the next calls for a key; with `deaf`, the message has arrived nevertheless."""

    name: str = "fake"
    can: frozenset[Can] = ALL
    faults: dict[str, list[Exception]] = field(default_factory=dict)
    deaf: bool = False
    answers_after: float = 0.0  # seconds
    seconds_between: float = 0.0  # the pace of one room
    arrived: list[Arrived] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    edits: list[tuple[Posted, str]] = field(default_factory=list)
    deleted: list[Posted] = field(default_factory=list)
    looked_for: list[str] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        return [arrival.key for arrival in self.arrived]

    @property
    def texts(self) -> list[str]:
        return [arrival.text for arrival in self.arrived]

    async def start(self, inbox: Inbox, notebook: Notebook) -> None: ...
    async def stop(self) -> None: ...

    async def post(self, place: Place, message: Message, key: str) -> Posted:
        self.calls.append(key)
        fault = self.faults[key].pop(0) if self.faults.get(key) else None
        if fault is None or self.deaf:
            self.arrived.append(Arrived(key, place, plain_text(message), asyncio.get_running_loop().time()))
        if self.answers_after:
            await asyncio.sleep(self.answers_after)
        if fault is not None:
            raise fault
        return Posted(place, f"ref {key}")

    async def edit(self, posted: Posted, message: Message) -> None:
        self.edits.append((posted, plain_text(message)))

    async def delete(self, posted: Posted) -> None:
        self.deleted.append(posted)

    async def find(self, place: Place, key: str) -> Posted | None:
        self.looked_for.append(key)
        return Posted(place, f"ref {key}") if key in self.keys else None

    async def whisper(self, place: Place, to: Account, message: Message) -> None: ...

    async def direct(self, to: Account) -> Place:
        return Place(self.name, f"direct:{to.id}")

    async def ask(self, opener: object, form: Form) -> None: ...

    async def home(self, to: Account, message: Message) -> None:
        raise NotImplementedError

    async def account(self, id: str) -> Account | None:
        return None

    async def members(self, place: Place) -> tuple[Account, ...]:
        return ()

    def link(self, posted: Posted) -> str | None:
        return None

    def pace(self, pacing: Pacing, now: datetime) -> Pacing:
        if not self.seconds_between:
            return Pacing()
        return Pacing({"sent": 1}, now + timedelta(seconds=self.seconds_between))


async def compose(session: AsyncSession, notices: Sequence[Notice], now: datetime) -> Mapping[int, Message]:
    """The matter's title as it is now; nothing, where the matter is gone."""
    subjects = {int(notice.subject) for notice in notices}
    rows = await session.execute(select(MATTERS).where(MATTERS.c.id.in_(subjects)))
    titles = {row.id: row.title for row in rows}
    return {notice.id: message(titles[int(notice.subject)]) for notice in notices if int(notice.subject) in titles}


async def account_of(session: AsyncSession, person: int) -> Account | None:
    return Account("fake", f"account {person}") if person < 100 else None


KIND = Kind("matters.new", compose)


def outbox_of(database: Database, chat: FakeChat, clock: Clock | None = None, *kinds: Kind, **options) -> Outbox:
    by_name = {kind.name: kind for kind in (KIND, replace(KIND, name="matters.changed"), *kinds)}
    settings: dict[str, Any] = {"send_limit": 2.0, "lease": 5.0, "dice": lambda: 0.0} | options
    clock = clock or MovableClock(stopped_at=NOON)
    return Outbox(database, {chat.name: chat}, by_name, clock, account_of=account_of, **settings)


def draft(subject: int, key: str = "", to: Place | int = ROOM, due: datetime = NOON, **more) -> Draft:
    kind = more.pop("kind", "matters.new")
    return Draft(kind, str(subject), key or f"{kind}:{subject}", due, to, **more)


async def write(database: Database, *drafts: Draft, titles: bool = True) -> None:
    """The notices, with the matters they are about."""
    async with database.transaction(patience=10) as session:
        subjects = {int(each.subject) for each in drafts}
        if titles:
            await session.execute(delete(MATTERS).where(MATTERS.c.id.in_(subjects)))
            await session.execute(insert(MATTERS), [{"id": each, "title": f"Sak {each}"} for each in subjects])
        await enqueue(session, *drafts)


@asynccontextmanager
async def delivering(outbox: Outbox):
    """The outbox runs meanwhile, and has stopped in order afterwards."""
    running = asyncio.create_task(outbox.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])


async def wait_until(condition, seconds: float = 10.0) -> None:
    """Until it holds, or the test fails."""
    async with asyncio.timeout(seconds):
        while True:
            result = condition()
            if await result if asyncio.iscoroutine(result) else result:
                return
            await asyncio.sleep(0.02)
