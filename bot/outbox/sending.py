"""One attempt at one notice, outside any transaction and inside its lease."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.chat import delivery
from bot.chat.message import Message
from bot.chat.port import Can, Chat, Pacing, Place, Posted
from bot.clock import Clock
from bot.errors import ChatError
from bot.language import speaking
from bot.outbox import verdict
from bot.outbox.composing import Kind, Letter
from bot.outbox.lanes import Outcome
from bot.outbox.notices import Act, Notice
from bot.outbox.verdict import Verdict

log = structlog.get_logger()


class ChatMissing(ChatError):
    """The notice is for a chat that this process does not serve."""


class Sender:
    """`limit` is the time limit of one send, in seconds."""

    def __init__(
        self,
        chats: Mapping[str, Chat],
        kinds: Mapping[str, Kind],
        clock: Clock,
        dice: Callable[[], float],
        limit: float,
    ) -> None:
        self._chats = chats
        self._kinds = kinds
        self._clock = clock
        self._dice = dice
        self.limit = limit

    def sends_blindly(self, letter: Letter) -> bool:
        """Whether an earlier attempt may have arrived and nobody can be asked: it may come a second time."""
        chat = self._chats.get(letter.chat)
        if chat is None or not letter.notice.doubtful:
            return False
        match letter.notice.act:
            case Act.POST:
                return Can.FIND not in chat.can
            case Act.EDIT:
                return Can.EDIT not in chat.can  # it is said as a reply: see delivery.edit
            case Act.DELETE:
                return False

    async def send(self, letter: Letter) -> Outcome:
        result = await self._attempt(letter)
        notice = letter.notice
        if result.error:
            log.warning("notice not sent", notice=notice.id, kind=notice.kind, error=result.error, state=result.state)
        else:
            log.debug("notice sent", notice=notice.id, kind=notice.kind)
        pacing, not_before = self._paced(letter, result)
        return Outcome(letter.lane, notice, result, pacing, not_before)

    async def _attempt(self, letter: Letter) -> Verdict:
        notice, lease, asked = letter.notice, letter.lane.lease, False
        not_now = verdict.waits_for(notice, notice.try_at)
        if lease.left <= self.limit:
            return not_now
        try:
            async with asyncio.timeout(self.limit):
                chat = self._chat(letter)
                place = await self._place(letter, chat)
                if decided := await self._decided_before(notice, chat, place):
                    return decided
                # A process that was stopped here and went on must not send: somebody else has the lane by
                # now.
                if lease.left <= 0:
                    return not_now
                asked = True
                with speaking(letter.language):
                    return verdict.sent(notice, await self._say(letter, chat, place))
        except Exception as error:  # noqa: BLE001 - an adapter's fault must not stop the others
            now, dice = self._clock.now(), self._dice()
            return verdict.after(error, notice, now, dice, asked=asked, limit=self.limit)

    async def _decided_before(self, notice: Notice, chat: Chat, place: Place) -> Verdict | None:
        """It had arrived already, or it may not go now."""
        if notice.doubtful and notice.act is Act.POST and Can.FIND in chat.can:
            found = await chat.find(place, notice.key)
            if found is not None:
                return verdict.sent(notice, found)
        kind = self._kinds.get(notice.kind)
        if kind is not None and kind.before_send is not None and not await kind.before_send(notice):
            return verdict.held(notice, self._clock.now(), self._dice())
        return None

    async def _say(self, letter: Letter, chat: Chat, place: Place) -> Posted | None:
        match letter.notice.act, letter.target, letter.message:
            case Act.POST, _, Message() as message:
                return await delivery.post(chat, place, message, letter.notice.key)
            case Act.EDIT, Posted() as target, Message() as message:
                await delivery.edit(chat, target, message)
            case Act.DELETE, Posted() as target, _:
                await delivery.delete(chat, target)
            case _:
                raise LookupError("a letter without its message or its target")
        return None

    async def _place(self, letter: Letter, chat: Chat) -> Place:
        if letter.place is not None:
            return letter.place
        if letter.account is None:
            raise LookupError("a letter without an address")
        return await chat.direct(letter.account)

    def _chat(self, letter: Letter) -> Chat:
        try:
            return self._chats[letter.chat]
        except KeyError as error:
            raise ChatMissing from error

    def _paced(self, letter: Letter, result: Verdict) -> tuple[Pacing | None, datetime | None]:
        """What the lane remembers, and when it may go on, by the database's clock; at once, where nobody asks for a
        pause: our reading of that clock may be some milliseconds ahead of it."""
        now = letter.lane.lease.now()
        chat = self._chats.get(letter.chat)
        pacing = chat.pace(letter.lane.pacing, now) if chat and result.attempted else None
        rested = now + timedelta(seconds=result.rest) if result.rest else None
        moments = [moment for moment in (pacing.not_before if pacing else None, rested) if moment is not None]
        return pacing, max(moments, default=None)
