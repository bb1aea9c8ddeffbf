"""What a feature is: one folder that gives one `Feature`, and handlers that get a `Context`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.inbound import Command, Deleted, Edited, Joined, Left, Press, Reacted, Said, Submission
from bot.chat.message import Button, Form, Message
from bot.chat.port import Account, Chat, Problems
from bot.errors import NoCaseAccess, NoNetwork, NotAllowed, UnknownPerson
from bot.outbox import Draft, End, Notice
from bot.people import NEED_CASE_ACCESS, Person, Right, Standing
from bot.places import Room
from bot.search import Entry
from bot.vault import Vault

if TYPE_CHECKING:
    from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Receipt:
    """An answer by its ids, so that it can be given again when the same event comes twice."""

    kind: str  # "cases.opened"
    subject: str


Answer = Message | Form | Problems | Receipt | None


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a notice is composed: a read session, the time, and the vault."""

    session: AsyncSession
    now: datetime
    vault: Vault
    chats: Mapping[str, Chat] = field(default_factory=dict)  # all there are, by name; not to be talked to here


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """How one kind of notice is said, from the state as it is when it is sent.

    `compose` gets all notices of the kind that are due at once; one that it leaves out no longer applies.
    `room_is_safe`, where given, is asked just before a room is written to, with those who can read it. `on_failed`
    runs in the transaction that gives a notice up, and may write notices that tell somebody. `on_ended` runs in the
    transaction that ends one, however it ends, and may write what follows: the next of what recurs.
    """

    name: str
    compose: Callable[[Desk, Sequence[Notice]], Awaitable[Mapping[int, Message]]]
    room_is_safe: Callable[[Desk, Notice, Sequence[Account]], Awaitable[bool]] | None = None
    on_failed: Callable[[AsyncSession, Notice, datetime], Awaitable[None]] | None = None
    on_ended: Callable[[AsyncSession, End], Awaitable[None]] | None = None
    passing: bool = False  # whether nobody asks for its message once it was said: then retention lets it go


@dataclass(slots=True)
class Afterwards:
    """What a handler asks dispatch to do when its transaction is over."""

    regardless: list[Draft] = field(default_factory=list)  # notices sent even when the happening was refused
    say: list[Message] = field(default_factory=list)  # said privately besides the answer
    direct: list[Message] = field(default_factory=list)  # said in the 1:1 chat, wherever it was asked for
    # Subjects of the vault whose keys were destroyed: what was said of them is removed, the database's log emptied.
    erased: list[str] = field(default_factory=list)
    names_erased: bool = False  # somebody's name: the tables that held it are written anew


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks, where and when, inside one transaction (`session` is the unit of work)."""

    session: AsyncSession
    now: datetime
    vault: Vault
    chat: Chat
    account: Account
    someone: Person | None  # None: nobody has linked this account to a person
    standings: tuple[Standing, ...]
    room: Room | None
    # Who could read the case room of each network when this began; None where the platform would not say.
    case_rooms: Mapping[int, tuple[Account, ...] | None] = field(default_factory=dict)
    afterwards: Afterwards = field(default_factory=Afterwards)
    public_url: str = ""  # of the web pages; empty where there are none
    chats: Mapping[str, Chat] = field(default_factory=dict)  # all there are, by name
    # Where the feature asked for it: who could read this room (None: unknown), and whether it is the asker's 1:1 chat.
    here: tuple[Account, ...] | None = None
    direct: bool = False

    @property
    def person(self) -> Person:
        """Raises `UnknownPerson`."""
        if self.someone is None:
            raise UnknownPerson
        return self.someone

    @property
    def standing(self) -> Standing:
        """In the network of this room, or in the only network there is. Raises `NoNetwork`, `NotAllowed`."""
        if self.room is not None:
            return self.standing_in(self.room.network_id)
        if len(self.standings) == 1:
            return self.standings[0]
        raise NoNetwork

    def standing_in(self, network_id: int) -> Standing:
        for standing in self.standings:
            if standing.network.id == network_id:
                return standing
        raise NotAllowed

    def require(self, right: Right, network_id: int | None = None) -> Standing:
        """The asker's standing, where it gives this right; raises `NotAllowed` otherwise."""
        standing = self.standing if network_id is None else self.standing_in(network_id)
        if not standing.may(right):
            raise NoCaseAccess if right in NEED_CASE_ACCESS and not standing.case_access else NotAllowed
        return standing


def nobodys(desk: Desk) -> Context:
    """For what happens by rule, or with somebody who is gone: no member's act. There must be a chat."""
    chat = next(iter(desk.chats.values()))
    account = Account(chat.name, "")
    return Context(desk.session, desk.now, desk.vault, chat, account, None, (), None, chats=desk.chats)


