"""What a use case may count on: said once, in order, as things stand when it is said."""

from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from bot.chat.port import Can, Place, Posted
from bot.clock import MovableClock
from bot.outbox import Act, enqueue, posted, subject_of, withdraw
from tests.outbox.office import ALL, MATTERS, NOON, ROOM, FakeChat, draft, outbox_of, write


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat()


async def test_notice_is_sent_once_however_often_we_look(database, chat):
    outbox = outbox_of(database, chat)
    await write(database, draft(1))
    assert await outbox.deliver_due() == 1
    assert await outbox.deliver_due() == 0
    assert chat.texts == ["Sak 1"]


async def test_same_key_twice_is_one_notice(database, chat):
    await write(database, draft(1), draft(1))
    await write(database, draft(1))
    await outbox_of(database, chat).deliver_due()
    assert chat.keys == ["matters.new:1"]


async def test_what_was_rolled_back_is_not_sent(database, chat):
    with suppress(ZeroDivisionError):
        async with database.transaction() as session:
            await enqueue(session, draft(1))
            raise ZeroDivisionError
    assert await outbox_of(database, chat).deliver_due() == 0


async def test_nothing_is_sent_before_it_is_due(database, chat):
    clock = MovableClock(stopped_at=NOON)
    outbox = outbox_of(database, chat, clock)
    await write(database, draft(1, due=NOON + timedelta(hours=1)))
    assert await outbox.deliver_due() == 0
    assert await outbox.next_due() == NOON + timedelta(hours=1)
    clock.ahead = timedelta(hours=1)
    assert await outbox.deliver_due() == 1
    assert await outbox.next_due() is None


async def test_message_says_how_things_are_when_it_is_sent(database, chat):
    await write(database, draft(1))
    async with database.transaction() as session:
        await session.execute(update(MATTERS).values(title="Endret"))
    await outbox_of(database, chat).deliver_due()
    assert chat.texts == ["Endret"]


async def test_notice_that_no_longer_applies_is_void(database, chat):
    outbox = outbox_of(database, chat)
    await write(database, draft(1), draft(2))
    async with database.transaction() as session:
        await session.execute(delete(MATTERS).where(MATTERS.c.id == 1))
    await outbox.deliver_due()
    assert chat.texts == ["Sak 2"]
    assert (outbox.counts["sent"], outbox.counts["void"]) == (1, 1)


async def test_withdrawn_notice_is_not_sent(database, chat):
    await write(database, draft(1), draft(2))
    async with database.transaction() as session:
        await withdraw(session, "matters.new", "1")
    await outbox_of(database, chat).deliver_due()
    assert chat.texts == ["Sak 2"]


async def test_room_hears_things_in_the_order_they_were_due(database, chat):
    late, early = NOON, NOON - timedelta(hours=1)
    await write(database, draft(1, due=late), draft(2, due=early), draft(3, due=early), draft(4, due=late))
    await outbox_of(database, chat).deliver_due()
    assert chat.texts == ["Sak 2", "Sak 3", "Sak 1", "Sak 4"]


async def test_threads_of_a_room_are_in_order_with_it(database, chat):
    thread = Place("fake", "room", "thread")
    await write(database, *(draft(n, to=thread if n % 2 else ROOM) for n in range(10)))
    await outbox_of(database, chat).deliver_due()
    assert chat.texts == [f"Sak {n}" for n in range(10)]
    assert chat.arrived[1].place == thread


async def test_sent_message_can_be_looked_up_both_ways(database, chat):
    await write(database, draft(1))
    async with database.reading() as session:
        assert await posted(session, "matters.new", "1") is None
    await outbox_of(database, chat).deliver_due()
    async with database.reading() as session:
        message = await posted(session, "matters.new", "1")
        assert message == Posted(ROOM, "ref matters.new:1")
        assert await subject_of(session, message, "matters.new") == "1"
        assert await subject_of(session, message, "matters.changed") is None
        assert await subject_of(session, Posted(ROOM, "another"), "matters.new") is None


def change(subject: int, number: int = 1, **more):
    more = {"act": Act.EDIT, "posted_by": "matters.new"} | more
    return draft(subject, f"changed:{subject}:{number}", kind="matters.changed", **more)


async def test_edit_changes_what_was_posted_about_the_same_subject(database, chat):
    await write(database, draft(1), change(1))
    await outbox_of(database, chat).deliver_due()
    assert chat.edits == [(Posted(ROOM, "ref matters.new:1"), "Sak 1")]


async def test_edit_and_deletion_of_a_known_message_need_no_earlier_notice(database, chat):
    message = Posted(ROOM, "known")
    await write(database, change(1, of=message), change(1, 2, act=Act.DELETE, of=message))
    await outbox_of(database, chat).deliver_due()
    assert chat.edits == [(message, "Sak 1")]
    assert chat.deleted == [message]


async def test_edit_waits_for_a_message_that_is_still_to_be_sent(database, chat):
    clock = MovableClock(stopped_at=NOON)
    later = NOON + timedelta(hours=1)
    outbox = outbox_of(database, chat, clock)
    await write(database, change(1), draft(1, due=later))
    await outbox.deliver_due()
    assert (chat.calls, chat.edits) == ([], [])
    clock.ahead = timedelta(hours=1, seconds=1)
    await outbox.deliver_due()
    assert chat.keys == ["matters.new:1"]
    assert len(chat.edits) == 1


async def test_edit_of_what_was_never_sent_is_void(database, chat):
    outbox = outbox_of(database, chat)
    await write(database, draft(1), change(1), change(2))
    async with database.transaction() as session:
        await withdraw(session, "matters.new", "1")
    await outbox.deliver_due()
    assert (chat.keys, chat.edits, outbox.counts["void"]) == ([], [], 2)


async def test_only_the_newest_of_several_edits_is_made(database, chat):
    outbox = outbox_of(database, chat)
    await write(database, draft(1), draft(2), *(change(1, n) for n in range(5)), change(2))
    await outbox.deliver_due()
    assert [place.ref for place, _ in chat.edits] == ["ref matters.new:1", "ref matters.new:2"]
    assert outbox.counts["void"] == 4


async def test_edit_to_come_does_not_overtake_the_one_that_is_due(database, chat):
    await write(database, draft(1), change(1), change(1, 2, due=NOON + timedelta(days=1)))
    await outbox_of(database, chat).deliver_due()
    assert len(chat.edits) == 1


async def test_deletion_needs_nothing_composed(database, chat):
    await write(database, draft(1))
    outbox = outbox_of(database, chat)
    await outbox.deliver_due()
    await write(database, change(1, act=Act.DELETE), titles=False)
    async with database.transaction() as session:
        await session.execute(delete(MATTERS))
    await outbox.deliver_due()
    assert chat.deleted == [Posted(ROOM, "ref matters.new:1")]


async def test_where_messages_cannot_be_edited_the_change_is_said_in_the_thread(database):
    chat = FakeChat(can=ALL - {Can.EDIT})
    await write(database, draft(1), change(1))
    await outbox_of(database, chat).deliver_due()
    assert [arrival.place.thread for arrival in chat.arrived] == [None, "ref matters.new:1"]


async def test_notice_to_a_person_goes_to_their_own_chat(database, chat):
    await write(database, draft(1, to=7))
    await outbox_of(database, chat).deliver_due()
    assert chat.arrived[0].place == Place("fake", "direct:account 7")
    async with database.reading() as session:
        message = await posted(session, "matters.new", "1")
        assert message is not None
        assert message.place.room == "direct:account 7"
