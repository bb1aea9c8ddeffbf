"""What a kind of notice writes when one ends: the next of what recurs, in the same transaction."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.clock import MovableClock
from bot.errors import Rejected
from bot.outbox import End, State, enqueue, look_again, nobody
from bot.outbox.notices import NOTICES
from bot.outbox.verdict import ATTEMPTS
from tests.outbox.office import KIND, NOON, FakeChat, draft, outbox_of, write

DAY = timedelta(days=1)


async def weekly(session, end: End) -> None:
    """One a day, the key says which."""
    number = int(end.notice.key.split()[-1]) + 1
    await enqueue(session, draft(1, f"weekly {number}", due=end.notice.due + DAY, kind="weekly"))


WEEKLY = replace(KIND, name="weekly", on_ended=weekly)


async def states(database) -> dict[str, str]:
    async with database.reading() as session:
        rows = await session.execute(select(NOTICES.c.key, NOTICES.c.state))
        return {row.key: row.state for row in rows}


async def test_the_next_is_written_when_one_is_sent_when_it_is_void_and_when_it_fails(database):
    chat, clock = FakeChat(), MovableClock(stopped_at=NOON)
    chat.faults["weekly 3"] = [Rejected()]
    outbox = outbox_of(database, chat, clock, WEEKLY)
    await write(database, draft(1, "weekly 1", kind="weekly"))
    await outbox.deliver_due()
    await write(database, draft(1, "weekly 1", kind="weekly"))  # written twice is written once
    for day in (1, 2, 3):
        clock.ahead = day * DAY
        await outbox.deliver_due()
    assert chat.keys == ["weekly 1", "weekly 2", "weekly 4"]
    assert await states(database) == {
        "weekly 1": State.SENT,
        "weekly 2": State.SENT,
        "weekly 3": State.FAILED,
        "weekly 4": State.SENT,
        "weekly 5": State.READY,
    }


async def test_a_notice_to_nobody_only_marks_a_time(database):
    chat = FakeChat()

    async def announce(session, end: End) -> None:
        await enqueue(session, *(draft(n, due=end.now) for n in (1, 2)))

    async def nothing(session, notices, now):
        return {}

    outbox = outbox_of(database, chat, None, replace(KIND, name="noon", compose=nothing, on_ended=announce))
    await write(database, draft(1), draft(2), draft(3, "noon", nobody("noon"), kind="noon"))
    await outbox.deliver_due()
    assert sorted(chat.keys) == ["matters.new:1", "matters.new:2"]
    assert await states(database) == {"matters.new:1": "sent", "matters.new:2": "sent", "noon": "void"}
    assert outbox.counts["void"] == 1


@pytest.mark.parametrize("void", [False, True])
async def test_what_cannot_follow_is_tried_again_unless_something_was_said(database, chat, monkeypatch, void):
    monkeypatch.setattr("bot.outbox.verdict.pause", lambda count, dice: 0.0)
    tries = []

    async def faulty(session, end: End) -> None:
        tries.append(end.state)
        await enqueue(session, draft(2, "half written"))
        if len(tries) < 3:
            raise ValueError

    outbox = outbox_of(database, chat, None, replace(KIND, name="weekly", on_ended=faulty))
    await write(database, draft(1, "weekly 1", kind="weekly"), titles=not void)
    await outbox.deliver_due()
    if void:
        assert tries == [State.VOID] * 3
        assert await states(database) == {"weekly 1": "void", "half written": "void"}
    else:
        assert tries == [State.SENT]
        assert await states(database) == {"weekly 1": "sent"}, "half of it is rolled back, and it is not said twice"


async def test_what_never_succeeds_is_given_up(database, chat, monkeypatch):
    monkeypatch.setattr("bot.outbox.verdict.pause", lambda count, dice: 0.0)
    tries = []

    async def faulty(session, end: End) -> None:
        tries.append(end.state)
        raise ValueError

    outbox = outbox_of(database, chat, None, replace(KIND, name="weekly", on_ended=faulty))
    await write(database, draft(1, "weekly 1", kind="weekly"), titles=False)
    await outbox.deliver_due()
    assert tries == [State.VOID] * ATTEMPTS
    assert [failure.error for failure in await outbox.failed()] == ["ValueError"]


async def test_two_processes_write_one_follower(database, chat):
    outboxes = [outbox_of(database, chat, MovableClock(stopped_at=NOON), WEEKLY) for _ in range(2)]
    await write(database, draft(1, "weekly 1", kind="weekly"))
    for outbox in outboxes:
        await outbox.deliver_due()
    assert await states(database) == {"weekly 1": "sent", "weekly 2": "ready"}


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat()


async def test_what_waits_for_a_person_is_looked_at_again(database, chat):
    outbox = outbox_of(database, chat)
    later = [draft(n, to=n, due=NOON + n * DAY, kind=kind) for n, kind in ((1, "matters.new"), (2, "matters.new"))]
    await write(database, *later, draft(3, to=1, due=NOON + DAY, kind="matters.changed"))
    async with database.transaction() as session:
        await look_again(session, 1, ["matters.new"], NOON)
        await look_again(session, 7, ["matters.new"], NOON)
    await outbox.deliver_due()
    assert chat.keys == ["matters.new:1"]
    assert await outbox.next_due() == NOON + DAY, "what waits in that lane still does"
