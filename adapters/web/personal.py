"""What this chat server keeps of one account: the export, and the erasure. Old forms go by a rule of their own."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from adapters.web import messages, rooms, view
from adapters.web.tables import WebAccount, WebForm, WebMember, WebMessage, WebRoom
from bot.feature import Desk
from bot.personal import FORMER
from bot.retention import rows
from bot.vault import Unopened

FORMS_KEPT = timedelta(days=30)
RETENTION = (
    rows("forms", "Skjemaer i nettchatten (uten tekst)", lambda _: FORMS_KEPT.days, WebForm.id, WebForm.opened_at),
)


async def exported(desk: Desk, account: str) -> Mapping[str, Any]:
    """Their own messages, as they stand; what was removed, or erased with its case, is listed without words."""
    found = await desk.session.get(WebAccount, account)
    written = await desk.session.execute(
        select(WebMessage, WebRoom.name)
        .join(WebRoom, WebRoom.id == WebMessage.room)
        .where(WebMessage.author == account)
        .order_by(WebMessage.created_at, WebMessage.id)
    )
    return {
        "name": found.name if found else "",
        "subtitle": found.subtitle if found else "",
        "messages": [
            {
                "room": room,
                "at": message.created_at,
                "edited_at": message.edited_at,
                "removed": message.deleted,
                "said": await _said(desk, message),
            }
            for message, room in written
        ],
    }


async def _said(desk: Desk, message: WebMessage) -> str | None:
    try:
        said = await messages.opened(desk.session, desk.vault, message)
    except Unopened:
        return None
    return view.text_of(said) if said else None


async def person_erased(desk: Desk, account: str) -> None:
    """Their 1:1 chat goes with its key. What they wrote to others stays the conversation's, without their name."""
    session = desk.session
    await session.execute(update(WebAccount).where(WebAccount.id == account).values(name=FORMER, subtitle=""))
    await session.execute(delete(WebForm).where(WebForm.account == account))
    direct = await session.get(WebRoom, rooms.direct_id(account))
    if direct is not None:
        await desk.vault.erase(session, direct.sealed_under, desk.now)
        await messages.sweep(session, desk.vault, direct.sealed_under)
    await session.execute(delete(WebMember).where(WebMember.account == account))
