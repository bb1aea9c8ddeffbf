"""How long what was found is kept, and what of it is one person's."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from bot import retention
from bot.feature import Desk
from bot.features.search.tables import SearchAnswer

KEPT = timedelta(days=1)

RETENTION = (
    retention.rows(
        "searches",
        "Hva søk fant, så en kan vise flere (uten tekst)",
        lambda _: KEPT.days,
        SearchAnswer.id,
        SearchAnswer.at,
    ),
)


async def exported(desk: Desk, person_id: int) -> Mapping[str, Any]:
    """That they searched is all there is: what they asked is not kept, and what was found is the network's."""
    mine = select(SearchAnswer.at).where(SearchAnswer.person_id == person_id).order_by(SearchAnswer.at)
    times = list(await desk.session.scalars(mine))
    return {"searched_at": times} if times else {}


async def person_erased(desk: Desk, person_id: int) -> None:
    await desk.session.execute(delete(SearchAnswer).where(SearchAnswer.person_id == person_id))
