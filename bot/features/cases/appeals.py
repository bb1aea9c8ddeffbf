"""When the asker disagrees with the check: the privacy contact decides."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox, people
from bot.errors import NotAllowed, Refusal
from bot.feature import Context
from bot.features.cases import rules
from bot.features.cases.ending import SHOWN_ALONE, forget_words, remove_messages, said_of
from bot.features.cases.service import case_of, record, release, require_safe_room, store
from bot.features.cases.tables import Appeal, Case, CaseState
from bot.outbox import Draft
from bot.people import Right


class AlreadyDecided(Refusal):
    """Dette er allerede avgjort."""


async def deciders(session: AsyncSession, network_id: int, asker_id: int) -> list[int]:
    """Who may decide an appeal: privacy contacts with case access, never the asker. Empty: there are no appeals."""
    return [
        member.person.id
        for member in await people.members(session, network_id)
        if Right.DECIDE_APPEALS in people.rights(member.roles, member.case_access) and member.person.id != asker_id
    ]


async def appeal(context: Context, network_id: int, draft: rules.CaseDraft) -> Case:
    """Keep the case, sealed and unseen by the network, until the privacy contact has decided."""
    context.require(Right.USE_CASES, network_id)
    case = await store(context, network_id, draft, CaseState.APPEALED)
    reason = await context.vault.seal(context.session, case.sealed_under, "reason", draft.reason)
    context.session.add(Appeal(case_id=case.id, reason=reason, at=context.now))
    subject = str(case.id)
    await outbox.enqueue(
        context.session,
        *(
            Draft("cases.appealed", subject, f"cases.appealed:{subject}:{person}", context.now, person)
            for person in await deciders(context.session, network_id, context.person.id)
        ),
    )
    await record(context, "case.appealed", case)
    return case


async def decide_appeal(context: Context, case_id: str, *, granted: bool) -> Case:
    """The privacy contact's word. Raises `AlreadyDecided`, and `NotAllowed` for the asker."""
    case = await case_of(context, case_id, Right.DECIDE_APPEALS, to_change=True)
    if case.asker_id == context.person.id:
        raise NotAllowed
    decided = await context.session.execute(
        update(Appeal)
        .where(Appeal.case_id == case.id, Appeal.decided_at.is_(None))
        .values(decided_by=context.person.id, decided_at=context.now)
        .returning(Appeal.case_id)
    )
    if decided.one_or_none() is None:
        raise AlreadyDecided
    if granted:
        await require_safe_room(context, case.network_id)
        await release(context, case)
    else:
        await forget_words(context, case, CaseState.REFUSED)
    await remove_messages(context, str(case.id), await said_of(context.session, SHOWN_ALONE, [str(case.id)]))
    await record(context, "case.appeal_released" if granted else "case.appeal_refused", case)
    key = f"cases.appeal_decided:{case.id}"
    await outbox.enqueue(context.session, Draft("cases.appeal_decided", str(case.id), key, context.now, case.asker_id))
    return case
