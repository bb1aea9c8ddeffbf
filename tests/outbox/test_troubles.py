"""When the platform, a feature or a room is not as it should be: nothing is lost, and nobody else waits."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.chat.port import Can, Place
from bot.clock import MovableClock
from bot.errors import MembersUnknown, RateLimited, Rejected, Unreachable
from bot.outbox import Budget, enqueue
from bot.outbox.verdict import ATTEMPTS, HOLDS
from tests.outbox.office import ALL, KIND, NOON, FakeChat, delivering, draft, outbox_of, wait_until, write

WITHOUT_FIND = ALL - {Can.FIND}


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat()


@pytest.fixture
def at_once(monkeypatch) -> None:
    """Pauses without waiting."""
    monkeypatch.setattr("bot.outbox.verdict.pause", lambda count, dice: 0.0)


async def test_refused_notice_is_given_up_and_the_next_goes(database, chat):
    chat.faults["matters.new:1"] = [Rejected()]
    outbox = outbox_of(database, chat)
    await write(database, draft(1), draft(2))
    await outbox.deliver_due()
    assert chat.keys == ["matters.new:2"]
    [failure] = await outbox.failed()
    assert (failure.subject, failure.error) == ("1", "Rejected")
    assert outbox.counts["failed"] == 1


@pytest.mark.usefixtures("at_once")
async def test_unreachable_platform_is_tried_so_many_times_and_then_the_next_goes(database, chat):
    chat.faults["matters.new:1"] = [Unreachable() for _ in range(ATTEMPTS)]
    outbox = outbox_of(database, chat, send_limit=0.02)
    await write(database, draft(1), draft(2))
    await wait_until(lambda: _sent(outbox, chat, "matters.new:2"))
    assert chat.calls == ["matters.new:1"] * ATTEMPTS + ["matters.new:2"]
    assert [failure.error for failure in await outbox.failed()] == ["Unreachable"]


async def _sent(outbox, chat, key):
    await outbox.deliver_due()
    return key in chat.keys


async def test_trouble_in_one_room_does_not_hold_up_another(database, chat):
    chat.faults["matters.new:1"] = [Unreachable()]
    await write(database, draft(1), draft(2), draft(3, to=Place("fake", "elsewhere")))
    await outbox_of(database, chat).deliver_due()
    assert chat.keys == ["matters.new:3"]


async def test_order_holds_through_a_fault(database, chat):
    chat.faults["matters.new:1"] = [RateLimited(0.1)]
    outbox = outbox_of(database, chat)
    await write(database, draft(1), draft(2))
    await wait_until(lambda: _sent(outbox, chat, "matters.new:2"))
    assert chat.keys == ["matters.new:1", "matters.new:2"]


@pytest.mark.parametrize("moved", [timedelta(0), timedelta(hours=1), timedelta(hours=-1)])
async def test_retry_after_is_kept_whatever_becomes_due_and_wherever_the_clock_goes(database, chat, moved):
    clock = MovableClock(stopped_at=NOON)
    chat.faults["matters.new:1"] = [RateLimited(0.6)]
    outbox = outbox_of(database, chat, clock)
    await write(database, draft(1))
    await outbox.deliver_due()
    refused = asyncio.get_running_loop().time()
    clock.ahead = moved
    await write(database, draft(2, due=NOON - timedelta(days=1)))
    assert await outbox.deliver_due() == 0
    due = await outbox.next_due()
    assert due is not None
    assert timedelta(0) < due - clock.now() < timedelta(seconds=0.6)
    await wait_until(lambda: _sent(outbox, chat, "matters.new:2"))
    assert chat.arrived[0].at - refused >= 0.5
    assert not await outbox.failed()


async def test_storm_of_429_ends_with_everything_said_and_counts_as_no_attempt(database, chat):
    chat.faults = {f"matters.new:{n}": [RateLimited(0.01) for _ in range(2 * ATTEMPTS)] for n in range(3)}
    outbox = outbox_of(database, chat)
    await write(database, *(draft(n) for n in range(6)))
    await wait_until(lambda: _sent(outbox, chat, "matters.new:5"))
    assert chat.keys == [f"matters.new:{n}" for n in range(6)]


async def test_message_that_arrived_before_the_time_out_is_found_and_not_sent_again(database, chat):
    chat.answers_after = 5.0
    outbox = outbox_of(database, chat, send_limit=0.1)
    await write(database, draft(1))
    await outbox.deliver_due()
    chat.answers_after = 0.0
    assert await outbox.deliver_due() == 0  # the send's own time limit is waited out once more
    await wait_until(lambda: _counted(outbox, "sent"))
    assert chat.keys == ["matters.new:1"]
    assert chat.looked_for == ["matters.new:1"]
    assert outbox.counts["possibly_twice"] == 0


async def _counted(outbox, what):
    await outbox.deliver_due()
    return outbox.counts[what] > 0


async def test_where_nobody_can_be_asked_it_is_sent_again_and_counted(database):
    chat = FakeChat(can=WITHOUT_FIND, answers_after=5.0)
    outbox = outbox_of(database, chat, send_limit=0.1)
    await write(database, draft(1), draft(2, to=Place("fake", "elsewhere")))
    await outbox.deliver_due()
    chat.answers_after = 0.0
    await wait_until(lambda: _counted(outbox, "sent"))
    assert sorted(chat.keys) == ["matters.new:1"] * 2 + ["matters.new:2"] * 2
    assert outbox.counts["possibly_twice"] == 2
    assert (await outbox.tally())["possibly_twice"] == 2


async def test_looking_that_fails_leaves_the_doubt(database, chat):
    chat.faults["matters.new:1"] = [Unreachable()]
    chat.deaf = True
    outbox = outbox_of(database, chat, send_limit=0.1)
    await write(database, draft(1))
    await outbox.deliver_due()
    find, failures = FakeChat.find, [RateLimited(0.05), Unreachable()]

    async def fails_first(place, key):
        if failures:
            raise failures.pop()
        return await find(chat, place, key)

    blind = Blind(chat, fails_first)
    outbox._chats = outbox._sender._chats = {"fake": blind}
    await wait_until(lambda: _counted(outbox, "sent"))
    assert chat.keys == ["matters.new:1"]


class Blind:
    """A chat whose `find` is another."""

    def __init__(self, chat, find):
        self._chat, self.find = chat, find

    def __getattr__(self, name):
        return getattr(self._chat, name)


async def test_room_that_may_not_hear_it_yet_does_not_stop_the_others(database, chat):
    allowed: list[bool] = []
    clock = MovableClock(stopped_at=NOON)

    async def before_send(notice):
        return bool(allowed)

    careful = replace(KIND, name="cases.posted", before_send=before_send)
    outbox = outbox_of(database, chat, clock, careful)
    await write(database, draft(1, kind="cases.posted"), draft(2))
    await outbox.deliver_due()
    assert chat.keys == ["matters.new:2"]
    allowed.append(True)
    clock.ahead = timedelta(minutes=1)
    await outbox.deliver_due()
    assert chat.keys == ["matters.new:2", "cases.posted:1"]


async def test_members_that_cannot_be_had_hold_a_notice_and_in_the_end_somebody_is_told(database, chat):
    clock = MovableClock(stopped_at=NOON)

    async def before_send(notice):
        raise MembersUnknown

    async def tell(session, notice, now):
        await enqueue(session, draft(int(notice.subject), f"told:{notice.key}", to=7, due=now))

    outbox = outbox_of(
        database, chat, clock, replace(KIND, name="cases.posted", before_send=before_send, on_failed=tell)
    )
    await write(database, draft(1, kind="cases.posted"))
    for _ in range(HOLDS):
        assert not await outbox.failed()
        await outbox.deliver_due()
        clock.ahead += timedelta(minutes=10)
    await outbox.deliver_due()
    assert chat.keys == ["told:cases.posted:1"]
    assert [failure.error for failure in await outbox.failed()] == ["MembersUnknown"]


async def test_fault_in_the_telling_does_not_undo_the_failure(database, chat):
    async def tell(session, notice, now):
        await session.execute(draft)  # no statement at all

    chat.faults["cases.posted:1"] = [Rejected()]
    outbox = outbox_of(database, chat, None, replace(KIND, name="cases.posted", on_failed=tell))
    await write(database, draft(1, kind="cases.posted"), draft(2))
    await outbox.deliver_due()
    assert len(await outbox.failed()) == 1
    assert chat.keys == ["matters.new:2"]


@pytest.mark.usefixtures("at_once")
async def test_notice_that_cannot_be_composed_stops_neither_its_batch_nor_its_room(database, chat):
    async def compose(session, notices, now):
        if any(notice.subject == "1" for notice in notices):
            raise KeyError("a patient's name")
        return await KIND.compose(session, notices, now)

    outbox = outbox_of(database, chat, None, replace(KIND, compose=compose))
    rooms = [Place("fake", f"room {n}") for n in range(4)]
    await write(database, *(draft(n, to=rooms[n]) for n in range(4)), draft(9, to=rooms[1]))
    await wait_until(lambda: _sent(outbox, chat, "matters.new:9"))
    assert sorted(chat.keys) == [f"matters.new:{n}" for n in (0, 2, 3, 9)]
    assert [failure.error for failure in await outbox.failed()] == ["KeyError"]


async def test_nobody_to_reach_and_no_such_kind_are_failures_that_are_seen(database, chat):
    outbox = outbox_of(database, chat)
    await write(database, draft(1, to=100), draft(2, kind="of an old version"), draft(3))
    await outbox.deliver_due()
    assert {failure.error for failure in await outbox.failed()} == {"NoAccount", "UnknownKind"}
    assert chat.keys == ["matters.new:3"]


async def test_notice_for_a_chat_that_is_not_served_here_waits(database, chat):
    outbox = outbox_of(database, chat)
    await write(database, draft(1, to=Place("elsewhere", "room")))
    await outbox.deliver_due()
    assert (await outbox.tally())["ready"] == 1


async def test_room_is_told_at_the_pace_of_its_platform(database):
    chat = FakeChat(seconds_between=0.2)
    outbox = outbox_of(database, chat)
    await write(database, *(draft(n, to=Place("fake", f"room {n % 5}")) for n in range(15)))
    async with delivering(outbox):
        await wait_until(lambda: len(chat.arrived) == 15)
    for room in range(5):
        times = [each.at for each in chat.arrived if each.place.room == f"room {room}"]
        assert all(late - early >= 0.19 for early, late in pairwise(times))
    assert chat.arrived[4].at - chat.arrived[0].at < 0.19


async def test_workspace_is_told_no_more_than_its_budget(database):
    class Budgeted(FakeChat):
        budget = Budget(sends=5, seconds=0.5)

    chat = Budgeted()
    outbox = outbox_of(database, chat)
    await write(database, *(draft(n, to=Place("fake", f"room {n}")) for n in range(15)))
    async with delivering(outbox):
        await wait_until(lambda: len(chat.arrived) == 15)
    assert chat.arrived[-1].at - chat.arrived[4].at >= 0.8  # ten more, at ten a second


async def test_hanging_room_does_not_keep_the_others_waiting(database, chat):
    class Hangs(FakeChat):
        async def post(self, place, message, key):
            if place.room == "hangs":
                await asyncio.sleep(60)
            return await FakeChat.post(self, place, message, key)

    chat = Hangs()
    outbox = outbox_of(database, chat)
    await write(database, draft(1, to=Place("fake", "hangs")), draft(2), draft(3))
    async with delivering(outbox):
        await wait_until(lambda: len(chat.arrived) == 2, seconds=1.5)
        await write(database, draft(4))
        outbox.wake()
        await wait_until(lambda: len(chat.arrived) == 3, seconds=1.5)
