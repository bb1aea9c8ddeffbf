"""How fast the outbox empties itself, composition included, into a chat that answers at once."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks import Measure
from benchmarks.databases import fresh
from bot.chat.message import Form, Message, message
from bot.chat.port import Account, Can, Inbox, Notebook, Pacing, Place, Posted
from bot.clock import SystemClock
from bot.outbox import Draft, Kind, Notice, Outbox, enqueue
from bot.outbox.notices import BUDGETS, LANES, NOTICES
from storage import Database

NOTICES_TO_SEND = 6000
ROOMS = 1000

MATTERS = Table("bench_matter", MetaData(), Column("id", Integer, primary_key=True), Column("title", String(200)))
TABLES = (NOTICES, LANES, BUDGETS, MATTERS)


class InstantChat:
    """Answers at once, and keeps count."""

    name = "instant"
    can = frozenset({Can.EDIT, Can.DELETE, Can.FIND})

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def start(self, inbox: Inbox, notebook: Notebook) -> None: ...
    async def stop(self) -> None: ...

    async def post(self, place: Place, message: Message, key: str) -> Posted:
        self.keys.append(key)
        return Posted(place, key)

    async def edit(self, posted: Posted, message: Message) -> None: ...
    async def delete(self, posted: Posted) -> None: ...

    async def find(self, place: Place, key: str) -> Posted | None:
        return None

    async def whisper(self, place: Place, to: Account, message: Message) -> None: ...

    async def direct(self, to: Account) -> Place:
        return Place(self.name, to.id)

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
        return Pacing()


async def measure(urls: Mapping[str, str]) -> list[Measure]:
    return [
        Measure(
            f"notices sent a second, one worker, {name}",
            await notices_a_second(url),
            2000,
            note=f"{NOTICES_TO_SEND} notices in {ROOMS} rooms",
        )
        for name, url in urls.items()
    ]


async def notices_a_second(url: str, notices: int = NOTICES_TO_SEND, rooms: int = ROOMS) -> float:
    async with fresh(url, *TABLES) as database:
        await _fill(database, notices, rooms)
        chat = InstantChat()
        outbox = Outbox(
            database, {chat.name: chat}, {"bench": Kind("bench", _compose)}, SystemClock(), account_of=_nobody
        )
        began = time.perf_counter()
        sent = await outbox.deliver_due()
        took = time.perf_counter() - began
        if not sent == len(set(chat.keys)) == len(chat.keys) == notices:
            raise RuntimeError(f"{sent} sent, {len(chat.keys)} arrived, of {notices}")
        return sent / took


async def _fill(database: Database, notices: int, rooms: int) -> None:
    due = datetime.now(UTC) - timedelta(hours=1)
    drafts = [Draft("bench", str(n), f"bench:{n}", due, Place("instant", f"room {n % rooms}")) for n in range(notices)]
    async with database.transaction() as session:
        await session.execute(insert(MATTERS), [{"id": n, "title": f"Sak {n}"} for n in range(notices)])
        await enqueue(session, *drafts)


async def _compose(session: AsyncSession, notices: Sequence[Notice], now: datetime) -> Mapping[int, Message]:
    ids = {int(notice.subject): notice.id for notice in notices}
    rows = await session.execute(select(MATTERS).where(MATTERS.c.id.in_(ids)))
    return {ids[row.id]: message(row.title) for row in rows}


async def _nobody(session: AsyncSession, person_id: int) -> Account | None:
    return None
