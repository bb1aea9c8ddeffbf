"""The payloads of interactions, as Slack forms them (docs: interaction payloads)."""

import json
import time
from typing import TYPE_CHECKING, Any

from tests.fakes.slack.blocks import elements_of
from tests.fakes.slack.schema import HOLDS_A_VALUE
from tests.fakes.slack.state import Workspace
from tests.fakes.slack.things import Channel, Json, Message, Trigger, User, View
from tests.fakes.slack.values import KEPT, at_first, public, state

if TYPE_CHECKING:
    from tests.fakes.slack.server import FakeSlack


def common(workspace: Workspace, kind: str, user: User, trigger: Trigger | None) -> Json:
    told: Json = {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team},
        "api_app_id": workspace.app_id,
        "token": "verification-token",
        "team": {"id": workspace.team, "domain": workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    return told | ({"trigger_id": trigger.id} if trigger else {})


def message_press(slack: "FakeSlack", user: User, message: Message, block: Json, element: Json, value: Any) -> Json:
    workspace = slack.workspace
    channel = workspace.channels[message.channel]
    payload = common(workspace, "block_actions", user, workspace.trigger(user))
    container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
    container["is_ephemeral"] = message.only_for is not None
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload |= {"container": container, "channel": {"id": channel.id, "name": told_name(channel)}}
    if message.only_for is None:
        payload["message"] = workspace.public(message)  # an ephemeral message's content is not sent along
    # What stands in the message's own fields: only the one that was just chosen is remembered here.
    payload["state"] = {"values": _message_state(message, element, block, value)}
    payload["response_url"] = slack.url_of(workspace.response_url(channel, user, message))
    return payload | {"actions": [action(block, element, value)]}


def _message_state(message: Message, changed: Json, block: Json, value: Any) -> Json:
    values: Json = {}
    for each in message.blocks:
        for element in elements_of(each):
            if element["type"] in HOLDS_A_VALUE:
                chosen = value if element is changed and each is block else at_first(element)
                told = {"type": element["type"], KEPT[element["type"]][0]: chosen}
                values.setdefault(each["block_id"], {})[element["action_id"]] = told
    return values


def view_press(workspace: Workspace, user: User, view: View, block: Json, element: Json, value: Any) -> Json:
    trigger = workspace.trigger(user, view if view.body["type"] == "modal" else None)
    payload = common(workspace, "block_actions", user, trigger)
    payload |= {"container": {"type": "view", "view_id": view.id}, "view": copied(public(workspace, view))}
    if view.body["type"] == "modal":
        payload["state"] = copied(state(view))
    return payload | {"actions": [action(block, element, value)]}


def action(block: Json, element: Json, value: Any) -> Json:
    told: Json = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"]}
    told["action_ts"] = f"{time.time():.6f}"
    match element["type"]:
        case "button":
            told |= {name: element[name] for name in ("text", "value", "style", "url") if name in element}
        case "overflow":
            told["selected_option"] = value
        case kind:
            told[KEPT[kind][0]] = value
    copy: Json = copied(told)
    return copy


def submission(workspace: Workspace, user: User, view: View, trigger: Trigger | None = None) -> Json:
    """`trigger`: of the first time, when the same submission comes again."""
    payload = common(workspace, "view_submission", user, trigger or workspace.trigger(user, view))
    return payload | {"view": copied(public(workspace, view)), "response_urls": []}


def closing(workspace: Workspace, user: User, view: View, *, cleared: bool) -> Json:
    payload = common(workspace, "view_closed", user, None)
    return payload | {"view": copied(public(workspace, view)), "is_cleared": cleared}


def on_message(slack: "FakeSlack", user: User, message: Message, callback: str) -> Json:
    workspace = slack.workspace
    channel = workspace.channels[message.channel]
    payload = common(workspace, "message_action", user, workspace.trigger(user)) | {"callback_id": callback}
    payload |= {"action_ts": f"{time.time():.6f}", "message_ts": message.ts, "message": workspace.public(message)}
    payload["channel"] = {"id": channel.id, "name": told_name(channel)}
    return payload | {"response_url": slack.url_of(workspace.response_url(channel, user))}


def shortcut(workspace: Workspace, user: User, callback: str) -> Json:
    payload = common(workspace, "shortcut", user, workspace.trigger(user))
    return payload | {"callback_id": callback, "action_ts": f"{time.time():.6f}"}


def command(slack: "FakeSlack", user: User, channel: Channel, name: str, text: str) -> dict[str, str]:
    workspace = slack.workspace
    return {
        "token": "verification-token",
        "team_id": workspace.team,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": told_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": slack.url_of(workspace.response_url(channel, user)),
        "trigger_id": workspace.trigger(user).id,
    }


def told_name(channel: Channel) -> str:
    """What a private channel and a 1:1 chat are called in payloads."""
    if channel.direct_with:
        return "directmessage"
    return "privategroup" if channel.private else channel.name


def copied(thing: Any) -> Any:
    return json.loads(json.dumps(thing))
