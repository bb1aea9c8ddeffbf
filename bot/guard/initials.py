"""Initials: "K.H.", "pasient GB", "OL (kvinne 34)".

Without full stops they need a cue: TB is a disease too.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from bot.guard.find import Label, Mark, Outcome
from bot.guard.lexicon import listed
from bot.guard.sheet import Sheet

_DOTTED = r"(?<![\w.])(?:\p{Lu}\.[ ]?){1,3}\p{Lu}\.(?!\w)|(?<![\w.])\p{Lu}\.\p{Lu}(?![\w.])"
_SOMEBODY = r"(?i:mann|kvinne|gutt|jente|dame|k\b|m\b|f\.)"
_AGE = r"\d{1,3}[ ]?(?i:år|å\b|mnd|uker)"
_BARE = rf"""(?=[\p{{Lu}}ip])(?:^|(?<=[.!?\n:][ ])|(?<=\n))(?P<opening>\p{{Lu}}{{2,3}})
    (?=[ ]?[,(][ ]?(?:{_SOMEBODY}|{_AGE})|[ ]{_AGE}|[ ]på[ ](?i:rom|seng)\b)
  |(?<=\()(?P<bracketed>\p{{Lu}}{{2,3}})(?=,[ ]?(?:f\.|født|{_AGE}))
  |(?i:\b(?:initialer|init\.?|pasient(?:en)?|pas\.?|pt\.?|pasientens))[ :]{{1,2}}
    (?P<cued>\p{{Lu}}(?:[ ]?\p{{Lu}}){{1,2}})(?![\p{{L}}\d\-/])"""


def initials(sheet: Sheet) -> Iterator[Mark]:
    for match in sheet.find(_DOTTED):
        if "".join(match.group().split()).casefold() not in listed("latin"):
            yield _mark(match.span())
    for match in sheet.find(_BARE):
        if _of_a_person(sheet, match):
            yield _mark(match.span(match.lastgroup or 0))


def _of_a_person(sheet: Sheet, match: regex.Match[str]) -> bool:
    """An abbreviation in use is initials only right before "(mann 60)"."""
    letters = match[match.lastgroup or 0]
    if letters.casefold() not in listed("abbreviations"):
        return True
    return match.lastgroup == "opening" and bool(sheet.match(rf"[ ]?\([ ]?{_SOMEBODY}", match.end("opening")))


def _mark(span: tuple[int, int]) -> Mark:
    return Mark(*span, Label.NAME, Outcome.WARN, "name.initials")
