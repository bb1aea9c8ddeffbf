"""The stories' names for people and rooms, and Slack's ids for them."""

from collections.abc import Iterable, Iterator, MutableMapping
from typing import TYPE_CHECKING

from adapters.slack.inbound import CHAT
from bot.chat.port import Account
from tests.fakes.slack.state import Workspace, invented_id
from tests.fakes.slack.things import Channel, User

if TYPE_CHECKING:
    from tests.on_slack.screens import Screens

DIRECT = "direct:"  # begins the name of somebody's 1:1 chat
HANDLE = ".blod"  # ends everybody's handle: a first name after an @ is no mention until Slack has made it one


def account_id(who: str) -> str:
    return invented_id("U", who + HANDLE)


def name_in(user: User) -> str:
    """What the stories call somebody."""
    return user.name.removesuffix(HANDLE)


def room_id(room: str) -> str:
    return invented_id("C", room)


def name_of(workspace: Workspace, channel: Channel) -> str:
    if channel.direct_with is None:
        return channel.name
    return DIRECT + name_in(workspace.users[channel.direct_with])


def account_of(user: User) -> Account:
    guest = user.is_restricted or user.is_ultra_restricted or user.is_stranger
    return Account(CHAT, name_in(user), user.real_name, guest, user.is_bot, user.locale)


class Accounts(MutableMapping[str, Account]):
    """Everybody in the workspace. Whoever is changed is told of as Slack does (`user_change`)."""

    def __init__(self, screens: "Screens") -> None:
        self._screens = screens

    @property
    def _users(self) -> dict[str, User]:
        bot = self._screens.workspace.bot
        return {name_in(user): user for user in self._screens.workspace.users.values() if user is not bot}

    def __getitem__(self, who: str) -> Account:
        return account_of(self._users[who])

    def __setitem__(self, who: str, account: Account) -> None:
        facts = {"is_restricted": account.guest, "is_bot": account.bot, "locale": account.language}
        if who not in self._users:
            self._screens.workspace.add_user(who + HANDLE, account.name, **facts)
        else:
            self._screens.soon(self._screens.people.change(account_id(who), real_name=account.name, **facts))

    def __delitem__(self, who: str) -> None:
        self._screens.soon(self._screens.people.change(account_id(who), deleted=True))

    def __iter__(self) -> Iterator[str]:
        return iter(self._users)

    def __len__(self) -> int:
        return len(self._users)


class Members(list[str]):
    """Who is in a channel. Changed like this, it is as if it were long ago: we do not hear it happen."""

    def __init__(self, screens: "Screens", channel: Channel) -> None:
        users = screens.workspace.users
        super().__init__(name_in(users[id]) for id in channel.members if users[id] is not screens.workspace.bot)
        self._screens, self._channel = screens, channel

    def append(self, who: str) -> None:
        super().append(who)
        self._channel.members.add(account_id(who))
        self._screens.chat.people.forget(self._channel.id)

    def remove(self, who: str) -> None:
        super().remove(who)
        self._channel.members.discard(account_id(who))
        self._screens.chat.people.forget(self._channel.id)


class Rooms(MutableMapping[str, list[str]]):
    """The channels that the app is in, and the 1:1 chats."""

    def __init__(self, screens: "Screens") -> None:
        self._screens = screens

    @property
    def _channels(self) -> dict[str, Channel]:
        workspace = self._screens.workspace
        return {name_of(workspace, channel): channel for channel in workspace.channels.values()}

    def __getitem__(self, room: str) -> list[str]:
        return Members(self._screens, self._channels[room])

    def __setitem__(self, room: str, members: list[str]) -> None:
        self._screens.workspace.add_channel(room, map(account_id, members), private=True)

    def __delitem__(self, room: str) -> None:
        del self._screens.workspace.channels[self._channels[room].id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._channels)

    def __len__(self) -> int:
        return len(self._channels)


class Unreadable(set[str]):
    """Rooms that the app has been taken out of: then it cannot know who is in them."""

    def __init__(self, screens: "Screens", rooms: Iterable[str] = ()) -> None:
        super().__init__(rooms)
        self._screens = screens

    def add(self, room: str) -> None:
        super().add(room)
        channel = self._screens.workspace.channel(room)
        channel.members.discard(self._screens.workspace.bot.id)
        self._screens.chat.people.forget(channel.id)
