"""One forgiving language for "/oppgave …", "@Fagtråd oppgave …" and plain words in a 1:1 chat."""

import difflib
import unicodedata
from collections.abc import Mapping
from typing import TypeVar

CLOSE_ENOUGH = 0.7  # difflib's ratio: one wrong or missing letter in a word of five
SHORTEST = 5  # letters of a word that is guessed at: «takk» is no slip of "task"
W = TypeVar("W")
_FOLDED = str.maketrans({"ø": "o", "æ": "ae", "å": "a", "đ": "d"})


def fold(word: str) -> str:
    """A word without case and Norwegian letters, so that «Møte», «mote» and «moete» meet."""
    lowered = unicodedata.normalize("NFC", word.casefold()).translate(_FOLDED)
    bare = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    return bare.replace("oe", "o").replace("aa", "a")


def split(text: str) -> tuple[str, str]:
    """The first word and the rest; a slash before it does not count."""
    first, *rest = text.strip().lstrip("/").split(None, 1) or [""]
    return first, rest[0] if rest else ""


def understand(text: str, words: Mapping[str, W]) -> tuple[W | None, str]:
    """The command that the text begins with, and what follows; None where it begins with no word of ours.

    `words` maps every word and synonym to its command.
    """
    first, rest = split(text)
    return {fold(word): command for word, command in words.items()}.get(fold(first)), rest


def under_root(text: str, words: Mapping[str, object], root: str) -> str:
    """What was meant after a slash command that stands for all of them: "/fagtraad søk jern" is "søk jern", and
    "/fagtraad oppsett", which begins with no word of ours, is "fagtraad oppsett". Nothing at all asks for help."""
    command, _rest = understand(text, words)
    return text if command is not None or not text.strip() else f"{root} {text}"


def did_you_mean(text: str, words: Mapping[str, object]) -> list[str]:
    """At most three words of ours that are near what was typed, nearest first, and one for each command."""
    folded: dict[str, str] = {}
    for word in words:
        if len(word) >= SHORTEST:
            folded.setdefault(fold(word), word)  # the first of a command's words is its own, the others are synonyms
    near = difflib.get_close_matches(fold(split(text)[0]), folded, n=len(folded), cutoff=CLOSE_ENOUGH)
    meant: dict[int, str] = {}
    for word in near:
        meant.setdefault(id(words[folded[word]]), folded[word])
    return list(meant.values())[:3]
