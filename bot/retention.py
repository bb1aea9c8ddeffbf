"""Keeping nothing longer than its rule says: by hand (`fagtraad retention`), and once a day in operation.

What is removed is found anew for each batch, and each batch is a short transaction: a stop anywhere leaves it half
done, not wrong, and the next run does the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol, runtime_checkable

import structlog
from sqlalchemy import Select, String, delete, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from bot.audit import AuditRow
from bot.availability import Absence
from bot.chat.port import Chat
from bot.clock import Clock
from bot.dispatch import InboxRow
from bot.feature import Context, Desk, Feature, Rule, nobodys
from bot.outbox import Act
from bot.outbox.notices import NOTICES, State
from bot.sessions import WebSession
from bot.settings import Settings
from bot.signin import KEPT, SignInLink
from bot.vault import Vault
from storage import Database, Row, UtcDateTime, insert_into

log = structlog.get_logger()

PATIENCE = 10.0  # seconds to wait for the database, for each batch
ONCE_IN = timedelta(hours=20)  # a day, with room for ticks that do not fall on the minute


class RetentionRun(Row):
    """When the daily round was last begun, so that one of several processes goes it."""

    __tablename__ = "retention_run"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Tally:
    """What a rule would remove now. `days` is None where it removes nothing."""

    rule: Rule
    days: int | None
    count: int = 0
    oldest: date | None = None  # a moment, or a day where that is what is kept


@runtime_checkable
class KeepsRows(Protocol):
    """A chat with tables of its own, and rules for them."""

    @property
    def retention(self) -> tuple[Rule, ...]: ...


class Retention:
    def __init__(
        self,
        settings: Settings,
        database: Database,
        vault: Vault,
        clock: Clock,
        features: Sequence[Feature],
        chats: Mapping[str, Chat],
    ) -> None:
        self._settings = settings
        self._database = database
        self._vault = vault
        self._clock = clock
        self._features = features
        self._chats = chats
        passing = [kind.name for feature in features for kind in feature.notices if kind.passing]
        of_chats = (chat.retention for chat in chats.values() if isinstance(chat, KeepsRows))
        others = (*(feature.retention for feature in features), *of_chats)
        self.rules = (*RULES, notices(passing), *(rule for some in others for rule in some))

    async def look(self) -> list[Tally]:
        """What each rule would remove."""
        return [await self._tally(rule) for rule in self.rules]

    async def _tally(self, rule: Rule) -> Tally:
        days = rule.days(self._settings)
        if days is None:
            return Tally(rule, None)
        found = rule.old(self._clock.now() - timedelta(days=days)).subquery()
        _id, moment = found.columns
        async with self._database.reading() as session:
            count, oldest = (await session.execute(select(func.count(), func.min(moment)).select_from(found))).one()
        return Tally(rule, days, count, oldest)

    async def keep_to_rules(self, told: Callable[[Rule, int], None] = lambda _rule, _count: None) -> dict[str, int]:
        """Remove what is too old, by each rule in turn. Returns how much went, by the rule's name."""
        gone = {}
        for rule in self.rules:
            gone[rule.name] = await self._keep_to(rule)
            told(rule, gone[rule.name])
        if any(gone.values()):
            log.info("retention", **gone)
        return gone

    async def _keep_to(self, rule: Rule) -> int:
        days, gone = rule.days(self._settings), 0
        if days is None:
            return 0
        while count := await self._batch(rule, self._clock.now() - timedelta(days=days)):
            gone += count
        return gone

    async def _batch(self, rule: Rule, before: datetime) -> int:
        """Returns how many went: none where nothing is old, or nothing of it can go now."""
        async with self._database.transaction(PATIENCE) as session:
            ids = list(await session.scalars(rule.old(before).limit(rule.at_once)))
            if not ids:
                return 0
            context = nobodys(Desk(session, self._clock.now(), self._vault, self._chats))
            gone = await rule.remove(context, ids)
            for subject in context.afterwards.erased:
                for feature in self._features:
                    if feature.erased:
                        await feature.erased(context, subject)
        if context.afterwards.erased:
            await self._database.forget_log()
        return gone

    async def daily(self) -> bool:
        """The same, if nobody has begun it today. Returns whether it was done."""
        now = self._clock.now()
        async with self._database.transaction(PATIENCE) as session:
            first = insert_into(session, RetentionRun).values(name="daily", began_at=now)
            began = await session.execute(
                first.on_conflict_do_update(
                    index_elements=[RetentionRun.name],
                    set_={"began_at": now},
                    where=RetentionRun.began_at < now - ONCE_IN,
                ).returning(RetentionRun.name)
            )
            mine = began.one_or_none() is not None
        if mine:
            await self.keep_to_rules()
        return mine


