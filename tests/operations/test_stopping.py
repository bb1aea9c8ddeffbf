"""SIGTERM while something is being sent: it is finished and written down, and the rest is left for the next start."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.outbox.notices import NOTICES, State
from storage import Database
from tests.operations.installed import Installed, Process
from tests.world import A_CASE, CASES, GENERAL, World, world_on

pytestmark = pytest.mark.faults

SLOW = f"""
import asyncio
from adapters.memory import chat as memory
from bot import demo
from bot.chat.port import Account
from bot.feature import Desk
real_post, real_start = memory.MemoryChat.post, memory.MemoryChat.start

async def post(self, place, message, key):
    print('{{"event": "asked"}}', flush=True)
    await asyncio.sleep(2)
    return await real_post(self, place, message, key)

async def start(self, inbox, notebook):
    self.accounts = {{m.account: Account(self.name, m.account, m.name) for m in demo.MEMBERS}}
    self.rooms = {{{CASES!r}: [m.account for m in demo.MEMBERS if m.case_access],
                  {GENERAL!r}: [m.account for m in demo.MEMBERS]}}
    await real_start(self, inbox, notebook)

memory.MemoryChat.post, memory.MemoryChat.start = post, start
"""


async def ask(world: World) -> None:
    """And leave what is to be said of it for the process that comes."""
    form = await world.chat.press("hedda", CASES, "cases.ask")
    assert form is not None
    await world.chat.submit("hedda", CASES, form, A_CASE)


async def states(installed: Installed) -> Counter[State]:
    database = Database(installed.environment["FAGTRAAD_DATABASE_URL"])
    async with database.reading() as session:
        found = Counter((await session.scalars(select(NOTICES.c.state))).all())
    await database.close()
    return Counter({State(state): number for state, number in found.items()})


def until_asked(process: Process) -> None:
    while not any(line["event"] == "asked" for line in process.lines()):
        assert process.popen.poll() is None, process.errors.read_text()
        time.sleep(0.02)


async def test_what_is_being_sent_is_finished_and_the_rest_waits(upgraded: Installed) -> None:
    url = upgraded.environment["FAGTRAAD_DATABASE_URL"]
    async with world_on(url, upgraded.data / "ledger", datetime.now(UTC) - timedelta(minutes=3)) as world:
        await ask(world)
    assert (await states(upgraded)).keys() == {State.READY}
    with upgraded.running(SLOW) as process:
        until_asked(process)
        assert process.stop() == 0
    after = await states(upgraded)
    assert after[State.SENT] > 0
    assert after[State.SENDING] == 0
    assert process.errors.read_text() == ""
