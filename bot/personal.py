"""All that is kept of one person, in every part of the program: the export, and the erasure (GDPR art. 15 and 17).

Features and chats say for themselves what they keep (`Feature.exported`, `Feature.person_erased`, `KeepsPersons`).
What the network did stays, without a name: rows keep the person's id, which leads to nobody any more.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit, people
from bot.audit import AuditRow
from bot.availability import Absence
from bot.errors import NotFound, Refusal
from bot.feature import Desk, Feature
from bot.outbox import withdraw_from
from bot.people import MemberRole, Membership, Network, Organisation, Person, PlatformAccount
from bot.sessions import WebSession
from bot.signin import SignInLink

FORMER = "tidligere medlem"


class AlreadyErased(Refusal):
    """Denne personen er allerede slettet."""


@runtime_checkable
class KeepsPersons(Protocol):
    """A chat that is its own server: it keeps names and messages, by account."""

    async def exported(self, desk: Desk, account: str) -> Mapping[str, Any]: ...

    async def person_erased(self, desk: Desk, account: str) -> None:
        """Leave nothing that names them, and end their 1:1 chat."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What an erasure took, in numbers and names of chats, for the receipt."""

    networks: tuple[str, ...]
    chats: tuple[str, ...]  # where accounts were unlinked
    held: tuple[str, ...]  # of these, where the chat itself keeps nothing that names them any more
    absences: int


# The export


async def exported(desk: Desk, person_id: int, features: Iterable[Feature]) -> dict[str, Any]:
    """Everything, as JSON knows it. Words are opened, and only the person's own. Raises `NotFound`."""
    person = await desk.session.get(Person, person_id)
    if person is None:
        raise NotFound
    found: dict[str, Any] = {
        "made_at": desk.now,
        "person": await _person(desk.session, person),
        "accounts": await _accounts(desk.session, person_id),
        "memberships": await _memberships(desk.session, person_id),
        "absences": await _absences(desk.session, person_id),
        "sign_in": await _sign_in(desk.session, person_id),
        "audit": await _audit(desk.session, person_id),
    }
    for feature in features:
        if feature.exported and (kept := await feature.exported(desk, person_id)):
            found[feature.name] = dict(kept)
    for account in found["accounts"]:
        if keeper := _keeper(desk, account["chat"]):
            account["kept_there"] = dict(await keeper.exported(desk, account["account"]))
    return found


