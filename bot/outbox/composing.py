"""What is said: each notice becomes a message from the state as it is now, a whole batch in one read."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import RowMapping, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.message import Message
from bot.chat.port import Account, Place, Posted
from bot.language import DEFAULT, speaking
from bot.outbox import verdict
from bot.outbox.lanes import Lane
from bot.outbox.notices import NOTICES, Act, Notice, State
from bot.outbox.verdict import Verdict
from storage import Busy, Database

log = structlog.get_logger()

Compose = Callable[[AsyncSession, Sequence[Notice], datetime], Awaitable[Mapping[int, Message]]]
"""Messages by notice id, from the state as it is now; a notice without one no longer applies."""

AccountOf = Callable[[AsyncSession, int], Awaitable[Account | None]]

Languages = Callable[[AsyncSession, Collection[int], Collection[Place]], Awaitable[Mapping[int | Place, str]]]
"""The language of each of these persons and places; bokmål where there is none."""


async def bokmal(
    _session: AsyncSession, _persons: Collection[int], _places: Collection[Place]
) -> Mapping[int | Place, str]:
    return {}


@dataclass(frozen=True, slots=True)
class End:
    """A notice is over: sent, void or failed."""

    notice: Notice
    state: State
    now: datetime


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice that a feature has.

    `before_send` runs outside any transaction just before the send: False means "not now". `on_failed` runs
    in the transaction that gives a notice up, and may write notices that tell somebody. `on_ended` runs in the
    transaction that ends one, however it ends, and may write what follows: a notice without a message that cannot
    get that done is not over, and is tried again.
    """

    name: str
    compose: Compose
    before_send: Callable[[Notice], Awaitable[bool]] | None = None
    on_failed: Callable[[AsyncSession, Notice, datetime], Awaitable[None]] | None = None
    on_ended: Callable[[AsyncSession, End], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice with all that is needed to send it, or with the verdict that it is not sent."""

    lane: Lane
    notice: Notice
    target: Posted | None = None
    account: Account | None = None
    message: Message | None = None
    verdict: Verdict | None = None
    language: str = DEFAULT  # the reader's

    @property
    def chat(self) -> str:
        place = self.place
        return place.chat if place else (self.account.chat if self.account else "")

    @property
    def place(self) -> Place | None:
        return self.target.place if self.target else self.notice.to


class Composer:
    def __init__(
        self, database: Database, kinds: Mapping[str, Kind], account_of: AccountOf, languages: Languages
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._account_of = account_of
        self._languages = languages

    async def letters(
        self, heads: Sequence[tuple[Lane, Notice]], now: datetime, dice: Callable[[], float]
    ) -> list[Letter]:
        """One letter for each notice, in no special order."""
        letters = [Letter(lane, notice) for lane, notice in heads]
        async with self._database.reading() as session:
            letters = await _aimed(session, letters, now)
            letters = [await self._addressed(session, letter) for letter in letters]
            letters = await self._spoken(session, letters)
        batches = defaultdict(list)
        for letter in letters:
            batches[letter.notice.kind, letter.language].append(letter)
        return [done for (kind, _), some in batches.items() for done in await self._written(kind, some, now, dice)]

    async def _spoken(self, session: AsyncSession, letters: list[Letter]) -> list[Letter]:
        """Each with its reader's language: the person's in a 1:1 chat, the network's in its rooms."""
        first = await _first_readers(session, letters)
        readers = {
            letter.notice.id: letter.notice.person_id or first.get(letter.target) or letter.place for letter in letters
        }
        persons = {reader for reader in readers.values() if isinstance(reader, int)}
        places = {reader for reader in readers.values() if isinstance(reader, Place)}
        found = await self._languages(session, persons, places)
        spoken = {id: found.get(reader, DEFAULT) for id, reader in readers.items() if reader is not None}
        return [replace(letter, language=spoken.get(letter.notice.id, DEFAULT)) for letter in letters]

    async def _addressed(self, session: AsyncSession, letter: Letter) -> Letter:
        person = letter.notice.person_id
        if person is None or letter.target or letter.verdict:
            return letter
        account = await self._account_of(session, person)
        if account is None:
            return replace(letter, verdict=verdict.failed(letter.notice, "NoAccount"))
        return replace(letter, account=account)

    async def _written(
        self, kind: str, letters: list[Letter], now: datetime, dice: Callable[[], float]
    ) -> list[Letter]:
        wanted = [each for each in letters if each.verdict is None and each.notice.act is not Act.DELETE]
        if kind not in self._kinds:
            lost = {each.notice.id: verdict.failed(each.notice, "UnknownKind") for each in wanted}
            return [replace(each, verdict=lost.get(each.notice.id, each.verdict)) for each in letters]
        try:
            messages = await self._composed(kind, wanted, now)
        except Exception as error:  # a feature's fault must not stop the others
            if is_database_away(error):
                raise
            return await self._one_by_one(kind, letters, now, dice, error)
        return [_with_message(each, messages) for each in letters]

    async def _one_by_one(
        self, kind: str, letters: list[Letter], now: datetime, dice: Callable[[], float], error: Exception
    ) -> list[Letter]:
        """One notice cannot be composed: find out which, so that the others go."""
        if len(letters) > 1:
            return [done for each in letters for done in await self._written(kind, [each], now, dice)]
        letter = letters[0]
        name = type(error).__name__
        log.warning("notice not composed", notice=letter.notice.id, kind=kind, error=name)
        return [replace(letter, verdict=verdict.troubled(letter.notice, name, dice()))]

    async def _composed(self, kind: str, letters: list[Letter], now: datetime) -> Mapping[int, Message]:
        if not letters:
            return {}
        with speaking(letters[0].language):
            async with self._database.reading() as session:
                return await self._kinds[kind].compose(session, [each.notice for each in letters], now)


def is_database_away(error: Exception) -> bool:
    """Rather than a statement that is wrong: then all should wait, and nobody's notice is to blame."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, Busy | OperationalError | InterfaceError | OSError)


def _with_message(letter: Letter, messages: Mapping[int, Message]) -> Letter:
    if letter.verdict or letter.notice.act is Act.DELETE:
        return letter
    message = messages.get(letter.notice.id)
    if message is None:
        return replace(letter, verdict=verdict.void(letter.notice))
    return replace(letter, message=message)


async def _aimed(session: AsyncSession, letters: list[Letter], now: datetime) -> list[Letter]:
    """Edits and deletions with what they concern; edits that a newer one overtakes are void."""
    aims = [letter.notice for letter in letters if letter.notice.act is not Act.POST]
    if not aims:
        return letters
    overtaken = await _overtaken(session, aims, now)
    posts = await _posts(session, [notice for notice in aims if notice.of is None])
    return [_aim(letter, overtaken, posts, now) for letter in letters]


def _aim(letter: Letter, overtaken: set[int], posts: Mapping[tuple[str, str], RowMapping], now: datetime) -> Letter:
    notice = letter.notice
    if notice.act is Act.POST:
        return letter
    if notice.id in overtaken:
        return replace(letter, verdict=verdict.void(notice))
    if notice.of is not None:
        return replace(letter, target=notice.of)
    post = posts.get((notice.posted_by, notice.subject))
    if post is None:
        return replace(letter, verdict=verdict.void(notice))
    if post["posted"]:
        return replace(letter, target=Posted.load(post["posted"]))
    # In the same lane it comes right after the message; another lane is looked at again in a second.
    wait = timedelta(milliseconds=1) if post["lane"] == notice.lane else timedelta(seconds=1)
    return replace(letter, verdict=verdict.waits_for(notice, max(post["try_at"], now) + wait))


async def _first_readers(session: AsyncSession, letters: list[Letter]) -> dict[Posted | None, int]:
    """Whose 1:1 chat a message that is now edited was sent to, where it was somebody's."""
    aims = {letter.target.store(): letter.target for letter in letters if letter.target and not letter.notice.person_id}
    if not aims:
        return {}
    rows = await session.execute(
        select(NOTICES.c.posted, NOTICES.c.person_id).where(
            NOTICES.c.posted.in_(aims), NOTICES.c.person_id.is_not(None)
        )
    )
    return {aims[row.posted]: row.person_id for row in rows}


async def _overtaken(session: AsyncSession, aims: Iterable[Notice], now: datetime) -> set[int]:
    edits = [notice for notice in aims if notice.act is Act.EDIT]
    if not edits:
        return set()
    rows = await session.execute(
        select(NOTICES.c.id, NOTICES.c.lane, NOTICES.c.kind, NOTICES.c.subject, NOTICES.c.target).where(
            NOTICES.c.lane.in_({notice.lane for notice in edits}),
            NOTICES.c.act == Act.EDIT,
            NOTICES.c.state == State.READY,
            NOTICES.c.try_at <= now,
        )
    )
    newest: dict[tuple[str, str, str, str | None], int] = {}
    for row in rows:
        same = (row.lane, row.kind, row.subject, row.target)
        newest[same] = max(newest.get(same, 0), row.id)
    return {
        notice.id
        for notice in edits
        if newest.get((notice.lane, notice.kind, notice.subject, notice.of.store() if notice.of else None), 0)
        > notice.id
    }


async def _posts(session: AsyncSession, aims: Sequence[Notice]) -> dict[tuple[str, str], RowMapping]:
    """The message each of them concerns: the newest that was sent, or else the newest still to be sent."""
    if not aims:
        return {}
    rows = await session.execute(
        select(NOTICES.c.kind, NOTICES.c.subject, NOTICES.c.lane, NOTICES.c.posted, NOTICES.c.try_at)
        .where(
            NOTICES.c.kind.in_({notice.posted_by for notice in aims}),
            NOTICES.c.subject.in_({notice.subject for notice in aims}),
            NOTICES.c.act == Act.POST,
            NOTICES.c.posted.is_not(None) | NOTICES.c.try_at.is_not(None),
        )
        .order_by(NOTICES.c.posted.is_not(None), NOTICES.c.id)
    )
    return {(row["kind"], row["subject"]): row for row in rows.mappings()}
