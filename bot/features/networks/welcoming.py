"""An operator who comes for the first time is told where to begin, in their 1:1 chat."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit
from bot.audit import AuditRow
from bot.chat.inbound import Joined
from bot.chat.message import Message
from bot.feature import Context, Desk, NoticeKind
from bot.features.networks import cards
from bot.outbox import Draft, Notice, enqueue
from bot.people import Person

WELCOMED = "operator.welcomed"


async def joined(context: Context, event: Joined) -> None:
    """Somebody came to their own 1:1 chat, which no network has: an adapter says so once, the first time."""
    if context.room is None and context.someone is not None and context.someone.operator:
        await welcome(context.session, context.someone.id, context.now)


async def welcome(session: AsyncSession, person_id: int, now: datetime) -> None:
    """Once, however often it is asked for, and however long ago it was."""
    told = exists().where(AuditRow.did == WELCOMED, AuditRow.subject == f"person:{person_id}")
    if await session.scalar(select(told)):
        return
    await audit.record(session, now, WELCOMED, f"person:{person_id}", by=person_id, network=None)
    await enqueue(session, Draft("networks.welcome", str(person_id), f"networks.welcome:{person_id}", now, person_id))


async def compose_welcome(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    persons = select(Person.id).where(Person.id.in_([int(notice.subject) for notice in notices]), Person.operator)
    wanted = set(await desk.session.scalars(persons))
    return {notice.id: cards.welcome() for notice in notices if int(notice.subject) in wanted}


NOTICES = (NoticeKind("networks.welcome", compose_welcome, passing=True),)
