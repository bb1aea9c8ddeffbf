"""chat.*, reactions.*: what the app says, and what the workspace makes of it."""

import hashlib
import json
import re
from typing import Any

from tests.fakes.slack import blocks as validator
from tests.fakes.slack.calls import Call, Refused, method
from tests.fakes.slack.schema import MESSAGE_TEXT
from tests.fakes.slack.state import Workspace
from tests.fakes.slack.things import Channel, Json, Message

TEXT_MOST = (
    40_000  # chat.postMessage: "Messages … truncated beyond 40,000 characters": here refused, nobody relies on it
)
UPDATE_MOST = 4_000  # chat.update: msg_too_long beyond 4,000 characters (changelog 2018-04)
METADATA_BYTES = 16_384  # chat.postMessage: metadata_too_large
ENTITY = re.compile(r"&(?!(amp|lt|gt);)")


@method("chat.postMessage", "chat:write", only_post=True)
def post_message(call: Call) -> Json:
    channel = _where(call)
    text, blocks, metadata = content(call)
    if validator.weight(blocks) > MESSAGE_TEXT:
        raise Refused("msg_blocks_too_long")
    thread = _thread(call, channel)
    workspace = call.workspace
    bot = workspace.bot.id
    message = workspace.add_message(channel, bot, text, blocks=blocks, metadata=metadata, thread_ts=thread, by_app=True)
    call.slack.events.said(message)
    return {"ok": True, "channel": channel.id, "ts": message.ts, "message": workspace.public(message, metadata=True)}


@method("chat.postEphemeral", "chat:write", only_post=True)
def post_ephemeral(call: Call) -> Json:
    channel = call.channel(member=True, open=True)
    user = call.workspace.users.get(call.needed("user"))
    if user is None or user.id not in channel.members:
        raise Refused("user_not_in_channel")  # "Intended recipient is not in the specified channel"
    text, blocks, _ = content(call)
    thread = _thread(call, channel)
    bot = call.workspace.bot.id
    message = call.workspace.add_message(
        channel, bot, text, blocks=blocks, thread_ts=thread, by_app=True, only_for=user.id
    )
    return {"ok": True, "message_ts": message.ts}


@method("chat.update", "chat:write", only_post=True)
def update(call: Call) -> Json:
    channel = call.channel(open=True)
    message = find(call, channel)
    if not message.by_app:
        raise Refused("cant_update_message")  # "Authenticated user does not have permission to update this message"
    if len(call.text("text")) > UPDATE_MOST:
        raise Refused("msg_too_long")
    text, blocks, metadata = content(call)
    before = call.workspace.public(message)
    message.text, message.blocks = text, blocks
    message.metadata = metadata if "metadata" in call.arguments else message.metadata
    message.edited = {"user": call.workspace.bot.id, "ts": call.workspace.next_ts()}
    call.slack.events.edited(message, before)
    told = call.workspace.public(message, metadata=True)
    return {"ok": True, "channel": channel.id, "ts": message.ts, "text": text, "message": told}


@method("chat.delete", "chat:write", only_post=True)
def delete(call: Call) -> Json:
    channel = call.channel()
    message = find(call, channel)
    if not message.by_app:
        raise Refused("cant_delete_message")  # a bot token deletes only its own messages
    remove(call.workspace, channel, message, call.slack.events.deleted)
    return {"ok": True, "channel": channel.id, "ts": message.ts}


@method("chat.getPermalink")
def permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.workspace.find_message(channel, call.needed("message_ts"))
    if message is None:
        raise Refused("message_not_found")
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else ""
    at = f"{call.slack.address}/archives/{channel.id}/p{message.ts.replace('.', '')}{thread}"
    return {"ok": True, "channel": channel.id, "permalink": at}


@method("blocks.validate", only_post=True)
def validate(call: Call) -> Json:
    given = [name for name in ("blocks", "view", "message") if call.arguments.get(name)]
    if len(given) != 1:
        raise Refused("invalid_arguments")  # "Provide exactly one of blocks, view, or message"
    thing = call.structure(given[0], f"invalid_{given[0]}")
    if given == ["view"]:
        faults = validator.view_faults(thing)
    else:
        faults = validator.message_faults(thing.get("blocks") if given == ["message"] else thing)
    if faults.found:
        # "the response includes an errors array", each with pointer, code and message
        told = [{"pointer": at, "code": "failed_constraint", "message": what} for what, at in faults.found]
        raise Refused(f"invalid_{given[0]}", errors=told)
    return {"ok": True}


