"""Everything the bot says without being asked at that moment goes through here: written in the transaction
that causes it, sent afterwards, in order, at the platform's pace, and never lost.

`notices` is what a use case writes, `lanes` who may send where and when, `verdict` what becomes of one
attempt, `composing` what is said, `dispatcher` the loop that joins them, `wake` how it hears that there is
something to do.
"""

from bot.outbox.budget import Budget
from bot.outbox.composing import Compose, End, Kind
from bot.outbox.dispatcher import Failure, Outbox
from bot.outbox.notices import (
    Act,
    Draft,
    Notice,
    State,
    alike,
    enqueue,
    is_sending,
    look_again,
    nobody,
    posted,
    subject_of,
    withdraw,
    withdraw_from,
)

__all__ = [
    "Act",
    "Budget",
    "Compose",
    "Draft",
    "End",
    "Failure",
    "Kind",
    "Notice",
    "Outbox",
    "State",
    "alike",
    "enqueue",
    "is_sending",
    "look_again",
    "nobody",
    "posted",
    "subject_of",
    "withdraw",
    "withdraw_from",
]
