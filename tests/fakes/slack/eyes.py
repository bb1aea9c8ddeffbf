"""Looking: what each person can see and read, and what is on their screen."""

import asyncio
from typing import TYPE_CHECKING, Any

from tests.fakes.slack import typed
from tests.fakes.slack.api_files import seen_by
from tests.fakes.slack.blocks import elements_of, texts
from tests.fakes.slack.state import Workspace
from tests.fakes.slack.things import Channel, Json, Message, User, View
from tests.fakes.slack.values import at_first, fields

if TYPE_CHECKING:
    from tests.fakes.slack.server import FakeSlack

DIRECT = "direct"  # the person's own chat with the app


class NotPossible(AssertionError):
    """Slack's own program would not let the person do that, or there is no such thing to press."""


class AppFailed(AssertionError):
    """The app did not answer as Slack demands, and the person sees an error."""


class Eyes:
    def __init__(self, slack: "FakeSlack") -> None:
        self.slack = slack

    @property
    def workspace(self) -> Workspace:
        return self.slack.workspace

    def modal(self, user: str) -> View | None:
        """The view on top."""
        stack = self.workspace.stacks.get(self.workspace.user(user).id)
        return stack[-1] if stack else None

    def home(self, user: str) -> View | None:
        return self.workspace.homes.get(self.workspace.user(user).id)

    def _top(self, user: str) -> View:
        if (view := self.modal(user)) is None:
            raise NotPossible(f"{user} has no form open")
        return view

    def messages(self, user: str, channel: str, thread: Message | None = None) -> list[Message]:
        """What that person sees, oldest first: nothing from outside, and of ephemeral messages only their own."""
        who = self.workspace.user(user)
        where = self._channel(who, channel)
        if who.id not in where.members:
            return []
        seen = [m for m in where.messages if m.only_for in (None, who.id)]
        if thread is None:
            return [m for m in seen if not m.is_reply]
        root = thread.thread_ts or thread.ts
        return [m for m in seen if m.ts == root or m.thread_ts == root]

    def last(self, user: str, channel: str, thread: Message | None = None) -> Message:
        seen = self.messages(user, channel, thread)
        if not seen:
            raise NotPossible(f"{user} sees nothing in {channel}")
        return seen[-1]

    async def sees(
        self, user: str, channel: str, words: str, thread: Message | None = None, seconds: float = 5
    ) -> Message:
        """Waits for a message with these words."""
        async with asyncio.timeout(seconds):
            while True:
                for message in reversed(self.messages(user, channel, thread)):
                    if words in self.words(message):
                        return message
                await asyncio.sleep(0.01)

    def reload(self, user: str) -> None:
        """The person reloads Slack: ephemeral messages are gone, and so are open forms (docs: chat.postEphemeral)."""
        who = self.workspace.user(user)
        for channel in self.workspace.channels.values():
            channel.messages = [m for m in channel.messages if m.only_for != who.id]
        self.workspace.stacks.pop(who.id, None)

    def words(self, thing: Message | View | list[Json]) -> str:
        """All that can be read: the blocks (or, without any, the text), names of files, and problems of a form."""
        if isinstance(thing, View):
            return "\n".join([*texts(self._named(thing.body)), *thing.problems.values()])
        if isinstance(thing, list):
            return "\n".join(texts(self._named(thing)))
        shown = texts(self._named(thing.blocks)) if thing.blocks else [typed.read(self.workspace, thing.text)]
        return "\n".join([*shown, *(file.title or file.name for file in thing.files)])

    def _named(self, thing: Any) -> Any:
        """Mentions with the names people read; mrkdwn as shown."""
        if isinstance(thing, list):
            return [self._named(each) for each in thing]
        if not isinstance(thing, dict):
            return thing
        match thing.get("type"):
            case "user":
                user = self.workspace.users.get(thing.get("user_id", ""))
                return {"type": "text", "text": f"@{user.real_name if user else thing.get('user_id')}"}
            case "channel":
                channel = self.workspace.channels.get(thing.get("channel_id", ""))
                return {"type": "text", "text": f"#{channel.name if channel else thing.get('channel_id')}"}
            case "mrkdwn":
                return {**thing, "text": typed.read(self.workspace, thing["text"])}
        return {name: self._named(value) for name, value in thing.items()}

    def labels(self, thing: Message | View) -> list[str]:
        """What can be pressed."""
        blocks = thing.blocks if isinstance(thing, Message) else thing.body["blocks"]
        return [label(e) for block in blocks for e in elements_of(block) if e["type"] == "button"]

    def file(self, user: str, message: Message, name: str = "") -> bytes:
        """A shared file's content, as somebody in the channel gets it."""
        who = self.workspace.user(user)
        for file in message.files:
            if name in ("", file.name, file.title):
                if not seen_by(self.workspace, who, file):
                    raise NotPossible(f"{user} cannot see {file.name}")
                return file.content
        raise NotPossible(f"no such file among {[file.name for file in message.files]}")

    def values(self, user: str) -> dict[str, Any]:
        """What stands in the open form's fields, by label."""
        view = self._top(user)
        return {
            block.get("label", {}).get("text", block["block_id"]): view.typed.get(
                (block["block_id"], element["action_id"]), at_first(element)
            )
            for block, element in fields(view.body)
        }

    # ------------------------------------------------------------ names

    def _channel(self, who: User, channel: str) -> Channel:
        if channel == DIRECT or channel.removeprefix("@") in (self.workspace.bot.real_name, self.workspace.bot.name):
            return self.workspace.direct(who)
        return self.workspace.channel(channel)

    def _inside(self, user: str, channel: str) -> tuple[User, Channel]:
        who = self.workspace.user(user)
        where = self._channel(who, channel)
        if who.id not in where.members:
            raise NotPossible(f"{user} is not in {channel}")
        if where.archived:
            raise NotPossible(f"{channel} is archived")
        return who, where


def label(element: Json) -> str:
    text = element.get("text") or element.get("placeholder") or {}
    return str(text.get("text", ""))
