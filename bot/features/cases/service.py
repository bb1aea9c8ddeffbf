"""The use cases around asking, and who may do what with a case. Every one takes the transaction it works in.

Appeals, answers and endings have files of their own beside this one.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit, outbox, people, places
from bot.chat.inbound import id_in
from bot.chat.port import Account
from bot.clock import local_date
from bot.errors import NotFound, Refusal
from bot.feature import Context
from bot.features.cases import rules
from bot.features.cases.tables import (
    AskedPerson,
    Case,
    CaseState,
)
from bot.language import say_list
from bot.numbers import next_number
from bot.outbox import Act, Draft
from bot.people import Right, Role

ANONYMOUS = "anonymous_hpl_23"  # helsepersonelloven § 23: information that identifies nobody is not confidential


IDS_FIT = 160  # characters of account ids in a notice's subject


class NotOpen(Refusal):
    """Kasuset er ikke åpent lenger."""


class NoCaseRoom(Refusal):
    """Nettverket har ikke noe kasusrom ennå. Be sekretæren om å opprette det."""


class RoomUnreadable(Refusal):
    """Jeg får ikke vite hvem som er i kasusrommet, og da poster jeg ikke. Teksten din står her ennå: prøv igjen om
    litt, eller spør sekretæren."""


class OutsidersInRoom(Refusal):
    """Kasuset ble ikke postet: {names} er i kasusrommet uten kasustilgang. Lederen har fått beskjed. Teksten din
    står her ennå: prøv igjen når rommet er ryddet."""


async def case_of(
    context: Context, case_id: str | int, right: Right = Right.USE_CASES, *, to_change: bool = False
) -> Case:
    """The case, where the asker may see it; otherwise `NotFound`, whether or not there is such a case.

    With `to_change` its row is locked, so that two who act at once act one after the other.
    """
    number = id_in(str(case_id))
    if number is None:
        raise NotFound
    case = await context.session.get(Case, number, with_for_update=to_change or None, populate_existing=to_change)
    if case is None or not _may(context, case, right) or _is_hidden(context, case):
        raise NotFound
    return case


def _is_hidden(context: Context, case: Case) -> bool:
    """An appeal that is not released is for the asker and the privacy contact alone."""
    if case.state not in (CaseState.APPEALED, CaseState.REFUSED) or case.asker_id == context.person.id:
        return False
    return not _may(context, case, Right.DECIDE_APPEALS)


def may_close(context: Context, case: Case) -> bool:
    return case.asker_id == context.person.id or _may(context, case, Right.CLOSE_ANY_CASE)


def may_erase(context: Context, case: Case) -> bool:
    return case.asker_id == context.person.id or _may(context, case, Right.ERASE_ANY_CASE)


def _may(context: Context, case: Case, right: Right) -> bool:
    return any(s.network.id == case.network_id and s.may(right) for s in context.standings)


# Asking


async def open_case(context: Context, network_id: int, draft: rules.CaseDraft) -> Case:
    """Store the case and queue it for the case room, once it is known who can read that room."""
    context.require(Right.USE_CASES, network_id)
    await require_safe_room(context, network_id)
    case = await store(context, network_id, draft, CaseState.OPEN)
    await release(context, case)
    return case


async def require_safe_room(context: Context, network_id: int) -> None:
    """Raises where the case room is missing, unreadable, or holds somebody without case access.

    A chat platform cannot hide one message from one member: the room itself is the access control.
    """
    if network_id not in context.case_rooms:
        raise NoCaseRoom
    present = context.case_rooms[network_id]
    if present is None:
        raise RoomUnreadable
    outsiders = await people.without_case_access(context.session, network_id, present)
    if outsiders:
        hour = context.now.strftime("%Y-%m-%dT%H")  # asked again and again, the leaders hear once an hour
        context.afterwards.regardless += await outsider_notices(context, network_id, outsiders, once=hour)
        raise OutsidersInRoom(names=say_list(sorted(account.name or account.id for account in outsiders)))


async def outsider_notices(
    context: Context, network_id: int, outsiders: Sequence[Account], *, once: str
) -> list[Draft]:
    """Tell the leaders whom it concerns, the same persons once for each `once`. A notice carries ids alone."""
    subject = f"{network_id}:{outsiders[0].chat}:{_as_many_as_fit(outsiders)}"
    about = hashlib.sha256(f"{subject}|{once}".encode()).hexdigest()[:32]
    return [
        Draft("cases.outsiders", subject, f"cases.outsiders:{about}:{leader}", context.now, leader)
        for leader in await _with_role(context.session, network_id, Role.LEADER)
    ]


def _as_many_as_fit(outsiders: Sequence[Account]) -> str:
    """Whole ids with commas between: a notice's subject holds 200 characters, and Teams' ids are long."""
    fitting = ""
    for id in sorted(account.id for account in outsiders):
        longer = f"{fitting},{id}" if fitting else id
        if len(longer) > IDS_FIT:
            break
        fitting = longer
    return fitting


async def store(context: Context, network_id: int, draft: rules.CaseDraft, state: CaseState) -> Case:
    session, vault = context.session, context.vault
    subject = await vault.new_subject(session, "case")
    case = Case(
        network_id=network_id,
        sealed_under=subject,
        state=state,
        asker_id=context.person.id,
        basis=ANONYMOUS,
        age_band=draft.age_band,
        wanted_by=date.fromisoformat(draft.wanted_by) if draft.wanted_by else None,
        opened_at=context.now,
        **{field: await vault.seal(session, subject, field, text) for field, text in draft.texts.items()},
    )
    session.add(case)
    await session.flush()
    session.add_all(AskedPerson(case_id=case.id, person_id=person) for person in draft.asked)
    return case


async def release(context: Context, case: Case) -> None:
    """Give the case its code, its place in the room, and its guarantee: answered or escalated."""
    session = context.session
    standing = context.standing_in(case.network_id)
    room = await places.room_for(session, case.network_id, places.Purpose.CASES)
    if room is None:
        raise NoCaseRoom
    case.state, case.opened_at = CaseState.OPEN, context.now
    case.code = await _next_code(session, standing.network, context.now)
    await session.flush()
    subject = str(case.id)
    await outbox.enqueue(session, Draft("cases.posted", subject, f"cases.posted:{subject}", context.now, room.place))
    await outbox.enqueue(session, *await _word_to_the_asked(context, case))
    await plan_escalation(context, case, standing.network.zone)
    await record(context, "case.opened", case)


async def _word_to_the_asked(context: Context, case: Case) -> list[Draft]:
    subject = str(case.id)
    asked = await context.session.scalars(select(AskedPerson.person_id).where(AskedPerson.case_id == case.id))
    return [Draft("cases.asked", subject, f"cases.asked:{subject}:{person}", context.now, person) for person in asked]


async def _next_code(session: AsyncSession, network: people.Network, now: datetime) -> str:
    year = local_date(now, network.zone).year % 100
    number = await next_number(session, f"case:{network.id}:{year}")
    return f"{network.code}-{year:02}-{number:03}"


async def plan_escalation(context: Context, case: Case, zone: str) -> None:
    """Planned again (the only answer was taken back), what is still to come stays, and what has passed comes next."""
    session, subject = context.session, str(case.id)
    asked = list(await session.scalars(select(AskedPerson.person_id).where(AskedPerson.case_id == case.id)))
    leaders = await _with_role(session, case.network_id, Role.LEADER)
    contacts = asked or await _with_role(session, case.network_id, Role.CONTACT)
    contacts = [person for person in contacts if person != case.asker_id] or leaders
    to_contacts, to_leaders = (
        rules.not_before(due, context.now, zone) for due in rules.escalations(case.opened_at, case.wanted_by, zone)
    )
    planned = [("cases.unanswered", to_contacts, contacts), ("cases.stuck", to_leaders, leaders)]
    await outbox.enqueue(
        session,
        *(
            Draft(kind, subject, f"{kind}:{subject}:{person}:{local_date(due, zone)}", due, person)
            for kind, due, persons in planned
            for person in persons
        ),
    )


async def _with_role(session: AsyncSession, network_id: int, role: Role) -> list[int]:
    return [member.person.id for member in await people.members(session, network_id) if role in member.roles]


async def redraw(context: Context, case: Case) -> None:
    """Bring the card in the room up to date."""
    await context.session.flush()
    room = await places.room_for(context.session, case.network_id, places.Purpose.CASES)
    if room is None:
        return
    key = f"cases.card:{case.id}:{uuid4().hex}"
    await outbox.enqueue(
        context.session,
        Draft("cases.card", str(case.id), key, context.now, room.place, Act.EDIT, posted_by="cases.posted"),
    )


async def record(context: Context, did: str, case: Case) -> None:
    """By nobody, where a rule did it."""
    by = context.someone.id if context.someone else None
    await audit.record(context.session, context.now, did, f"case:{case.id}", by=by, network=case.network_id)
