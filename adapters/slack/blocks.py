"""Messages → Slack's blocks, within its limits. Pure.

What a person wrote stands only where Slack interprets nothing: in `plain_text` objects and in the text elements of
`rich_text`. The top-level text, which notifications show, is escaped.
Limits: https://docs.slack.dev/reference/block-kit/blocks and .../block-elements/button-element
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.slack.pieces import (
    BLOCK,
    BUTTON_LABEL,
    MUTED,
    ROW,
    Call,
    Piece,
    Row,
    Shape,
    Words,
    in_words,
    of_parts,
    pieces,
)
from adapters.slack.texts import NOTHING, Json, cut, escaped, head, plain, units, weight
from bot.chat.message import Button, Message, Part, Tone, plain_text
from bot.language import _

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
TOP_TEXT = 3_000  # units of the text beside the blocks
# Bytes of all words of a message, and what each block counts besides. Slack says nowhere how it is counted, but refuses
# more (`msg_blocks_too_long`). Measured: 13,297 characters, 125 a block (https://github.com/slackapi/bolt-js/issues/2509)
MESSAGE_WEIGHT = 13_000
EACH_BLOCK = 125
VIEW_WEIGHT = 60_000  # of a view, which may be 250 kB of JSON
LONGEST_VALUE = 2_000
LONGEST_ACTION = 255
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_LABEL = 100, 300, 30
WORTH_SPLITTING = 200  # bytes: less than that of a text is no use
_STYLES = {Tone.STRONG: "primary", Tone.GOOD: "primary", Tone.DANGER: "danger"}


class TooMuch(ValueError):
    """More buttons, or a button that carries more, than Slack takes."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message. `rest` are the words that did not fit, for a file below it."""

    text: str
    blocks: list[Json]
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """What there is room for."""

    blocks: int
    weight: int


MESSAGE = Room(MESSAGE_BLOCKS, MESSAGE_WEIGHT)


def rendered(message: Message) -> Rendered:
    """One message. Where it is too long, words give way, never buttons or people called upon. Raises `TooMuch`."""
    found, rest = fitted(pieces(message), MESSAGE, _("Resten står i fila under."))
    return Rendered(_top(plain_text(message), found), found, rest)


def pages(message: Message) -> list[Rendered]:
    """Everything, over as many messages as it takes: for what can have no file below it."""
    left = pieces(message)
    found: list[Rendered] = []
    while left:
        page, left = _page(left)
        blocks = _whole(page, MESSAGE) or []
        found.append(Rendered(_top(in_words(page) if found else plain_text(message), blocks), blocks))
    return found or [Rendered(NOTHING, [])]


