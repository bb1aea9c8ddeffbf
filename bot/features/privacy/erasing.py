"""Who has asked to be erased, who decides, and the erasure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit, outbox, people, personal
from bot.chat.inbound import Press, Submission, id_in
from bot.chat.message import Form, Message
from bot.chat.port import Posted, Problems
from bot.check import check
from bot.errors import NotFound, Refusal
from bot.feature import Context, Desk, NoticeKind, Receipt, Rule
from bot.features.privacy import cards
from bot.features.privacy.tables import ErasureRequest
from bot.guard import Profile
from bot.language import _, say_moment
from bot.outbox import Act, Draft, Notice
from bot.outbox.notices import NOTICES as SENT
from bot.people import Membership, Person, Right
from bot.vault import Erased, Unopened, Vault

CARD = "privacy.erasure_asked"
ZONE = "Europe/Oslo"  # where a person is in no network any more


class AlreadyDecided(Refusal):
    """Dette er allerede avgjort."""


async def deciders(session: AsyncSession, person_id: int) -> list[int]:
    """The privacy contacts of the person's networks; never the person."""
    networks = await session.scalars(select(Membership.network_id).where(Membership.person_id == person_id))
    found = {
        member.person.id
        for network_id in list(networks)
        for member in await people.members(session, network_id)
        if Right.DECIDE_ERASURES in people.rights(member.roles, member.case_access) and member.person.id != person_id
    }
    return sorted(found)


async def ask(context: Context) -> ErasureRequest:
    session, person = context.session, context.person.id
    request = ErasureRequest(person_id=person, at=context.now)
    session.add(request)
    await session.flush()
    drafts = (
        Draft(CARD, str(request.id), f"{CARD}:{request.id}:{decider}", context.now, decider)
        for decider in await deciders(session, person)
    )
    await outbox.enqueue(session, *drafts)
    await _record(context, "erasure.asked", request)
    return request


async def _record(context: Context, did: str, request: ErasureRequest) -> None:
    subject = f"erasure:{request.id}"
    await audit.record(context.session, context.now, did, subject, by=context.person.id, network=None)


async def _undecided(context: Context, carries: str) -> ErasureRequest:
    """Locked, so that one of two decides. Raises `NotFound` for whoever may not, `AlreadyDecided`."""
    number = id_in(carries)
    request = None
    if number is not None:
        request = await context.session.get(ErasureRequest, number, with_for_update=True, populate_existing=True)
    if request is None:
        raise NotFound
    if request.decided_by == context.person.id:
        raise AlreadyDecided
    if context.person.id not in await deciders(context.session, request.person_id):
        raise NotFound
    if request.decided_at is not None:
        raise AlreadyDecided
    return request


async def open_erasure(context: Context, event: Press) -> Form:
    return cards.erase_form(await _asker(context.session, await _undecided(context, event.carries)))


async def open_refusal(context: Context, event: Press) -> Form:
    return cards.refusal_form(await _asker(context.session, await _undecided(context, event.carries)))


async def _asker(session: AsyncSession, request: ErasureRequest) -> cards.Asker:
    person = await session.get_one(Person, request.person_id)
    standings = await people.standings(session, request.person_id)
    zone = standings[0].network.zone if standings else ZONE
    return cards.Asker(
        request.id,
        person.name,
        tuple(standing.network.name for standing in standings),
        say_moment(request.at, zone),
    )


async def submit_erasure(context: Context, event: Submission) -> Receipt | Problems:
    """Raises OSError where the ledger cannot be written: then nobody is erased."""
    from bot.features import all_features

    if not event.values.get("sure"):
        return Problems({"sure": _("Kryss av hvis du vil slette.")})
    request = await _undecided(context, event.carries)
    await _decide(context, request, granted=True)
    desk = Desk(context.session, context.now, context.vault, context.chats)
    gone = await personal.erase(desk, request.person_id, all_features(), by=context.person.id)
    request.gone = asdict(gone)
    context.afterwards.names_erased = True
    return Receipt("privacy.person_erased", str(request.id))


async def submit_refusal(context: Context, event: Submission) -> Receipt | Problems:
    request = await _undecided(context, event.carries)
    reason = event.text("reason").strip()
    if not reason:
        return Problems({"reason": _("Skriv hvorfor: den som spurte har krav på en begrunnelse.")})
    if len(reason) > cards.LONGEST_REASON:
        over = len(reason) - cards.LONGEST_REASON
        return Problems({"reason": _("Kort ned med {count} tegn.").format(count=over)})
    checked = check({"reason": reason}, Profile.ITEM)
    if checked.blocked:
        return Problems(checked.blocked)
    session, vault = context.session, context.vault
    request.sealed_under = await vault.new_subject(session, "erasure")
    request.reason = await vault.seal(session, request.sealed_under, "reason", reason)
    await _decide(context, request, granted=False)
    key = f"privacy.erasure_refused:{request.id}"
    await outbox.enqueue(
        session, Draft("privacy.erasure_refused", str(request.id), key, context.now, request.person_id)
    )
    return Receipt("privacy.erasure_refused", str(request.id))


