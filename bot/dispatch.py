"""Inbound → person → permission → feature → reply. One transaction for each happening, and once for each event key."""

import secrets
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import assert_never

import structlog
from sqlalchemy import Insert, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot import places
from bot.asking import Asker, Askers
from bot.chat import delivery, grammar
from bot.chat.inbound import (
    Command,
    Deleted,
    Edited,
    Inbound,
    Joined,
    Left,
    Press,
    Reacted,
    Said,
    Submission,
    Visited,
)
from bot.chat.message import Form, Message, Part, Text, Tone, message
from bot.chat.port import Account, Can, Chat, Done, NamesAccounts, Next, Outcome, Problems
from bot.clock import Clock
from bot.errors import CasesOffHere, NoCaseAccess, Refusal, UnknownAccount, UnknownPerson
from bot.feature import Answer, Context, Features, Receipt
from bot.help import RUN_COMMAND, help_message, not_understood
from bot.language import _, speaking
from bot.outbox import enqueue
from bot.vault import Vault
from storage import Busy, Database, Row, UtcDateTime, core, insert_for

log = structlog.get_logger()


class InboxRow(Row):
    """An event that was handled, and the ids (never the text) of what was answered."""

    __tablename__ = "inbox"
    event_key: Mapped[str] = mapped_column(String(300), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    answer_kind: Mapped[str | None] = mapped_column(String(60))
    answer_subject: Mapped[str | None] = mapped_column(String(60))


class _NotStored(Exception):
    """Ends the transaction without a trace: the form was not accepted (yet)."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


class Dispatch:
    """The core's end of the port (`bot.chat.port.Inbox`)."""

    def __init__(
        self,
        database: Database,
        chats: Mapping[str, Chat],
        features: Features,
        vault: Vault,
        clock: Clock,
        committed: Callable[[], None],
        public_url: str = "",
    ) -> None:
        self._database = database
        self._chats = chats
        self._features = features
        self._vault = vault
        self._clock = clock
        self._committed = committed
        self._public_url = public_url
        self._askers = Askers(database, chats, features)

    async def receive(self, event: Inbound) -> Outcome:
        asker = await self._askers.find(event)
        with speaking(asker.language):
            try:
                return await self._handle(event, asker)
            except Busy:
                raise  # nothing was stored, so nothing may be acknowledged
            except Refusal as refusal:
                log.info("refused", refusal=type(refusal).__name__, happening=type(event).__name__)
                return await self._refuse(event, asker, self._because(event, refusal).text)
            except Exception as error:
                mark = _log_fault(error, event)
                if not isinstance(event, Command | Press | Submission):
                    raise
                text = _(
                    "Noe gikk galt hos oss, og ingenting ble lagret. Prøv igjen. "
                    "Blir det ved, si fra til drift og oppgi {mark}."
                )
                return await self._refuse(event, asker, text.format(mark=mark))

    async def _handle(self, event: Inbound, asker: Asker) -> Outcome:
        if isinstance(event, Visited):
            return await self._show_home(event, asker)
        try:
            async with self._database.transaction() as session:
                context = await self._context(session, event, asker)
                before = await self._seen(session, event)
                answer = before if before else await self._act(context, event)
                await self._erased(context)
                if isinstance(event, Submission) and isinstance(answer, Form | Problems):
                    raise _NotStored(Next(answer) if isinstance(answer, Form) else answer)
                if isinstance(answer, Receipt) and not before:
                    await _remember(session, event, answer)
        except (_NotStored, Refusal) as refused:
            await self._regardless(context)
            if isinstance(refused, Refusal):
                raise
            return refused.outcome
        if context.afterwards.erased or context.afterwards.names_erased:
            await self._database.forget_log(names=context.afterwards.names_erased)
        self._committed()
        for number, said in enumerate(context.afterwards.say):
            await self._say(event, said, f"also{number}")
        for number, said in enumerate(context.afterwards.direct):
            chat = self._chats[event.account.chat]
            await delivery.tell_directly(chat, event.place, event.account, said, f"direct{number}:{event.key}")
        await self._reply(event, asker, answer)
        return answer if isinstance(answer, Problems) else Done()

    async def _erased(self, context: Context) -> None:
        """Every feature removes what it has said of what was erased."""
        for subject in context.afterwards.erased:
            for feature in self._features.all:
                if feature.erased:
                    await feature.erased(context, subject)

    async def _regardless(self, context: Context) -> None:
        """What must be told although the happening itself was refused."""
        if context.afterwards.regardless:
            async with self._database.transaction() as session:
                await enqueue(session, *context.afterwards.regardless)
            self._committed()

    async def _seen(self, session: AsyncSession, event: Inbound) -> Answer | Done:
        """Insert the event's key. Was it there already: what was answered then, or `Done` where nothing was."""
        if await first_time(session, event.key, self._clock.now()):
            return None
        row = (
            await session.execute(
                select(InboxRow.answer_kind, InboxRow.answer_subject).where(InboxRow.event_key == event.key)
            )
        ).one()
        return Receipt(row.answer_kind, row.answer_subject) if row.answer_kind else Done()

    async def _act(self, context: Context, event: Inbound) -> Answer:
        match event:
            case Command():
                return await self._command(context, event)
            case Press(does=does) if does == RUN_COMMAND:
                return await self._command(
                    context, Command(event.key, event.account, event.place, event.carries, event.opener)
                )
            case Press(does=does):
                press = self._features.presses.get(does)
                return await press(_known(context), event) if press else _outdated()
            case Submission(does=does):
                submit = self._features.forms.get(does)
                return await submit(_known(context), event) if submit else _outdated()
            case Said() | Edited():
                return await self._heard(context, event)
            case Deleted():
                for feature in self._features.all:
                    if feature.deleted:
                        await feature.deleted(context, event)
                return None
            case Joined():
                for feature in self._features.all:
                    if feature.joined:
                        await feature.joined(context, event)
                return None
            case Left():
                for feature in self._features.all:
                    if feature.left:
                        await feature.left(context, event)
                return None
            case Reacted():
                return await self._reacted(context, event)
            case Visited():
                raise TypeError("changes nothing, so it needs no transaction")
            case _:
                assert_never(event)

    async def _command(self, context: Context, event: Command) -> Answer:
        command, rest = grammar.understand(event.text, self._features.words)
        if command is not None and (rest or not _asks_for_help(event.text)):
            return await command.handle(_known(context), event, rest)
        if not event.text.strip() or _asks_for_help(event.text):
            registered = Can.SLASH not in self._chats[event.account.chat].can
            return help_message(self._features, registered=registered)
        return not_understood(grammar.did_you_mean(event.text, self._features.words))

    async def _heard(self, context: Context, event: Said | Edited) -> Answer:
        """Every feature hears, and the writer is told what each has to say."""
        answer: Answer = None
        for feature in self._features.all:
            heard = await feature.said(context, event) if feature.said else None
            if isinstance(heard, Message):
                context.afterwards.say.append(heard)
            else:
                answer = answer or heard
        return answer

    async def _reacted(self, context: Context, event: Reacted) -> Answer:
        """The first feature that makes something of it answers; an emoji that means nothing to us says nothing."""
        for feature in self._features.all:
            if feature.reacted and (answer := await feature.reacted(context, event)):
                return answer
        return None

    async def _show_home(self, event: Visited, asker: Asker) -> Outcome:
        """Nothing is stored: opened twice, it is shown twice."""
        async with self._database.reading() as session:
            mine = await self._mine(await self._context(session, event, asker))
        await delivery.show_home(self._chats[event.account.chat], event.account, mine)
        return Done()

    async def _mine(self, context: Context) -> Message:
        """A person's own page: what every feature has for them."""
        title = _("Mine saker hos Fagtråd")
        if context.someone is None:
            return message(_unknown(context.chat, context.account).text, title=title)
        parts: list[Part] = []
        for feature in self._features.all:
            if feature.mine and (its := await feature.mine(context)):
                parts += [Text(its.title, Tone.STRONG), *its.parts]
        return Message(tuple(parts), title)

    async def _reply(self, event: Inbound, asker: Asker, answer: Answer | Done) -> None:
        """What is said after the commit. A fault here is not the event's: what it did is stored."""
        if isinstance(answer, Receipt):
            answer = await self._receipt(event, asker, answer)
        if isinstance(answer, Message):
            await self._say(event, answer)
        elif isinstance(answer, Form):
            chat = self._chats[event.account.chat]
            opener = event.opener if isinstance(event, Command | Press | Said) else None
            await delivery.ask(chat, opener, event.place, event.account, answer, f"answer:{event.key}")

    async def _receipt(self, event: Inbound, asker: Asker, receipt: Receipt) -> Message:
        try:
            async with self._database.reading() as session:
                context = await self._context(session, event, asker)
                said: Message = await self._features.receipts[receipt.kind](context, receipt.subject)
                return said
        except Exception as error:  # noqa: BLE001 - it is stored: nobody must be told that it is not
            mark = _log_fault(error, event)
            text = _(
                "Det er lagret, men jeg fikk ikke vist kvitteringen. Blir det ved, si fra til drift og oppgi {mark}."
            )
            return message(text.format(mark=mark))

    async def _refuse(self, event: Inbound, asker: Asker, text: str) -> Outcome:
        if isinstance(event, Submission):
            return Problems({"": text})
        if isinstance(event, Command | Press | Reacted):
            await self._say(event, message(text))
        return Done()

    def _because(self, event: Inbound, refusal: Refusal) -> Refusal:
        """Where cases are turned off altogether, that is the reason, and nobody's access."""
        if isinstance(refusal, UnknownPerson):
            return _unknown(self._chats[event.account.chat], event.account)
        off = isinstance(refusal, NoCaseAccess) and Can.CASES not in self._chats[event.account.chat].can
        return CasesOffHere() if off else refusal

    async def _say(self, event: Inbound, said: Message, which: str = "answer") -> None:
        chat = self._chats[event.account.chat]
        await delivery.tell(chat, event.place, event.account, said, f"{which}:{event.key}")

    async def _context(self, session: AsyncSession, event: Inbound, asker: Asker) -> Context:
        return Context(
            session=session,
            now=self._clock.now(),
            vault=self._vault,
            chat=self._chats[event.account.chat],
            account=asker.account,
            someone=asker.person,
            standings=asker.standings,
            room=await places.room_at(session, event.place),
            case_rooms=asker.case_rooms,
            chats=self._chats,
            here=asker.here,
            direct=asker.direct,
            public_url=self._public_url,
        )


async def first_time(session: AsyncSession, event_key: str, now: datetime) -> bool:
    """Note in a write transaction that the event is handled. Whether it was not before."""
    connection = core(session)
    inserted = await connection.execute(
        _inbox_insert(connection.dialect.name), {"event_key": event_key, "received_at": now}
    )
    return inserted.one_or_none() is not None


@cache
def _inbox_insert(dialect: str) -> Insert:
    return insert_for(dialect, InboxRow).on_conflict_do_nothing().returning(InboxRow.event_key)


async def _remember(session: AsyncSession, event: Inbound, receipt: Receipt) -> None:
    await session.execute(
        update(InboxRow)
        .where(InboxRow.event_key == event.key)
        .values(answer_kind=receipt.kind, answer_subject=receipt.subject)
    )


def _known(context: Context) -> Context:
    """The same, where somebody is linked to the account. Raises `UnknownPerson`."""
    if context.someone is None:
        raise UnknownPerson
    return context


def _unknown(chat: Chat, account: Account) -> UnknownPerson:
    """With what the secretary must type, where one cannot know it by oneself."""
    there: object = chat
    return UnknownAccount(account=account.id) if isinstance(there, NamesAccounts) else UnknownPerson()


def _asks_for_help(text: str) -> bool:
    return grammar.fold(grammar.split(text)[0]) in ("", "hjelp", "help", "fagtrad", "hei")


def _outdated() -> Message:
    return message(_("Denne knappen virker ikke lenger. Skriv «hjelp» for å se hva jeg kan."))


def _log_fault(error: Exception, event: Inbound) -> str:
    """Log where it failed, never what the error says: its words may be somebody's text. Returns a mark to ask by."""
    mark = secrets.token_hex(3)
    frames = [
        f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    log.error("fault", mark=mark, happening=type(event).__name__, error=type(error).__name__, at=frames[-6:])
    return mark
