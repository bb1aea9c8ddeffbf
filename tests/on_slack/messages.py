"""Blocks → the message that somebody reads in them. What is not on the screen is not in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from adapters.slack import blocks as ours
from bot.chat.message import Attachment, Button, Buttons, CopyText, Facts, Mentions, Message, Part, Quote, Text, Tone

Json = dict[str, Any]
ICONS = {"✅ ": Tone.GOOD, "⚠️ ": Tone.WARNING, "⛔ ": Tone.DANGER}
STYLES = {"primary": Tone.STRONG, "danger": Tone.DANGER}
CLIP = "📎 "


@dataclass(frozen=True, slots=True)
class Around:
    """What the blocks name and do not hold: people by their id (account, name), and files by their name."""

    person: Callable[[str], tuple[str, str]]
    content: Callable[[str], bytes]


def message_in(found: list[Json], around: Around) -> Message:
    titled = bool(found) and found[0]["type"] == "header"
    title = str(found[0]["text"]["text"]) if titled else ""
    return Message(tuple(parts_in(found[1:] if titled else found, around)), title)


def parts_in(found: list[Json], around: Around) -> list[Part]:
    parts: list[Part] = []
    for part in (each for block in found for each in _parts(block, around)):
        if isinstance(part, Facts) and parts and isinstance(parts[-1], Facts):
            parts[-1] = Facts(parts[-1].facts + part.facts)
        else:
            parts.append(part)
    return parts


def _parts(block: Json, around: Around) -> Iterator[Part]:
    match block["type"]:
        case "header":
            yield Text(block["text"]["text"], Tone.STRONG)
        case "actions":
            yield Buttons(tuple(button_in(each) for each in block["elements"]))
        case "context":
            yield from (_small(each["text"], around) for each in block["elements"])
        case "rich_text":
            yield from _rich(block["elements"], around)
        case other:
            raise AssertionError(f"no message of ours has a {other}")


def button_in(element: Json) -> Button:
    does, carries = ours.pressed(element)
    asked = (element.get("confirm") or {}).get("text", {}).get("text", "")
    return Button(element["text"]["text"], does, carries, STYLES.get(element.get("style", ""), Tone.NORMAL), asked)


def _small(text: str, around: Around) -> Part:
    if text.startswith(CLIP):
        name = text.removeprefix(CLIP)
        return Attachment(name, "application/octet-stream", around.content(name))
    return Text(text, Tone.MUTED)


def _rich(elements: list[Json], around: Around) -> Iterator[Part]:
    label = ""
    for element, following in zip(elements, [*elements[1:], None], strict=True):
        inside = element["elements"]
        match element["type"]:
            case "rich_text_quote":
                yield Quote(label, inside[0]["text"])
                label = ""
            case "rich_text_preformatted":
                yield CopyText(label, inside[0]["text"])
                label = ""
            case "rich_text_section":
                if following and following["type"] != "rich_text_section" and _is_bold(inside) and len(inside) == 1:
                    label = inside[0]["text"]
                else:
                    yield _section(inside, around)


def _section(inside: list[Json], around: Around) -> Part:
    called = [around.person(each["user_id"]) for each in inside if each["type"] == "user"]
    said = [each["text"] for each in inside if each["type"] == "text"]
    if called:
        return Mentions(said[0].strip() if _is_bold(inside) else "", tuple(called))
    if len(said) > 1 and _is_bold(inside):
        return Facts(((said[0].removesuffix(":"), "".join(said[2:])),))
    [text] = said
    for icon, tone in ICONS.items():
        if text.startswith(icon):
            return Text(text.removeprefix(icon), tone)
    return Text(text, Tone.STRONG if _is_bold(inside) else Tone.NORMAL)


def _is_bold(inside: list[Json]) -> bool:
    return bool(inside[0].get("style", {}).get("bold"))