def as_json(found: Mapping[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)


def as_text(found: Mapping[str, Any]) -> str:
    """The same, to be read: one line a value, deeper ones moved in."""
    return "\n".join(_lines(found, 0)) + "\n"


def _lines(value: Any, depth: int) -> Iterable[str]:
    space = "  " * depth
    pairs = value.items() if isinstance(value, Mapping) else ((f"{n}.", each) for n, each in enumerate(value, start=1))
    for name, each in pairs:
        if isinstance(each, Mapping | list | tuple):
            yield f"{space}{name}"
            yield from _lines(each, depth + 1)
        else:
            words = "–" if each is None or each == "" else str(_plain_word(each))
            yield f"{space}{name}: {words}".replace("\n", f"\n{space}  ")


def _plain_word(value: Any) -> Any:
    return value.isoformat(" ", "minutes") if isinstance(value, datetime) else value


async def _person(session: AsyncSession, person: Person) -> dict[str, Any]:
    home = await session.get(Organisation, person.organisation_id) if person.organisation_id else None
    return {
        "id": person.id,
        "name": person.name,
        "profession": person.profession,
        "organisation": home.name if home else None,
        "language": person.language,
        "quiet_from": person.quiet_from,
        "quiet_until": person.quiet_until,
        "operator": person.operator,
    }


async def _accounts(session: AsyncSession, person_id: int) -> list[dict[str, Any]]:
    rows = await session.scalars(
        select(PlatformAccount).where(PlatformAccount.person_id == person_id).order_by(PlatformAccount.id)
    )
    return [{"chat": row.chat, "account": row.account} for row in rows]


async def _memberships(session: AsyncSession, person_id: int) -> list[dict[str, Any]]:
    query = select(Membership.network_id, Membership.case_access_at).where(Membership.person_id == person_id)
    granted = {row.network_id: row.case_access_at for row in await session.execute(query)}
    return [
        {
            "network": standing.network.name,
            "roles": sorted(standing.roles),
            "case_access_since": granted.get(standing.network.id),
        }
        for standing in await people.standings(session, person_id)
    ]


async def _absences(session: AsyncSession, person_id: int) -> list[dict[str, Any]]:
    rows = await session.scalars(
        select(Absence)
        .where(or_(Absence.person_id == person_id, Absence.deputy_id == person_id))
        .order_by(Absence.first, Absence.id)
    )
    return [
        {"first": row.first, "last": row.last, "as": "away" if row.person_id == person_id else "deputy"} for row in rows
    ]


async def _sign_in(session: AsyncSession, person_id: int) -> dict[str, Any]:
    """When and how, never what would let anybody in."""
    sessions = await session.scalars(
        select(WebSession).where(WebSession.person_id == person_id).order_by(WebSession.id)
    )
    links = await session.scalars(
        select(SignInLink).where(SignInLink.person_id == person_id).order_by(SignInLink.made_at)
    )
    return {
        "sessions": [
            {"by": row.by, "made_at": row.made_at, "seen_at": row.seen_at, "expires_at": row.expires_at}
            for row in sessions
        ],
        "links": [{"made_at": row.made_at, "expires_at": row.expires_at, "used_at": row.used_at} for row in links],
    }


async def _audit(session: AsyncSession, person_id: int) -> list[dict[str, Any]]:
    """What they did, and what was done about them."""
    rows = await session.execute(
        select(AuditRow, Network.name)
        .outerjoin(Network, Network.id == AuditRow.network_id)
        .where(or_(AuditRow.person_id == person_id, AuditRow.subject == f"person:{person_id}"))
        .order_by(AuditRow.at, AuditRow.id)
    )
    return [
        {"at": row.at, "did": row.did, "subject": row.subject, "network": name, "by_you": row.person_id == person_id}
        for row, name in rows
    ]


# The erasure


def subject_of(person: Person) -> str:
    """What the ledger calls them."""
    return f"person:{person.mark or person.id}"


async def erase(desk: Desk, person_id: int, features: Sequence[Feature], *, by: int | None) -> Gone:
    """Leave nothing that names them, and what they did as somebody's who was here. The ledger comes first, so that a
    restore does not bring them back. Raises `NotFound`, `AlreadyErased`; OSError where the ledger cannot be written.

    Afterwards: `Database.forget_log(names=True)`."""
    person = await desk.session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None:
        raise NotFound
    if person.erased_at is not None:
        raise AlreadyErased
    await desk.vault.erase(desk.session, subject_of(person), desk.now)
    gone = await _take_away(desk, person, features)
    await audit.record(desk.session, desk.now, "person.erased", f"person:{person_id}", by=by, network=None)
    return gone


async def erase_again(desk: Desk, features: Sequence[Feature]) -> int:
    """Those whom the ledger says are erased and whom a restored database has again. Returns how many."""
    marks = {subject.partition(":")[2] for subject in desk.vault.erased("person")}
    back = list(await desk.session.scalars(select(Person).where(Person.mark.in_(marks), Person.erased_at.is_(None))))
    for person in back:
        await _take_away(desk, person, features)
    return len(back)


async def mark_everybody(session: AsyncSession) -> None:
    """Those who came before there were marks: their id, which no mark that is made is like."""
    for person in await session.scalars(select(Person).where(Person.mark.is_(None))):
        person.mark = str(person.id)
    await session.flush()


async def _take_away(desk: Desk, person: Person, features: Sequence[Feature]) -> Gone:
    session = desk.session
    standings = await people.standings(session, person.id)
    accounts = await _accounts(session, person.id)
    for feature in features:
        if feature.person_erased:
            await feature.person_erased(desk, person.id)
    held = [each["chat"] for each in accounts if await _forgotten_by(desk, each["chat"], each["account"])]
    absences = await _leave(session, person.id)
    person.name, person.profession, person.organisation_id = FORMER, "", None
    person.language = person.quiet_from = person.quiet_until = None
    person.operator, person.erased_at = False, desk.now
    await session.flush()
    return Gone(
        tuple(standing.network.name for standing in standings),
        tuple(dict.fromkeys(each["chat"] for each in accounts)),
        tuple(dict.fromkeys(held)),
        absences,
    )


async def _forgotten_by(desk: Desk, chat: str, account: str) -> bool:
    keeper = _keeper(desk, chat)
    if keeper:
        await keeper.person_erased(desk, account)
    return keeper is not None


def _keeper(desk: Desk, chat: str) -> KeepsPersons | None:
    found: object = desk.chats.get(chat)
    return found if isinstance(found, KeepsPersons) else None


async def _leave(session: AsyncSession, person_id: int) -> int:
    """Every network, every account, every session. Returns how many absences went."""
    await withdraw_from(session, person_id)
    memberships = select(Membership.id).where(Membership.person_id == person_id)
    await session.execute(delete(MemberRole).where(MemberRole.membership_id.in_(memberships)))
    await session.execute(delete(Membership).where(Membership.person_id == person_id))
    await session.execute(delete(PlatformAccount).where(PlatformAccount.person_id == person_id))
    await session.execute(delete(WebSession).where(WebSession.person_id == person_id))
    await session.execute(delete(SignInLink).where(SignInLink.person_id == person_id))
    await session.execute(update(Absence).where(Absence.deputy_id == person_id).values(deputy_id=None))
    gone = await session.execute(delete(Absence).where(Absence.person_id == person_id).returning(Absence.id))
    return len(gone.all())
