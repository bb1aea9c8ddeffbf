"""What Slack tells → our events. Pure.

An event is bare here: its account is an id, its text as Slack writes it (`adapters.slack.said`), and a place without a
room is the 1:1 chat. `SlackChat.hear` fills in what only the Web API knows. Raises `Unreadable` for what is no payload.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.slack.said import without_mention
from bot.chat.inbound import Command, Deleted, Edited, Inbound, Joined, Left, Press, Reacted, Said, Visited
from bot.chat.port import Account, Place, Posted

CHAT = "slack"
LONGEST_KEY = 300
# A person's words. What else has a subtype (somebody came, a topic was changed, a bot wrote) is nobody's saying.
WORDS = frozenset({"", "file_share", "thread_broadcast", "me_message"})
Json = Mapping[str, Any]


class Unreadable(ValueError):
    """Signed by Slack, and not what Slack's documents say that it sends. Carries no words."""


@dataclass(frozen=True, slots=True)
class Us:
    """This app in its workspace, as `auth.test` tells it. `home` is the workspace's address."""

    team: str = ""
    user: str = ""
    bot: str = ""
    home: str = ""
    enterprise: str = ""


@dataclass(frozen=True, slots=True)
class Opener:
    """Lets a form be opened: for three seconds. `view_id` is the modal that was pressed in."""

    trigger_id: str
    place: Place
    account: str
    view_id: str | None = None
    response_url: str = ""


def happening(body: Json, us: Us) -> Inbound | None:
    """Of the Events API; None where it says nothing to us."""
    event = _dict(body, "event")
    key = _key(us, _text(body, "event_id"))
    match _text(event, "type"):
        case "message":
            return _message(event, us)
        case "app_mention":
            return None if _is_bot(event, us) else _words(event, us)
        case "member_joined_channel" if event.get("user") != us.user:
            return Joined(key, _account(event), Place(CHAT, _text(event, "channel")))
        case "member_left_channel" if event.get("user") != us.user:
            return Left(key, _account(event), Place(CHAT, _text(event, "channel")))
        case "reaction_added" | "reaction_removed" as what if event.get("user") != us.user:
            return _reaction(event, key, added=what == "reaction_added")
        case "app_home_opened" if event.get("tab", "home") == "home":
            return Visited(key, _account(event), Place(CHAT, str(event.get("channel") or "")))
        case _:
            return None


def _message(event: Json, us: Us) -> Inbound | None:
    subtype = str(event.get("subtype") or "")
    if subtype == "message_changed":
        return _changed(event, us)
    if subtype == "message_deleted":
        return _deleted(event, _text(event, "deleted_ts"), event.get("previous_message") or {}, us)
    if subtype not in WORDS or event.get("hidden") or _is_bot(event, us):
        return None
    return _words(event, us)


def _words(event: Json, us: Us) -> Inbound:
    """A message, or its twin that says that we are mentioned: one happening, with one key."""
    posted = _posted(event, _text(event, "channel"))
    text = str(event.get("text") or "")
    key = _key(us, "said", posted.place.room, posted.ref)
    asked = without_mention(text, us.user)
    if is_direct(posted.place.room):
        return Command(key, _account(event), posted.place, text if asked is None else asked)
    if asked is not None:
        return Command(key, _account(event), posted.place, asked, public=True)
    return Said(key, _account(event), posted.place, posted, text, _thread(posted))


def _changed(event: Json, us: Us) -> Inbound | None:
    """A link that unfolded, or a thread that grew, changes a message too, and not its words."""
    now, before, channel = _dict(event, "message"), event.get("previous_message") or {}, _text(event, "channel")
    if now.get("subtype") == "tombstone":  # what is deleted with answers under it
        return _deleted(event, _text(now, "ts"), before, us)
    if str(now.get("subtype") or "") not in WORDS or _is_bot(now, us) or not now.get("user"):
        return None
    if now.get("text") == before.get("text"):
        return None
    posted = _posted(now, channel)
    # Not `edited.ts`, which Slack rounds to whole seconds: of two edits in one, the second would count as heard.
    at = event.get("event_ts") or event.get("ts") or (now.get("edited") or {}).get("ts")
    key = _key(us, "edited", channel, posted.ref, str(at))
    return Edited(key, _account(now), posted.place, posted, str(now.get("text") or ""), _thread(posted))


def _deleted(event: Json, ts: str, before: Json, us: Us) -> Inbound | None:
    """Slack does not say who removed it: it counts as its writer's."""
    if _is_bot(before, us):
        return None
    channel = _text(event, "channel")
    posted = _posted({"ts": ts, "thread_ts": before.get("thread_ts")}, channel)
    writer = Account(CHAT, str(before.get("user") or ""))
    return Deleted(_key(us, "deleted", channel, ts), writer, posted.place, posted)


