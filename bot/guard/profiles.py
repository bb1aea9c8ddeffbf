"""How strictly each kind of text is read (the rules find the same everywhere)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from bot.guard.find import Label, Mark, Outcome, Profile


def judged(marks: Iterable[Mark], profile: Profile) -> list[Mark]:
    """What counts under this profile, and how much."""
    return [judgement for mark in marks if (judgement := _judge(mark, profile))]


def _judge(mark: Mark, profile: Profile) -> Mark | None:
    match profile:
        case Profile.CASE:
            return mark
        case Profile.ITEM:
            return _softened(mark)
        case Profile.LOGISTICS:
            return mark if _identity(mark) else None
        case Profile.CHANNEL:
            return mark if mark.outcome is Outcome.BLOCK else None
        case _:
            assert_never(profile)


def _softened(mark: Mark) -> Mark | None:
    """In a matter or an action item colleagues are named: only identity numbers block."""
    if mark.outcome is Outcome.HINT:
        return None
    return mark if _identity(mark) else replace(mark, outcome=Outcome.WARN)


def _identity(mark: Mark) -> bool:
    return mark.label is Label.FNR or mark.why == "id.patient"
