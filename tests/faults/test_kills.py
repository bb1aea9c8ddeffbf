"""kill -9 anywhere: nothing is lost, nothing comes twice where the platform can be asked, and is counted
elsewhere."""

import asyncio
import os
import random
import signal
from collections import defaultdict
from contextlib import AsyncExitStack

import pytest

from tests.faults.processes import drain, fill, possibly_twice, run_to_its_end, start, worker
from tests.faults.server import ChatServer
from tests.faults.worker import Orders

pytestmark = pytest.mark.faults

POINTS = [
    *(f"{when} commit {number}" for number in (1, 2, 3, 4) for when in ("before", "after")),
    "asked 1",
    "accepted 1",
    "accepted 20",
]
KILLS = int(os.environ.get("KILLS", "12"))
"""Random kills a test, of four; KILLS=200 for a long run."""


@pytest.fixture
async def server():
    async with ChatServer().running() as running:
        yield running


def assert_in_order(server: ChatServer) -> None:
    rooms: dict[str, list[int]] = defaultdict(list)
    for room, key in server.arrived:
        number = int(key.partition(":")[2])
        if number not in rooms[room]:
            rooms[room].append(number)
    assert all(numbers == sorted(numbers) for numbers in rooms.values())


async def test_killed_at_every_commit_nothing_is_lost_and_nothing_comes_twice(database_url, server):
    keys = await fill(database_url, notices=400, rooms=40)
    for point in POINTS:
        status = await run_to_its_end(Orders(database_url, server.port, lease=0.6, send_limit=0.3, at=point))
        assert status == -signal.SIGKILL, point
    await drain(Orders(database_url, server.port))
    assert set(server.counts) == keys
    assert max(server.counts.values()) == 1
    assert_in_order(server)


async def test_where_nobody_can_be_asked_every_second_message_is_counted(database_url, server):
    keys = await fill(database_url, notices=200, rooms=20)
    for point in ("accepted 1", "accepted 15", "before commit 3", "asked 7"):
        orders = Orders(database_url, server.port, find=False, lease=0.6, send_limit=0.3, at=point)
        assert await run_to_its_end(orders) == -signal.SIGKILL
    await drain(Orders(database_url, server.port, find=False))
    assert set(server.counts) == keys
    again = sum(count - 1 for count in server.counts.values())
    assert 0 < again <= await possibly_twice(database_url)
    assert_in_order(server)


@pytest.mark.parametrize("workers", [1, 2])
async def test_killed_at_random_nothing_is_lost_and_nothing_comes_twice(database_url, server, workers):
    """While new notices keep coming."""
    dice = random.Random(workers)
    server.answers_after = 0.002
    keys = await fill(database_url, notices=400, rooms=50)
    orders = Orders(database_url, server.port, lease=1.2, send_limit=0.5)
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(worker(orders)) for _ in range(workers)]
        for _ in range(KILLS // workers):
            await asyncio.sleep(dice.uniform(0.4, 0.8))
            keys |= await fill(database_url, notices=200, rooms=50, first=len(keys))
            await asyncio.sleep(dice.uniform(0.02, 0.3))
            victim = processes.pop(0)
            if victim.returncode is None:
                victim.kill()
            processes.append(await stack.enter_async_context(worker(orders)))
    await drain(orders)
    assert set(server.counts) == keys
    assert max(server.counts.values()) == 1
    assert_in_order(server)


async def test_two_workers_at_once_send_everything_once_and_in_order(database_url, server):
    keys = await fill(database_url, notices=600, rooms=30)
    await asyncio.gather(*(drain(Orders(database_url, server.port)) for _ in range(2)))
    assert set(server.counts) == keys
    assert max(server.counts.values()) == 1
    assert_in_order(server)


@pytest.mark.parametrize("point", ["composed 1", "before send 30", "after commit 2"])
async def test_stopped_longer_than_its_lease_a_worker_sends_nothing_twice(database_url, server, point):
    keys = await fill(database_url, notices=200, rooms=40)
    orders = Orders(database_url, server.port, lease=1.6, send_limit=0.7)
    stops = Orders(database_url, server.port, lease=1.6, send_limit=0.7, at=point, signal=int(signal.SIGSTOP))
    process = await start(stops)
    assert process.stdout is not None
    await process.stdout.readline()  # it has reached the point
    await drain(orders)  # another does all the work meanwhile, once the lease is over
    assert set(server.counts) == keys
    process.send_signal(signal.SIGCONT)
    async with asyncio.timeout(30):
        _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    assert max(server.counts.values()) == 1


async def test_storm_of_429_over_two_workers_never_breaks_retry_after(database_url, server):
    server.storm = 3
    keys = await fill(database_url, notices=60, rooms=12)
    await asyncio.gather(*(drain(Orders(database_url, server.port)) for _ in range(2)))
    assert server.broken == 0
    assert set(server.counts) == keys
    assert max(server.counts.values()) == 1
    assert_in_order(server)


async def test_platform_slower_than_the_time_limit_gets_nothing_twice(database_url, server):
    server.answers_after = 0.5
    keys = await fill(database_url, notices=12, rooms=12)
    await drain(Orders(database_url, server.port, lease=1.0, send_limit=0.3))
    assert set(server.counts) == keys
    assert max(server.counts.values()) == 1
