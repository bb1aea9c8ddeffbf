"""How the outbox hears that something was written: at once in this process, by PostgreSQL between
processes."""

import asyncio
from typing import Any

import structlog

from bot.outbox.notices import CHANNEL
from storage import Database

log = structlog.get_logger()


class Wake:
    def __init__(self) -> None:
        self._called = asyncio.Event()

    def call(self) -> None:
        self._called.set()

    def forget(self) -> None:
        """Before looking, never after: what is written meanwhile calls again."""
        self._called.clear()

    async def heard(self) -> None:
        await self._called.wait()

    async def within(self, seconds: float) -> bool:
        """Whether it was called in that time."""
        try:
            async with asyncio.timeout(seconds):
                await self._called.wait()
        except TimeoutError:
            return False
        return True


async def listen(database: Database, wake: Wake, again_after: float = 1.0) -> None:
    """For ever; a lost connection is made anew. Whatever was missed meanwhile is found by the tick."""
    while True:
        try:
            await _listen_until_lost(database, wake)
        except Exception as error:  # noqa: BLE001 - asyncpg's own errors too, and it is an optional package
            log.warning("outbox cannot listen", error=type(error).__name__)
        await asyncio.sleep(again_after)


async def _listen_until_lost(database: Database, wake: Wake) -> None:
    lost = asyncio.Event()
    async with database.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        driver.add_termination_listener(lambda _: lost.set())
        await driver.add_listener(CHANNEL, lambda *_: wake.call())
        wake.call()
        try:
            await lost.wait()
        finally:
            # It has listeners, so it must not go back to the pool.
            await connection.invalidate()
