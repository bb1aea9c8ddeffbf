"""Numbers written in words, bokmål and nynorsk: "nitti fem, tolv, tretti fire", "hundre og to",
"nittenåttito".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from bot.guard.sheet import Sheet, Word

_ONES = [
    "null",
    "en",
    "to",
    "tre",
    "fire",
    "fem",
    "seks",
    "sju",
    "åtte",
    "ni",
    "ti",
    "elleve",
    "tolv",
    "tretten",
    "fjorten",
    "femten",
    "seksten",
    "sytten",
    "atten",
    "nitten",
]
_MORE = {
    "ein": 1,
    "ett": 1,
    "eitt": 1,
    "ei": 1,
    "syv": 7,
    "søtten": 17,
    "atten": 18,
    "åtti": 80,
    "nul": 0,
    "tjuge": 20,
}
_TENS = {
    "tjue": 20, "tyve": 20, "tretti": 30, "tredve": 30, "førti": 40, "førr": 40, "femti": 50, "seksti": 60,
    "sytti": 70, "sytte": 70, "åtti": 80, "nitti": 90,
}  # fmt: skip
_JOINS = {"", " ", ", ", ",", "-", " - ", ". ", "  "}


@cache
def cardinals() -> dict[str, int]:
    """Every number word below a hundred, compounds too ("femtiseks", "fem-og-nitti" is left to its parts)."""
    ones = {word: value for value, word in enumerate(_ONES)} | _MORE
    both = {
        f"{ten}{joint}{one}": value + ones[one]
        for ten, value in _TENS.items()
        for joint in ("", "-")
        for one in ones
        if 0 < ones[one] < 10
    }
    turned = {f"{one}og{ten}": value + ones[one] for ten, value in _TENS.items() for one in ones if 0 < ones[one] < 10}
    return both | turned | ones | _TENS


def spoken_numbers(sheet: Sheet) -> Iterator[tuple[int, int, str]]:
    """Runs of number words (digits may stand between them) that spell a number of eight or eleven digits."""
    run: list[Word] = []
    for word in [*sheet.words, None]:
        if word and word.lower in cardinals() and (not run or _joined(word.gap)):
            run.append(word)
            continue
        if len(run) >= 4:
            yield from _spelt(run)
        run = [word] if word and word.lower in cardinals() else []


def _joined(gap: str) -> bool:
    return gap in _JOINS or (gap.strip(" ,-.").isdigit() and len(gap) <= 8)


def _spelt(run: list[Word]) -> Iterator[tuple[int, int, str]]:
    """A ten followed by a one is one group; whole runs only, since lists of doses stop earlier."""
    digits = ""
    held = ""
    for place, word in enumerate(run):
        digits += held if place else ""
        held = ""
        digits += "".join(char for char in word.gap if char.isdigit()) if place else ""
        value = cardinals()[word.lower]
        if (
            value < 10
            and digits.endswith("0")
            and len(digits) > 1
            and place
            and _ten(run[place - 1])
            and "," not in word.gap
        ):
            digits = digits[:-1] + str(value)
        else:
            digits += str(value)
    if len(digits) in {8, 11}:
        yield run[0].start, run[-1].end, digits


def _ten(word: Word) -> bool:
    return word.lower in _TENS
