"""What stands on people's screens in Slack, read back into the words of the stories."""

from collections.abc import Collection
from dataclasses import dataclass

from adapters.memory.chat import Shown
from adapters.slack.chat import SlackChat
from adapters.slack.inbound import CHAT
from bot.chat.message import Message as Said
from bot.chat.message import plain_text
from bot.chat.port import Place, Posted
from tests.fakes.slack import FakeSlack, NotPossible, People, Workspace, typed
from tests.fakes.slack.things import Channel, Message
from tests.on_slack.messages import Around, message_in
from tests.on_slack.names import account_id, account_of, name_in, name_of


@dataclass(slots=True)
class Looking:
    slack: FakeSlack
    chat: SlackChat

    @property
    def workspace(self) -> Workspace:
        return self.slack.workspace

    @property
    def people(self) -> People:
        return self.slack.people

    @property
    def _channels(self) -> Collection[Channel]:
        return self.workspace.channels.values()

    @property
    def shown(self) -> list[Shown]:
        """All that stands anywhere, in the order in which it came."""
        found = [m for channel in self._channels for m in channel.messages if _is_said(m)]
        return [self.shown_as(message) for message in sorted(found, key=lambda message: message.ts)]

    def seen_by(self, who: str, room: str) -> list[Shown]:
        return [self.shown_as(message) for message in self.seen(who, room)]

    def sees(self, who: str, shown: Shown) -> bool:
        message = self.message(shown.posted)
        members = self.workspace.channels[message.channel].members
        return account_id(who) in members and message.only_for in (None, account_id(who))

    @property
    def homes(self) -> dict[str, Said]:
        found = {name_in(self.workspace.users[id]): view for id, view in self.workspace.homes.items()}
        return {who: message_in(view.body["blocks"], self.around([])) for who, view in found.items()}

    def seen(self, who: str, room: str) -> list[Message]:
        if room != "direct" and not any(name_of(self.workspace, each) == room for each in self._channels):
            return []
        channel = self.channel(who, room)
        if account_id(who) not in channel.members:
            return []
        return [each for each in channel.messages if _is_said(each) and each.only_for in (None, account_id(who))]

    def by_app(self, who: str, room: str) -> list[Message]:
        return [each for each in self.seen(who, room) if each.by_app]

    def channel(self, who: str, room: str) -> Channel:
        if room == "direct":
            return self.workspace.direct(self.workspace.users[account_id(who)])
        return next(each for each in self._channels if name_of(self.workspace, each) == room)

    def message(self, posted: Posted) -> Message:
        channel = next(c for c in self._channels if name_of(self.workspace, c) == posted.place.room)
        found = next((each for each in channel.messages if each.ts == posted.ref), None)
        if found is None:
            raise NotPossible("the message is gone")
        return found

    def shown_as(self, message: Message) -> Shown:
        channel = self.workspace.channels[message.channel]
        place = Place(CHAT, name_of(self.workspace, channel), message.thread_ts if message.is_reply else None)
        posted = Posted(place, message.ts)
        to = name_in(self.workspace.users[message.only_for]) if message.only_for else None
        if not message.by_app:
            author = account_of(self.workspace.users[message.user])
            return Shown(
                posted, author, None, typed.read(self.workspace, message.text), "", to, int(bool(message.edited))
            )
        said = message_in(message.blocks, self.around(channel.messages))
        key = ((message.metadata or {}).get("event_payload") or {}).get("key", "")
        return Shown(posted, None, said, plain_text(said), key, to, self._edits(message))

    def _edits(self, message: Message) -> int:
        at = {"channel": message.channel, "ts": message.ts}
        return sum(at.items() <= call.items() for call in self.slack.called("chat.update"))

    def around(self, messages: list[Message]) -> Around:
        def person(id: str) -> tuple[str, str]:
            return name_in(self.workspace.users[id]), self.workspace.users[id].real_name

        def content(name: str) -> bytes:
            files = [file for each in messages for file in each.files]
            return next(file.content for file in reversed(files) if name in (file.name, file.title))

        return Around(person, content)


def _is_said(message: Message) -> bool:
    """Not what shows a file of the message before, nor what Slack shows where one was deleted."""
    return message.subtype != "tombstone" and not (message.by_app and message.files)
