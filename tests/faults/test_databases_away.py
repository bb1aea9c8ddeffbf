"""The database is locked, or gone, for a while: the outbox goes on by itself, and nobody is told it was
stored."""

import asyncio
import sqlite3
import subprocess
import sys

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.chat.port import Place
from bot.clock import SystemClock
from storage import Busy, Database
from tests.outbox.office import FakeChat, delivering, draft, outbox_of, wait_until, write

pytestmark = pytest.mark.faults

HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(float(sys.argv[2]))
"""


def drafts(numbers):
    due = SystemClock().now()
    return [draft(n, to=Place("fake", f"room {n % 10}"), due=due) for n in numbers]


async def test_sqlite_locked_by_another_process_delays_and_loses_nothing(sqlite_url, monkeypatch):
    monkeypatch.setattr("bot.outbox.dispatcher.PATIENCE", 0.5)
    database, chat = Database(sqlite_url), FakeChat()
    await write(database, *drafts(range(20)))
    file = sqlite_url.partition(":///")[2]
    outbox = outbox_of(database, chat, SystemClock(), tick=0.2)
    holder = subprocess.Popen([sys.executable, "-c", HOLD, file, "3"], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    holder.stdout.readline()
    async with delivering(outbox):
        with pytest.raises(Busy):
            async with database.transaction(patience=0.2) as session:
                await session.execute(text("select 1"))  # the lock is taken with the first statement, a read too
        assert chat.keys == []
        await wait_until(lambda: len(chat.keys) == 20, seconds=12)
        assert holder.wait() == 0
    holder.stdout.close()
    assert len(set(chat.keys)) == 20
    assert (await outbox.tally())["sent"] == 20
    await database.close()


async def test_result_of_a_send_is_kept_until_the_database_is_back(sqlite_url, monkeypatch):
    """It had arrived, so it is neither looked for nor sent again."""
    monkeypatch.setattr("bot.outbox.dispatcher.PATIENCE", 0.3)
    database, chat = Database(sqlite_url), FakeChat(answers_after=0.3)
    await write(database, *drafts(range(5)))
    outbox = outbox_of(database, chat, SystemClock(), tick=0.1)
    other = sqlite3.connect(sqlite_url.partition(":///")[2], isolation_level=None)
    async with delivering(outbox):
        await wait_until(lambda: len(chat.keys) == 5)
        other.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(1.2)
        other.execute("ROLLBACK")
        await wait_until(lambda: outbox.counts["sent"] == 5)
    other.close()
    assert len(chat.keys) == 5
    assert chat.looked_for == []
    await database.close()


async def test_postgresql_connections_cut_again_and_again_lose_nothing(postgres_url):
    database, chat = Database(postgres_url), FakeChat(answers_after=0.01)
    killer, writer = Database(postgres_url), Database(postgres_url)
    outbox = outbox_of(database, chat, SystemClock(), tick=0.1, lease=1.0, send_limit=0.4)
    cut = text(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    await write(writer, *drafts(range(400)))
    await writer.close()
    async with delivering(outbox):
        for _ in range(15):
            await asyncio.sleep(0.1)
            async with killer.engine.connect() as connection:
                await connection.execute(cut)
        await wait_until(lambda: _all_sent(outbox, 400), seconds=10)
        await asyncio.sleep(1.2)  # listening again
        await write(killer, *drafts(range(400, 420)))
        await wait_until(lambda: len(chat.keys) == 420, seconds=3)
    assert len(set(chat.keys)) == 420
    await database.close()
    await killer.close()


async def _all_sent(outbox, count):
    try:
        return (await outbox.tally())["sent"] == count
    except DBAPIError:
        return False


async def test_full_disk_is_no_acknowledgement_and_ends_when_there_is_room(sqlite_url):
    """SQLite says SQLITE_FULL when its largest size is reached, as it does when the disk is full."""
    first, chat = Database(sqlite_url), FakeChat()
    await write(first, *drafts(range(10)))
    async with first.reading() as session:
        pages = await session.scalar(text("pragma page_count"))
    await first.close()
    small = Database(sqlite_url)
    event.listen(small.engine.sync_engine, "connect", lambda driver, _record: _limit(driver, pages))
    with pytest.raises(OperationalError, match="full"):
        await write(small, *drafts(range(10, 400)))
    await small.close()
    roomy = Database(sqlite_url)
    outbox = outbox_of(roomy, chat, SystemClock())
    await outbox.deliver_due()
    assert len(chat.keys) == 10
    await write(roomy, *drafts(range(10, 400)))
    await outbox.deliver_due()
    assert len(set(chat.keys)) == len(chat.keys) == 400
    await roomy.close()


def _limit(connection, pages):
    connection.execute(f"pragma max_page_count = {pages}").close()
