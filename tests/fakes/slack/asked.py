"""What tests of the fake ask of it."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.fakes.slack import FakeSlack

Json = dict[str, Any]


def id_of(slack: FakeSlack, name: str) -> str:
    return slack.workspace.channel(name).id


async def refused(work: Any) -> Json:
    with pytest.raises(SlackApiError) as caught:
        await work
    told = caught.value.response.data
    assert isinstance(told, dict)
    return told


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(label: str = "Svar", **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": "answer", "value": "7", **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("Skjema"), "submit": plain("Send inn"), "blocks": list(blocks), **more}


def text_input(block: str = "name", label: str = "Navn", **more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "value", **more}
    return {"type": "input", "block_id": block, "label": plain(label), "element": element}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


CONFIRM = {"title": plain("Sikker?"), "text": plain("Den slettes."), "confirm": plain("Slett"), "deny": plain("Nei")}
