"""Rooms by their names: the cards of set-up know a channel by its id alone, and Slack puts in its name for those who
may know it. Pure."""

import re
from collections.abc import Sequence

from adapters.slack.texts import Json

_ROOM = re.compile(r"([CG][A-Z0-9]{7,20}) \(slack\)")  # the whole of a fact


def by_name(blocks: Sequence[Json]) -> list[Json]:
    return [_block(block) if block["type"] == "rich_text" else block for block in blocks]


def _block(block: Json) -> Json:
    return {**block, "elements": [_section(each) for each in block["elements"]]}


def _section(section: Json) -> Json:
    if section["type"] != "rich_text_section":
        return section
    return {**section, "elements": [_element(each) for each in section["elements"]]}


def _element(element: Json) -> Json:
    room = _ROOM.fullmatch(element.get("text", ""))
    return {"type": "channel", "channel_id": room[1]} if room else element
