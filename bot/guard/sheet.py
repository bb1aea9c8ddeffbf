"""The text as the rules see it: odd characters folded away, words told apart, and the time kept.

A rule works on `Sheet.text`; `Sheet.original` leads back to the offsets of what was typed. Zero-width
characters inside an
identity number, full-width digits, no-break spaces and typographic dashes would otherwise hide it.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import regex

from bot.guard.find import Unreadable

SECONDS = 0.8
"""For one reading; the promise is one second on any input, and settling takes some of it."""

_DASHES = {ord(char): "-" for char in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"}
_QUOTES = {ord(char): "'" for char in "\u2018\u2019\u02bc\u00b4\u0060"}
_SPACES = {ord(char): " " for char in "\u00a0\u2007\u2009\u202f\u3000\u2002\u2003\t\r\v\f"}
_ONE_TO_ONE = _DASHES | _QUOTES | _SPACES
_PLAIN = r"""  # what needs no folding
  [\n\x20-\x7e\u00a1-\u00ac\u00ae-\u024f\u1e00-\u1eff\u2020-\u2027\u2030-\u205e\u20ac\u2190-\u22ff]{0,10000}"""
_WORD = r"\p{L}[\p{L}\p{M}]{0,60}(?:['\-]\p{L}[\p{L}\p{M}]{0,60}){0,6}"


@cache
def compiled(pattern: str) -> regex.Pattern[str]:
    """Compiled when first needed: all of them at import would take a quarter of a second."""
    return regex.compile(pattern, regex.VERBOSE | regex.V1)


@dataclass(frozen=True, slots=True)
class Word:
    """A word and how it stands: `gap` is what lies between it and the one before."""

    start: int
    end: int
    text: str
    gap: str

    @property
    def lower(self) -> str:
        return self.text.casefold()

    @property
    def capital(self) -> bool:
        """Begins with a capital, and is not an abbreviation."""
        return self.text[0].isupper() and (len(self.text) == 1 or not self.text.isupper())

    @property
    def opens(self) -> bool:
        """Stands first in a sentence, a line or after a colon."""
        gap = self.gap.rstrip()
        return (not gap and "\n" in self.gap) or gap == "^" or gap[-1:] in tuple(".!?:*•;")


class Sheet:
    def __init__(self, text: str) -> None:
        self._deadline = time.monotonic() + SECONDS
        self.text, self._at = _fold(text)
        self._found: dict[str, list[regex.Match[str]]] = {}
        self.words = self._words()

    @cached_property
    def tokens(self) -> frozenset[str]:
        """Every word in lower case, compounds in parts: a pattern that needs a cue is not tried without it."""
        return frozenset(part for word in self.words for part in word.lower.replace("'", "-").split("-"))

    @cached_property
    def lower(self) -> str:
        return self.text.lower()

    @cached_property
    def counted(self) -> frozenset[str]:
        """The words, in lower case, that a figure follows."""
        return frozenset(word.lower for word in self.words if self._figure_follows(word.end))

    def _figure_follows(self, end: int) -> bool:
        gap, digit = self.text[end : end + 4].lstrip(". ")[:1], self.text[end : end + 1]
        return gap.isdigit() and digit in {" ", "."}

    @cached_property
    def has_digits(self) -> bool:
        return any(char.isdigit() for char in self.text)

    def says(self, cues: frozenset[str]) -> bool:
        return not cues.isdisjoint(self.tokens)

    def begins(self, cues: tuple[str, ...]) -> bool:
        return any(token.startswith(cues) for token in self.tokens)

    def ends(self, cues: tuple[str, ...]) -> bool:
        return any(token.endswith(cues) for token in self.tokens)

    def find(self, pattern: str, start: int = 0, end: int | None = None) -> list[regex.Match[str]]:
        """All matches of a verbose pattern, or `Unreadable` when the time of this reading is up."""
        if start == 0 and end is None:
            if pattern not in self._found:
                self._found[pattern] = self._search(pattern, 0, None)
            return self._found[pattern]
        return self._search(pattern, start, end)

    def _search(self, pattern: str, start: int, end: int | None) -> list[regex.Match[str]]:
        ready = self._ready(pattern)
        try:
            return list(ready.finditer(self.text, start, end, timeout=self.left()))
        except TimeoutError:
            raise Unreadable from None

    def match(self, pattern: str, start: int) -> regex.Match[str] | None:
        """Whether a verbose pattern matches just here."""
        ready = self._ready(pattern)
        try:
            return ready.match(self.text, start, timeout=self.left())
        except TimeoutError:
            raise Unreadable from None

    def _ready(self, pattern: str) -> regex.Pattern[str]:
        """Compiling happens once in a process, and is not counted against the text that happens to come
        first.
        """
        began = time.monotonic()
        ready = compiled(pattern)
        self._deadline += time.monotonic() - began
        return ready

    def left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise Unreadable
        return left

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in what was typed; characters folded away inside a stretch belong to it."""
        if self._at is None:
            return start, end
        return self._at[start][0], self._at[end - 1][1]

    def before(self, start: int, length: int = 40) -> str:
        """What stands just before, within the line, in lower case."""
        return self.text[max(0, start - length) : start].rpartition("\n")[2].casefold()

    def after(self, end: int, length: int = 30) -> str:
        return self.text[end : end + length].partition("\n")[0].casefold()

    def lead(self, start: int) -> list[str]:
        """The last words before, without their punctuation, the nearest last."""
        return [word.strip(".,:;=()") for word in self.before(start).replace(":", ": ").split()[-3:]]

    def _words(self) -> list[Word]:
        return list(self._told_apart())

    def _told_apart(self) -> Iterator[Word]:
        last = 0
        for match in self.find(_WORD):
            gap = self.text[last : match.start()] if last else "^"
            yield Word(match.start(), match.end(), match.group(), gap)
            last = match.end()


def _fold(text: str) -> tuple[str, list[tuple[int, int]] | None]:
    """The text in plain characters, and where each came from (None: where it stands)."""
    text = text.translate(_ONE_TO_ONE)
    if compiled(_PLAIN).fullmatch(text):
        return text, None
    chars: list[str] = []
    at: list[tuple[int, int]] = []
    for index, char in enumerate(text):
        kind = unicodedata.category(char)
        if kind in {"Mn", "Me"} and chars:
            _join(chars, at, index, char)
        elif kind not in {"Cf", "Mn", "Me"} and char != "\x00":
            pieces = _plain(char, kind)
            chars.extend(pieces)
            at.extend([(index, index + 1)] * len(pieces))
    return "".join(chars), at


def _join(chars: list[str], at: list[tuple[int, int]], index: int, mark: str) -> None:
    """A combining mark belongs to the letter before it, whether or not the two make one character."""
    joined = unicodedata.normalize("NFC", chars[-1] + mark)
    chars[-1] = joined if len(joined) == 1 else chars[-1]
    at[-1] = (at[-1][0], index + 1)


def _plain(char: str, kind: str) -> str:
    if char == "\n":
        return char
    if kind in {"Cc", "Zs", "Zl", "Zp", "Cs", "Co"}:
        return " "
    folded = unicodedata.normalize("NFKC", char)
    return "".join(map(_digit, folded)) if len(folded) <= 4 else " "


def _digit(char: str) -> str:
    """Digits of any script count as digits: a number must not hide in another alphabet."""
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)
