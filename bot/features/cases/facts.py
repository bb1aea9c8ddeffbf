"""What the cards and notices need to know of cases, read in a few queries for many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import people
from bot.features.cases.tables import Answering, Appeal, AskedPerson, Case, CaseState, LearningPoint, Reply
from bot.people import Network, Organisation, Person
from bot.vault import Erased, Vault


@dataclass(frozen=True, slots=True)
class CaseText:
    title: str
    background: str
    question: str
    conclusion: str


@dataclass(frozen=True, slots=True)
class CaseOutline:
    """A case without its words: all that may be shown outside the case room."""

    id: int
    code: str
    state: CaseState
    opened_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    zone: str


@dataclass(frozen=True, slots=True)
class CaseFacts:
    outline: CaseOutline
    sealed_under: str
    words: CaseText
    age_band: str
    wanted_by: date | None
    asker_id: int
    asker: str  # name and workplace
    asked: tuple[tuple[str, str], ...]  # (account, name) on the room's chat
    answering: tuple[str, ...]
    answered_from: tuple[str, ...]  # a workplace for each answer
    answered_by: tuple[str, ...]  # name and workplace, once each
    learning: str
    network: str


def outline(case: Case, network: Network) -> CaseOutline:
    return CaseOutline(
        case.id,
        case.code or "",
        case.state,
        case.opened_at,
        case.answered_at,
        case.closed_at,
        network.zone,
    )


async def outlines(session: AsyncSession, ids: Sequence[int]) -> dict[int, CaseOutline]:
    rows = await session.execute(
        select(Case, Network).join(Network, Network.id == Case.network_id).where(Case.id.in_(ids))
    )
    return {case.id: outline(case, network) for case, network in rows}


async def case_facts(session: AsyncSession, vault: Vault, case: Case, chat: str) -> CaseFacts | None:
    """Everything a card shows; None when the words are gone."""
    try:
        words = await open_words(session, vault, case)
    except Erased:
        return None
    network = await session.get_one(Network, case.network_id)
    replies = await _replies(session, case)
    asked = list(await session.scalars(select(AskedPerson.person_id).where(AskedPerson.case_id == case.id)))
    learning = await session.scalar(select(LearningPoint.text).where(LearningPoint.case_id == case.id))
    return CaseFacts(
        outline=outline(case, network),
        sealed_under=case.sealed_under,
        words=words,
        age_band=case.age_band,
        wanted_by=case.wanted_by,
        asker_id=case.asker_id,
        asker=await signature(session, case.asker_id),
        asked=await people.accounts_of(session, asked, chat),
        answering=await _answering(session, case),
        answered_from=tuple(workplace for _name, workplace in replies),
        answered_by=tuple(dict.fromkeys(f"{name} ({workplace})" for name, workplace in replies)),
        learning=learning or "",
        network=network.name,
    )


async def appeal_reason(session: AsyncSession, vault: Vault, case: Case) -> str:
    sealed = await session.scalar(select(Appeal.reason).where(Appeal.case_id == case.id))
    return await vault.open(session, case.sealed_under, "reason", sealed) if sealed else ""


async def signature(session: AsyncSession, person_id: int) -> str:
    """«Kari Nordmo (Fjordane HF)»."""
    row = (
        await session.execute(
            select(Person.name, Organisation.short)
            .outerjoin(Organisation, Organisation.id == Person.organisation_id)
            .where(Person.id == person_id)
        )
    ).one()
    return f"{row.name} ({row.short})" if row.short else str(row.name)


async def _replies(session: AsyncSession, case: Case) -> list[tuple[str, str]]:
    rows = await session.execute(
        select(Person.name, Organisation.short)
        .select_from(Reply)
        .join(Person, Person.id == Reply.person_id)
        .outerjoin(Organisation, Organisation.id == Reply.organisation_id)
        .where(Reply.case_id == case.id, Reply.person_id != case.asker_id)
        .order_by(Reply.at)
    )
    return [(name, workplace or "–") for name, workplace in rows]


async def _answering(session: AsyncSession, case: Case) -> tuple[str, ...]:
    """Those who said that they would, and have not yet."""
    answered = select(Reply.person_id).where(Reply.case_id == case.id)
    rows = await session.scalars(
        select(Person.name)
        .join(Answering, Answering.person_id == Person.id)
        .where(Answering.case_id == case.id, Answering.person_id.not_in(answered))
        .order_by(Answering.since)
    )
    return tuple(rows)


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
