"""What the outbox says of cases, from the state as it is when it is said. A notice left out no longer applies."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox, people
from bot.chat.message import Message
from bot.chat.port import Account
from bot.check import check
from bot.feature import Desk, NoticeKind
from bot.features.cases import cards, facts
from bot.features.cases.tables import Case, CaseState
from bot.outbox import Draft, Notice, enqueue
from bot.people import Right


async def compose_card(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    return await _from_facts(desk, notices, (CaseState.OPEN, CaseState.CLOSED), cards.case_card)


async def compose_concluded(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    return await _from_facts(desk, notices, (CaseState.CLOSED,), cards.concluded)


async def _from_facts(
    desk: Desk,
    notices: Sequence[Notice],
    states: tuple[CaseState, ...],
    say: Callable[[facts.CaseFacts], Message],
) -> Mapping[int, Message]:
    said = {}
    for notice in notices:
        case = await desk.session.get(Case, int(notice.subject))
        if case is not None and case.state in states and notice.to is not None:
            found = await facts.case_facts(desk.session, desk.vault, case, notice.to.chat)
            if found is not None:
                said[notice.id] = say(found)
    return said


async def compose_unanswered(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    return await _while_unanswered(desk, notices, cards.unanswered)


async def compose_stuck(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    return await _while_unanswered(desk, notices, cards.stuck)


async def _while_unanswered(
    desk: Desk, notices: Sequence[Notice], say: Callable[[Sequence[facts.CaseOutline], datetime], Message]
) -> Mapping[int, Message]:
    """All that one person hears at one moment is one message: the first says it, and the others are void."""
    said = {}
    for notice in notices:
        together = await outbox.alike(desk.session, notice)
        found = await facts.outlines(desk.session, [int(each.subject) for each in together])
        waiting = [case for case in found.values() if case.state is CaseState.OPEN and case.answered_at is None]
        waiting.sort(key=lambda case: case.code)
        first = next((each for each in together if each.said or _is_among(waiting, each.subject)), None)
        if first is not None and first.id == notice.id:
            said[notice.id] = say(waiting, desk.now)
    return said


def _is_among(cases: Sequence[facts.CaseOutline], subject: str) -> bool:
    return any(str(case.id) == subject for case in cases)


async def compose_outsiders(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    said = {}
    for notice in notices:
        network_id, chat, ids = notice.subject.split(":", 2)
        network = await desk.session.get_one(people.Network, int(network_id))
        names = await people.names_of(desk.session, chat, ids.split(","))
        said[notice.id] = cards.outsiders(network.name, names)
    return said


async def compose_appealed(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    said = {}
    for notice in notices:
        case = await desk.session.get(Case, int(notice.subject))
        if case is None or case.state is not CaseState.APPEALED or notice.person_id is None:
            continue
        if not await people.may(desk.session, notice.person_id, case.network_id, Right.DECIDE_APPEALS):
            continue  # not theirs to read any longer
        found = await facts.case_facts(desk.session, desk.vault, case, "")
        if found is not None:
            reason = await facts.appeal_reason(desk.session, desk.vault, case)
            said[notice.id] = cards.appealed(found, reason, _why_stopped(found))
    return said


def _why_stopped(found: facts.CaseFacts) -> list[str]:
    words = found.words
    checked = check({"title": words.title, "background": words.background, "question": words.question})
    return list(checked.blocked.values())


async def compose_decided(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    found = await facts.outlines(desk.session, [int(notice.subject) for notice in notices])
    return {notice.id: cards.appeal_decided(found[int(notice.subject)]) for notice in notices}


async def compose_asked(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    said = {}
    for notice in notices:
        case = await desk.session.get(Case, int(notice.subject))
        if case is not None and case.state is CaseState.OPEN:
            found = (await facts.outlines(desk.session, [case.id]))[case.id]
            said[notice.id] = cards.asked(found, await facts.signature(desk.session, case.asker_id))
    return said


async def room_is_safe(desk: Desk, notice: Notice, present: Sequence[Account]) -> bool:
    """Whether everybody in the room may read cases, asked again just before the case is posted."""
    network_id = await desk.session.scalar(select(Case.network_id).where(Case.id == int(notice.subject)))
    if network_id is None:
        return True
    return not await people.without_case_access(desk.session, network_id, present)


async def compose_not_posted(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    found = await facts.outlines(desk.session, [int(notice.subject) for notice in notices])
    return {
        notice.id: cards.not_posted(case)
        for notice in notices
        if (case := found[int(notice.subject)]).state is CaseState.OPEN  # erased meanwhile: nobody waits for it
    }


async def tell_asker(session: AsyncSession, notice: Notice, now: datetime) -> None:
    """The case could not be posted: whoever asked must know that nobody has seen it."""
    case = await session.get_one(Case, int(notice.subject))
    draft = Draft("cases.not_posted", notice.subject, f"cases.not_posted:{notice.subject}", now, case.asker_id)
    await enqueue(session, draft)


async def _nothing(_desk: Desk, _notices: Sequence[Notice]) -> Mapping[int, Message]:
    return {}


NOTICES = (
    NoticeKind("cases.posted", compose_card, room_is_safe, tell_asker),
    NoticeKind("cases.not_posted", compose_not_posted, passing=True),
    NoticeKind("cases.card", compose_card, room_is_safe),
    NoticeKind("cases.concluded", compose_concluded, room_is_safe),
    NoticeKind("cases.removed", _nothing),
    NoticeKind("cases.unanswered", compose_unanswered, passing=True),
    NoticeKind("cases.stuck", compose_stuck, passing=True),
    NoticeKind("cases.outsiders", compose_outsiders, passing=True),
    NoticeKind("cases.asked", compose_asked, passing=True),
    NoticeKind("cases.appealed", compose_appealed),
    NoticeKind("cases.appeal_decided", compose_decided, passing=True),
)
