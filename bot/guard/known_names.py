"""What the lists say about a word as a name, and how far a name goes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from bot.guard.find import Label, Mark, Outcome
from bot.guard.lexicon import ambiguous, clinical, doubtful, endings, family, given, listed, places, silent
from bot.guard.sheet import Sheet, Word

Words = Sequence[Word]


@cache
def sure_given() -> frozenset[str]:
    """Given names that are nothing else, so that even lower case gives them away."""
    return frozenset(name for name in given() - doubtful() - clinical() - places() if len(name) > 3)


def base(word: Word) -> str:
    """The name without a genitive ("Solveigs", "Haugland's")."""
    lower = word.lower.removesuffix("'s").rstrip("'")
    if not lower.endswith("s") or lower in given() or lower in family():
        return lower
    return lower[:-1] if lower[:-1] in given() or lower[:-1] in family() else lower


def is_given(word: Word) -> bool:
    return _listed_or_joined(base(word), given())


def is_family(word: Word) -> bool:
    return _listed_or_joined(base(word), family())


def is_known(word: Word) -> bool:
    return is_given(word) or is_family(word)


def _listed_or_joined(name: str, names: frozenset[str]) -> bool:
    """In the list, or two of the list with a hyphen ("Anne-Marie", "Nilsen-Berg")."""
    parts = name.split("-")
    return name in names or (len(parts) == 2 and all(part in names for part in parts))


def is_silent(word: Word) -> bool:
    """Something clinical, an ordinary word, or a compound with one ("Kocher-manøver", "Liv-prosedyren")."""
    lower = word.lower.removesuffix("'s")
    if lower in silent() or (lower.endswith("s") and lower[:-1] in clinical() and lower not in given()):
        return True
    head, hyphen, tail = word.text.partition("-")
    return bool(hyphen) and (tail[:1].islower() or (head.casefold() in silent() and not is_known(word)))


def names_a_thing(sheet: Sheet, end: int) -> bool:
    """A name before such a noun is an eponym, whoever it was: "Bakers cyste", "Thomas-test"."""
    following = sheet.after(end, 24).removeprefix("'s").removeprefix("s ").lstrip(" -'")
    beside = sheet.text[end : end + 1] in {" ", "-", "'", "s"}
    return beside and following.startswith(endings("after_eponyms"))


def aged(sheet: Sheet, end: int) -> bool:
    """An age follows: "Warsame, 7 år", "(54)"."""
    return bool(sheet.match(r"[ ]?[,(]?[ ]?(?:født[ ]|f\.[ ]?)?\d{1,3}[ ]?(?:år|å\b|mnd|uker|\))", end))


def next_to(words: Words, place: int) -> Word | None:
    """The word that follows with no more than a space between."""
    following = words[place + 1] if place + 1 < len(words) else None
    return following if following and following.gap == " " else None


def looks_like_name(word: Word) -> bool:
    """Has a capital; a word in capitals throughout must be known."""
    shouted = word.text.isupper() and len(word.text) > 2 and is_known(word) and not is_silent(word)
    return word.capital or shouted


def run_from(words: Words, first: int) -> list[Word]:
    """The capitalised words from here on, particles ("van", "al") and initials among them, at most six."""
    run = [words[first]]
    for place in range(first + 1, min(first + 6, len(words))):
        if not _belongs(words, place):
            break
        run.append(words[place])
    while run[-1].text in listed("particles"):
        run.pop()
    return run


def _belongs(words: Words, place: int) -> bool:
    word = words[place]
    initial = word.gap in {". ", "."} and len(words[place - 1].text) == 1
    if word.gap != " " and not initial:
        return False
    particle = word.lower in listed("particles") and _leads_on(words, place + 1)
    return particle or (looks_like_name(word) and not is_silent(word))


def _leads_on(words: Words, place: int) -> bool:
    """A particle belongs to the name only if the name goes on: "van der Berg"."""
    for word in words[place : place + 2]:
        if word.gap != " ":
            return False
        if word.lower not in listed("particles"):
            return word.capital
    return False


def lower_run_from(words: Words, first: int) -> list[Word]:
    """The known names in lower case from here on."""
    run: list[Word] = []
    for word in words[first : first + 4]:
        if run and (word.gap != " " or not _continues(word)):
            break
        if not run and not is_given(word):
            break
        run.append(word)
    return run


def _continues(word: Word) -> bool:
    return is_family(word) or (is_given(word) and base(word) not in ambiguous() and base(word) not in silent())


def name_mark(run: Words, outcome: Outcome, why: str) -> Mark:
    return Mark(run[0].start, run[-1].end, Label.NAME, outcome, why)
