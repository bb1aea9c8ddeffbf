"""A person of no network yet: the first operator, who lets everybody else in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit
from bot.errors import Refusal
from bot.features.networks import roster
from bot.features.networks.members import AccountTaken, NobodyNamed
from bot.people import Person, PlatformAccount


class SeveralOfThatName(Refusal):
    """Flere heter dette. Oppgi en konto som personen har, med --account."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    person: int
    name: str
    operator: bool
    new: bool


async def enrol(
    session: AsyncSession,
    name: str,
    profession: str,
    accounts: Sequence[roster.Account],
    *,
    operator: bool,
    now: datetime,
) -> Enrolled:
    """Made, or the one of that account or name, with what is new. Nothing is taken away."""
    name = " ".join(name.split())
    if not 0 < len(name) <= roster.LONGEST:
        raise NobodyNamed
    known = await _known(session, name, accounts)
    person = known or Person(name=name, profession=profession, organisation_id=None)
    session.add(person)
    person.operator = operator or bool(known and known.operator)
    person.profession = profession or person.profession
    await session.flush()
    linked = {(row.chat, row.account) for row in await _linked(session, person.id)}
    session.add_all(
        PlatformAccount(chat=chat, account=id, person_id=person.id)
        for chat, id in dict.fromkeys(accounts)
        if (chat, id) not in linked
    )
    await session.flush()
    done = [("person.changed" if known else "person.added", f"person:{person.id}")]
    done += [("operator.made", f"person:{person.id}")] if operator else []
    await audit.record_all(session, now, done, by=None, network=None)
    return Enrolled(person.id, person.name, person.operator, known is None)


async def _known(session: AsyncSession, name: str, accounts: Sequence[roster.Account]) -> Person | None:
    owners: dict[int, Person] = {}
    for chat, id in accounts:
        row = await session.scalar(
            select(PlatformAccount).where(PlatformAccount.chat == chat, PlatformAccount.account == id)
        )
        if row is not None:
            owners[row.person_id] = await session.get_one(Person, row.person_id)
    if any(roster.same(owner.name) != roster.same(name) for owner in owners.values()) or len(owners) > 1:
        raise AccountTaken
    if owners:
        return next(iter(owners.values()))
    named = [each for each in await session.scalars(select(Person)) if roster.same(each.name) == roster.same(name)]
    if len(named) > 1:
        raise SeveralOfThatName
    return named[0] if named else None


async def _linked(session: AsyncSession, person_id: int) -> Sequence[PlatformAccount]:
    found = await session.scalars(select(PlatformAccount).where(PlatformAccount.person_id == person_id))
    return found.all()