@dataclass(frozen=True, slots=True)
class CommandWord:
    """A word that begins a command, and those that people type instead. `usage` is shown by completion and help."""

    word: str
    also: tuple[str, ...]
    usage: str  # a msgid: translate when shown
    help: str  # a msgid
    handle: Callable[[Context, Command, str], Awaitable[Answer]]  # the last is what stands after the word
    slash: str = ""  # its own slash command, where a platform wants each registered; ASCII. The rest go under the root


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A button that is always there: on every message, or in the chat's own menu. `label` is a msgid."""

    label: str
    does: str


@dataclass(frozen=True, slots=True)
class Found:
    """How something that was found is shown. `text` is what was searched; empty where it is shown on request only."""

    title: str
    text: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Searchable:
    """Something of a feature that can be found (`bot.search`). `show` gets the ids of hits, and leaves out those that
    are no longer there; `everything` gives what there is, by id: those after the first number, at most the second."""

    what: Callable[[], str]  # in the plural, in the language that is spoken
    show: Callable[[Context, Sequence[int]], Awaitable[Mapping[int, Found]]]
    everything: Callable[[AsyncSession, int, int], Awaitable[Sequence[Entry]]]
    needs_case_access: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """How long something is kept, and how it goes (`bot.retention`).

    `days` is None where it is kept for good. `old` selects id and moment of what has been there since before a moment,
    and `remove` gets some of those ids: whatever has happened to them meanwhile is its own to look at.
    """

    name: str
    what: str  # for operators, bokmål
    days: "Callable[[Settings], int | None]"
    old: Callable[[datetime], Select[Any, Any]]
    remove: Callable[[Context, Sequence[Any]], Awaitable[int]]
    at_once: int = 500  # in one transaction


@dataclass(frozen=True, slots=True)
class Feature:
    name: str
    commands: tuple[CommandWord, ...] = ()
    presses: Mapping[str, Callable[[Context, Press], Awaitable[Answer]]] = field(default_factory=dict)
    forms: Mapping[str, Callable[[Context, Submission], Awaitable[Answer]]] = field(default_factory=dict)
    receipts: Mapping[str, Callable[[Context, str], Awaitable[Message]]] = field(default_factory=dict)
    notices: tuple[NoticeKind, ...] = ()
    reads_case_room: frozenset[str] = frozenset()  # presses and forms before which the case room's members are read
    reads_here: frozenset[str] = frozenset()  # presses and words of commands before which the room itself is read
    shortcuts: tuple[Shortcut, ...] = ()
    on_message: tuple[Shortcut, ...] = ()
    said: Callable[[Context, Said | Edited], Awaitable[Answer]] | None = None
    deleted: Callable[[Context, Deleted], Awaitable[None]] | None = None
    joined: Callable[[Context, Joined], Awaitable[None]] | None = None
    left: Callable[[Context, Left], Awaitable[None]] | None = None
    reacted: Callable[[Context, Reacted], Awaitable[Answer]] | None = None
    mine: Callable[[Context], Awaitable[Message | None]] | None = None  # what it has on a person's own page
    # With the vault's subject: an older database was restored, and what was erased has come back in it.
    restored: Callable[[AsyncSession, str, datetime], Awaitable[None]] | None = None
    erased: Callable[[Context, str], Awaitable[None]] | None = None  # with the vault's subject; in the same transaction
    searchable: Mapping[str, Searchable] = field(default_factory=dict)  # by the kind of its entries
    retention: tuple[Rule, ...] = ()
    # What it keeps of a person (by id), as JSON, for them alone; and to leave nothing that names one who is erased.
    exported: Callable[[Desk, int], Awaitable[Mapping[str, Any]]] | None = None
    person_erased: Callable[[Desk, int], Awaitable[None]] | None = None


class Features:
    """All features together, looked up by what happens. Two that claim the same name are refused at start."""

    def __init__(self, features: tuple[Feature, ...]) -> None:
        self.all = features
        self.commands = tuple(word for feature in features for word in feature.commands)
        self.words = {word: command for command in self.commands for word in (command.word, *command.also)}
        self.presses = _together(feature.presses for feature in features)
        self.forms = _together(feature.forms for feature in features)
        self.receipts = _together(feature.receipts for feature in features)
        self.notices = _together({kind.name: kind for kind in feature.notices} for feature in features)
        self.shortcuts = tuple(shortcut for feature in features for shortcut in feature.shortcuts)
        self.on_message = tuple(shortcut for feature in features for shortcut in feature.on_message)


def _together(parts: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            if name in found:
                raise ValueError(f"two features claim {name!r}")
            found[name] = value
    return found