async def _decide(context: Context, request: ErasureRequest, *, granted: bool) -> None:
    request.decided_by, request.decided_at, request.granted = context.person.id, context.now, granted
    await context.session.flush()
    await _close_cards(context.session, request, context.now)
    await _record(context, "erasure.granted" if granted else "erasure.refused", request)


async def _close_cards(session: AsyncSession, request: ErasureRequest, now: datetime) -> None:
    """The name goes out of the cards that asked, sent or not."""
    subject = str(request.id)
    await outbox.withdraw(session, CARD, subject)
    shown = await session.scalars(
        select(SENT.c.posted).where(
            SENT.c.kind == CARD, SENT.c.subject == subject, SENT.c.act == Act.POST, SENT.c.posted.is_not(None)
        )
    )
    for number, stored in enumerate(list(shown)):
        posted = Posted.load(stored)
        key = f"{CARD}:{subject}:decided:{number}"
        await outbox.enqueue(session, Draft(CARD, subject, key, now, posted.place, Act.EDIT, posted))


async def reason_of(session: AsyncSession, vault: Vault, request: ErasureRequest) -> str:
    if request.reason is None or request.sealed_under is None:
        return ""
    try:
        return await vault.open(session, request.sealed_under, "reason", request.reason)
    except (Erased, Unopened):
        return ""


async def erased_receipt(context: Context, subject: str) -> Message:
    request = await context.session.get_one(ErasureRequest, int(subject))
    return cards.receipt(request.gone or {})


async def refused_receipt(_context: Context, _subject: str) -> Message:
    return cards.refusal_sent()


async def compose_card(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    said = {}
    for notice in notices:
        request = await desk.session.get(ErasureRequest, int(notice.subject))
        if request is None:
            continue
        if request.decided_at is not None:
            when = say_moment(request.decided_at, ZONE)
            said[notice.id] = cards.decided(granted=bool(request.granted), when=when)
        elif notice.person_id in await deciders(desk.session, request.person_id):
            said[notice.id] = cards.decision(await _asker(desk.session, request))
    return said


async def compose_refused(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    said = {}
    for notice in notices:
        request = await desk.session.get(ErasureRequest, int(notice.subject))
        if request is not None and request.person_id == notice.person_id:
            said[notice.id] = cards.refused(await reason_of(desk.session, desk.vault, request))
    return said


async def person_erased(desk: Desk, person_id: int) -> None:
    """The reasons why they were once refused go. That they asked stays: it shows why they were erased."""
    requests = await desk.session.scalars(select(ErasureRequest).where(ErasureRequest.person_id == person_id))
    for request in list(requests):
        await _forget_reason(desk.session, desk.vault, request, desk.now)
        if request.decided_at is None:  # the operator was first
            request.decided_at, request.granted = desk.now, True
            await desk.session.flush()
            await _close_cards(desk.session, request, desk.now)


async def _forget_reason(session: AsyncSession, vault: Vault, request: ErasureRequest, now: datetime) -> None:
    if request.sealed_under is not None:
        await vault.erase(session, request.sealed_under, now)
        request.reason = request.sealed_under = None


def _old(before: datetime) -> Select[Any, Any]:
    decided = ErasureRequest.decided_at
    return select(ErasureRequest.id, decided).where(decided < before).order_by(decided)


async def _remove(context: Context, ids: Sequence[int]) -> int:
    for request in [await context.session.get_one(ErasureRequest, id) for id in ids]:
        if request.sealed_under is not None:
            context.afterwards.erased.append(request.sealed_under)
        await _forget_reason(context.session, context.vault, request, context.now)
        await context.session.delete(request)
    await context.session.flush()
    return len(ids)


NOTICES = (
    NoticeKind(CARD, compose_card),
    NoticeKind("privacy.erasure_refused", compose_refused, passing=True),
)
RETENTION = (
    Rule(
        "erasure_requests",
        "Forespørsler om sletting av en person, etter avgjørelse",
        lambda settings: settings.keep_audit_days,
        _old,
        _remove,
        at_once=50,
    ),
)
