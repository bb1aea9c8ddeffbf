"""Parts of a message → what stands on its own in Slack: words, calls and rows of buttons. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum, auto
from typing import assert_never

from adapters.slack.inbound import CHAT
from adapters.slack.texts import cut, split, units, weight
from bot.chat.message import (
    Attachment,
    Button,
    Buttons,
    CopyText,
    Facts,
    Mentions,
    Message,
    Part,
    Quote,
    RoomName,
    Text,
    Tone,
)

BLOCK = 2_900  # units of one block; Slack takes 3,000
MUTED = 1_900  # of the small text
LABEL = 300  # of a bold label that shares its block with what it labels
HEADER = 150
BUTTON_LABEL = 75
ROW = 25  # elements of one actions block
ROW_WEIGHT = 4_000  # bytes, so that a row fits in a message with something to say
CALLED = 50  # accounts in one block
_USER = re.compile(r"[UW][A-Z0-9]{6,20}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{7,20}")
_ICONS = {Tone.GOOD: "✅", Tone.WARNING: "⚠️", Tone.DANGER: "⛔"}


class Shape(StrEnum):
    TITLE = auto()
    PARAGRAPH = auto()
    STRONG = auto()
    MUTED = auto()
    FACT = auto()
    QUOTE = auto()
    COPY = auto()
    LINK = auto()


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    shape: Shape = Shape.PARAGRAPH
    label: str = ""
    between: str | None = None  # where it goes on with what is before it: what stood there
    channel: str = ""  # whose name Slack puts in place of the text, for those who may know it

    @property
    def said(self) -> str:
        """In words alone."""
        return f"{self.label}: {self.text}" if self.label else self.text

    @property
    def units(self) -> int:
        return units(self.text) + (units(self.label) + 2 if self.label else 0)

    @property
    def weight(self) -> int:
        return weight(self.said)


@dataclass(frozen=True, slots=True)
class Call:
    """People called upon, so that Slack notifies them."""

    lead: str
    ids: tuple[str, ...]

    @property
    def units(self) -> int:
        return units(self.lead) + sum(len(id) + 4 for id in self.ids)

    @property
    def weight(self) -> int:
        return weight(self.lead) + sum(len(id) + 4 for id in self.ids)


@dataclass(frozen=True, slots=True)
class Row:
    buttons: tuple[Button, ...]

    @property
    def weight(self) -> int:
        return sum(map(_button_weight, self.buttons))


Piece = Words | Call | Row


def pieces(message: Message) -> list[Piece]:
    title = list(_title(message.title)) if message.title.strip() else []
    return [*title, *of_parts(message.parts)]


def in_words(found: Iterable[Piece]) -> str:
    """The words alone, as they were written."""
    said = ""
    for each in found:
        if isinstance(each, Words):
            said += ((each.between if each.between is not None else "\n") if said else "") + each.said
    return said


def of_parts(parts: Sequence[Part]) -> list[Piece]:
    return [piece for part in parts for piece in _of(part)]


def _title(title: str) -> Iterator[Piece]:
    if units(title) <= HEADER:
        yield Words(" ".join(title.split()), Shape.TITLE)
    else:
        yield from _words(title, Shape.STRONG)


def _of(part: Part) -> Iterator[Piece]:
    match part:
        case Text(text=text, opens=True):
            yield Words(text, Shape.LINK)
        case Text(text=text, tone=Tone.MUTED):
            yield from _words(text, Shape.MUTED)
        case Text(text=text, tone=tone):
            icon = f"{_ICONS[tone]} " if tone in _ICONS and text.strip() else ""
            yield from _words(icon + text, Shape.STRONG if tone is Tone.STRONG else Shape.PARAGRAPH)
        case Quote(label=label, text=text):
            yield from _labelled(label, text, Shape.QUOTE)
        case CopyText(label=label, text=text):
            yield from _labelled(label, text, Shape.COPY)
        case Facts(facts=facts):
            for name, value in facts:
                yield from _fact(name, value)
        case Mentions():
            yield from _calls(part)
        case Attachment(name=name):
            yield from _words(f"📎 {name}", Shape.MUTED)
        case Buttons(buttons=buttons):
            yield from _rows(buttons)
        case _:
            assert_never(part)


def _words(text: str, shape: Shape) -> Iterator[Words]:
    yield from _parted(text, MUTED if shape is Shape.MUTED else BLOCK, shape, "")


def _parted(text: str, most: int, shape: Shape, label: str) -> Iterator[Words]:
    for number, (between, piece) in enumerate(split(text, most)):
        yield Words(piece, shape, "" if number else label, between if number else None)


def _fact(label: str, value: str | RoomName) -> Iterator[Words]:
    ours = isinstance(value, RoomName) and value.chat == CHAT and _CHANNEL.fullmatch(value.room)
    for words in _labelled(label, str(value), Shape.FACT):
        yield replace(words, channel=ours[0]) if ours and words.shape is Shape.FACT else words


def _labelled(label: str, text: str, shape: Shape) -> Iterator[Words]:
    """The label stands on the first piece alone, and by itself where it is long or labels nothing."""
    if units(label) > LABEL or (label.strip() and not text.strip()):
        yield from _words(label, Shape.STRONG)
        label = ""
    yield from _parted(text, BLOCK - LABEL, shape, label if label.strip() else "")


def _calls(part: Mentions) -> Iterator[Piece]:
    """Whose id is not one of Slack's is named in words."""
    ids = [id for id, _name in part.accounts if _USER.fullmatch(id)]
    names = [name for id, name in part.accounts if not _USER.fullmatch(id)]
    lead = part.lead
    if units(lead) > LABEL or not ids:
        yield from _words(f"{lead} {', '.join(names)}", Shape.PARAGRAPH)
        lead, names = "", []
    for first in range(0, len(ids), CALLED):
        yield Call(lead, tuple(ids[first : first + CALLED]))
        lead = ""
    yield from _words(", ".join(names), Shape.PARAGRAPH)


def _rows(buttons: Sequence[Button]) -> Iterator[Piece]:
    for button in buttons:
        if units(button.label) > BUTTON_LABEL:  # the button shows its beginning
            yield from _words(button.label, Shape.MUTED)
    row: list[Button] = []
    for button in buttons:
        if row and (len(row) == ROW or sum(map(_button_weight, [*row, button])) > ROW_WEIGHT):
            yield Row(tuple(row))
            row = []
        row.append(button)
    if row:
        yield Row(tuple(row))


def _button_weight(button: Button) -> int:
    label = weight(cut(button.label, BUTTON_LABEL))
    return label + (2 * label + weight(cut(button.confirm, 300)) + 10 if button.confirm else 0)
