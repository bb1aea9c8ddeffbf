"""What becomes of a notice after one attempt. Rules alone: no database, no clock, no dice."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.chat.port import Posted
from bot.errors import MembersUnknown, RateLimited, Rejected
from bot.outbox.notices import Act, Notice, State

ATTEMPTS = 8
"""So many faults, and the next notice has its turn: about ten minutes with the pauses below."""

HOLDS = 50
"""So many times "not yet": about four hours, so that somebody has time to change a room's members."""

LONGEST_PAUSE = 300.0
"""Seconds. A platform that comes back is noticed within five minutes."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`try_at` is by the program's clock, none for "never again"; `rest` is how many seconds of real time the
    whole lane pauses, whatever is in it; `attempted` says that the platform was called and its pace
    applies."""

    state: State
    try_at: datetime | None = None
    attempts: int = 0
    holds: int = 0
    error: str = ""
    posted: Posted | None = None
    rest: float = 0.0
    attempted: bool = False


def sent(notice: Notice, posted: Posted | None) -> Verdict:
    return Verdict(State.SENT, attempts=notice.attempts, holds=notice.holds, posted=posted, attempted=True)


def void(notice: Notice) -> Verdict:
    return Verdict(State.VOID, attempts=notice.attempts, holds=notice.holds)


def failed(notice: Notice, error: str, *, attempted: bool = False) -> Verdict:
    return Verdict(State.FAILED, None, notice.attempts + 1, notice.holds, error, attempted=attempted)


def waits_for(notice: Notice, moment: datetime) -> Verdict:
    """Its turn comes when something else has happened, which is nobody's fault."""
    return Verdict(_as_found(notice), moment, notice.attempts, notice.holds)


def held(notice: Notice, now: datetime, dice: float, error: str = "Held") -> Verdict:
    """Not now: others in the room go past meanwhile."""
    if notice.holds + 1 >= HOLDS:
        return Verdict(State.FAILED, None, notice.attempts, notice.holds + 1, error)
    later = now + timedelta(seconds=pause(notice.holds + 3, dice))
    return Verdict(_as_found(notice), later, notice.attempts, notice.holds + 1, error)


def troubled(notice: Notice, error: str, dice: float) -> Verdict:
    """Nothing was sent, by a fault of ours or theirs: its lane rests, and then it is tried again."""
    if notice.attempts + 1 >= ATTEMPTS:
        return failed(notice, error)
    rest = pause(notice.attempts, dice)
    return Verdict(_as_found(notice), notice.try_at, notice.attempts + 1, notice.holds, error, rest=rest)


def after(error: Exception, notice: Notice, now: datetime, dice: float, *, asked: bool, limit: float) -> Verdict:
    """What an attempt that ended in an error means.

    `asked` says that the platform had been asked to send (and not merely asked about an earlier attempt):
    then only a clear no leaves no doubt. `limit` is the send's time limit, which a doubtful send is given
    once more before anybody looks for it.
    """
    name = type(error).__name__
    match error:
        case RateLimited():
            state = State.READY if asked else _as_found(notice)
            return Verdict(state, notice.try_at, notice.attempts, notice.holds, name, rest=error.after, attempted=True)
        case MembersUnknown():
            return held(notice, now, dice, name)
        case Rejected() if notice.act is Act.DELETE and notice.doubtful:
            return sent(notice, None)  # it is gone: the earlier attempt arrived
        case Rejected():
            return failed(notice, name, attempted=True)
    if notice.attempts + 1 >= ATTEMPTS:
        return failed(notice, name, attempted=True)
    return Verdict(
        State.SENDING if asked else _as_found(notice),
        notice.try_at,
        notice.attempts + 1,
        notice.holds,
        name,
        rest=max(pause(notice.attempts, dice), limit if asked else 0.0),
        attempted=True,
    )


def pause(count: int, dice: float) -> float:
    """Seconds: twice as long each time, and spread (`dice` is 0 to 1) so that not all come back at once."""
    return float(min(2.0**count, LONGEST_PAUSE)) * (0.5 + dice / 2)


def _as_found(notice: Notice) -> State:
    return State.SENDING if notice.doubtful else State.READY
