"""Wake-ups: who waits for news is told that there is some, in this process and, on PostgreSQL, in the others.

A wake-up carries no text and may come once too often; what is new is always looked up. It says whom it concerns,
by topic, so that tabs with nothing new ask the database nothing.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from storage import Database

log = structlog.get_logger()
CHANNEL = "fagtraad_web"
LONGEST_PAUSE = 10.0  # seconds between tries to listen again


def of_room(id: str) -> str:
    return f"room:{id}"


def of_account(id: str) -> str:
    return f"account:{id}"


@dataclass(slots=True, eq=False)
class Waiting:
    """Somebody who waits for news of some topics. The first look is always due."""

    topics: set[str]
    event: asyncio.Event = field(default_factory=asyncio.Event)

    def follow(self, topics: set[str]) -> None:
        """Topics that are new are looked at once more: news of them may have come before they were followed."""
        if topics - self.topics:
            self.event.set()
        self.topics = topics


class Wakes:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: set[Waiting] = set()
        self._listener: asyncio.Task[None] | None = None
        self.listening = database.is_sqlite  # SQLite serves one process: there is nobody else to hear from

    def start(self) -> None:
        if not self._database.is_sqlite:
            self._listener = asyncio.create_task(self._keep_listening(), name="web wake-ups")

    async def stop(self) -> None:
        if self._listener:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)

    def join(self, topics: set[str]) -> Waiting:
        waiting = Waiting(topics)
        waiting.event.set()
        self._waiting.add(waiting)
        return waiting

    def leave(self, waiting: Waiting) -> None:
        self._waiting.discard(waiting)

    def wake(self, topics: Iterable[str] | None = None) -> None:
        """Whoever follows one of these topics; everybody, where none are named."""
        for waiting in self._waiting:
            if topics is None or not waiting.topics.isdisjoint(topics):
                waiting.event.set()

    async def announce(self, session: AsyncSession, topics: Iterable[str]) -> None:
        """Tell the other processes once this transaction commits: PostgreSQL holds a NOTIFY till then."""
        if not self._database.is_sqlite:
            for topic in topics:
                await session.execute(text("SELECT pg_notify(:channel, :topic)"), {"channel": CHANNEL, "topic": topic})

    async def _keep_listening(self) -> None:
        pause = 0.1
        while True:
            try:
                await self._listen()
                pause = 0.1
            except Exception as error:  # noqa: BLE001 - asyncpg's own errors too, and it is an optional package
                log.warning("not listening for other processes", error=type(error).__name__, again_in=pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            self.listening = False
            await asyncio.sleep(pause)

    async def _listen(self) -> None:
        """Returns when the connection ends."""
        ended = asyncio.Event()
        connection = await self._database.engine.raw_connection()
        try:
            driver: Any = connection.driver_connection  # asyncpg's own
            driver.add_termination_listener(lambda _connection: ended.set())
            await driver.add_listener(CHANNEL, lambda *heard: self.wake({heard[-1]}))
            self.listening = True
            self.wake()  # for what was said while nobody listened
            await ended.wait()
        finally:
            connection.invalidate()  # a connection that listens must not go back to the pool
