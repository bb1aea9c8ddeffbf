"""What the workspace holds, in memory: people, channels, messages, files, views, and what lets an app answer."""

import hashlib
import itertools
import json
import secrets
import time
from collections.abc import Iterable, Iterator
from typing import Any

from tests.fakes.slack.things import Channel, File, Json, Message, ResponseUrl, Trigger, User, View

TRIGGER_SECONDS = 3.0  # "Your app must use it within 3 seconds" (docs: handling user interaction)
RESPONSE_SECONDS = 30 * 60  # "up to 5 times within 30 minutes" (docs: message responses)
RESPONSE_USES = 5
STACK = 3  # a modal holds up to three views (docs: modals)

BOT_SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "users:read",
)


class Clock:
    """The workspace's own time, in seconds. Tests move it; what is signed carries the real time."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    def move(self, seconds: float) -> None:
        self.ahead += seconds


def invented_id(prefix: str, name: str) -> str:
    """Of Slack's form (a letter, then ten of A–Z0–9), and the same for the same name."""
    number = int.from_bytes(hashlib.sha256(f"{prefix}:{name}".encode()).digest()[:8])
    digits = ""
    for _ in range(9):
        number, rest = divmod(number, 36)
        digits += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest]
    return f"{prefix}0{digits}"


class Workspace:
    """Everything that Slack's servers would know. Nothing here asks who is asking: `web_api.py` does."""

    def __init__(self, name: str = "Fagnett", app_name: str = "Fagtråd") -> None:
        self.clock = Clock()
        self.address = ""  # where the server is
        self.name, self.domain = name, "fagnett"
        self.team, self.app_id, self.bot_id = (invented_id(p, name) for p in "TAB")
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.stacks: dict[str, list[View]] = {}  # modals, by person
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.bot_token = f"xoxb-{secrets.token_hex(12)}"
        self.app_token = f"xapp-1-{self.app_id}-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self.scopes: set[str] = set(BOT_SCOPES)
        self.manifest: Json | None = None  # when set: only what it names is sent to the app
        self._last_ts = 0
        self._numbers = itertools.count(1)
        self.bot = self.add_user("fagtraad", app_name, is_bot=True)

    # ------------------------------------------------------------ people and channels

    def add_user(self, name: str, real_name: str = "", **facts: Any) -> User:
        """`facts`: locale, tz, deleted, is_restricted, is_ultra_restricted, is_stranger, team …"""
        facts.setdefault("team", self.team)
        user = User(invented_id("U", name), name, real_name or name.title(), **facts)
        self.users[user.id] = user
        return user

    def add_channel(
        self, name: str, members: Iterable[str] = (), *, private: bool = False, bot: bool = True
    ) -> Channel:
        """`members` are people's names; `bot` says whether the app has been invited."""
        channel = Channel(invented_id("C", name), name, private=private)
        channel.members = {self.user(member).id for member in members} | ({self.bot.id} if bot else set())
        self.channels[channel.id] = channel
        return channel

    def user(self, name: str) -> User:
        """By id, handle or real name."""
        if name in self.users:
            return self.users[name]
        wanted = name.removeprefix("@").casefold()
        for user in self.users.values():
            if wanted in (user.name.casefold(), user.real_name.casefold()):
                return user
        raise KeyError(f"nobody is called {name}: {sorted(u.name for u in self.users.values())}")

    def channel(self, name: str) -> Channel:
        """By id or name (with or without #)."""
        if name in self.channels:
            return self.channels[name]
        for channel in self.channels.values():
            if channel.name == name.removeprefix("#") and channel.direct_with is None:
                return channel
        raise KeyError(f"no channel {name}: {sorted(c.name for c in self.channels.values())}")

    def direct(self, user: User) -> Channel:
        """The person's chat with the app."""
        id = invented_id("D", user.name)
        if id not in self.channels:
            self.channels[id] = Channel(id, "", direct_with=user.id, members={user.id, self.bot.id})
        return self.channels[id]

    # ------------------------------------------------------------ messages

    def next_ts(self) -> str:
        """Unique and rising, in seconds with six decimals, as Slack's."""
        self._last_ts = max(self._last_ts + 1, int(self.clock.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_message(self, channel: Channel, user: str, text: str, **facts: Any) -> Message:
        message = Message(self.next_ts(), channel.id, user, text, **facts)
        channel.messages.append(message)
        return message

    def find_message(self, channel: Channel, ts: str) -> Message | None:
        """Ephemeral messages cannot be found again (docs: chat.postEphemeral)."""
        return next((m for m in channel.messages if m.ts == ts and m.only_for is None), None)

    def lasting(self, channel: Channel) -> list[Message]:
        return [m for m in channel.messages if m.only_for is None]

    def thread(self, channel: Channel, root: str) -> list[Message]:
        return [m for m in self.lasting(channel) if m.ts == root or m.thread_ts == root]

    def public(self, message: Message, *, metadata: bool = False) -> Json:
        """A message as history, replies and events give it."""
        told: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
        if message.by_app:
            told |= {"bot_id": self.bot_id, "app_id": self.app_id, "team": self.team}
            told["bot_profile"] = {"id": self.bot_id, "app_id": self.app_id, "name": self.bot.real_name}
        elif message.user in self.users:
            told |= {"client_msg_id": self.client_id(message), "team": self.users[message.user].team}
        if message.subtype:
            told["subtype"] = message.subtype
        if message.blocks:
            told["blocks"] = message.blocks
        if message.edited:
            told["edited"] = message.edited
        if message.files:
            told["files"] = [file.public(self.address, self.team) for file in message.files]
        if message.reactions:
            told["reactions"] = [{"name": n, "users": u, "count": len(u)} for n, u in message.reactions.items()]
        told |= self._threading(message)
        if metadata and message.metadata:
            told["metadata"] = message.metadata
        copy: Json = json.loads(json.dumps(told))
        return copy

    def _threading(self, message: Message) -> Json:
        if message.is_reply:
            return {"thread_ts": message.thread_ts}
        if message.only_for is not None:
            return {"thread_ts": message.thread_ts} if message.thread_ts else {}
        replies = [m for m in self.thread(self.channels[message.channel], message.ts) if m.ts != message.ts]
        if not replies:
            return {}
        users = list(dict.fromkeys(reply.user for reply in replies))
        return {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "reply_users": users,
            "latest_reply": replies[-1].ts,
        }

    def client_id(self, message: Message) -> str:
        digest = hashlib.sha256(f"{message.channel}{message.ts}".encode()).hexdigest()
        return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"

    # ------------------------------------------------------------ files

    def add_file(self, name: str, owner: str, content: bytes = b"", **facts: Any) -> File:
        file = File(invented_id("F", f"{name}:{next(self._numbers)}"), name, content, owner, **facts)
        self.files[file.id] = file
        return file

    # ------------------------------------------------------------ what lets an app answer

    def trigger(self, user: User, view: View | None = None) -> Trigger:
        id = f"{next(self._numbers):013d}.{int(self.clock.now() * 1000)}.{secrets.token_hex(16)}"
        self.triggers[id] = Trigger(id, user.id, self.clock.now(), view)
        return self.triggers[id]

    def response_url(self, channel: Channel, user: User, message: Message | None = None) -> ResponseUrl:
        id = f"{self.team}/{next(self._numbers)}/{secrets.token_hex(12)}"
        of = message.ts if message else None
        thread = message.thread_ts if message else None
        self.response_urls[id] = ResponseUrl(id, channel.id, user.id, self.clock.now(), 0, of, thread)
        return self.response_urls[id]

    # ------------------------------------------------------------ views

    def new_view(self, user: str, body: Json, below: View | None = None) -> View:
        id = invented_id("V", f"{user}:{next(self._numbers)}")
        view = View(id, user, body, below.root if below else id, below.id if below else None)
        view.hash = self.new_hash()
        return view

    def new_hash(self) -> str:
        return f"{int(self.clock.now())}.{secrets.token_hex(4)}"

    def open_views(self) -> Iterator[View]:
        for stack in self.stacks.values():
            yield from stack

    def find_view(self, view_id: str = "", external_id: str = "") -> View | None:
        """An open modal or a published home view."""
        for view in itertools.chain(self.open_views(), self.homes.values()):
            if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
                return view
        return None


__all__ = ["Channel", "Clock", "File", "Json", "Message", "ResponseUrl", "Trigger", "User", "View", "Workspace"]
