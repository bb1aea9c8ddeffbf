"""Who answers, and who has: counted by workplace, never read."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox, people
from bot.chat.port import Posted
from bot.feature import Context
from bot.features.cases.service import NotOpen, case_of, plan_escalation, redraw
from bot.features.cases.tables import Answering, Case, CaseState, Reply
from storage import Busy, insert_into


async def say_on_it(context: Context, case_id: str, *, on: bool) -> Case:
    """«Jeg svarer», and its undo."""
    case = await case_of(context, case_id, to_change=True)
    if case.state is not CaseState.OPEN:
        raise NotOpen
    about = {"case_id": case.id, "person_id": context.person.id}
    if on:
        answering = insert_into(context.session, Answering).values(**about, since=context.now)
        await context.session.execute(answering.on_conflict_do_nothing())
    else:
        await context.session.execute(delete(Answering).filter_by(**about))
    await redraw(context, case)
    return case


async def replied(context: Context, case: Case, posted: Posted) -> None:
    """Count a message in the case's thread. The asker's own are kept track of, but answer nothing."""
    person = context.person
    if await context.session.scalar(select(Reply.id).where(Reply.posted == posted.store())):
        return
    context.session.add(
        Reply(
            case_id=case.id,
            person_id=person.id,
            organisation_id=person.organisation_id,
            at=context.now,
            posted=posted.store(),
        )
    )
    if person.id != case.asker_id and case.answered_at is None:
        case.answered_at = context.now
    await redraw(context, case)


async def took_back(context: Context, posted: Posted) -> None:
    """A message was deleted: was it the only answer, the case is unanswered again."""
    session = context.session
    reply = await session.scalar(select(Reply).where(Reply.posted == posted.store()))
    if reply is None:
        return
    await session.delete(reply)
    await session.flush()
    case = await session.get_one(Case, reply.case_id)
    case.answered_at = await session.scalar(
        select(Reply.at).where(Reply.case_id == case.id, Reply.person_id != case.asker_id).order_by(Reply.at).limit(1)
    )
    if case.answered_at is None and case.state is CaseState.OPEN:
        network = await session.get_one(people.Network, case.network_id)
        await plan_escalation(context, case, network.zone)
    await redraw(context, case)


async def case_in_thread(session: AsyncSession, thread: Posted | None) -> Case | None:
    """The case whose card a thread hangs under.

    Raises `Busy` while a case is on its way to that room and it is not known yet what the platform called it: the
    event comes again.
    """
    if thread is None:
        return None
    subject = await outbox.subject_of(session, thread, "cases.posted")
    if subject is None and await outbox.is_sending(session, "cases.posted", thread.place):
        raise Busy
    return await session.get(Case, int(subject)) if subject else None
