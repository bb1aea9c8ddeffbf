"""Reading a text, or the fields of one form, for what identifies a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from bot.guard.ages import age_hints, ages
from bot.guard.combinations import Kind, combined, kinds
from bot.guard.dates import dates
from bot.guard.find import Find, Label, Mark, Outcome, Profile, Reading, TooLong
from bot.guard.initials import initials
from bot.guard.introductions import called, introduced
from bot.guard.names import capitalised, in_lower_case
from bot.guard.numbers import cued_ids, identity_numbers, phones
from bot.guard.places import addresses, located, rooms, units
from bot.guard.profiles import judged
from bot.guard.quiet import quieted
from bot.guard.rewording import applied, instead, nynorsk
from bot.guard.sheet import Sheet
from bot.guard.web import emails, files, links

LONGEST = 10_000
"""Characters; a case question is a few hundred."""

RULES: tuple[Callable[[Sheet], Iterator[Mark]], ...] = (
    emails,
    links,
    files,
    identity_numbers,
    cued_ids,
    phones,
    dates,
    ages,
    age_hints,
    called,
    introduced,
    capitalised,
    in_lower_case,
    initials,
    addresses,
    located,
    units,
    rooms,
)

_RANK = {Outcome.BLOCK: 0, Outcome.WARN: 1, Outcome.HINT: 2}
_ORDER = [
    Label.FNR,
    Label.EMAIL,
    Label.FILE,
    Label.URL,
    Label.PHONE,
    Label.ID,
    Label.DATE,
    Label.AGE,
    Label.ROOM,
    Label.UNIT,
    Label.NAME,
    Label.LOC,
]


def read(text: str, profile: Profile = Profile.CASE) -> Reading:
    """What in this text identifies a person. Raises `TooLong`, or `Unreadable` when it takes too long:
    fail closed.
    """
    return read_fields({"text": text}, profile)["text"]


def read_fields(fields: Mapping[str, str], profile: Profile = Profile.CASE) -> dict[str, Reading]:
    """Each field's reading; combinations are weighed across all fields of the form."""
    if any(len(text) > LONGEST for text in fields.values()):
        raise TooLong
    sheets = {name: Sheet(text) for name, text in fields.items()}
    marks = {name: settled(_noticed(sheet)) for name, sheet in sheets.items()}
    nn = nynorsk(sheets.values())
    found = frozenset[Kind]().union(*(kinds(sheet, marks[name]) for name, sheet in sheets.items()))
    return {
        name: _reading(sheet, settled(combined(sheet, marks[name], found)), profile, nn)
        for name, sheet in sheets.items()
    }


def warm() -> None:
    """Loads the lists and compiles the patterns ahead of the first text; worth a thread at start."""
    read("Kvinne 42 år, f. 12.03.61, fra Hasvik, operert 3/5 ved Ahus. Broren per ringte fra 922 14 087.")
    read("Se a@b.no, b.pdf og NPR 123456. Rom 12.")


def _noticed(sheet: Sheet) -> list[Mark]:
    return quieted(sheet, [mark for rule in RULES for mark in rule(sheet)])


def settled(marks: Iterable[Mark]) -> list[Mark]:
    """Overlapping marks become one that covers them all, with the strongest one's meaning; a hint gives way."""
    marks = list(marks)
    firm = [_joined(group) for group in _overlapping(mark for mark in marks if mark.outcome is not Outcome.HINT)]
    hints = [mark for mark in marks if mark.outcome is Outcome.HINT]
    return [mark for group in _overlapping([*firm, *hints]) for mark in _without_hints(group)]


def _overlapping(marks: Iterable[Mark]) -> Iterator[list[Mark]]:
    """The marks in groups that hang together, from left to right."""
    group: list[Mark] = []
    reach = 0
    for mark in sorted(marks, key=lambda mark: mark.start):
        if group and mark.start >= reach:
            yield group
            group = []
        group.append(mark)
        reach = max(reach, mark.end) if len(group) > 1 else mark.end
    if group:
        yield group


def _without_hints(group: list[Mark]) -> list[Mark]:
    return [mark for mark in group if mark.outcome is not Outcome.HINT] or [_joined(group)]


def _strength(mark: Mark) -> tuple[int, int, int]:
    return (
        _RANK[mark.outcome],
        _ORDER.index(mark.label) if mark.outcome is Outcome.BLOCK else 0,
        mark.start - mark.end,
    )


def _joined(marks: list[Mark]) -> Mark:
    first = min(marks, key=_strength)
    start, end = min(mark.start for mark in marks), max(mark.end for mark in marks)
    return Mark(start, end, first.label, first.outcome, first.why)


def _reading(sheet: Sheet, marks: list[Mark], profile: Profile, nn: bool) -> Reading:
    sheet.left()
    return Reading(tuple(_find(sheet, mark, nn) for mark in judged(marks, profile)), profile)


def _find(sheet: Sheet, mark: Mark, nn: bool) -> Find:
    start, end = sheet.original(mark.start, mark.end)
    return Find(start, end, mark.label, mark.outcome, mark.why, instead(mark, sheet, nn))


def rewrite(text: str, reading: Reading) -> str:
    """The text with every proposal applied, and again while something is left: what is taken out may join its
    neighbours.
    """
    written = applied(text, reading.finds)
    for _ in range(5):
        left = [find for find in read(written[:LONGEST], reading.profile).finds if find.outcome is not Outcome.HINT]
        if not left:
            break
        written = applied(written, left)
    return written
