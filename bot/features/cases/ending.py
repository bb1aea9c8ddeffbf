"""Closing a case with what was learnt, and erasing it with all that showed it."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox, places
from bot.chat.port import Can, Chat, Posted
from bot.errors import NotAllowed, NotFound, Refusal
from bot.feature import Context
from bot.features.cases import learning as learnt
from bot.features.cases.service import NotOpen, case_of, may_close, may_erase, record, redraw
from bot.features.cases.tables import Appeal, Case, CaseState, LearningPoint, Reply
from bot.outbox import Act, Draft
from bot.outbox.notices import NOTICES

SHOWN_IN_ROOM = ("cases.posted", "cases.concluded")  # kinds of notice that hold a case's words
SHOWN_ALONE = ("cases.appealed",)  # the same, in a 1:1 chat


class AlreadyClosed(Refusal):
    """Kasuset er allerede avsluttet."""


async def close_case(context: Context, case_id: str, conclusion: str, learning: str, *, survives: bool) -> Case:
    case = await case_of(context, case_id, to_change=True)
    if not may_close(context, case):
        raise NotAllowed
    if case.state is CaseState.CLOSED:
        raise AlreadyClosed
    if case.state is not CaseState.OPEN:
        raise NotOpen
    session, subject = context.session, str(case.id)
    case.conclusion = await context.vault.seal(session, case.sealed_under, "conclusion", conclusion)
    case.state, case.closed_at = CaseState.CLOSED, context.now
    if learning.strip():
        point = LearningPoint(
            network_id=case.network_id,
            case_id=case.id,
            text=learning.strip(),
            survives_erasure=survives,
            at=context.now,
        )
        session.add(point)
        await session.flush()
        await learnt.let_be_found(session, point, case.code)
    await session.flush()
    posted = await outbox.posted(session, "cases.posted", subject)
    if posted is not None:
        key = f"cases.concluded:{subject}"
        await outbox.enqueue(session, Draft("cases.concluded", subject, key, context.now, posted.in_thread))
    await redraw(context, case)
    await record(context, "case.closed", case)
    return case


async def erase_case(context: Context, case_id: str) -> Case:
    """Destroy the words, remove our messages, keep what is honest to keep. Raises OSError when the ledger cannot
    be written: then nothing is erased."""
    case = await case_of(context, case_id, to_change=True)
    if not may_erase(context, case):
        raise NotAllowed
    if case.state in (CaseState.ERASED, CaseState.REFUSED):
        raise NotFound
    await erase(context, case)
    return case


async def erase(context: Context, case: Case) -> None:
    """The same for a case that is locked, and that may be erased: somebody has the right, or a rule says so."""
    session, subject = context.session, str(case.id)
    await forget_words(context, case, CaseState.ERASED)
    await learnt.forget(session, case.id)
    for kind in (*SHOWN_IN_ROOM, *SHOWN_ALONE, "cases.unanswered", "cases.stuck", "cases.asked"):
        await outbox.withdraw(session, kind, subject)
    await _remove_what_is_on_its_way(context, case)
    gone = await said_of(context.session, (*SHOWN_IN_ROOM, *SHOWN_ALONE), [subject])
    if removes_replies(context.chat):
        theirs = await session.scalars(select(Reply.posted).where(Reply.case_id == case.id))
        gone += [Posted.load(posted) for posted in theirs]
    await remove_messages(context, subject, gone)
    await record(context, "case.erased", case)


async def _remove_what_is_on_its_way(context: Context, case: Case) -> None:
    """A card that is being sent at this very moment cannot be withdrawn: it is removed right after it."""
    room = await places.room_for(context.session, case.network_id, places.Purpose.CASES)
    if room is None:
        return
    subject = str(case.id)
    for kind in SHOWN_IN_ROOM:
        if await outbox.is_sending(context.session, kind, room.place):
            key = f"cases.removed:{subject}:{kind}"
            removal = Draft("cases.removed", subject, key, context.now, room.place, Act.DELETE, posted_by=kind)
            await outbox.enqueue(context.session, removal)


async def restore_erased(session: AsyncSession, sealed_under: str, now: datetime) -> None:
    """An older database was restored, and a case that was erased stands open in it again: erase its row too."""
    case = await session.scalar(select(Case).where(Case.sealed_under == sealed_under))
    if case is None:
        return
    case.title = case.background = case.question = case.conclusion = None
    case.state, case.erased_at = (CaseState.ERASED if case.code else CaseState.REFUSED), now
    await session.execute(update(Appeal).where(Appeal.case_id == case.id).values(reason=None))
    await learnt.forget(session, case.id)
    for kind in (*SHOWN_IN_ROOM, *SHOWN_ALONE, "cases.unanswered", "cases.stuck", "cases.asked"):
        await outbox.withdraw(session, kind, str(case.id))


async def forget_words(context: Context, case: Case, state: CaseState) -> None:
    await context.vault.erase(context.session, case.sealed_under, context.now)
    context.afterwards.erased.append(case.sealed_under)
    case.title = case.background = case.question = case.conclusion = None
    case.state, case.erased_at = state, context.now
    await context.session.execute(update(Appeal).where(Appeal.case_id == case.id).values(reason=None))
    await context.session.flush()


async def said_of(session: AsyncSession, kinds: Iterable[str], subjects: Iterable[str]) -> list[Posted]:
    """Every message of ours of these kinds about these subjects."""
    stored = await session.scalars(
        select(NOTICES.c.posted).where(
            NOTICES.c.kind.in_(list(kinds)),
            NOTICES.c.subject.in_(list(subjects)),
            NOTICES.c.act == Act.POST,
            NOTICES.c.posted.is_not(None),
        )
    )
    return [Posted.load(posted) for posted in stored]


async def remove_messages(context: Context, subject: str, gone: Iterable[Posted]) -> None:
    drafts = (
        Draft("cases.removed", subject, _removal_key(posted), context.now, posted.place, Act.DELETE, posted)
        for posted in gone
    )
    await outbox.enqueue(context.session, *drafts)


def _removal_key(posted: Posted) -> str:
    """One removal a message; what a platform calls a message may be longer than a key."""
    return f"cases.removed:{hashlib.sha256(posted.store().encode()).hexdigest()[:32]}"


def removes_replies(chat: Chat) -> bool:
    """Whether what members wrote in a case's thread goes with the case."""
    return bool(chat.can & {Can.DELETE_OTHERS, Can.SEALED_THREADS})
