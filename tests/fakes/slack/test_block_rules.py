"""Blocks and views, rule by rule."""

from typing import Any

import pytest

from tests.fakes.slack.asked import CONFIRM, Json, actions, button, modal, plain, text_input
from tests.fakes.slack.blocks import message_faults, texts, view_faults

# ---------------------------------------------------------------- blocks, rule by rule


def options(count: int) -> list[Json]:
    return [{"text": plain(f"Valg {number}"), "value": str(number)} for number in range(count)]


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "pick", "options": options(2), **more}


def section(**more: Any) -> Json:
    return {"type": "section", "text": plain("x"), **more}


def rich(*inline: Json, kind: str = "rich_text_section", **more: Any) -> Json:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(inline), **more}]}


WORD: Json = {"type": "text", "text": "ord"}

GOOD_BLOCKS: list[list[Json]] = [
    [{"type": "header", "text": plain("x" * 150)}, {"type": "divider"}, section(text=plain("x" * 3000))],
    [{"type": "context", "elements": [plain("x")] * 10}, actions(button(confirm=CONFIRM, style="danger"))],
    [rich(WORD, {**WORD, "style": {"bold": True}}, {"type": "user", "user_id": "U0123456789"})],
    [rich(rich(WORD)["elements"][0], kind="rich_text_list", style="bullet"), rich(WORD, kind="rich_text_quote")],
    [rich(WORD, {"type": "link", "url": "https://a.no"}, kind="rich_text_preformatted", border=1)],
    [section(accessory=select(initial_option=options(2)[1])), section(fields=[plain("a")] * 10)],
]
BAD_BLOCKS: list[tuple[str, list[Json]]] = [
    ("no more than 50 items", [{"type": "divider"}] * 51),
    ("unsupported type: hr", [{"type": "hr"}]),
    ("unsupported type: input", [text_input()]),  # not in a message
    ("missing required field: text", [{"type": "header"}]),
    ("missing required field: text", [{"type": "section"}]),
    ("invalid additional property: colour", [{"type": "divider", "colour": "red"}]),
    ("must be a plain_text object", [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]),
    ("must be more than 0 characters", [section(text=plain(""))]),
    ("must be less than 3001 characters", [section(text=plain("x" * 3001))]),
    ("no more than 10 items", [section(fields=[plain("a")] * 11)]),
    ("must be less than 2001 characters", [section(fields=[plain("x" * 2001)])]),
    ("no more than 10 items", [{"type": "context", "elements": [plain("x")] * 11}]),
    ("no less than 1 items", [actions()]),
    ("no more than 25 items", [actions(*(button(action_id=f"a{n}") for n in range(26)))]),
    ("`action_id` is used more than once", [actions(button(), button())]),
    ("is used more than once", [section(block_id="a"), section(block_id="a")]),
    ("must be less than 256 characters", [section(block_id="x" * 256)]),
    ("must be less than 76 characters", [actions(button("x" * 76))]),
    ("must be less than 76 characters", [actions(button(accessibility_label="x" * 76))]),
    ("must be less than 2001 characters", [actions(button(value="x" * 2001))]),
    ("must be a string", [actions(button(value=7))]),
    ("must be one of primary, danger", [actions(button(style="secondary"))]),
    ("missing required field: deny", [actions(button(confirm={k: v for k, v in CONFIRM.items() if k != "deny"}))]),
    ("must be less than 31 characters", [actions(button(confirm={**CONFIRM, "confirm": plain("x" * 31)}))]),
    ("must be less than 101 characters", [actions(button(confirm={**CONFIRM, "title": plain("x" * 101)}))]),
    ("unsupported type: plain_text_input", [actions({"type": "plain_text_input", "action_id": "a"})]),
    ("unsupported type: multi_static_select", [actions(select(type="multi_static_select"))]),
    ("no more than 100 items", [actions(select(options=options(101)))]),
    ("option values must be unique", [actions(select(options=options(1) * 2))]),
    ("must be less than 151 characters", [actions(select(options=[{"text": plain("a"), "value": "x" * 151}]))]),
    ("must be less than 76 characters", [actions(select(options=[{"text": plain("x" * 76), "value": "a"}]))]),
    ("must be one of the options", [actions(select(initial_option=options(3)[2]))]),
    ("either options or option_groups", [actions({"type": "static_select", "action_id": "a"})]),
    ("no more than 5 items", [actions({"type": "overflow", "action_id": "a", "options": options(6)})]),
    ("no more than 10 items", [actions({"type": "checkboxes", "action_id": "a", "options": options(11)})]),
    ("must be a valid date", [actions({"type": "datepicker", "action_id": "a", "initial_date": "3.2.26"})]),
    ("missing required field: alt_text", [{"type": "image", "image_url": "https://a.no/b.png"}]),
    ("unsupported type: rich_text_table", [rich(WORD, kind="rich_text_table")]),
    ("must be more than 0 characters", [rich({"type": "text", "text": ""})]),
    ("invalid style", [rich({**WORD, "style": {"loud": True}})]),
    ("unsupported type: user", [rich({"type": "user", "user_id": "U0123456789"}, kind="rich_text_preformatted")]),
    ("missing required field: style", [rich(rich(WORD)["elements"][0], kind="rich_text_list")]),
    ("unsupported type: text", [rich(WORD, kind="rich_text_list", style="bullet")]),
    ("invalid user id", [rich({"type": "user", "user_id": "kari"})]),
]
BAD_VIEWS: list[tuple[str, Json]] = [
    ("must be less than 25 characters", modal(text_input(), title=plain("x" * 25))),
    ("must be less than 25 characters", modal(text_input(), submit=plain("x" * 25))),
    ("must be less than 3001 characters", modal(text_input(), private_metadata="x" * 3001)),
    ("must be less than 256 characters", modal(text_input(), callback_id="x" * 256)),
    ("no more than 100 items", modal(*({"type": "divider"} for _ in range(101)))),
    ("missing required field: submit", {"type": "modal", "title": plain("T"), "blocks": [text_input()]}),
    ("missing required field: label", modal({k: v for k, v in text_input().items() if k != "label"})),
    ("must be an integer from 1 to 3000", modal(text_input(max_length=3001))),
    ("must be less than 6 characters", modal(text_input(max_length=5, initial_value="seks  "))),
    ("must be less than 151 characters", modal(text_input(placeholder=plain("x" * 151)))),
    ("file_input is only allowed in modals", {"type": "home", "blocks": [text_input(type="file_input")]}),
    ("must be an integer from 1 to 10", modal(text_input(type="file_input", max_files=11))),
    ("only one element can have focus", modal(*(text_input(b, focus_on_load=True) for b in "ab"))),
    ("invalid additional property: submit", {"type": "home", "blocks": [], "submit": plain("x")}),
]


@pytest.mark.parametrize("blocks", GOOD_BLOCKS)
def test_blocks_that_slack_takes(blocks: list[Json]) -> None:
    assert message_faults(blocks).messages == []


@pytest.mark.parametrize(("why", "blocks"), BAD_BLOCKS)
def test_blocks_that_slack_refuses(why: str, blocks: list[Json]) -> None:
    assert any(why in message for message in message_faults(blocks).messages)


@pytest.mark.parametrize(("why", "view"), BAD_VIEWS)
def test_views_that_slack_refuses(why: str, view: Json) -> None:
    assert any(why in message for message in view_faults(view).messages)


def test_all_readable_text_is_found() -> None:
    blocks = [section(text=plain("en"), accessory=button("to")), rich({**WORD, "text": "tre"})]
    assert texts(blocks) == ["en", "to", "tre"]
