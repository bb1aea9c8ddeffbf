"""Starting workers in real processes, and waiting for them."""

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from bot.chat.port import Place
from bot.clock import SystemClock
from storage import Database
from tests.faults.worker import Orders
from tests.outbox.office import FakeChat, draft, outbox_of, write

ROOT = Path(__file__).parents[2]


async def start(orders: Orders) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.worker",
        json.dumps(asdict(orders)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def worker(orders: Orders):
    """Killed at the end, if it still runs."""
    process = await start(orders)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def run_to_its_end(orders: Orders, seconds: float = 40.0) -> int:
    """Until it has nothing more to do, or has died. Returns its exit status."""
    async with worker(orders) as process, asyncio.timeout(seconds):
        _, errors = await process.communicate()
    status: int | None = process.returncode
    assert status is not None
    assert status <= 0, errors.decode()
    return status


async def drain(orders: Orders) -> None:
    assert await run_to_its_end(orders) == 0


async def fill(url: str, notices: int, rooms: int, first: int = 0) -> set[str]:
    """So many notices, due now; their keys."""
    due, numbers = SystemClock().now(), range(first, first + notices)
    drafts = [draft(n, to=Place("fake", f"room {n % rooms}"), due=due) for n in numbers]
    database = Database(url)
    await write(database, *drafts)
    await database.close()
    return {each.key for each in drafts}


async def possibly_twice(url: str) -> int:
    database = Database(url)
    tally = await outbox_of(database, FakeChat()).tally()
    await database.close()
    return tally["possibly_twice"]
