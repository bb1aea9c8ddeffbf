"""One worker in a process of its own, that can be told where to die or to stop: `python -m
tests.faults.worker`."""

import asyncio
import itertools
import json
import os
import signal
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.chat.port import Can, Posted
from bot.clock import SystemClock
from bot.outbox import Kind
from storage import Database
from tests.faults.server import request
from tests.outbox.office import ALL, FakeChat, compose, outbox_of


@dataclass(frozen=True)
class Orders:
    """`at` names a point ("before commit 2", "accepted 5"), `signal` what happens to the process there."""

    url: str
    port: int
    find: bool = True
    lease: float = 1.0
    send_limit: float = 0.4
    at: str = ""
    signal: int = signal.SIGKILL


@dataclass
class Points:
    orders: Orders
    passed: dict[str, itertools.count] = field(default_factory=dict)

    def reached(self, name: str) -> None:
        number = next(self.passed.setdefault(name, itertools.count(1)))
        if f"{name} {number}" == self.orders.at:
            print(f"at {self.orders.at}", flush=True)  # noqa: T201 - the test waits for this line
            os.kill(os.getpid(), self.orders.signal)


class WatchedDatabase(Database):
    def __init__(self, url: str, points: Points) -> None:
        super().__init__(url)
        self._points = points

    @asynccontextmanager
    async def write_connection(self, patience: float = 1.0):
        async with super().write_connection(patience) as connection:
            yield connection
            self._points.reached("before commit")
        self._points.reached("after commit")


class RemoteChat(FakeChat):
    def __init__(self, port: int, points: Points, can: frozenset[Can]) -> None:
        super().__init__(can=can)
        self._port, self._points = port, points

    async def post(self, place, message, key):
        self._points.reached("asked")
        await request(self._port, "/post", room=place.room, key=key)
        self._points.reached("accepted")
        return Posted(place, key)

    async def find(self, place, key):
        found = await request(self._port, "/find", room=place.room, key=key)
        return Posted(place, key) if found else None


async def work(orders: Orders) -> None:
    points = Points(orders)
    database = WatchedDatabase(orders.url, points)
    chat = RemoteChat(orders.port, points, ALL if orders.find else ALL - {Can.FIND})

    async def watched(session, notices, now):
        points.reached("composed")
        return await compose(session, notices, now)

    async def before_send(notice):
        points.reached("before send")
        return True

    kind = Kind("matters.new", watched, before_send)
    outbox = outbox_of(
        database,
        chat,
        SystemClock(),
        kind,
        lease=orders.lease,
        send_limit=orders.send_limit,
        tick=0.1,
    )
    running = asyncio.create_task(outbox.run())
    while (tally := await outbox.tally())["ready"] + tally["sending"]:
        await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.wait([running])
    await database.close()


if __name__ == "__main__":
    asyncio.run(work(Orders(**json.loads(sys.argv[1]))))