def _page(left: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    """What one message has room for, and what is left for the next."""
    count = _most(len(left), lambda count: _whole(left[:count], MESSAGE) is not None)
    if not count:
        raise TooMuch
    return list(left[:count]), list(left[count:])


def home(message: Message) -> Json:
    """The bot's own page, as one person sees it."""
    return {"type": "home", "blocks": shown(message.parts, Room(VIEW_BLOCKS, VIEW_WEIGHT), message.title)}


def shown(parts: Sequence[Part], room: Room, title: str = "") -> list[Json]:
    """Parts in a view, where nothing can be put below."""
    found = pieces(Message(tuple(parts), title)) if title else of_parts(parts)
    return fitted(found, room, _("Det er ikke plass til mer her."))[0]


def pressed(action: Mapping[str, Any]) -> tuple[str, str]:
    """(does, carries) of a button, as Slack sends it back."""
    does, mark, number = str(action.get("action_id") or "").rpartition("#")
    whole = str(action.get("action_id") or "")
    return does if mark and number.isdecimal() else whole, str(action.get("value") or "")


def _top(text: str, blocks: list[Json]) -> str:
    """Never empty: Slack refuses a message without, and a screen reader has nothing else."""
    labels = [
        element["text"]["text"] for block in blocks if block["type"] == "actions" for element in block["elements"]
    ]
    said = next((each for each in (text, " · ".join(labels)) if each.strip()), NOTHING)
    return escaped(cut(said.strip("\n"), TOP_TEXT))


# ------------------------------------------------------------ what there is room for


def fitted(found: Sequence[Piece], room: Room, notice: str) -> tuple[list[Json], str]:
    """The blocks, and the words that did not fit: from the first that did not, all that follow. Raises `TooMuch`."""
    whole = _whole(found, room)
    if whole is not None:
        return whole, ""
    texts = [piece for piece in found if isinstance(piece, Words)]
    told = Words(notice, Shape.MUTED)
    count = _most(len(texts), lambda count: _whole(_kept(found, count, [told]), room) is not None)
    blocks = _whole(_kept(found, count, [told]), room)
    if blocks is None:
        raise TooMuch
    left = texts[count:]
    spare = room.weight - sum(piece.weight for piece in _kept(found, count, [told])) - EACH_BLOCK * (len(blocks) + 1)
    if left and spare - weight(left[0].label) > WORTH_SPLITTING:
        begun, _between, rest = head(left[0].text, spare - weight(left[0].label) - 2, weight)
        partly = _whole(_kept(found, count, [replace(left[0], text=begun), told]), room)
        if partly is not None and begun.strip():
            blocks, left = partly, [Words(rest), *left[1:]]
    return blocks, in_words(left)


def _kept(found: Sequence[Piece], count: int, after: Sequence[Words]) -> list[Piece]:
    """All that is not words, the first `count` of the words, and `after` where they end."""
    kept: list[Piece] = []
    seen = 0
    for piece in found:
        if isinstance(piece, Words):
            kept += [piece] if seen < count else after if seen == count else []
            seen += 1
        else:
            kept.append(piece)
    return kept


def _whole(found: Sequence[Piece], room: Room) -> list[Json] | None:
    """As blocks, closer together where they are many; None where there is no room even so."""
    heavy = sum(piece.weight for piece in found)
    for tight in (False, True):
        blocks = _laid(found, tight=tight)
        if len(blocks) <= room.blocks and heavy + EACH_BLOCK * len(blocks) <= room.weight:
            return blocks
    return None


def _most(most: int, fits: Callable[[int], bool]) -> int:
    """The largest count that fits, where a smaller one always does; 0 where none does."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


# ------------------------------------------------------------ blocks


@dataclass(slots=True)
class _Laid:
    block: Json
    last: Piece
    units: int
    kind: str = field(init=False)

    def __post_init__(self) -> None:
        self.kind = self.block["type"]

    def takes(self, other: "_Laid", *, tight: bool) -> bool:
        if self.kind != other.kind or self.kind == "header":
            return False
        count = len(self.block["elements"]) + len(other.block["elements"])
        if self.kind == "actions":
            return tight and count <= ROW
        if self.kind == "context":
            return tight and count <= 10 and self.units + other.units <= MUTED
        facts = _is_fact(self.last) and _is_fact(other.last)
        return (tight or facts) and self.units + other.units <= BLOCK


def _is_fact(piece: Piece) -> bool:
    return isinstance(piece, Words) and piece.shape is Shape.FACT


def _laid(found: Sequence[Piece], *, tight: bool) -> list[Json]:
    laid: list[_Laid] = []
    pressed_before: Counter[str] = Counter()
    for piece in found:
        each = _Laid(_block(piece, pressed_before), piece, 0 if isinstance(piece, Row) else piece.units)
        if laid and laid[-1].takes(each, tight=tight):
            laid[-1].block["elements"] += each.block["elements"]
            laid[-1].units += each.units
            laid[-1].last = piece
        else:
            laid.append(each)
    return [each.block for each in laid]


def _block(piece: Piece, before: Counter[str]) -> Json:
    match piece:
        case Row(buttons=buttons):
            return {"type": "actions", "elements": [_button(button, before) for button in buttons]}
        case Call(lead=lead, ids=ids):
            users = [element for id in ids for element in (_said(" "), {"type": "user", "user_id": id})]
            return {"type": "rich_text", "elements": [_section(_bold(lead), *users[0 if lead.strip() else 1 :])]}
        case Words(text=text, shape=Shape.TITLE):
            return {"type": "header", "text": plain(text)}
        case Words(text=text, shape=Shape.MUTED):
            return {"type": "context", "elements": [plain(text)]}
        case Words():
            return {"type": "rich_text", "elements": _rich(piece)}


def _rich(words: Words) -> list[Json]:
    label, text = _bold(words.label), _said(words.text)
    match words.shape:
        case Shape.QUOTE:
            return [*_above(label), {"type": "rich_text_quote", "elements": [text]}]
        case Shape.COPY:
            return [*_above(label), {"type": "rich_text_preformatted", "elements": [text]}]
        case Shape.FACT:
            named = [_bold(f"{words.label}:"), _said(" ")] if words.label else []
            return [_section(*named, {"type": "channel", "channel_id": words.channel} if words.channel else text)]
        case Shape.LINK:
            return [_section({"type": "link", "url": words.text})]
        case Shape.STRONG:
            return [_section(_bold(words.text))]
        case _:
            return [_section(text)]


def _above(label: Json) -> list[Json]:
    return [_section(label)] if label["text"] else []


def _section(*elements: Json) -> Json:
    return {"type": "rich_text_section", "elements": [each for each in elements if each.get("text", "-")]}


def _said(text: str) -> Json:
    return {"type": "text", "text": text}


def _bold(text: str) -> Json:
    return {"type": "text", "text": text, "style": {"bold": True}}


def _button(button: Button, before: Counter[str]) -> Json:
    before[button.does] += 1
    number = before[button.does]
    action = button.does if number == 1 else f"{button.does}#{number}"
    if len(action) > LONGEST_ACTION or units(button.carries) > LONGEST_VALUE:
        raise TooMuch
    label = cut(button.label, BUTTON_LABEL)
    made: Json = {"type": "button", "action_id": action, "text": plain(label)}
    if button.carries:
        made["value"] = button.carries
    if button.tone in _STYLES:
        made["style"] = _STYLES[button.tone]
    if button.confirm.strip():
        made["confirm"] = _confirm(button)
    return made


def _confirm(button: Button) -> Json:
    asked: Json = {
        "title": plain(cut(button.label, CONFIRM_TITLE)),
        "text": plain(cut(button.confirm, CONFIRM_TEXT)),
        "confirm": plain(cut(button.label, CONFIRM_LABEL)),
        "deny": plain(_("Avbryt")),
    }
    if button.tone in _STYLES:
        asked["style"] = _STYLES[button.tone]
    return asked
