"""The pure parts: what one attempt means, and how a budget fills."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RateLimited, Rejected, Unreachable
from bot.outbox import Act, Budget, Notice
from bot.outbox.notices import State
from bot.outbox.verdict import ATTEMPTS, LONGEST_PAUSE, after, pause
from tests.outbox.office import NOON, ROOM

NOTICE = Notice(
    id=1,
    kind="matters.new",
    subject="1",
    key="matters.new:1",
    due=NOON,
    act=Act.POST,
    to=ROOM,
    person_id=None,
    lane=ROOM.store(),
    of=None,
    posted_by="",
    try_at=NOON,
    attempts=0,
    holds=0,
    doubtful=False,
)


def judged(error, notice=NOTICE, asked=True):
    return after(error, notice, NOON, 0.5, asked=asked, limit=10.0)


def test_clear_no_leaves_no_doubt():
    assert judged(RateLimited(3)).state is State.READY
    assert judged(Rejected()).state is State.FAILED


@pytest.mark.parametrize("error", [Unreachable(), TimeoutError(), ConnectionResetError(), KeyError()])
def test_unclear_answer_leaves_doubt_and_is_given_the_time_limit_once_more(error):
    verdict = judged(error)
    assert verdict.state is State.SENDING
    assert verdict.rest >= 10.0


def test_fault_before_the_platform_was_asked_leaves_things_as_they_were():
    assert judged(Unreachable(), asked=False).state is State.READY
    assert judged(RateLimited(1), replace(NOTICE, doubtful=True), asked=False).state is State.SENDING


def test_message_that_was_already_gone_is_deleted():
    gone = replace(NOTICE, act=Act.DELETE, doubtful=True)
    assert judged(Rejected(), gone).state is State.SENT
    assert judged(Rejected(), replace(gone, doubtful=False)).state is State.FAILED


def test_pause_asked_for_is_no_attempt():
    last = replace(NOTICE, attempts=ATTEMPTS - 1)
    assert judged(RateLimited(60), last).attempts == ATTEMPTS - 1
    assert judged(Unreachable(), last).state is State.FAILED


@given(count=st.integers(0, 1000), dice=st.floats(0, 1))
def test_pauses_grow_and_end(count, dice):
    assert 0 < pause(count, dice) <= LONGEST_PAUSE
    assert pause(count, 0.0) >= min(2.0**count, LONGEST_PAUSE) / 2


@given(steps=st.lists(st.floats(0, 20), min_size=1, max_size=50), sends=st.integers(1, 50))
def test_budget_never_gives_more_than_it_has(steps, sends):
    budget, now, start = Budget(sends, 10.0), NOON, NOON
    tokens, filled_at, given_out = sends, NOON, 0
    for step in steps:
        now += timedelta(seconds=step)
        tokens, filled_at = budget.refilled(tokens, filled_at, now)
        given_out += tokens
        tokens = 0
    assert given_out <= sends + (now - start).total_seconds() / 10.0 * sends + 1
