"""A chat platform of rooms, threads and 1:1 chats that lives in memory, and people who act in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from bot.chat.inbound import (
    Command,
    Deleted,
    Edited,
    File,
    Inbound,
    Joined,
    Left,
    Press,
    Reacted,
    Said,
    Submission,
    Visited,
    clean,
)
from bot.chat.message import Form, Message, plain_text
from bot.chat.port import Account, Can, Inbox, Notebook, Outcome, Pacing, Place, Posted
from bot.clock import Clock
from bot.errors import ChatError, MembersUnknown, Rejected


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as it stands now. `to` is the one person who sees it, where it is private."""

    posted: Posted
    author: Account | None  # None: the bot
    message: Message | None
    text: str
    key: str = ""
    to: str | None = None
    edits: int = 0


@dataclass(slots=True)
class Opener:
    """What opens a form: holds the form that was opened."""

    form: Form | None = None


@dataclass(slots=True)
class MemoryChat:
    """`accounts` and `rooms` (room → account ids) are furnished by the test. `faults` are raised by the next sends."""

    clock: Clock
    name: str = "memory"
    can: frozenset[Can] = frozenset(Can) - {Can.SEALED_THREADS}
    accounts: dict[str, Account] = field(default_factory=dict)
    rooms: dict[str, list[str]] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)  # rooms whose members cannot be had
    faults: list[ChatError] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    opened: list[Form] = field(default_factory=list)  # every form that was opened for anybody
    homes: dict[str, Message] = field(default_factory=dict)  # each person's own page, as it was shown last
    _inbox: Inbox | None = None
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    async def start(self, inbox: Inbox, notebook: Notebook) -> None:
        self._inbox = inbox

    async def stop(self) -> None:
        self._inbox = None

    # What the core asks of it

    async def post(self, place: Place, message: Message, key: str) -> Posted:
        if self.faults:
            raise self.faults.pop(0)
        if place.room not in self.rooms:
            raise Rejected("no such room")
        return self._show(place, None, message, plain_text(message), key=key).posted

    async def edit(self, posted: Posted, message: Message) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self._change(posted, message, plain_text(message))

    async def delete(self, posted: Posted) -> None:
        self.shown = [each for each in self.shown if each.posted != posted]

    async def find(self, place: Place, key: str) -> Posted | None:
        return next((each.posted for each in self.shown if each.key == key and each.posted.place == place), None)

    async def whisper(self, place: Place, to: Account, message: Message) -> None:
        self._show(place, None, message, plain_text(message), to=to.id)

    async def direct(self, to: Account) -> Place:
        room = f"direct:{to.id}"
        self.rooms.setdefault(room, [to.id])
        return Place(self.name, room)

    async def ask(self, opener: object, form: Form) -> None:
        if not isinstance(opener, Opener):
            raise Rejected("a form can only be opened by somebody who acts")
        opener.form = form
        self.opened.append(form)

    async def home(self, to: Account, message: Message) -> None:
        self.homes[to.id] = message

    async def account(self, id: str) -> Account | None:
        return self.accounts.get(id)

    async def members(self, place: Place) -> tuple[Account, ...]:
        if place.room in self.unreadable or place.room not in self.rooms:
            raise MembersUnknown
        return tuple(self.accounts[member] for member in self.rooms[place.room])

    def link(self, posted: Posted) -> str | None:
        return None

    def pace(self, pacing: Pacing, now: datetime) -> Pacing:
        return pacing

    # What people do in it

    async def command(self, who: str, room: str, text: str, *, public: bool = False, key: str = "") -> Form | None:
        opener = Opener()
        place = await self._place(who, room)
        await self._receive(Command(key or self._key(), self._account(who), place, clean(text), opener, public))
        return opener.form

    async def press(
        self, who: str, room: str, does: str, carries: str = "", *, on: Shown | None = None, key: str = ""
    ) -> Form | None:
        opener = Opener()
        place = await self._place(who, room)
        await self._receive(
            Press(
                key or self._key(),
                self._account(who),
                place,
                does,
                carries,
                on.posted if on else None,
                on.text if on else "",
                opener,
            )
        )
        return opener.form

    async def submit(
        self,
        who: str,
        room: str,
        form: Form,
        values: Mapping[str, str | tuple[str, ...]],
        *,
        button: str = "",
        key: str = "",
        files: Mapping[str, File] | None = None,
    ) -> Outcome:
        cleaned = {
            name: clean(value) if isinstance(value, str) else tuple(clean(one) for one in value)
            for name, value in values.items()
        }
        place = await self._place(who, room)
        return await self._receive(
            Submission(
                key or self._key(), self._account(who), place, form.does, form.carries, cleaned, button, files or {}
            )
        )

    async def say(self, who: str, room: str, text: str, *, under: Shown | None = None) -> Shown:
        thread = under.posted if under else None
        place = thread.in_thread if thread else Place(self.name, room)
        shown = self._show(place, self._account(who), None, clean(text))
        await self._receive(Said(self._key(), self._account(who), place, shown.posted, shown.text, thread, Opener()))
        return shown

    async def change(self, who: str, shown: Shown, text: str) -> None:
        self._change(shown.posted, None, clean(text))
        place = shown.posted.place
        await self._receive(Edited(self._key(), self._account(who), place, shown.posted, clean(text)))

    async def take_back(self, who: str, shown: Shown) -> None:
        await self.delete(shown.posted)
        await self._receive(Deleted(self._key(), self._account(who), shown.posted.place, shown.posted))

    async def join(self, who: str, room: str) -> None:
        self.rooms[room].append(who)
        await self._receive(Joined(self._key(), self._account(who), Place(self.name, room)))

    async def leave(self, who: str, room: str) -> None:
        self.rooms[room].remove(who)
        await self._receive(Left(self._key(), self._account(who), Place(self.name, room)))

    async def react(self, who: str, shown: Shown, name: str, *, added: bool = True, key: str = "") -> None:
        place = Place(self.name, shown.posted.place.room)
        await self._receive(Reacted(key or self._key(), self._account(who), place, shown.posted, name, added))

    async def visit(self, who: str) -> Message:
        """Open one's own page."""
        await self._receive(Visited(self._key(), self._account(who), await self.direct(self._account(who))))
        return self.homes[who]

    # Looking

    def seen_by(self, who: str, room: str) -> list[Shown]:
        """What this person sees in a room or their 1:1 chat ("direct"), threads included."""
        room = f"direct:{who}" if room == "direct" else room
        if who not in self.rooms.get(room, []):
            return []
        return [each for each in self.shown if each.posted.place.room == room and each.to in (None, who)]

    def _show(
        self,
        place: Place,
        author: Account | None,
        message: Message | None,
        text: str,
        key: str = "",
        to: str | None = None,
    ) -> Shown:
        shown = Shown(Posted(place, str(next(self._ids))), author, message, text, key, to)
        self.shown.append(shown)
        return shown

    def _change(self, posted: Posted, message: Message | None, text: str) -> None:
        for index, each in enumerate(self.shown):
            if each.posted == posted:
                self.shown[index] = replace(each, message=message, text=text, edits=each.edits + 1)
                return
        raise Rejected("no such message")

    def _account(self, who: str) -> Account:
        return self.accounts[who]

    async def _place(self, who: str, room: str) -> Place:
        return await self.direct(self._account(who)) if room == "direct" else Place(self.name, room)

    async def _receive(self, event: Inbound) -> Outcome:
        if self._inbox is None:
            raise RuntimeError("the chat is not started")
        return await self._inbox.receive(event)

    def _key(self) -> str:
        return f"{self.name}:{next(self._ids)}"
