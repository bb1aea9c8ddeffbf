"""A call to the Web API: who calls, with what, and how it is refused."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.slack.state import Workspace
from tests.fakes.slack.things import Channel, Json, User

if TYPE_CHECKING:
    from tests.fakes.slack.server import FakeSlack


class Refused(Exception):
    """Slack's way: HTTP 200 with ok=false and an error code."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.answer: Json = {"ok": False, "error": error, **more}


@dataclass
class Call:
    slack: "FakeSlack"
    method: str
    arguments: Json
    token: str

    @property
    def workspace(self) -> Workspace:
        return self.slack.workspace

    # ------------------------------------------------------------ arguments

    def text(self, name: str, default: str = "") -> str:
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def needed(self, name: str) -> str:
        value = self.text(name)
        if not value:
            # Every method page: "invalid_arguments: the method was called with invalid arguments"
            messages = [f"[ERROR] missing required field: {name}"]
            raise Refused("invalid_arguments", response_metadata={"messages": messages})
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.arguments.get(name)
        return default if value is None else str(value).lower() in ("1", "true")

    def structure(self, name: str, refused: str) -> Any:
        """An array or object, which comes as JSON or as a string of JSON (docs: using the Web API)."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(refused) from None

    # ------------------------------------------------------------ who and where

    def user(self, name: str = "user") -> User:
        found = self.workspace.users.get(self.needed(name))
        if found is None:
            raise Refused("user_not_found")  # users.info: "Value passed for user was invalid"
        return found

    def channel(self, name: str = "channel", *, member: bool = False, open: bool = False) -> Channel:
        """A channel the app can see; `member` when it must be in it, `open` when it must not be archived."""
        bot = self.workspace.bot.id
        found = self.workspace.channels.get(self.needed(name))
        # A private channel or somebody else's chat does not exist for those outside it: channel_not_found
        if found is None or (found.kind != "channel" and bot not in found.members):
            raise Refused("channel_not_found")
        if open and found.archived:
            raise Refused("is_archived")  # chat.postMessage: "Channel has been archived"
        if member and bot not in found.members:
            raise Refused(
                "not_in_channel"
            )  # chat.postMessage: "Cannot post user messages to a channel they are not in"
        return found

    def need_scope(self, scope: str) -> None:
        if scope not in self.workspace.scopes:
            provided = ",".join(sorted(self.workspace.scopes))
            raise Refused("missing_scope", needed=scope, provided=provided)

    # ------------------------------------------------------------ paging

    def page(self, items: Sequence[Any], *, default: int, most: int) -> tuple[list[Any], Json]:
        """One page, and `response_metadata` (docs: pagination; the cursor of the last page is empty)."""
        size = self.number("limit", default, 1, most)
        start = self._start()
        if start > len(items):
            raise Refused("invalid_cursor")
        stop = start + size
        cursor = encode_cursor(stop) if stop < len(items) else ""
        return list(items[start:stop]), {"next_cursor": cursor}

    def number(self, name: str, default: int, least: int, most: int) -> int:
        raw = self.arguments.get(name)
        if raw in (None, "", 0, "0"):
            return default
        if not str(raw).isdigit() or not least <= int(str(raw)) <= most:
            raise Refused("invalid_limit")  # conversations.list: "Value passed for limit was not understood"
        return int(str(raw))

    def _start(self) -> int:
        cursor = self.text("cursor")
        if not cursor:
            return 0
        try:
            label, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise Refused("invalid_cursor") from None  # "Value passed for cursor was not valid or is no longer valid"
        if label != "next" or not number.isdigit():
            raise Refused("invalid_cursor")
        return int(number)


def encode_cursor(position: int) -> str:
    return base64.b64encode(f"next:{position}".encode()).decode()


Handler = Callable[[Call], Json] | Callable[[Call], Awaitable[Json]]


@dataclass(frozen=True)
class Method:
    handler: Handler
    scope: str
    token: str  # how the token begins
    only_post: bool


METHODS: dict[str, Method] = {}


def method(
    name: str, scope: str = "", *, token: str = "xoxb-", only_post: bool = False
) -> Callable[[Handler], Handler]:
    def remember(handler: Handler) -> Handler:
        METHODS[name] = Method(handler, scope, token, only_post)
        return handler

    return remember
