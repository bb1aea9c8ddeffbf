"""Lists that nobody came back to, and ways back that are no longer open, go after a day, whatever the settings."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select

from bot import retention
from bot.feature import Context, Rule
from bot.features.networks import importing
from bot.features.networks.tables import MemberImport, MembershipBefore

DAYS = 1


def _old_imports(before: datetime) -> Select[int, datetime]:
    return select(MemberImport.id, MemberImport.at).where(MemberImport.at < before).order_by(MemberImport.id)


async def _forget_imports(context: Context, ids: Sequence[int]) -> int:
    gone = 0
    for id in ids:
        row = await context.session.get(MemberImport, id, with_for_update=True)
        if row is not None:
            subject = await importing.forget(context.session, context.vault, row, context.now)
            context.afterwards.erased.append(subject)
            gone += 1
    return gone


RULES = (
    Rule(
        "member_imports",
        "Medlemslister som ble vist og ikke importert",
        lambda _settings: DAYS,
        _old_imports,
        _forget_imports,
    ),
    retention.rows(
        "membership_changes",
        "Medlemskap slik de var før en endring, til bruk for «Angre»",
        lambda _settings: DAYS,
        MembershipBefore.id,
        MembershipBefore.changed_at,
    ),
)
