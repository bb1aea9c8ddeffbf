"""Slack's limits once more, read from its documentation and not from the renderer, and what it interprets."""

from collections.abc import Collection, Iterator
from typing import Any

from tests.fakes.slack.faults import Faults

OF_CONFIRM = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
HARMLESS = {"text", "user", "channel"}  # elements of rich text


def walk(thing: Any) -> Iterator[dict[str, Any]]:
    """Every object in it, from the outside in."""
    if isinstance(thing, dict):
        yield thing
        for each in thing.values():
            yield from walk(each)
    elif isinstance(thing, list):
        for each in thing:
            yield from walk(each)


def texts_of(thing: Any) -> list[str]:
    return [each["text"] for each in walk(thing) if isinstance(each.get("text"), str)]


def check_blocks(blocks: list[dict[str, Any]], most: int) -> None:
    assert len(blocks) <= most
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(ids) == len(set(ids))
    assert all(0 < len(id) <= 255 for id in ids)
    actions = [each["action_id"] for block in blocks if block["type"] == "actions" for each in block["elements"]]
    assert len(actions) == len(set(actions))
    for block in blocks:
        assert sum(map(len, texts_of(block))) <= 3000 or block["type"] in ("actions", "input")
        if block["type"] == "header":
            assert 0 < len(block["text"]["text"]) <= 150
        if block["type"] == "actions":
            assert 0 < len(block["elements"]) <= 25
        if block["type"] == "context":
            assert 0 < len(block["elements"]) <= 10
        if block["type"] == "input":
            assert len(block["label"]["text"]) <= 2000
            assert len(block.get("hint", {"text": ""})["text"]) <= 2000
    for each in walk(blocks):
        check_element(each)


def check_element(each: dict[str, Any]) -> None:
    if each.get("type") in ("plain_text", "text"):
        assert each["text"].strip() or each["type"] == "text"
        assert each["text"]
    if each.get("type") == "button":
        assert len(each["text"]["text"]) <= 75
        assert len(each["action_id"]) <= 255
        assert 0 < len(each.get("value", "-")) <= 2000
        for name, most in OF_CONFIRM.items() if "confirm" in each else ():
            assert 0 < len(each["confirm"][name]["text"]) <= most
    options = each.get("options", [])
    assert len(options) <= 100
    for option in options:
        assert 0 < len(option["text"]["text"]) <= 75
        assert 0 < len(option["value"]) <= 150
        assert len(option.get("description", {"text": ""})["text"]) <= 75
    if each.get("type") == "checkboxes":
        assert 0 < len(options) <= 10
    if each.get("type") == "plain_text_input":
        assert len(each.get("initial_value", "")) <= each["max_length"] <= 3000


def check_inert(thing: Any, called: Collection[str] = ()) -> None:
    """Nothing that Slack interprets but the people whom the message calls upon, and the rooms that it names."""
    for each in walk(thing):
        kind = each.get("type", "")
        assert kind != "mrkdwn"
        assert "url" not in each
        if kind == "plain_text":
            assert each["emoji"] is False
        if kind in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"):
            assert {inner["type"] for inner in each["elements"]} <= HARMLESS
        if kind in ("user", "channel"):
            assert each[f"{kind}_id"] in called


def no_faults(faults: Faults) -> None:
    assert not faults.found, faults.errors[:5]
