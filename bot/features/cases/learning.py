"""Learning points as they are found again. Never a case's own words."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import search
from bot.chat.message import Button, Buttons, Message, Part, Quote, message
from bot.clock import local_date
from bot.errors import NotFound
from bot.feature import Context, Found, Searchable
from bot.features.cases.tables import Case, CaseState, LearningPoint
from bot.language import _, say_date
from bot.people import Network, Right
from bot.search import Entry

KIND = "learning_point"


async def let_be_found(session: AsyncSession, point: LearningPoint, code: str | None) -> None:
    await search.index(session, _entry(point, code))


async def forget(session: AsyncSession, case_id: int) -> None:
    """The asker chose that it should not outlive the case."""
    gone = await session.scalars(
        select(LearningPoint).where(LearningPoint.case_id == case_id, LearningPoint.survives_erasure.is_(False))
    )
    for point in gone:
        await search.forget(session, KIND, point.id)
        await session.delete(point)
    await session.flush()


async def everything(session: AsyncSession, after: int, most: int) -> list[Entry]:
    rows = await session.execute(
        select(LearningPoint, Case.code)
        .join(Case, Case.id == LearningPoint.case_id)
        .where(LearningPoint.id > after)
        .order_by(LearningPoint.id)
        .limit(most)
    )
    return [_entry(point, code) for point, code in rows]


def _entry(point: LearningPoint, code: str | None) -> Entry:
    """Found by its case's code too."""
    return Entry(KIND, point.id, point.network_id, f"{code or ''} {point.text}", point.at, needs_case_access=True)


async def found(context: Context, ids: Sequence[int]) -> Mapping[int, Found]:
    rows = await context.session.execute(
        select(LearningPoint, Case, Network.zone)
        .join(Case, Case.id == LearningPoint.case_id)
        .join(Network, Network.id == LearningPoint.network_id)
        .where(LearningPoint.id.in_(ids))
    )
    return {point.id: _found(point, case, zone) for point, case, zone in rows}


def _found(point: LearningPoint, case: Case, zone: str) -> Found:
    """One that goes with its case is shown in a message of its own, which the chat can remove with the case."""
    day = say_date(local_date(point.at, zone))
    title = _("Læringspunkt fra {code}, {date}").format(code=case.code, date=day)
    if not point.survives_erasure:
        return Found(title, "", (Button(_("Vis læringspunktet"), "cases.learnt", str(point.id)),))
    return Found(title, point.text, _way_to(case))


async def show(context: Context, point_id: int | None) -> Message:
    point = await context.session.get(LearningPoint, point_id) if point_id is not None else None
    if point is None or not any(s.network.id == point.network_id and s.may(Right.USE_CASES) for s in context.standings):
        raise NotFound
    case = await context.session.get_one(Case, point.case_id)
    parts: list[Part] = [Quote(_("Læringspunkt"), point.text)]
    parts += [Buttons(_way_to(case))] if _way_to(case) else []
    return message(*parts, title=case.code or "", sealed_under=None if point.survives_erasure else case.sealed_under)


def _way_to(case: Case) -> tuple[Button, ...]:
    there = case.state is CaseState.CLOSED
    return (Button(_("Vis kasuset"), "cases.show", str(case.id)),) if there else ()


SEARCHABLE = {KIND: Searchable(lambda: _("læringspunkter"), found, everything, needs_case_access=True)}