@method("reactions.add", "reactions:write", only_post=True)
def react(call: Call) -> Json:
    _react(call, added=True)
    return {"ok": True}


@method("reactions.remove", "reactions:write", only_post=True)
def unreact(call: Call) -> Json:
    _react(call, added=False)
    return {"ok": True}


def _react(call: Call, *, added: bool) -> None:
    channel = call.channel(member=True, open=True)
    message = call.workspace.find_message(channel, call.needed("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    name, bot = call.needed("name"), call.workspace.bot.id
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise Refused("invalid_name")  # reactions.add: "Value passed for name was invalid"
    users = message.reactions.setdefault(name, [])
    if added == (bot in users):
        raise Refused("already_reacted" if added else "no_reaction")
    users.append(bot) if added else users.remove(bot)
    if not users:
        del message.reactions[name]
    call.slack.events.reacted(message, bot, name, added=added)


# ---------------------------------------------------------------- parts


def content(call: Call) -> tuple[str, list[Json], Json | None]:
    """Text, blocks and metadata of what is about to be posted, or a refusal."""
    text = call.text("text")
    blocks = call.structure("blocks", "invalid_blocks_format") or []
    if not text.strip() and not blocks:
        raise Refused("no_text")  # "No message text provided"
    if len(text) > TEXT_MOST:
        raise Refused("msg_too_long")
    _valid_blocks(blocks)
    return escaped(text), filled(blocks), _metadata(call)


def escaped(text: str) -> str:
    """An & that begins no entity is stored as one; < and > are left, since they may be links and mentions."""
    return ENTITY.sub("&amp;", text)


def _valid_blocks(blocks: Any) -> None:
    faults = validator.message_faults(blocks)
    if faults.found:
        raise Refused("invalid_blocks", errors=faults.errors, response_metadata={"messages": faults.messages})


def filled(blocks: list[Json], salt: str = "") -> list[Json]:
    """The blocks with the ids that Slack makes up where the app gave none."""
    whole: list[Json] = json.loads(json.dumps(blocks))
    for number, block in enumerate(whole):
        block.setdefault("block_id", made_up(f"{salt}{number}", block))
        for place, element in enumerate(validator.elements_of(block)):
            if element.get("type") != "image":
                element.setdefault("action_id", made_up(f"{salt}{number}.{place}", element))
    return whole


def made_up(salt: str, thing: Json) -> str:
    return hashlib.sha256(f"{salt}{json.dumps(thing, sort_keys=True)}".encode()).hexdigest()[:5]


def _metadata(call: Call) -> Json | None:
    metadata = call.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if (
        not isinstance(metadata, dict)
        or not isinstance(metadata.get("event_type"), str)
        or not metadata["event_type"]
        or not isinstance(metadata.get("event_payload"), dict)
    ):
        raise Refused("invalid_metadata_format")  # docs: metadata has event_type and event_payload
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise Refused("metadata_too_large")
    return metadata


def _where(call: Call) -> Channel:
    """A person's id posts into their chat with the app (docs: chat.postMessage, "Post to a DM channel")."""
    if (user := call.workspace.users.get(call.text("channel"))) is not None:
        if user.deleted or user.is_bot:
            raise Refused("channel_not_found")
        return call.workspace.direct(user)
    return call.channel(member=True, open=True)


def _thread(call: Call, channel: Channel) -> str | None:
    """docs: chat.postMessage: "Avoid using a reply's ts value; use its parent instead": here that is refused."""
    ts = call.text("thread_ts")
    if not ts:
        return None
    root = call.workspace.find_message(channel, ts)
    if root is None or root.is_reply:
        raise Refused("cannot_reply_to_message")  # "This message type cannot have thread replies"
    return ts


def find(call: Call, channel: Channel) -> Message:
    message = call.workspace.find_message(channel, call.needed("ts"))
    if message is None or message.subtype == "tombstone":
        raise Refused("message_not_found")  # "No message exists with the requested timestamp"
    return message


def remove(workspace: Workspace, channel: Channel, message: Message, tell: Any) -> None:
    """A deleted root that has replies stays as a tombstone; the app is told as of any other deletion."""
    before = workspace.public(message)
    replies = [m for m in workspace.thread(channel, message.ts) if m is not message]
    if replies and not message.is_reply:
        message.text, message.subtype, message.user = "This message was deleted.", "tombstone", "USLACKBOT"
        message.blocks, message.files, message.metadata, message.by_app = [], [], None, False
    else:
        channel.messages.remove(message)
    tell(channel, message, before)
