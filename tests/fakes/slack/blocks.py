"""Reads blocks and views as Slack does, and says what is wrong with them, in Slack's words where they are known.

Not known, and so not enforced: whether Slack counts characters or UTF-16 units; which image addresses it can fetch
(they must be https here); how many inline elements a rich_text may have.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from tests.fakes.slack import schema
from tests.fakes.slack.elements import USER, options_of, picture, read_element
from tests.fakes.slack.faults import Faults, array, boolean, fields, items, kind_of, string, text_object, whole
from tests.fakes.slack.things import Json

EMOJI = re.compile(r"[a-z0-9_+'\-]+\Z")


def message_faults(blocks: Any) -> Faults:
    faults = Faults()
    _blocks(blocks, "message", "/blocks", schema.MESSAGE_BLOCKS, faults)
    return faults


def view_faults(view: Any, allowed: Iterable[str] = ("modal", "home")) -> Faults:
    faults = Faults()
    if not isinstance(view, dict) or kind_of(view) not in allowed:
        faults.say(f"must be an object with type {' or '.join(allowed)}", "/view/type")
        return faults
    fields(view, schema.VIEWS[view["type"]], "/view", faults)
    for name, most in (
        ("private_metadata", schema.PRIVATE_METADATA),
        ("callback_id", schema.CALLBACK_ID),
        ("external_id", schema.EXTERNAL_ID),
    ):
        string(view, name, "/view", faults, most=most, least=0)
    for name in ("clear_on_close", "notify_on_close", "submit_disabled"):
        boolean(view, name, "/view", faults)
    for name in ("title", "submit", "close"):
        if name in view:
            text_object(view[name], f"/view/{name}", faults, schema.VIEW_TITLE, plain=True)
    if "blocks" in view:
        _blocks(view["blocks"], view["type"], "/view/blocks", schema.VIEW_BLOCKS, faults)
        if view["type"] == "modal" and "submit" not in view and _has_inputs(view["blocks"]):
            # docs: views: "submit is required when an input block is within the blocks array"
            faults.say("missing required field: submit", "/view")
    return faults


def weight(blocks: list[Json]) -> int:
    """What counts towards msg_blocks_too_long: see schema.MESSAGE_TEXT."""
    return sum(map(len, texts(blocks))) + schema.EACH_BLOCK * max(len(blocks) - 1, 0)


def texts(thing: Any) -> list[str]:
    """All readable text in blocks or a view, in order: what somebody sees or a screen reader reads."""
    found: list[str] = []
    _gather(thing, found)
    return found


def _gather(thing: Any, found: list[str]) -> None:
    if isinstance(thing, list):
        for item in thing:
            _gather(item, found)
    elif isinstance(thing, dict):
        if thing.get("type") == "link" and not thing.get("text"):
            found.append(str(thing.get("url", "")))
        for name, value in thing.items():
            if name in ("text", "alt_text", "accessibility_label") and isinstance(value, str):
                found.append(value)
            elif name not in ("value", "initial_option", "initial_options", "style", "filter"):
                _gather(value, found) if isinstance(value, list | dict) else None


# ---------------------------------------------------------------- blocks


def _blocks(blocks: Any, surface: str, at: str, most: int, faults: Faults) -> None:
    if not isinstance(blocks, list):
        faults.say("must be an array", at)
        return
    if len(blocks) > most:
        faults.say(f"no more than {most} items allowed", at)
    ids: set[str] = set()
    focused = 0
    for number, block in enumerate(blocks):
        here = f"{at}/{number}"
        _block(block, surface, here, faults)
        if not isinstance(block, dict):
            continue
        if (id := block.get("block_id")) in ids:
            # docs: "block_id should be unique for each message or view and each iteration of it"
            faults.say(f"`block_id` {id!r} is used more than once", f"{here}/block_id")
        if id:
            ids.add(str(id))
        focused += sum(bool(element.get("focus_on_load")) for element in elements_of(block))
    if focused > 1:
        faults.say("only one element can have focus_on_load", at)  # docs: block elements, focus_on_load


def _block(block: Any, surface: str, at: str, faults: Faults) -> None:
    kind = kind_of(block)
    if kind not in schema.BLOCKS:
        faults.say(f"unsupported type: {kind}", f"{at}/type")
        return
    if surface not in schema.ONLY_IN.get(kind, (surface,)):
        faults.say(f"unsupported type: {kind}", f"{at}/type")
        return
    fields(block, schema.BLOCKS[kind], at, faults)
    string(block, "block_id", at, faults, most=schema.BLOCK_ID)
    READ_BLOCK[kind](block, surface, at, faults)
    actions = [element.get("action_id") for element in elements_of(block) if element.get("action_id")]
    if len(actions) != len(set(actions)):
        # docs: actions block, "action_id … should be unique among all other action_ids in the containing block"
        faults.say("`action_id` is used more than once in the block", at)


def elements_of(block: Json) -> list[Json]:
    """The interactive elements (and images) of a block."""
    match block.get("type"):
        case "actions":
            found = block.get("elements") or []
        case "section":
            found = [block.get("accessory")]
        case "input":
            found = [block.get("element")]
        case _:
            found = []
    return [element for element in found if isinstance(element, dict)]


def _header(block: Json, surface: str, at: str, faults: Faults) -> None:
    text_object(block.get("text"), f"{at}/text", faults, schema.HEADER, plain=True)


def _section(block: Json, surface: str, at: str, faults: Faults) -> None:
    if "text" not in block and "fields" not in block:
        faults.say("missing required field: text", at)  # docs: "text: required unless fields is provided"
    if "text" in block:
        text_object(block["text"], f"{at}/text", faults, schema.TEXT)
    if "fields" in block:
        array(block["fields"], f"{at}/fields", faults, schema.FIELDS)
        for number, text in enumerate(items(block["fields"])):
            text_object(text, f"{at}/fields/{number}", faults, schema.FIELD_TEXT)
    if "accessory" in block:
        read_element(block["accessory"], "section", surface, f"{at}/accessory", faults)
    boolean(block, "expand", at, faults)


def _context(block: Json, surface: str, at: str, faults: Faults) -> None:
    array(block.get("elements"), f"{at}/elements", faults, schema.CONTEXT_ELEMENTS)
    for number, element in enumerate(items(block.get("elements"))):
        if isinstance(element, dict) and element.get("type") == "image":
            fields(element, schema.ELEMENTS["image"], f"{at}/elements/{number}", faults)
            picture(element, f"{at}/elements/{number}", faults)
        else:
            text_object(element, f"{at}/elements/{number}", faults, schema.TEXT)


def _actions(block: Json, surface: str, at: str, faults: Faults) -> None:
    array(block.get("elements"), f"{at}/elements", faults, schema.ACTIONS_ELEMENTS)
    for number, element in enumerate(items(block.get("elements"))):
        read_element(element, "actions", surface, f"{at}/elements/{number}", faults)


def _input(block: Json, surface: str, at: str, faults: Faults) -> None:
    text_object(block.get("label"), f"{at}/label", faults, schema.LABEL, plain=True)
    if "hint" in block:
        text_object(block["hint"], f"{at}/hint", faults, schema.HINT, plain=True)
    boolean(block, "optional", at, faults)
    boolean(block, "dispatch_action", at, faults)
    read_element(block.get("element"), "input", surface, f"{at}/element", faults)


def _image(block: Json, surface: str, at: str, faults: Faults) -> None:
    picture(block, at, faults)
    if "title" in block:
        text_object(block["title"], f"{at}/title", faults, 2000, plain=True)


def _nothing_more(block: Json, surface: str, at: str, faults: Faults) -> None:
    """A divider has no content."""


def _markdown(block: Json, surface: str, at: str, faults: Faults) -> None:
    string(block, "text", at, faults, most=12_000)  # docs: markdown block


def _rich_text(block: Json, surface: str, at: str, faults: Faults) -> None:
    array(block.get("elements"), f"{at}/elements", faults)
    for number, element in enumerate(items(block.get("elements"))):
        _rich_part(element, f"{at}/elements/{number}", faults, tuple(schema.RICH))


READ_BLOCK: dict[str, Callable[[Json, str, str, Faults], None]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "divider": _nothing_more,
    "actions": _actions,
    "input": _input,
    "rich_text": _rich_text,
    "image": _image,
    "markdown": _markdown,
}


def _rich_part(part: Any, at: str, faults: Faults, allowed: tuple[str, ...]) -> None:
    kind = kind_of(part)
    if kind not in allowed:
        faults.say(f"unsupported type: {kind}", f"{at}/type")
        return
    fields(part, schema.RICH[kind], at, faults)
    array(part.get("elements"), f"{at}/elements", faults)
    if kind == "rich_text_list":
        if part.get("style") not in ("bullet", "ordered"):
            faults.say("must be one of bullet, ordered", f"{at}/style")
        whole(part, "indent", at, faults, 0, 8)
        whole(part, "offset", at, faults, 0, 100_000)
    whole(part, "border", at, faults, 0, 1)
    for number, inner in enumerate(items(part.get("elements"))):
        here = f"{at}/elements/{number}"
        if kind == "rich_text_list":
            _rich_part(inner, here, faults, ("rich_text_section",))
        else:
            # docs: rich_text_preformatted: "elements: text, link"; the others take all inline elements
            _inline(inner, here, faults, ("text", "link") if kind == "rich_text_preformatted" else None)


def _inline(element: Any, at: str, faults: Faults, allowed: tuple[str, ...] | None) -> None:
    kind = kind_of(element)
    if kind not in (allowed or schema.RICH_INLINE):
        faults.say(f"unsupported type: {kind}", f"{at}/type")
        return
    fields(element, schema.RICH_INLINE[kind], at, faults)
    for name in ("text", "url", "name", "user_id", "channel_id", "usergroup_id", "format", "fallback", "value"):
        string(element, name, at, faults, most=schema.MESSAGE_TEXT)  # an empty one is refused: at least 1 character
    if kind == "emoji" and not EMOJI.match(str(element.get("name"))):
        faults.say("invalid emoji name", f"{at}/name")
    if kind == "user" and not USER.match(str(element.get("user_id"))):
        faults.say("invalid user id", f"{at}/user_id")
    if kind == "broadcast" and element.get("range") not in ("here", "channel", "everyone"):
        faults.say("must be one of here, channel, everyone", f"{at}/range")
    if kind == "date":
        whole(element, "timestamp", at, faults, 0, 2**40)
    style = element.get("style", {})
    known = schema.RICH_STYLES.get(kind, schema.OTHER_STYLES)
    if not isinstance(style, dict) or not all(name in known and isinstance(on, bool) for name, on in style.items()):
        faults.say("invalid style", f"{at}/style")


def _has_inputs(blocks: Any) -> bool:
    return any(isinstance(block, dict) and block.get("type") == "input" for block in items(blocks))


__all__ = ["Faults", "elements_of", "message_faults", "options_of", "texts", "view_faults", "weight"]