def _reaction(event: Json, key: str, *, added: bool) -> Inbound | None:
    """Whether the message stands in a thread is not told: see `SlackChat.hear`."""
    item = _dict(event, "item")
    if item.get("type") != "message":
        return None
    place = Place(CHAT, _text(item, "channel"))
    name = _text(event, "reaction").partition("::")[0]  # "thumbsup::skin-tone-3"
    return Reacted(key, _account(event), place, Posted(place, _text(item, "ts")), name, added)


# ------------------------------------------------------------ what somebody does to us


def slash(body: Json, us: Us, text: str) -> Command:
    """`text` is what was meant (`adapters.slack.commands.typed`). Slack has no slash commands in threads."""
    place = Place(CHAT, _text(body, "channel_id"))
    trigger, user = _text(body, "trigger_id"), _text(body, "user_id")
    opener = Opener(trigger, place, user, response_url=str(body.get("response_url") or ""))
    return Command(_key(us, "slash", _hashed(trigger)), Account(CHAT, user), place, text, opener)


def press(body: Json, us: Us, does: str, carries: str) -> Press:
    """A button of ours, in a message, a modal or on somebody's page."""
    container = body.get("container") or {}
    channel = str((body.get("channel") or {}).get("id") or container.get("channel_id") or "")
    thread = container.get("thread_ts") or (body.get("message") or {}).get("thread_ts")
    place = _place(channel, thread, str(container.get("message_ts") or ""))
    return _press(body, us, place, does, carries)


def in_modal(body: Json, us: Us, place: Place, does: str, carries: str) -> Press:
    return _press(body, us, place, does, carries)


def shortcut(body: Json, us: Us) -> Press:
    """From the ⚡ menu (it knows no channel: the answer goes to the 1:1 chat), or on somebody's message."""
    does = _text(body, "callback_id")
    if body.get("type") != "message_action":
        return _press(body, us, Place(CHAT, ""), does, "")
    message, channel = _dict(body, "message"), _text(_dict(body, "channel"), "id")
    on = _posted({"ts": message.get("ts") or body.get("message_ts"), "thread_ts": message.get("thread_ts")}, channel)
    return _press(body, us, on.place, does, "", on, str(message.get("text") or ""))


def _press(
    body: Json, us: Us, place: Place, does: str, carries: str, on: Posted | None = None, text: str = ""
) -> Press:
    trigger, user = _text(body, "trigger_id"), _text(_dict(body, "user"), "id")
    view = body.get("view") or {}
    view_id = str(view["id"]) if view.get("type") == "modal" and view.get("id") else None
    opener = Opener(trigger, place, user, view_id, str(body.get("response_url") or ""))
    return Press(_key(us, "press", _hashed(trigger)), Account(CHAT, user), place, does, carries, on, text, opener)


def visited_again(pressed: Press) -> Visited:
    """Whose page is shown anew, after a press on it."""
    return Visited(f"{pressed.key}:home", pressed.account, pressed.place)


def form_key(us: Us, instance: str) -> str:
    """One form is one happening, through all its pages, however often it is sent."""
    return _key(us, "form", instance)


def is_direct(room: str) -> bool:
    return room.startswith("D")


# ------------------------------------------------------------ pieces


def _is_bot(message: Json, us: Us) -> bool:
    """We too: our own messages come back to us."""
    return bool(message.get("bot_id")) or message.get("subtype") == "bot_message" or message.get("user") == us.user


def _posted(message: Json, channel: str) -> Posted:
    ts = _text(message, "ts")
    return Posted(_place(channel, message.get("thread_ts"), ts), ts)


def _place(channel: str, thread: Any, ts: str) -> Place:
    """The root of a thread stands in the room. A 1:1 chat is one place, whatever threads people make there."""
    in_thread = isinstance(thread, str) and thread != ts and not is_direct(channel)
    return Place(CHAT, channel, thread if in_thread else None)


def _thread(posted: Posted) -> Posted | None:
    place = posted.place
    return Posted(Place(CHAT, place.room), place.thread) if place.thread else None


def _account(event: Json) -> Account:
    return Account(CHAT, _text(event, "user"))


def _key(us: Us, *parts: str) -> str:
    key = ":".join((CHAT, us.team, *parts))
    return key if len(key) <= LONGEST_KEY else f"{CHAT}:{_hashed(key)}"


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:40]


def _dict(body: Json, name: str) -> Json:
    found = body.get(name)
    if not isinstance(found, Mapping):
        raise Unreadable(name)
    return found


def _text(body: Json, name: str) -> str:
    found = body.get(name)
    if not isinstance(found, str) or not found:
        raise Unreadable(name)
    return found
