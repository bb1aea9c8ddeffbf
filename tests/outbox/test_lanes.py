"""Who may send where: leases, wakes, and lanes that nobody may forget."""

import asyncio
import logging
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.chat.port import Place
from bot.clock import MovableClock, SystemClock
from bot.outbox import Outbox, enqueue
from bot.outbox.lanes import claim
from bot.outbox.notices import LANES, NOTICES
from scheduler import Ticker
from storage import Database
from tests.outbox.office import (
    KIND,
    NOON,
    FakeChat,
    account_of,
    delivering,
    draft,
    outbox_of,
    wait_until,
    write,
)


async def test_one_lane_belongs_to_one_worker_until_its_lease_is_over(database):
    await write(database, draft(1))
    async with database.write_connection() as connection:
        assert len(await claim(connection, NOON, "a:1", 0.3)) == 1
    async with database.write_connection() as connection:
        assert await claim(connection, NOON, "b:1", 0.3) == []
    await asyncio.sleep(0.35)
    async with database.write_connection() as connection:
        [(lane, head)] = await claim(connection, NOON, "b:1", 0.3)
    assert head is not None
    assert lane.lease.left < 0.3


async def test_lease_does_not_care_how_far_the_programs_clock_is_moved(database):
    await write(database, draft(1))
    async with database.write_connection() as connection:
        await claim(connection, NOON, "a:1", 30.0)
    for moved in (timedelta(hours=100), timedelta(hours=1)):
        async with database.write_connection() as connection:
            assert await claim(connection, NOON + moved, "b:1", 30.0) == []


async def test_lease_longer_than_any_says_that_the_clock_was_set_back(database):
    await write(database, draft(1))
    async with database.write_connection() as connection:
        await connection.execute(
            update(LANES).values(owner="a:1", lease_until=SystemClock().now() + timedelta(hours=3))
        )
        assert len(await claim(connection, NOON, "b:1", 30.0)) == 1


async def test_lane_that_lost_track_is_found_by_the_sweep(database):
    chat = FakeChat()
    outbox = outbox_of(database, chat)
    await write(database, draft(1), draft(2, to=Place("fake", "another")))
    async with database.write_connection() as connection:
        await connection.execute(update(LANES).values(next_due=None))
    assert await outbox.deliver_due() == 0
    assert await outbox.sweep() == 2
    assert await outbox.deliver_due() == 2
    assert await outbox.sweep() == 0


async def test_writing_while_lanes_are_left_strands_nothing(database):
    """Many small transactions race with a dispatcher that leaves the same few lanes all the time."""
    chat = FakeChat()
    outbox = outbox_of(database, chat)

    async def write_some(writer: int) -> None:
        for n in range(12):
            number = writer * 100 + n
            await write(database, draft(number, to=Place("fake", f"room {n % 2}")))
            await asyncio.sleep(0)

    writers = asyncio.gather(*(write_some(writer) for writer in range(6)))
    while not writers.done():
        await outbox.deliver_due()
    await writers
    await outbox.deliver_due()
    async with database.reading() as session:
        left = (await session.execute(select(NOTICES.c.id).where(NOTICES.c.try_at.is_not(None)))).all()
    assert left == []
    assert len(chat.keys) == len(set(chat.keys)) == 72
    assert await outbox.sweep() == 0


async def test_use_cases_that_write_to_the_same_rooms_in_any_order_do_not_block_one_another(database):
    chat = FakeChat()
    outbox = outbox_of(database, chat)
    rooms = [Place("fake", f"room {n}") for n in range(4)]

    async def use_case(number: int) -> None:
        turned = rooms[number % 4 :] + rooms[: number % 4]
        drafts = [draft(number * 10 + n, to=room) for n, room in enumerate(turned)]
        await write(database, *drafts)

    async with delivering(outbox):
        await asyncio.gather(*(use_case(number) for number in range(20)))
        outbox.wake()
        await wait_until(lambda: len(chat.keys) == 80)
    assert len(set(chat.keys)) == 80


async def test_commit_wakes_the_outbox_at_once(database):
    chat = FakeChat()
    outbox = outbox_of(database, chat, tick=30.0)
    async with delivering(outbox):
        await asyncio.sleep(0.3)
        await write(database, draft(1))
        outbox.wake()
        await wait_until(lambda: chat.keys, seconds=2.0)


async def test_commit_of_another_process_is_heard_through_postgresql(postgres_url):
    there, here = Database(postgres_url), Database(postgres_url)
    chat = FakeChat()
    async with delivering(outbox_of(here, chat, tick=30.0)):
        await asyncio.sleep(0.3)
        await write(there, draft(1))
        await wait_until(lambda: chat.keys, seconds=2.0)
    await there.close()
    await here.close()


