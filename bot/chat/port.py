"""The port: what a chat platform gives the core (`Chat`), and what the core gives a chat platform (`Inbox`)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bot.chat.message import Form, Message

if TYPE_CHECKING:
    from bot.chat.inbound import Inbound


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody on one platform. Not yet a person: `bot.people` knows who it is."""

    chat: str
    id: str
    name: str = ""
    guest: bool = False
    bot: bool = False
    language: str = ""  # as the platform knows it, such as "nn-NO"; empty where it does not say


@dataclass(frozen=True, slots=True)
class Place:
    """Where something can be said: a room, a thread in it, or a 1:1 chat. Only its adapter can read `room` and
    `thread`; the core compares and stores them."""

    chat: str
    room: str
    thread: str | None = None

    @lru_cache(maxsize=4096)  # noqa: B019 - of equal places, which are small, and a few thousand at most
    def store(self) -> str:
        return json.dumps([self.chat, self.room, self.thread])

    @staticmethod
    def load(stored: str) -> "Place":
        return Place(*json.loads(stored))


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as the platform knows it."""

    place: Place
    ref: str

    def store(self) -> str:
        return json.dumps([self.place.chat, self.place.room, self.place.thread, self.ref])

    @staticmethod
    def load(stored: str) -> "Posted":
        chat, room, thread, ref = json.loads(stored)
        return Posted(Place(chat, room, thread), ref)

    @property
    def in_thread(self) -> Place:
        """The thread under this message (its own thread, where it already stands in one)."""
        return Place(self.place.chat, self.place.room, self.place.thread or self.ref)


class Can(StrEnum):
    """What a platform has of its own; `delivery` alone asks, and finds the way round what is missing."""

    WHISPER = auto()  # a message in a room that one person sees
    FORMS = auto()
    EDIT = auto()
    DELETE = auto()
    DELETE_OTHERS = auto()  # remove what a member wrote, too
    SEALED_THREADS = auto()  # what is written under a sealed message is sealed with it, and goes when its key goes
    THREADS = auto()
    SLASH = auto()  # every command of ours may follow a slash; without it, those alone that were registered there
    READ_ALL = auto()  # hears messages that do not mention it
    FIND = auto()  # can be asked whether a key was posted
    REACTIONS = auto()  # tells of emoji that people put on messages
    HOME = auto()  # has a page of the bot's own for each person
    CASES = auto()  # case texts may be written here: a platform that others run has it only where it was allowed


class Notebook(Protocol):
    """Durable key → value for an adapter's own routing data. Values are JSON; keys are the adapter's."""

    async def write(self, key: str, value: Any) -> None: ...
    async def read(self, key: str) -> Any | None: ...


@dataclass(frozen=True, slots=True)
class Done:
    """Handled and stored."""


@dataclass(frozen=True, slots=True)
class Problems:
    """Not accepted. `by_field` says why, by field name ("" for the form as a whole); `form`, where given, replaces
    the one on screen, and holds all that was typed."""

    by_field: Mapping[str, str]
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """Accepted so far; this form follows in the same dialog."""

    form: Form


Outcome = Done | Problems | Next


class Inbox(Protocol):
    async def receive(self, event: "Inbound") -> Outcome:
        """Handle one happening. When it returns, what was to be stored is committed: acknowledge then.

        Raises `storage.Busy` when nothing could be stored: do not acknowledge, let it come again.
        """
        ...


@dataclass(frozen=True, slots=True)
class Pacing:
    """How fast a platform lets us send, as a pure function's state between sends (JSON)."""

    state: Mapping[str, Any] = field(default_factory=dict)
    not_before: datetime | None = None


@runtime_checkable
class NamesAccounts(Protocol):
    """A chat whose accounts look like nothing else, so that a wrong one is seen when it is typed."""

    def account_named(self, typed: str) -> str | None:
        """The id that was meant; None where it can be no account here. Pure."""
        ...


class Chat(Protocol):
    """Every method is there on every adapter; `can` says what is native."""

    name: str
    can: frozenset[Can]

    async def start(self, inbox: Inbox, notebook: Notebook) -> None: ...
    async def stop(self) -> None: ...

    async def post(self, place: Place, message: Message, key: str) -> Posted:
        """Raises the errors of `bot.errors.ChatError`. `key` can be found again where FIND is native."""
        ...

    async def edit(self, posted: Posted, message: Message) -> None: ...
    async def delete(self, posted: Posted) -> None: ...
    async def find(self, place: Place, key: str) -> Posted | None: ...
    async def whisper(self, place: Place, to: Account, message: Message) -> None: ...
    async def direct(self, to: Account) -> Place: ...
    async def ask(self, opener: object, form: Form) -> None: ...
    async def home(self, to: Account, message: Message) -> None:
        """Show a person their own page, in place of what stood there."""
        ...

    async def account(self, id: str) -> Account | None: ...

    async def members(self, place: Place) -> tuple[Account, ...]:
        """Everybody who can read the room now, guests and other bots included. Raises `MembersUnknown`."""
        ...

    def link(self, posted: Posted) -> str | None: ...

    def pace(self, pacing: Pacing, now: datetime) -> Pacing:
        """The pacing of one lane after a send at `now` (aware UTC). Pure."""
        ...
