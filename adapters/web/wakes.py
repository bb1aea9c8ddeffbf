"""Wake-ups: who waits for news is told that there is some, in this process and, on PostgreSQL, in the others.

A wake-up carries no text and may come once too often; what is new is always looked up.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from storage import Database

log = structlog.get_logger()
CHANNEL = "fagtraad_web"
LONGEST_PAUSE = 10.0  # seconds between tries to listen again


class Wakes:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: set[asyncio.Event] = set()
        self._listener: asyncio.Task[None] | None = None
        self.listening = database.is_sqlite  # SQLite serves one process: there is nobody else to hear from

    def start(self) -> None:
        if not self._database.is_sqlite:
            self._listener = asyncio.create_task(self._keep_listening(), name="web wake-ups")

    async def stop(self) -> None:
        if self._listener:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)

    def join(self) -> asyncio.Event:
        event = asyncio.Event()
        event.set()
        self._waiting.add(event)
        return event

    def leave(self, event: asyncio.Event) -> None:
        self._waiting.discard(event)

    def wake(self) -> None:
        for event in self._waiting:
            event.set()

    async def announce(self, session: AsyncSession, rooms: Iterable[str]) -> None:
        """Tell the other processes once this transaction commits: PostgreSQL holds a NOTIFY till then."""
        if not self._database.is_sqlite:
            for room in rooms:
                await session.execute(text("SELECT pg_notify(:channel, :room)"), {"channel": CHANNEL, "room": room})

    async def _keep_listening(self) -> None:
        pause = 0.1
        while True:
            try:
                await self._listen()
                pause = 0.1
            except (OSError, SQLAlchemyError, DBAPIError) as error:
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
            await driver.add_listener(CHANNEL, lambda *_heard: self.wake())
            self.listening = True
            self.wake()  # for what was said while nobody listened
            await ended.wait()
        finally:
            connection.invalidate()  # a connection that listens must not go back to the pool