# What the core keeps


def rows(name: str, what: str, days: Callable[[Settings], int | None], id: Any, moment: Any) -> Rule:
    """A rule for rows that go as they are, by the column of their moment."""

    def old(before: datetime) -> Select[Any, Any]:
        return select(id, moment).where(moment < before).order_by(moment)

    async def remove(context: Context, ids: Sequence[Any]) -> int:
        await context.session.execute(delete(id.class_).where(id.in_(ids)))
        return len(ids)

    return Rule(name, what, days, old, remove)


def notices(passing: Sequence[str]) -> Rule:
    """What was sent or came to nothing. A message of ours is asked for as long as it may have to be redrawn or removed
    (`outbox.posted`, `outbox.subject_of`), so its notice is kept until a removal was sent, which goes after it; unless
    it is of a kind that nobody asks for."""

    def old(before: datetime) -> Select[Any, Any]:
        over = func.coalesce(NOTICES.c.sent_at, NOTICES.c.due)
        removal = NOTICES.alias()
        removed = select(removal.c.target).where(
            removal.c.act == Act.DELETE, removal.c.state == State.SENT, removal.c.target.is_not(None)
        )
        unasked = or_(
            NOTICES.c.act != Act.POST,
            NOTICES.c.posted.is_(None),
            NOTICES.c.kind.in_(passing),
            NOTICES.c.posted.in_(removed),
        )
        ended = NOTICES.c.state.in_((State.SENT, State.VOID, State.FAILED))
        return select(NOTICES.c.id, over).where(over < before, ended, unasked).order_by(NOTICES.c.id)

    async def remove(context: Context, ids: Sequence[int]) -> int:
        await context.session.execute(delete(NOTICES).where(NOTICES.c.id.in_(ids)))
        return len(ids)

    return Rule(
        "notices", "Varsler som er sendt eller falt bort", lambda settings: settings.keep_notices_days, old, remove
    )


ABSENCES_KEPT = 90  # days after the last one, for whoever wonders why nobody answered


def _past_absences(before: datetime) -> Select[Any, Any]:
    return select(Absence.id, Absence.last).where(Absence.last < before.date()).order_by(Absence.last)


async def _forget_absences(context: Context, ids: Sequence[int]) -> int:
    await context.session.execute(delete(Absence).where(Absence.id.in_(ids)))
    return len(ids)


RULES = (
    rows(
        "inbox",
        "Hendelser som er behandlet (nøkler, uten tekst)",
        lambda s: s.keep_inbox_days,
        InboxRow.event_key,
        InboxRow.received_at,
    ),
    rows("links", "Innloggingslenker, etter utløp", lambda _: KEPT.days, SignInLink.token_hash, SignInLink.expires_at),
    rows("sessions", "Økter, etter utløp", lambda _: 0, WebSession.id, WebSession.expires_at),
    Rule("absences", "Fravær som er over", lambda _: ABSENCES_KEPT, _past_absences, _forget_absences),
    rows("audit", "Hvem som gjorde hva og når", lambda s: s.keep_audit_days, AuditRow.id, AuditRow.at),
)
