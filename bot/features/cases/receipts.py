"""Answers made from ids alone, so that they can be given again when the same event comes twice."""

from sqlalchemy import select

from bot.chat.message import Message
from bot.feature import Context
from bot.features.cases import cards, ending, facts
from bot.features.cases.tables import LearningPoint, Reply


async def _outline(context: Context, subject: str) -> facts.CaseOutline:
    return (await facts.outlines(context.session, [int(subject)]))[int(subject)]


async def opened(context: Context, subject: str) -> Message:
    return cards.opened(await _outline(context, subject))


async def appealed(_context: Context, _subject: str) -> Message:
    return cards.appeal_sent()


async def on_it(context: Context, subject: str) -> Message:
    return cards.on_it(await _outline(context, subject))


async def not_on_it(context: Context, subject: str) -> Message:
    return cards.no_longer_on_it(await _outline(context, subject))


async def closed(context: Context, subject: str) -> Message:
    return cards.closed(await _outline(context, subject))


async def decided(context: Context, subject: str) -> Message:
    return cards.decided(await _outline(context, subject))


async def erased(context: Context, subject: str) -> Message:
    session, case_id = context.session, int(subject)
    replies = len(list(await session.scalars(select(Reply.id).where(Reply.case_id == case_id))))
    learning = await session.scalar(select(LearningPoint.id).where(LearningPoint.case_id == case_id))
    return cards.erased(
        await _outline(context, subject),
        replies=replies,
        learning_kept=learning is not None,
        replies_removed=ending.removes_replies(context.chat),
    )
