"""The port's methods on our own tables (`bot.chat.port.Chat`)."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from adapters.web import access, messages, personal, rooms, view
from adapters.web.errors import WebRefusal
from adapters.web.messages import Draft
from adapters.web.rooms import CHAT, account_of
from adapters.web.tables import RoomKind, WebAccount, WebForm, WebMember, WebMessage, WebRoom
from adapters.web.tabs import Tabs
from adapters.web.trouble import passes
from adapters.web.view import Json
from adapters.web.wakes import Wakes, of_account, of_room
from bot.chat.inbound import Deleted, Edited, Inbound, Joined, Left, Said
from bot.chat.message import Form, Message
from bot.chat.port import Account, Can, Inbox, Notebook, Outcome, Pacing, Place, Posted
from bot.core import Core
from bot.errors import MembersUnknown, Rejected, Unreachable
from bot.feature import Desk
from bot.vault import Erased, Unopened
from storage import Busy

log = structlog.get_logger()
AT_THE_SCREEN = 3.0  # seconds that a person waits for the database
PATIENT = 5.0  # seconds that the outbox does


@dataclass(slots=True)
class Opener:
    """Lets the core open a form: the answer to this very request carries it."""

    form: Form | None = None


@dataclass(slots=True)
class Answering:
    """What is being answered, so that a private answer to a repeated event is the same answer."""

    key: str
    whispers: int = 0


_answering: ContextVar[Answering | None] = ContextVar("answering", default=None)
browser_language: ContextVar[str] = ContextVar("browser_language", default="")  # of this request; "" where unknown


@dataclass(slots=True)
class Change:
    session: AsyncSession
    rooms: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)  # whose own view of their rooms changed

    @property
    def topics(self) -> set[str]:
        return {of_room(id) for id in self.rooms} | {of_account(id) for id in self.accounts}


class WebChat:
    name = CHAT
    can = frozenset(Can) - {Can.DELETE_OTHERS, Can.REACTIONS, Can.HOME}

    def __init__(self, core: Core) -> None:
        self.core = core
        self.wakes = Wakes(core.database)
        self.tabs = Tabs()
        self._inbox: Inbox | None = None
        self._heard: list[tuple[str, int]] = []  # (message, version) taken in, and not marked so yet

    @cached_property
    def app(self) -> Starlette:
        """The ASGI application: pages, API and live stream."""
        from adapters.web.server import create_app

        return create_app(self)

    @property
    def inbox(self) -> Inbox:
        if self._inbox is None:
            raise Busy  # not started yet, or stopped: come again
        return self._inbox

    @property
    def trouble(self) -> str | None:
        """For `/readyz`."""
        return None if self.wakes.listening else "not listening for other processes"

    async def start(self, inbox: Inbox, notebook: Notebook) -> None:
        self._inbox = inbox
        self.wakes.start()
        await self._forget_old_forms()
        await self._hear_what_was_missed()

    async def stop(self) -> None:
        self._inbox = None
        await self.wakes.stop()
        if self._heard:
            async with self.writing(PATIENT) as change:
                await messages.mark_heard(change.session, self._heard)

    # ------------------------------------------------------------ what is kept of a person, and how long

    retention = personal.RETENTION

    async def exported(self, desk: Desk, account: str) -> Mapping[str, Any]:
        return await personal.exported(desk, account)

    async def person_erased(self, desk: Desk, account: str) -> None:
        await personal.person_erased(desk, account)

    # ------------------------------------------------------------ what the core says

    async def post(self, place: Place, message: Message, key: str) -> Posted:
        with _chat_errors():
            async with self.writing(PATIENT) as change:
                await self._require_readers(change.session, place, message)
                row = await self._add(change, place, message, f"bot:{key}")
        return self.posted(row)

    async def edit(self, posted: Posted, message: Message) -> None:
        with _chat_errors():
            async with self.writing(PATIENT) as change:
                row = await self._ours(change.session, posted)
                if await messages.reword(
                    change.session,
                    self.core.vault,
                    row,
                    view.body(message),
                    message.sealed_under,
                    view.files(message),
                ):
                    change.rooms.add(row.room)

    async def delete(self, posted: Posted) -> None:
        """Was its key destroyed, everything under that key goes with it, in whatever room."""
        with _chat_errors():
            async with self.writing(PATIENT) as change:
                row = await change.session.get(WebMessage, posted.ref)
                if row is None or row.author is not None:
                    raise Rejected("not one of ours")
                if not row.deleted:
                    await messages.remove(change.session, row)
                await change.session.flush()
                swept = await messages.sweep(change.session, self.core.vault, row.sealed_under)
                change.rooms |= {row.room} | swept

    async def find(self, place: Place, key: str) -> Posted | None:
        with _chat_errors():
            async with self.core.database.reading() as session:
                row = await messages.by_key(session, f"bot:{key}")
        return self.posted(row) if row and row.room == place.room else None

    async def whisper(self, place: Place, to: Account, message: Message) -> None:
        answering = _answering.get()
        key = None
        if answering:
            answering.whispers += 1
            key = f"whisper:{answering.key}:{answering.whispers}"
        with _chat_errors():
            async with self.writing(PATIENT) as change:
                await self._add(change, place, message, key, to.id)

    async def direct(self, to: Account) -> Place:
        with _chat_errors():
            async with self.core.database.reading() as session:
                if room := await session.get(WebRoom, rooms.direct_id(to.id)):
                    return Place(CHAT, room.id)
            async with self.writing(PATIENT) as change:
                if await change.session.get(WebAccount, to.id) is None:
                    raise Rejected("no such account")
                room = await rooms.direct_room(change.session, self.core.vault, to.id)
                change.accounts.add(to.id)
        return Place(CHAT, room.id)

    async def ask(self, opener: object, form: Form) -> None:
        if not isinstance(opener, Opener):
            raise Rejected("not one of our openers")
        opener.form = form

    async def home(self, to: Account, message: Message) -> None:
        raise Rejected("no page of one's own")

    async def account(self, id: str) -> Account | None:
        with _chat_errors():
            async with self.core.database.reading() as session:
                row = await session.get(WebAccount, id)
        return account_of(row) if row else None

    async def members(self, place: Place) -> tuple[Account, ...]:
        try:
            async with self.core.database.reading() as session:
                if await session.get(WebRoom, place.room) is None:
                    raise MembersUnknown
                return tuple(account_of(row) for row in await rooms.members(session, place.room))
        except Exception as error:
            if isinstance(error, DBAPIError) or passes(error):
                raise MembersUnknown from error
            raise

    def link(self, posted: Posted) -> str | None:
        return f"{self.core.settings.public_url.rstrip('/')}/#{quote(posted.place.room, safe='')}/{posted.ref}"

    def pace(self, pacing: Pacing, now: datetime) -> Pacing:
        return pacing  # our own server: no limit

    # ------------------------------------------------------------ what people do

    async def hear(self, event: Inbound) -> tuple[Outcome, bool]:
        """Hand an event to the core. Returns its outcome, and whether it was answered privately."""
        answering = Answering(event.key)
        token = _answering.set(answering)
        try:
            outcome = await self.inbox.receive(_with_language(event))
        finally:
            _answering.reset(token)
        return outcome, answering.whispers > 0

    async def hear_words(
        self, row: WebMessage, writer: Account, said: Json | None, opener: Opener | None = None
    ) -> None:
        """Tell the core of what a person wrote, changed or removed.

        That it was heard is written with the next change, to save a commit a message: were it lost, the core would
        know the event by its key.
        """
        if not row.heard:
            await self.hear(self._happening(row, writer, said, opener))
            self._heard.append((row.id, row.version))

    def _happening(self, row: WebMessage, writer: Account, said: Json | None, opener: Opener | None) -> Inbound:
        posted = self.posted(row)
        if said is None:
            return Deleted(f"web:deleted:{row.id}", writer, posted.place, posted)
        thread = Posted(Place(CHAT, row.room), row.thread) if row.thread else None
        if row.version:
            key = f"web:edited:{row.id}:{row.version}"
            return Edited(key, writer, posted.place, posted, view.text_of(said), thread)
        return Said(f"web:said:{row.id}", writer, posted.place, posted, view.text_of(said), thread, opener)

    async def hear_joined(self, member: WebMember, newcomer: Account) -> None:
        """Tell the core that somebody came. Its key is ours, made with the membership: who leaves and comes again is
        heard again."""
        if not member.heard:
            key = f"web:joined:{member.room}:{member.account}:{member.mark}"
            await self.hear(Joined(key, newcomer, Place(CHAT, member.room)))
            async with self.core.database.transaction(AT_THE_SCREEN) as session:
                await rooms.mark_joined(session, member)

    async def _hear_what_was_missed(self) -> None:
        """Who came and what was written when the process was killed: kept, but the core never heard of it. One that
        cannot be heard now waits for the next start, and keeps nobody from starting."""
        newcomers = select(WebMember).where(WebMember.heard.is_(False))
        unheard = select(WebMessage).where(WebMessage.heard.is_(False), WebMessage.author.is_not(None))
        async with self.core.database.reading() as session:
            came = list(await session.scalars(newcomers))
            written = list(await session.scalars(unheard.order_by(WebMessage.created_at)))
        for member in came:
            with _left_for_next_time(room=member.room, account=member.account):
                await self._hear_missed_member(member)
        for row in written:
            with _left_for_next_time(message=row.id):
                await self._hear_missed_message(row)

    async def _hear_missed_member(self, member: WebMember) -> None:
        async with self.core.database.reading() as session:
            newcomer = account_of(await rooms.account(session, member.account))
        await self.hear_joined(member, newcomer)

    async def _hear_missed_message(self, row: WebMessage) -> None:
        async with self.core.database.reading() as session:
            writer = account_of(await rooms.account(session, row.author or ""))
            said = await messages.opened(session, self.core.vault, row)
        await self.hear_words(row, writer, said)

    async def _forget_old_forms(self) -> None:
        before = self.core.clock.now() - personal.FORMS_KEPT
        async with self.core.database.transaction(PATIENT) as session:
            await session.execute(delete(WebForm).where(WebForm.opened_at < before))

    # ------------------------------------------------------------ rows

    @asynccontextmanager
    async def writing(self, patience: float = AT_THE_SCREEN) -> AsyncIterator[Change]:
        """A write transaction that wakes everybody, in every process, when it has changed a room."""
        heard = self._heard[:]
        async with self.core.database.transaction(patience) as session:
            change = Change(session)
            yield change
            await session.flush()
            await messages.mark_heard(session, heard)
            await self.wakes.announce(session, change.topics)
        self._heard = [each for each in self._heard if each not in heard]
        if change.topics:
            self.wakes.wake(change.topics)

    def posted(self, row: WebMessage) -> Posted:
        return Posted(Place(CHAT, row.room, row.thread), row.id)

    async def _require_readers(self, session: AsyncSession, place: Place, message: Message) -> None:
        """The core looked at who is in a case room before it sent, and somebody may have come since. Under the room's
        lock nobody does. Raises `Unreachable`: the core looks again before the next try."""
        if message.of_case:
            await rooms.locked(session, place.room)
            if await access.outsiders(session, place.room, await rooms.members(session, place.room)):
                raise Unreachable("somebody came who may not read it")

    async def _add(
        self, change: Change, place: Place, message: Message, key: str | None, to: str | None = None
    ) -> WebMessage:
        room = await change.session.get(WebRoom, place.room)
        if room is None:
            raise Rejected("no such room")
        if to is not None and await change.session.get(WebMember, (room.id, to)) is None:
            raise Rejected("not a member of the room")
        change.rooms.add(room.id)
        draft = Draft(
            room=room.id,
            author=None,
            said=view.body(message),
            at=self.core.clock.now(),
            key=key,
            thread=place.thread,
            for_account=None if room.kind == RoomKind.DIRECT else to,  # nobody else is there
            sealed_under=message.sealed_under,
            files=view.files(message),
        )
        return await messages.add(change.session, self.core.vault, draft)

    async def _ours(self, session: AsyncSession, posted: Posted) -> WebMessage:
        row = await session.get(WebMessage, posted.ref)
        if row is None or row.deleted or row.author is not None:
            raise Rejected("no such message of ours")
        return row


def _with_language(event: Inbound) -> Inbound:
    """Who acts has a browser that says what it would read; who came into a room, or left it, may not be who acted."""
    if isinstance(event, Joined | Left):
        return event
    return replace(event, account=replace(event.account, language=browser_language.get()))


@contextmanager
def _left_for_next_time(**ids: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the start; its words may be a text
        log.error("not heard, trying again at the next start", error=type(error).__name__, **ids)


@contextmanager
def _chat_errors() -> Iterator[None]:
    """Foreign errors, as the core knows them."""
    try:
        yield
    except (Busy, OSError, DBAPIError) as error:
        raise Unreachable(type(error).__name__) from error
    except (Erased, Unopened, WebRefusal) as error:
        raise Rejected(type(error).__name__) from error
    except Exception as error:
        if passes(error):  # asyncpg's own, while PostgreSQL starts or stops
            raise Unreachable(type(error).__name__) from error
        raise
