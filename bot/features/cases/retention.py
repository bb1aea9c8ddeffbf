"""Closed cases, where the operator has set how long they are kept. By default for good: archiving comes first, and is
the owner's duty."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, select

from bot import places
from bot.feature import Context, Rule
from bot.features.cases.ending import erase
from bot.features.cases.tables import Case, CaseState


def _closed(before: datetime) -> Select[int, datetime | None]:
    return (
        select(Case.id, Case.closed_at)
        .where(Case.state == CaseState.CLOSED, Case.closed_at < before)
        .order_by(Case.closed_at)
    )


async def _erase(context: Context, ids: Sequence[int]) -> int:
    """As a member would: the key destroyed, the ledger written, our messages removed."""
    gone = 0
    for case_id in ids:
        case = await context.session.get(Case, case_id, with_for_update=True, populate_existing=True)
        if case is None or case.state is not CaseState.CLOSED:
            continue
        room = await places.room_for(context.session, case.network_id, places.Purpose.CASES)
        chat = context.chats.get(room.chat, context.chat) if room else context.chat
        await erase(replace(context, chat=chat), case)
        gone += 1
    return gone


RETENTION = (
    Rule("cases", "Avsluttede kasus", lambda settings: settings.erase_closed_cases_days, _closed, _erase, at_once=20),
)