async def test_notice_goes_out_when_its_time_comes_without_any_call(database):
    chat = FakeChat()
    outbox = outbox_of(database, chat, SystemClock(), tick=30.0)
    await write(database, draft(1, due=SystemClock().now() + timedelta(seconds=0.5)))
    async with delivering(outbox):
        await wait_until(lambda: chat.keys, seconds=3.0)


async def test_ticks_deliver_what_no_call_announced_and_rescue_stranded_lanes(database):
    chat = FakeChat()
    outbox = outbox_of(database, chat)
    ticker = Ticker(outbox, tick=0.05, sweep=0.2)
    ticker.start()
    await write(database, draft(1))
    await wait_until(lambda: chat.keys)
    await write(database, draft(2))
    async with database.write_connection(5.0) as connection:
        await connection.execute(update(LANES).values(next_due=None))
    await wait_until(lambda: len(chat.keys) == 2)
    ticker.stop()
    await asyncio.sleep(0.1)


async def test_a_slow_delivery_is_not_overtaken_and_that_is_nothing_to_warn_of(database, caplog):
    chat = FakeChat(answers_after=0.5)
    await write(database, draft(1))
    ticker = Ticker(outbox_of(database, chat), tick=0.05)
    with caplog.at_level(logging.WARNING):
        ticker.start()
        await wait_until(lambda: chat.keys)
        await asyncio.sleep(0.2)
        said = [record.message for record in caplog.records if record.name.startswith("apscheduler")]
        ticker.stop()
        await asyncio.sleep(0.1)
    assert (len(chat.keys), said) == (1, [])


async def test_stopping_finishes_what_is_on_its_way(database):
    chat = FakeChat(answers_after=0.3)
    outbox = outbox_of(database, chat)
    await write(database, *(draft(n, to=Place("fake", f"room {n}")) for n in range(5)))
    async with delivering(outbox):
        await wait_until(lambda: len(chat.arrived) == 5)
    assert (await outbox.tally())["sent"] == 5


async def test_clock_moved_an_hour_either_way_sends_nothing_twice(database):
    chat = FakeChat(answers_after=0.01)
    clocks = [MovableClock(), MovableClock()]
    outboxes = [outbox_of(database, chat, clock) for clock in clocks]
    due = SystemClock().now() - timedelta(hours=2)
    await write(database, *(draft(n, to=Place("fake", f"room {n % 7}"), due=due) for n in range(60)))
    work = [asyncio.create_task(outbox.deliver_due()) for outbox in outboxes]
    for moved in (1, -1, 3, 0):
        await asyncio.sleep(0.03)
        clocks[moved % 2].ahead = timedelta(hours=moved)
    await asyncio.gather(*work)
    await outboxes[0].deliver_due()
    assert sorted(chat.keys) == sorted(f"matters.new:{n}" for n in range(60))


async def test_clock_set_back_delays_and_loses_nothing(database):
    chat, clock = FakeChat(), MovableClock(stopped_at=NOON)
    outbox = outbox_of(database, chat, clock)
    await write(database, draft(1))
    clock.ahead = timedelta(hours=-1)
    assert await outbox.deliver_due() == 0
    clock.ahead = timedelta(0)
    assert await outbox.deliver_due() == 1


async def test_lease_must_have_room_for_a_send(database):
    with pytest.raises(ValueError):
        Outbox(database, {}, {}, SystemClock(), account_of=account_of, lease=10, send_limit=8)


async def test_slow_composing_uses_up_the_lease_and_then_nothing_is_sent(database):
    """Somebody else may have the lane by then; it is released, and sent under a new lease."""
    chat, slow = FakeChat(), [True]

    async def compose(session, notices, now):
        if slow.pop():
            time.sleep(0.35)  # the whole process, as when it is stopped
            slow.append(False)
        else:
            slow.append(False)
        return await KIND.compose(session, notices, now)

    outbox = outbox_of(database, chat, None, type(KIND)("matters.slow", compose), lease=0.4, send_limit=0.2)
    await write(database, draft(1, kind="matters.slow"))
    claims = []
    begin = outbox._begin

    async def counted(claimed):
        claims.append(len(claimed))
        await begin(claimed)

    outbox._begin = counted  # type: ignore[method-assign]
    await wait_until(lambda: _delivered(outbox, chat))
    assert chat.keys == ["matters.slow:1"]
    assert sum(claims) >= 2


async def _delivered(outbox, chat):
    await outbox.deliver_due()
    return bool(chat.keys)


async def test_no_text_reaches_a_log(database, capsys):
    chat = FakeChat()
    chat.faults = {"matters.new:1": [Exception("Sak 1")], "matters.new:2": [Exception("Sak 2")]}
    await write(database, draft(1), draft(2, to=Place("fake", "b")), draft(3, to=Place("fake", "c")))
    await outbox_of(database, chat).deliver_due()
    captured = capsys.readouterr()
    assert "notice" in captured.out
    assert "Sak" not in captured.out + captured.err


async def test_enqueue_of_nothing_is_nothing(database):
    async with database.transaction() as session:
        await enqueue(session)
