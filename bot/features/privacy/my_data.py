"""What one can ask for about oneself: everything that is kept, and to be erased (GDPR art. 15 and 17)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot import outbox, personal
from bot.chat.inbound import Command, Press, Submission
from bot.chat.message import LARGEST_FILE, Attachment, Form, Message
from bot.chat.port import Posted, Problems
from bot.errors import Refusal
from bot.feature import Context, Desk, NoticeKind, Receipt
from bot.features.cases import remove_messages
from bot.features.privacy import cards, erasing
from bot.features.privacy.tables import ErasureRequest, PossibleBreach
from bot.language import _
from bot.outbox import Act, Draft, Notice
from bot.outbox.notices import NOTICES as NOTICE
from bot.people import Network


class AlreadyAsked(Refusal):
    """Du har allerede bedt om å bli slettet. Personvernkontakten avgjør det."""


class NobodyDecides(Refusal):
    """Nettverket har ingen personvernkontakt som kan avgjøre dette. Be den som drifter Fagtråd om å slette deg: det
    gjøres med «fagtraad privacy erase»."""


async def command(_context: Context, _event: Command, _rest: str) -> Message:
    return cards.my_data()


async def ask_export(context: Context, _event: Press) -> Receipt:
    """It goes to the 1:1 chat, wherever it was asked for."""
    person = context.person.id
    key = f"privacy.export:{person}:{context.now:%Y-%m-%dT%H:%M}"  # asked again and again, once a minute
    await outbox.enqueue(context.session, Draft("privacy.export", str(person), key, context.now, person))
    return Receipt("privacy.export", str(person))


async def export_receipt(_context: Context, _subject: str) -> Message:
    return cards.export_on_its_way()


async def compose_export(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    """For the person alone, as it is now."""
    from bot.features import all_features

    said = {}
    for notice in notices:
        if notice.person_id is not None and notice.subject == str(notice.person_id):
            found = await personal.exported(desk, notice.person_id, all_features())
            said[notice.id] = _with_files(found, desk.now)
    return said


def _with_files(found: Mapping[str, Any], now: datetime) -> Message:
    name = f"mine-data-{now:%Y-%m-%d}"
    texts = (("txt", "text/plain", personal.as_text(found)), ("json", "application/json", personal.as_json(found)))
    contents = [(f"{name}.{ending}", mime, text.encode()) for ending, mime, text in texts]
    fitting = [Attachment(*each) for each in contents if len(each[2]) <= LARGEST_FILE]
    return cards.export(fitting) if len(fitting) == len(contents) else cards.export_too_large()


# To be erased


async def ask_erasure(context: Context, _event: Press) -> Form:
    await _require_first(context)
    return cards.ask_to_be_erased()


async def submit_erasure(context: Context, event: Submission) -> Receipt | Problems:
    if not event.values.get("sure"):
        return Problems({"sure": _("Kryss av hvis du vil slettes.")})
    await _require_first(context)
    request = await erasing.ask(context)
    return Receipt("privacy.erasure_asked", str(request.id))


async def _require_first(context: Context) -> None:
    """Raises `AlreadyAsked`, `NobodyDecides`."""
    pending = select(ErasureRequest.id).where(
        ErasureRequest.person_id == context.person.id, ErasureRequest.decided_at.is_(None)
    )
    if await context.session.scalar(pending) is not None:
        raise AlreadyAsked
    if not await erasing.deciders(context.session, context.person.id):
        raise NobodyDecides


async def asked_receipt(_context: Context, _subject: str) -> Message:
    return cards.asked()


# What this feature itself keeps of a person


async def exported(desk: Desk, person_id: int) -> Mapping[str, Any]:
    breaches = await desk.session.execute(
        select(PossibleBreach, Network.name)
        .join(Network, Network.id == PossibleBreach.network_id)
        .where(PossibleBreach.writer_id == person_id)
        .order_by(PossibleBreach.id)
    )
    requests = await desk.session.scalars(
        select(ErasureRequest).where(ErasureRequest.person_id == person_id).order_by(ErasureRequest.id)
    )
    return {
        "possible_breaches": [
            {
                "network": network,
                "at": row.at,
                "kinds": row.kinds,
                "removed_at": row.removed_at,
                "handled_at": row.handled_at,
            }
            for row, network in breaches
        ],
        "erasure_requests": [
            {
                "at": row.at,
                "decided_at": row.decided_at,
                "granted": row.granted,
                "reason": await erasing.reason_of(desk.session, desk.vault, row),
            }
            for row in requests
        ],
    }


async def erased(context: Context, subject: str) -> None:
    """Files that were handed over have words of cases, outside their keys: with a case they go from the chat. Whoever
    wants them asks again, and gets what there is then."""
    if not subject.startswith("case:"):
        return
    kept = await context.session.scalars(
        select(NOTICE.c.posted).where(
            NOTICE.c.kind == "privacy.export", NOTICE.c.act == Act.POST, NOTICE.c.posted.is_not(None)
        )
    )
    await remove_messages(context, subject, [Posted.load(posted) for posted in kept])


# Not `passing`: they are asked for when a case is erased.
NOTICES = (NoticeKind("privacy.export", compose_export),)
