"""What is kept of one person in the cases: what they asked, and that they answered."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox, places
from bot.audit import AuditRow
from bot.feature import Desk
from bot.features.cases.facts import CaseText, open_words
from bot.features.cases.tables import Answering, Appeal, AskedPerson, Case, CaseState, Reply
from bot.outbox import Act, Draft
from bot.vault import Erased, Unopened


async def exported(desk: Desk, person_id: int) -> Mapping[str, Any]:
    """Their own words alone: an answer stands in the chat, and a conclusion is whose who wrote it."""
    asked = await desk.session.scalars(select(Case).where(Case.asker_id == person_id).order_by(Case.id))
    replies = await desk.session.execute(
        select(Case.code, Reply.at)
        .join(Case, Case.id == Reply.case_id)
        .where(Reply.person_id == person_id)
        .order_by(Reply.at, Reply.id)
    )
    return {
        "asked": [await _asked(desk, case) for case in asked],
        "concluded": await _concluded(desk, person_id),
        "answered": [{"code": code, "at": at} for code, at in replies],
    }


async def _asked(desk: Desk, case: Case) -> dict[str, Any]:
    words = await _words(desk, case)
    return {
        "code": case.code,
        "state": case.state,
        "basis": case.basis,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "erased_at": case.erased_at,
        "title": words.title if words else None,
        "background": words.background if words else None,
        "question": words.question if words else None,
        "appeal": await _appeal(desk, case),
    }


async def _words(desk: Desk, case: Case) -> CaseText | None:
    try:
        return None if case.title is None else await open_words(desk.session, desk.vault, case)
    except (Erased, Unopened):
        return None


async def _appeal(desk: Desk, case: Case) -> str | None:
    reason = await desk.session.scalar(select(Appeal.reason).where(Appeal.case_id == case.id))
    try:
        return await desk.vault.open(desk.session, case.sealed_under, "reason", reason) if reason else None
    except (Erased, Unopened):
        return None


async def _concluded(desk: Desk, person_id: int) -> list[dict[str, Any]]:
    closed = await desk.session.scalars(
        select(AuditRow.subject).where(AuditRow.did == "case.closed", AuditRow.person_id == person_id)
    )
    ids = [int(subject.partition(":")[2]) for subject in closed]
    found = []
    for case in await desk.session.scalars(select(Case).where(Case.id.in_(ids)).order_by(Case.id)):
        words = await _words(desk, case)
        found.append({"code": case.code, "conclusion": words.conclusion if words else None})
    return found


async def person_erased(desk: Desk, person_id: int) -> None:
    """The cases stay the network's, asked by somebody who was here. Nobody waits for an answer of theirs."""
    session = desk.session
    shown = await _showing(session, person_id)
    await session.execute(delete(AskedPerson).where(AskedPerson.person_id == person_id))
    await session.execute(delete(Answering).where(Answering.person_id == person_id))
    for case in shown:
        await _redraw(desk, case)


async def _showing(session: AsyncSession, person_id: int) -> list[Case]:
    """Those whose card names the person."""
    named = or_(
        Case.asker_id == person_id,
        Case.id.in_(select(Answering.case_id).where(Answering.person_id == person_id)),
        Case.id.in_(select(AskedPerson.case_id).where(AskedPerson.person_id == person_id)),
    )
    rows = select(Case).where(named, Case.state.in_((CaseState.OPEN, CaseState.CLOSED))).order_by(Case.id)
    return list(await session.scalars(rows))


async def _redraw(desk: Desk, case: Case) -> None:
    room = await places.room_for(desk.session, case.network_id, places.Purpose.CASES)
    if room is not None:
        key = f"cases.card:{case.id}:{uuid4().hex}"
        card = Draft("cases.card", str(case.id), key, desk.now, room.place, Act.EDIT, posted_by="cases.posted")
        await outbox.enqueue(desk.session, card)
