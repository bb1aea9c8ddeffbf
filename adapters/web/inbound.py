"""JSON from the browser → checked values. Shapes, sizes and characters are looked at here."""

import base64
import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.web.errors import Empty, Malformed, TooBig, TooLong
from bot.chat.inbound import File, clean
from bot.chat.message import LARGEST_FILE

LARGEST = 64 * 1024  # bytes of one request
LARGEST_FORM = 3 * 1024 * 1024  # of one that may bring a file, which base64 makes a third larger
LONGEST = 10_000  # characters of one message
DEEPEST = 6
_ID = 200  # characters
_NAME = 300  # of a file
_FIELDS = 60
_FILES = 5
_CHOICES = 200
_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MENTION = re.compile(r"^\s*@fagtr(?:å|aa|a)d\b[\s,:]*", re.IGNORECASE)


async def read(stream: AsyncIterator[bytes], most: int = LARGEST) -> "Body":
    """Stops reading at the limit: the rest of a large body never reaches memory."""
    taken = bytearray()
    async for chunk in stream:
        taken += chunk
        if len(taken) > most:
            raise TooBig(most="64 kB" if most == LARGEST else "2 MB")
    return parse(bytes(taken))


def parse(raw: bytes | str) -> "Body":
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Malformed from error
    if not isinstance(found, dict):
        raise Malformed
    return Body(_cleaned(found, 0))


def _cleaned(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise Malformed
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(each, depth + 1) for each in value]
    if isinstance(value, dict):
        return {clean(name): _cleaned(each, depth + 1) for name, each in value.items()}
    return value


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON object and ways to take checked values out of it. All raise `Malformed`."""

    values: Mapping[str, Any]

    def id(self, name: str) -> str:
        value = self.values.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _ID:
            raise Malformed
        return value

    def maybe_id(self, name: str) -> str | None:
        return None if self.values.get(name) is None else self.id(name)

    def mark(self, name: str) -> str:
        """An id of ours that may be empty, such as what a button carries."""
        value = self.values.get(name, "")
        if not isinstance(value, str) or len(value) > 2000:
            raise Malformed
        return value

    def number(self, name: str) -> int:
        value = self.values.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
            raise Malformed
        return value

    def maybe_number(self, name: str) -> int | None:
        return None if self.values.get(name) is None else self.number(name)

    def flag(self, name: str) -> bool:
        """True where it says so, and nothing else does."""
        return self.values.get(name) is True

    def key(self) -> str:
        """The browser's own id of this act, so that a second try does not do it twice."""
        value = self.values.get("key")
        if not isinstance(value, str) or not _KEY.fullmatch(value):
            raise Malformed
        return value

    def words(self) -> str:
        """What somebody wrote. Raises `Empty`, `TooLong`."""
        value = self.values.get("text")
        if not isinstance(value, str):
            raise Malformed
        if not value.strip():
            raise Empty
        if len(value) > LONGEST:
            raise TooLong(longest=f"{LONGEST:,}".replace(",", " "))
        return value.strip("\n")

    def seen(self) -> dict[str, int]:
        """Room → the last change that the browser has."""
        value = self.values.get("rooms")
        if not isinstance(value, dict) or len(value) > 1000:
            raise Malformed
        rooms = Body(value)
        return {room: rooms.number(room) for room in value if len(room) <= _ID}

    def form_values(self) -> dict[str, str | tuple[str, ...]]:
        value = self.values.get("values")
        if not isinstance(value, dict) or len(value) > _FIELDS:
            raise Malformed
        return {_name(name): _form_value(each) for name, each in value.items()}

    def files(self) -> dict[str, File]:
        """Raises `TooBig` too."""
        value = self.values.get("files", {})
        if not isinstance(value, dict) or len(value) > _FILES:
            raise Malformed
        return {_name(name): _file(each) for name, each in value.items()}


def _file(value: Any) -> File:
    if not isinstance(value, dict):
        raise Malformed
    name, content = value.get("name"), value.get("content")
    if not isinstance(name, str) or len(name) > _NAME or not isinstance(content, str):
        raise Malformed
    try:
        decoded = base64.b64decode(content, validate=True)
    except ValueError as error:
        raise Malformed from error
    if len(decoded) > LARGEST_FILE:
        raise TooBig(most="2 MB")
    return File(name, decoded)


def _name(name: str) -> str:
    if len(name) > _ID:
        raise Malformed
    return name


def _form_value(value: Any) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and len(value) <= _CHOICES and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise Malformed


def is_command(text: str) -> bool:
    return text.lstrip().startswith("/")


def mentioned(text: str) -> str | None:
    """What stands after "@Fagtråd" at the beginning; None where it does not begin so."""
    found = _MENTION.match(text)
    return text[found.end() :] if found else None
