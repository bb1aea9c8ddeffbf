"""The use cases: open, answer, close, erase. Every one takes the transaction it works in."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit, outbox, people, places
from bot.chat.inbound import id_in
from bot.chat.port import Account, Can, Chat, Posted
from bot.clock import local_date
from bot.errors import NotAllowed, NotFound, Refusal
from bot.feature import Context
from bot.features.cases import rules
from bot.features.cases.tables import (
    Answering,
    Appeal,
    AskedPerson,
    Case,
    CaseState,
    LearningPoint,
    Reply,
)
from bot.language import say_list
from bot.numbers import next_number
from bot.outbox import Act, Draft
from bot.outbox.notices import NOTICES
from bot.people import Right, Role
from bot.vault import Vault
from storage import Busy, insert_into

ANONYMOUS = "anonymous_hpl_23"  # helsepersonelloven § 23: information that identifies nobody is not confidential


SHOWN_IN_ROOM = ("cases.posted", "cases.concluded")  # kinds of notice that hold a case's words
SHOWN_ALONE = ("cases.appealed",)  # the same, in a 1:1 chat
IDS_FIT = 160  # characters of account ids in a notice's subject


class NoCaseRoom(Refusal):
    """Nettverket har ikke noe kasusrom ennå. Be sekretæren om å opprette det."""


class RoomUnreadable(Refusal):
    """Jeg får ikke vite hvem som er i kasusrommet, og da poster jeg ikke. Teksten din står her ennå: prøv igjen om
    litt, eller spør sekretæren."""


class OutsidersInRoom(Refusal):
    """Kasuset ble ikke postet: {names} er i kasusrommet uten kasustilgang. Lederen har fått beskjed. Teksten din
    står her ennå: prøv igjen når rommet er ryddet."""


class AlreadyClosed(Refusal):
    """Kasuset er allerede avsluttet."""


class NotOpen(Refusal):
    """Kasuset er ikke åpent lenger."""


class AlreadyDecided(Refusal):
    """Dette er allerede avgjort."""


@dataclass(frozen=True, slots=True)
class CaseText:
    title: str
    background: str
    question: str
    conclusion: str


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
    case = await _store(context, network_id, draft, CaseState.OPEN)
    await _release(context, case)
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


async def _store(context: Context, network_id: int, draft: rules.CaseDraft, state: CaseState) -> Case:
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


async def _release(context: Context, case: Case) -> None:
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
    await _plan_escalation(context, case, standing.network.zone)
    await record(context, "case.opened", case)


async def _word_to_the_asked(context: Context, case: Case) -> list[Draft]:
    subject = str(case.id)
    asked = await context.session.scalars(select(AskedPerson.person_id).where(AskedPerson.case_id == case.id))
    return [Draft("cases.asked", subject, f"cases.asked:{subject}:{person}", context.now, person) for person in asked]


async def _next_code(session: AsyncSession, network: people.Network, now: datetime) -> str:
    year = local_date(now, network.zone).year % 100
    number = await next_number(session, f"case:{network.id}:{year}")
    return f"{network.code}-{year:02}-{number:03}"


async def _plan_escalation(context: Context, case: Case, zone: str) -> None:
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


# Appeals


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
    case = await _store(context, network_id, draft, CaseState.APPEALED)
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


async def decide_appeal(context: Context, case_id: str, *, release: bool) -> Case:
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
    if release:
        await require_safe_room(context, case.network_id)
        await _release(context, case)
    else:
        await _forget_words(context, case, CaseState.REFUSED)
    await remove_messages(context, str(case.id), await said_of(context.session, SHOWN_ALONE, [str(case.id)]))
    await record(context, "case.appeal_released" if release else "case.appeal_refused", case)
    key = f"cases.appeal_decided:{case.id}"
    await outbox.enqueue(context.session, Draft("cases.appeal_decided", str(case.id), key, context.now, case.asker_id))
    return case


# Answering


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
    await _redraw(context, case)
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
    await _redraw(context, case)


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
        await _plan_escalation(context, case, network.zone)
    await _redraw(context, case)


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


# Closing and erasing


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
        session.add(
            LearningPoint(
                network_id=case.network_id,
                case_id=case.id,
                text=learning.strip(),
                survives_erasure=survives,
                at=context.now,
            )
        )
    await session.flush()
    posted = await outbox.posted(session, "cases.posted", subject)
    if posted is not None:
        key = f"cases.concluded:{subject}"
        await outbox.enqueue(session, Draft("cases.concluded", subject, key, context.now, posted.in_thread))
    await _redraw(context, case)
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
    session, subject = context.session, str(case.id)
    await _forget_words(context, case, CaseState.ERASED)
    await session.execute(
        delete(LearningPoint).where(LearningPoint.case_id == case.id, LearningPoint.survives_erasure.is_(False))
    )
    for kind in (*SHOWN_IN_ROOM, *SHOWN_ALONE, "cases.unanswered", "cases.stuck", "cases.asked"):
        await outbox.withdraw(session, kind, subject)
    await _remove_what_is_on_its_way(context, case)
    gone = await said_of(context.session, (*SHOWN_IN_ROOM, *SHOWN_ALONE), [subject])
    if removes_replies(context.chat):
        theirs = await session.scalars(select(Reply.posted).where(Reply.case_id == case.id))
        gone += [Posted.load(posted) for posted in theirs]
    await remove_messages(context, subject, gone)
    await record(context, "case.erased", case)
    return case


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
    await session.execute(
        delete(LearningPoint).where(LearningPoint.case_id == case.id, LearningPoint.survives_erasure.is_(False))
    )
    for kind in (*SHOWN_IN_ROOM, *SHOWN_ALONE, "cases.unanswered", "cases.stuck", "cases.asked"):
        await outbox.withdraw(session, kind, str(case.id))


async def _forget_words(context: Context, case: Case, state: CaseState) -> None:
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


async def _redraw(context: Context, case: Case) -> None:
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
    await audit.record(
        context.session, context.now, did, f"case:{case.id}", by=context.person.id, network=case.network_id
    )


# Reading


async def open_words(session: AsyncSession, vault: Vault, case: Case) -> CaseText:
    """The case's words. Who may have them is the caller's to know. Raises `vault.Erased`."""

    async def opened(field: str, sealed: bytes | None) -> str:
        return await vault.open(session, case.sealed_under, field, sealed) if sealed else ""

    return CaseText(
        await opened("title", case.title),
        await opened("background", case.background),
        await opened("question", case.question),
        await opened("conclusion", case.conclusion),
    )
