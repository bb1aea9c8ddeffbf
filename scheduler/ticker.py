"""The outbox's safety net: it is woken by each commit, and looked after by this tick should a call be
missed."""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.outbox import Outbox

log = structlog.get_logger()


class Ticker:
    """APScheduler as a clock only. It keeps no jobs: what is due is told by rows, which survive a restart.

    Ticks that were missed are one (`coalesce`), a late one still counts (no `misfire_grace_time`), and a slow
    one is not overtaken (`max_instances`). Intervals are in seconds. `forget` tries again what an erasure could
    not clear away at once; `tidy` removes what is too old, and knows itself whether it was done today.
    """

    def __init__(
        self,
        outbox: Outbox,
        forget: Callable[[], Awaitable[None]] | None = None,
        tidy: Callable[[], Awaitable[Any]] | None = None,
        *,
        tick: float = 1.0,
        sweep: float = 60.0,
        ask: float = 600.0,
    ) -> None:
        says = logging.getLogger("apscheduler.ticks")
        says.setLevel(logging.ERROR)  # it warns of each tick that did not overtake a slow one, as is meant
        self._scheduler = AsyncIOScheduler(
            logger=says,
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._every(tick, outbox.deliver_due, "deliver")
        self._every(sweep, outbox.sweep, "sweep")
        if forget:
            self._every(sweep, forget, "forget")
        if tidy:
            self._every(ask, tidy, "tidy")

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _every(self, seconds: float, work: Callable[[], Awaitable[Any]], name: str) -> None:
        async def job() -> None:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - the next tick tries again
                log.error("tick failed", tick=name, error=type(error).__name__)

        self._scheduler.add_job(job, "interval", seconds=seconds, id=name)
