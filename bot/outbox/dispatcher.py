"""The loop: claim lanes, compose, send, write down what happened, until nothing more is due."""

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from bot.chat.port import Chat
from bot.clock import Clock
from bot.outbox import lanes, verdict
from bot.outbox.budget import Budgeted, take
from bot.outbox.composing import AccountOf, Composer, End, Kind, Languages, Letter, bokmal, is_database_away
from bot.outbox.lanes import CLAIMED_AT_ONCE, Lane, Outcome
from bot.outbox.notices import NOTICES, Notice, State
from bot.outbox.sending import Sender
from bot.outbox.verdict import Verdict
from bot.outbox.wake import Wake, listen
from storage import Database, core

log = structlog.get_logger()

IN_FLIGHT = 256
"""So many sends at once, so that a platform that hangs does not keep the others waiting."""

PATIENCE = 5.0
"""Seconds to wait for the database: nobody is waiting for an answer here."""


OVER = frozenset({State.SENT, State.VOID, State.FAILED})


class _NotOurs(Exception):
    """Somebody has locked the lane, or has it by now."""


FINISHING = 5.0
"""Seconds for what is on its way when the program is stopped: whoever stops it kills it after ten. What has not come
back by then is found as `sending`, and looked for."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A notice that was given up, without what it said."""

    id: int
    kind: str
    subject: str
    error: str
    due: datetime


