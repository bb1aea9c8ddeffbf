"""What the guard says about a text: finds, and the reading they make up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    NAME = "NAME"
    DATE = "DATE"
    AGE = "AGE"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    FNR = "FNR"
    ID = "ID"
    LOC = "LOC"
    UNIT = "UNIT"
    ROOM = "ROOM"
    FILE = "FILE"
    URL = "URL"


class Outcome(StrEnum):
    """BLOCK must be changed or appealed, WARN be confirmed; HINT only offers, and never insists."""

    BLOCK = "block"
    WARN = "warn"
    HINT = "hint"


class Profile(StrEnum):
    """What kind of text is read: a case's, a matter's or item's, a meeting's, or people's own messages."""

    CASE = "case"
    ITEM = "item"
    LOGISTICS = "logistics"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Find:
    """A stretch of the text, by its offsets only: a find never holds the text it is about."""

    start: int
    end: int
    label: Label
    outcome: Outcome
    why: str
    instead: str


@dataclass(frozen=True, slots=True)
class Reading:
    finds: tuple[Find, ...] = ()
    profile: Profile = Profile.CASE

    @property
    def blocked(self) -> bool:
        return any(find.outcome is Outcome.BLOCK for find in self.finds)

    @property
    def warned(self) -> bool:
        return any(find.outcome is Outcome.WARN for find in self.finds)


@dataclass(frozen=True, slots=True)
class Mark:
    """What one rule noticed, before overlaps are settled and a rewrite is worded."""

    start: int
    end: int
    label: Label
    outcome: Outcome
    why: str


class TooLong(ValueError):
    """Teksten er lengre enn 10 000 tegn, så personvernsjekken kan ikke lese den. Del den opp."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class Unreadable(RuntimeError):
    """Personvernsjekken rakk ikke å lese teksten. Kort den ned, eller del den opp, og prøv igjen."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)
