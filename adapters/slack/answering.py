"""What is being answered just now, and how long Slack still waits."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

ACK_WITHIN = 2.5  # seconds: Slack gives up after three, and tells the person that we did not answer


@dataclass(frozen=True, slots=True)
class Answering:
    """`response_url` answers this one person where it was asked; `slash` says that a slash command was."""

    began: float
    response_url: str = ""
    account: str = ""
    room: str = ""
    slash: bool = False

    def may_answer(self, account: str, room: str) -> bool:
        return bool(self.response_url) and (self.account, self.room) == (account, room)


answering: ContextVar[Answering | None] = ContextVar("slack_answering", default=None)


@contextmanager
def waited_for() -> Iterator[Answering]:
    """Somebody waits from now on; or from before, where this is part of what they wait for."""
    now_answering = answering.get() or Answering(time.monotonic())
    token = answering.set(now_answering)
    try:
        yield now_answering
    finally:
        answering.reset(token)


def time_left(most: float) -> float:
    """Seconds that a call may take: at most so many, and no more than is left before the acknowledgement."""
    now_answering = answering.get()
    if now_answering is None:
        return most
    return max(0.0, min(most, now_answering.began + ACK_WITHIN - time.monotonic()))
