"""Words as Slack counts, cuts and escapes them. Pure."""

from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]
MORE = "…"
NOTHING = "–"  # where Slack demands a text and there is none


def escaped(text: str) -> str:
    """The three characters that begin something in Slack's text: https://docs.slack.dev/messaging/formatting-message-text
    Nothing else needs it: without them there is no mention and no link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def units(text: str) -> int:
    """Characters, the dearest way that Slack may count them: UTF-16 units, of the escaped text."""
    return utf16(escaped(text))


def utf16(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def weight(text: str) -> int:
    """Bytes of the escaped text in UTF-8: what the limit on all words of a message has been seen to follow."""
    return len(escaped(text).encode("utf-8", "replace"))


def plain(text: str) -> Json:
    """Shown as it stands: no markup, no mentions, and `:smile:` stays so."""
    return {"type": "plain_text", "text": text if text.strip() else NOTHING, "emoji": False}


def cut(text: str, most: int) -> str:
    if units(text) <= most:
        return text
    return text[: reach(text, most - len(MORE), units)].rstrip() + MORE


def split(text: str, most: int) -> Iterator[tuple[str, str]]:
    """(what stood between it and the piece before, the piece), each of at most `most` units: parted between lines or
    words where there are any, so that all of them together are the text."""
    between = ""
    while text.strip():
        piece, following, text = head(text, most)
        if piece:
            yield between, piece
        between = following


def head(text: str, most: int, size: Callable[[str], int] = units) -> tuple[str, str, str]:
    """The beginning of a text, the space where it was parted, and the rest."""
    if size(text) <= most:
        return text, "", ""
    end = max(1, reach(text, most, size))
    at = text.rfind("\n", end // 2, end + 1)
    if at < 0:
        at = text.rfind(" ", end // 2, end + 1)
    at = end if at <= 0 else at
    piece, rest = text[:at].rstrip(), text[at:].lstrip()
    return piece, text[len(piece) : len(text) - len(rest)], rest


def reach(text: str, most: int, size: Callable[[str], int]) -> int:
    """How many characters from the beginning take no more than `most`."""
    low, high = 0, min(len(text), max(most, 0))  # no character takes less than one
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle]) <= most else (low, middle - 1)
    return low