class Outbox:
    """`lease` and `send_limit` are in seconds. `owner` names this process in the database; every lease adds a
    number.

    `counts` has what this process has done: sent, void, failed, possibly_twice.
    """

    def __init__(
        self,
        database: Database,
        chats: Mapping[str, Chat],
        kinds: Mapping[str, Kind],
        clock: Clock,
        *,
        account_of: AccountOf,
        languages: Languages = bokmal,
        owner: str | None = None,
        lease: float = 30.0,
        send_limit: float = 10.0,
        tick: float = 1.0,
        dice: Callable[[], float] = random.random,
    ) -> None:
        if lease < 2 * send_limit:
            raise ValueError("a lease must have room for composing and for a whole send")
        self._database = database
        self._chats = chats
        self._kinds = kinds
        self._clock = clock
        self._lease = lease
        self._tick = tick
        self._dice = dice
        self._composer = Composer(database, kinds, account_of, languages)
        self._sender = Sender(chats, kinds, clock, dice, send_limit)
        self._owners = (f"{owner or uuid.uuid4().hex}:{number}" for number in count(1))
        self._wake = Wake()
        self._turn = asyncio.Lock()
        self._stopping = False
        self._begun = time.monotonic()
        self.looked = time.monotonic()
        """When anybody last looked for what is due: by `time.monotonic()`."""
        self._rounds: set[asyncio.Task[bool]] = set()
        self._in_flight: set[asyncio.Task[Outcome]] = set()
        self._ended: list[Outcome] = []  # not yet written down
        self.counts: Counter[str] = Counter(sent=0, void=0, failed=0, possibly_twice=0)

    def wake(self) -> None:
        """Something was committed: look at once."""
        self._wake.call()

    async def deliver_due(self) -> int:
        """Send until nothing more is due and allowed now. Returns how many were sent meanwhile."""
        before = self.counts["sent"]
        while not self._stopping and await asyncio.shield(self._next_round()):
            pass
        return self.counts["sent"] - before

    async def run(self) -> None:
        """Deliver until cancelled, whatever happens to the database. What is on its way then is finished
        first."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._finish)
            self._stopping = False
            group = await stack.enter_async_context(asyncio.TaskGroup())
            if not self._database.is_sqlite:
                group.create_task(listen(self._database, self._wake))
            while True:
                await self._wake.within(await self._deliver_or_wait())

    async def next_due(self) -> datetime | None:
        """The earliest moment, by the program's clock, at which something is due and allowed."""
        async with self._database.reading() as session:
            connection = await session.connection()
            real = await lanes.database_now(connection)
            return await lanes.earliest(connection, self._clock.now(), real)

    async def sweep(self) -> int:
        """Rescue lanes that lost track of their notices. Once a minute; the answer should be 0."""
        async with self._database.write_connection(PATIENCE) as connection:
            rescued = await lanes.rescue_stranded(connection)
        if rescued:
            log.warning("lanes were stranded", lanes=rescued)
            self.wake()
        return rescued

    async def failed(self, limit: int = 50) -> list[Failure]:
        """The newest notices that were given up."""
        columns = (NOTICES.c.id, NOTICES.c.kind, NOTICES.c.subject, NOTICES.c.error, NOTICES.c.due)
        query = select(*columns).where(NOTICES.c.state == State.FAILED).order_by(NOTICES.c.id.desc())
        async with self._database.reading() as session:
            return [Failure(*row) for row in await session.execute(query.limit(limit))]

    async def is_stuck(self, after: timedelta) -> bool:
        """Whether something has been due for so long and nobody has touched it, here or in another process. A process
        that has just begun has had no time to."""
        if time.monotonic() - self._begun < after.total_seconds():
            return False
        async with self._database.reading() as session:
            connection = await session.connection()
            real = await lanes.database_now(connection)
            return await lanes.is_neglected(connection, self._clock.now(), real, after)

    async def waiting_since(self) -> datetime | None:
        """When the oldest notice that is due and not yet sent was due; none where there is none."""
        now = self._clock.now()
        query = select(func.min(NOTICES.c.due)).where(NOTICES.c.try_at.is_not(None), NOTICES.c.try_at <= now)
        async with self._database.reading() as session:
            since: datetime | None = await session.scalar(query)
        return since

    async def tally(self) -> dict[str, int]:
        """How many notices the database has in each state, and how many were possibly sent twice."""
        query = select(NOTICES.c.state, func.count(), func.sum(NOTICES.c.possibly_twice)).group_by(NOTICES.c.state)
        async with self._database.reading() as session:
            rows = [tuple(row) for row in await session.execute(query)]
        found = {state: number for state, number, _ in rows}
        doubts = sum(int(doubtful) for _, _, doubtful in rows)
        return {state.value: found.get(state, 0) for state in State} | {"possibly_twice": doubts}

    # One round

    def _next_round(self) -> asyncio.Task[bool]:
        """A task of its own, which is finished even if its caller is cancelled: what it has taken out, it
        sends."""
        task = asyncio.create_task(self._round())
        self._rounds.add(task)
        task.add_done_callback(self._round_over)
        return task

    def _round_over(self, task: asyncio.Task[bool]) -> None:
        self._rounds.discard(task)
        if not task.cancelled():
            task.exception()  # its caller has it, if it is still there

    async def _round(self) -> bool:
        """Whether there is more to do."""
        async with self._turn:
            self.looked = time.monotonic()
            self._wake.forget()
            claimed = await self._write_down_and_claim()
            await self._begin(claimed)
            if self._in_flight:
                await self._something_ends()
            return bool(claimed or self._in_flight or self._ended)

    async def _write_down_and_claim(self) -> list[tuple[Lane, Notice | None]]:
        await self._follow_up()
        room = min(CLAIMED_AT_ONCE, IN_FLIGHT - len(self._in_flight))
        ended = [outcome for outcome in self._ended if self._end(outcome) is None]
        async with self._database.write_connection(PATIENCE) as connection:
            done = await self._settle(connection, ended)
            claimed = []
            if room > 0:
                owner = next(self._owners)
                claimed = await lanes.claim(connection, self._clock.now(), owner, self._lease, room)
        self._account_for(done)
        return claimed

    async def _follow_up(self) -> None:
        """Those whose kind has something to write when they end, each in a transaction of its own.

        What it writes comes first: so we may have to wait for other lanes, but hold none meanwhile, and nobody
        waits in a circle.
        """
        for outcome in list(self._ended):
            if (end := self._end(outcome)) is None:
                continue
            try:
                await self._settle_with_what_follows(outcome, end)
            except _NotOurs:
                continue
            except Exception as error:
                if is_database_away(error):
                    raise
                self._ended.remove(outcome)
                self._ended.append(self._not_followed(outcome, end, type(error).__name__))

    def _end(self, outcome: Outcome) -> End | None:
        """The end that something still has to follow."""
        notice, result = outcome.notice, outcome.verdict
        if notice is None or result is None or result.state not in OVER or outcome.followed:
            return None
        kind = self._kinds.get(notice.kind)
        return End(notice, result.state, self._clock.now()) if kind and kind.on_ended else None

    async def _settle_with_what_follows(self, outcome: Outcome, end: End) -> None:
        follow = self._kinds[end.notice.kind].on_ended
        async with self._database.transaction(PATIENCE) as session:
            if follow:
                await follow(session, end)
                await session.flush()
            done = await self._settle(core(session), [outcome])
            if not done:
                raise _NotOurs  # and nothing of it is written: whoever has the lane now ends the notice
        self._account_for(done)

    def _not_followed(self, outcome: Outcome, end: End, error: str) -> Outcome:
        """A fault of a feature. What was said is said; what only marked a time is tried again."""
        log.error("nothing followed", notice=end.notice.id, kind=end.notice.kind, error=error)
        if end.state is not State.VOID:
            return replace(outcome, followed=True)
        again = verdict.troubled(end.notice, error, self._dice())
        not_before = outcome.lane.lease.now() + timedelta(seconds=again.rest)
        return replace(outcome, verdict=again, not_before=not_before, followed=True)

    async def _settle(self, connection: AsyncConnection, ended: Sequence[Outcome]) -> list[Outcome]:
        if not ended:
            return []
        now = self._clock.now()
        done = await lanes.settle(connection, ended, now)
        for outcome in done:
            match outcome:
                case Outcome(notice=Notice() as notice, verdict=Verdict(state=State.FAILED, error=error)):
                    log.error("notice given up", notice=notice.id, kind=notice.kind, error=error)
                    await self._tell_of_failure(connection, notice, now)
        return done

    def _account_for(self, done: Sequence[Outcome]) -> None:
        """After the commit. A lane still locked by somebody is left for the next round; a lease that ran out
        ends our say: whoever has the lane now finds the notice `sending`, and looks before sending."""
        for outcome in done:
            if outcome.verdict and outcome.verdict.state in OVER:
                self.counts[outcome.verdict.state] += 1
        finished = {id(outcome) for outcome in done}
        self._ended = [
            outcome for outcome in self._ended if id(outcome) not in finished and outcome.lane.lease.left > 0
        ]

    async def _tell_of_failure(self, connection: AsyncConnection, notice: Notice, now: datetime) -> None:
        kind = self._kinds.get(notice.kind)
        if kind is None or kind.on_failed is None:
            return
        try:
            async with AsyncSession(connection) as session, session.begin_nested():
                await kind.on_failed(session, notice, now)
        except Exception as error:  # the failure itself must be written down
            if is_database_away(error):
                raise
            log.error("nobody was told", notice=notice.id, kind=notice.kind, error=type(error).__name__)

    async def _begin(self, claimed: Sequence[tuple[Lane, Notice | None]]) -> None:
        """Compose, take out for sending, send. What is not sent is only written down."""
        self._ended += [Outcome(lane) for lane, notice in claimed if notice is None]
        heads = [(lane, notice) for lane, notice in claimed if notice is not None]
        if not heads:
            return
        letters = await self._composer.letters(heads, self._clock.now(), self._dice)
        self._ended += [unsent(letter, letter.verdict) for letter in letters if letter.verdict]
        ready = [letter for letter in letters if letter.verdict is None]
        granted, later = await self._take_out(ready) if ready else ([], [])
        self._ended += later
        for letter in granted:
            task = asyncio.create_task(self._sender.send(letter))
            self._in_flight.add(task)
            task.add_done_callback(self._sent)

    async def _take_out(self, letters: list[Letter]) -> tuple[list[Letter], list[Outcome]]:
        owner = letters[0].lane.lease.owner
        async with self._database.write_connection(PATIENCE) as connection:
            granted, later = await self._within_budget(connection, letters)
            blind = [letter.notice.id for letter in granted if self._sender.sends_blindly(letter)]
            taken = await lanes.mark_sending(connection, owner, [letter.notice for letter in granted], blind)
        self.counts["possibly_twice"] += len(taken & set(blind))
        untaken = [Outcome(letter.lane) for letter in granted if letter.notice.id not in taken]
        return [letter for letter in granted if letter.notice.id in taken], later + untaken

    async def _within_budget(
        self, connection: AsyncConnection, letters: list[Letter]
    ) -> tuple[list[Letter], list[Outcome]]:
        """Those that the workspaces' budgets allow; the lanes of the others rest until there is more."""
        budgets = {name: chat.budget for name, chat in self._chats.items() if isinstance(chat, Budgeted)}
        if not budgets:
            return letters, []
        now = letters[0].lane.lease.now()
        left = await take(connection, budgets, Counter(letter.chat for letter in letters), now)
        granted, later = [], []
        for letter in letters:
            if left.get(letter.chat, 1) > 0:
                granted.append(letter)
                if letter.chat in left:
                    left[letter.chat] -= 1
            else:
                rest = timedelta(seconds=budgets[letter.chat].seconds / budgets[letter.chat].sends)
                later.append(Outcome(letter.lane, not_before=now + rest))
        return granted, later

    def _sent(self, task: asyncio.Task[Outcome]) -> None:
        self._in_flight.discard(task)
        if not task.cancelled():
            self._ended.append(task.result())

    async def _something_ends(self) -> None:
        """A send ends, something new is written, or a tenth of a second passes (a lane may be allowed
        again)."""
        heard = asyncio.create_task(self._wake.heard())
        try:
            await asyncio.wait({*self._in_flight, heard}, timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
        finally:
            heard.cancel()

    # For ever

    async def _deliver_or_wait(self) -> float:
        """Seconds until there is reason to look again."""
        try:
            await self.deliver_due()
            due = await self.next_due()
        except Exception as error:  # noqa: BLE001 - it goes on by itself, whatever it was
            log.error("delivery interrupted", error=type(error).__name__)
            return self._tick
        if due is None:
            return self._tick
        return min(self._tick, max(0.01, (due - self._clock.now()).total_seconds()))

    async def _finish(self) -> None:
        """What is on its way is awaited and written down, so that a restart need not wait for our leases."""
        self._stopping = True
        until = time.monotonic() + FINISHING
        if self._rounds:
            await asyncio.wait(set(self._rounds), timeout=FINISHING)
        if self._in_flight:
            await asyncio.wait(set(self._in_flight), timeout=max(0.0, until - time.monotonic()))
        if not self._ended:
            return
        try:
            await self._follow_up()
            async with self._database.write_connection(1.0) as connection:
                ended = [outcome for outcome in self._ended if self._end(outcome) is None]
                done = await self._settle(connection, ended)
            self._account_for(done)
        except Exception as error:  # noqa: BLE001 - the leases run out, and another process looks
            log.error("not written down at the end", error=type(error).__name__)


def unsent(letter: Letter, verdict: Verdict) -> Outcome:
    """Decided while composing. Its lane rests only if something went wrong."""
    not_before = letter.lane.lease.now() + timedelta(seconds=verdict.rest) if verdict.rest else None
    return Outcome(letter.lane, letter.notice, verdict, not_before=not_before)
