"""A list of members: read, shown as what it would change, and then imported as a whole or not at all."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit
from bot.errors import Refusal
from bot.features.networks import access, comparing, roster, service
from bot.features.networks.comparing import Change, Importer, Plan
from bot.features.networks.roster import Entry, Problem, Roster
from bot.features.networks.tables import MemberImport
from bot.people import MemberRole, Membership, Person, PlatformAccount, Role, new_mark
from bot.vault import Erased, Vault
from storage import Row

KEPT = timedelta(hours=1)
AT_ONCE = 500  # rows of one statement with ids in it
SUBJECT = "import"  # the kind of the vault's subject


class NotImportable(Refusal):
    """Noen linjer må rettes først, og ingenting er importert. Se forhåndsvisningen, rett fila, og velg den på nytt."""


class Outdated(Refusal):
    """Denne forhåndsvisningen er brukt eller utløpt. Velg fila på nytt med «/fagtraad import»."""


@dataclass(frozen=True, slots=True)
class Preview:
    id: int
    network_id: int
    plan: Plan


async def plan(session: AsyncSession, network_id: int, read: Roster, importer: Importer) -> Plan:
    """What this list would change now."""
    return (await _planned(session, network_id, read, importer))[0]


async def _planned(session: AsyncSession, network_id: int, read: Roster, importer: Importer) -> tuple[Plan, str]:
    accounts = {account for entry in read.entries for account in entry.accounts}
    known = await service.known(session, network_id, accounts)
    closed = await access.locked(session, importer.person, importer.operator, [each.person for each in known])
    known = [replace(each, locked=each.person in closed) for each in known]
    organisations = await service.organisation_names(session)
    return comparing.compare(read, known, importer, organisations), _mark(known)


def _mark(known: Sequence[roster.Known]) -> str:
    """The same where nothing changed. Only a digest is kept: it says nothing of anybody."""
    said = sorted(
        (each.person, each.name, each.profession, each.organisation, sorted(each.roles), each.access, each.accounts)
        for each in known
    )
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


# Kept while it is looked at


async def keep(
    session: AsyncSession, vault: Vault, network_id: int, read: Roster, importer: Importer, now: datetime
) -> tuple[Preview, list[str]]:
    """The list, sealed, for an hour; and the vault's subjects of older ones that went for it."""
    assert importer.person is not None  # noqa: S101 - the command line keeps none
    gone = await forget_old(session, vault, now, importer.person)
    planned, mark = await _planned(session, network_id, read, importer)
    subject = await vault.new_subject(session, SUBJECT)
    row = MemberImport(
        network_id=network_id,
        by_id=importer.person,
        at=now,
        sealed_under=subject,
        lines=await vault.seal(session, subject, "lines", _written(read)),
        seen=mark,
        size=len(read.entries),
    )
    session.add(row)
    await session.flush()
    return Preview(row.id, network_id, planned), gone


async def forget_old(session: AsyncSession, vault: Vault, now: datetime, person: int | None = None) -> list[str]:
    """Those that nobody came back to, and this person's own earlier ones."""
    old = MemberImport.at < now - KEPT
    rows = await session.execute(
        select(MemberImport.id, MemberImport.sealed_under).where(
            old if person is None else old | (MemberImport.by_id == person)
        )
    )
    return [await _forget(session, vault, id, subject, now) for id, subject in rows.all()]


async def _forget(session: AsyncSession, vault: Vault, id: int, subject: str, now: datetime) -> str:
    await session.execute(delete(MemberImport).where(MemberImport.id == id))
    await vault.erase(session, subject, now)
    return subject


async def forget(session: AsyncSession, vault: Vault, row: MemberImport, now: datetime) -> str:
    return await _forget(session, vault, row.id, row.sealed_under, now)


async def kept(session: AsyncSession, id: int | None, person: int, now: datetime) -> MemberImport:
    """The asker's own. Raises `Outdated`."""
    row = await session.get(MemberImport, id, with_for_update=True) if id is not None else None
    if row is None or row.by_id != person or row.at < now - KEPT:
        raise Outdated
    return row


async def opened(session: AsyncSession, vault: Vault, row: MemberImport) -> Roster:
    try:
        return _read(await vault.open(session, row.sealed_under, "lines", row.lines))
    except Erased as error:
        raise Outdated from error


@dataclass(frozen=True, slots=True)
class Imported:
    """What was done; or, with `moved`, that the members had changed meanwhile and this is what it would do now."""

    plan: Plan
    moved: bool = False
    gone: tuple[str, ...] = ()


async def import_kept(
    session: AsyncSession, vault: Vault, row: MemberImport, importer: Importer, now: datetime
) -> Imported:
    read = await opened(session, vault, row)
    planned, mark = await _planned(session, row.network_id, read, importer)
    if mark != row.seen:
        row.seen = mark
        await session.flush()
        return Imported(planned, moved=True)
    await apply(session, row.network_id, planned, importer, now)
    subject = await _forget(session, vault, row.id, row.sealed_under, now)
    return Imported(planned, gone=(subject,))


def _written(read: Roster) -> str:
    return json.dumps(asdict(read), default=sorted)


def _read(text: str) -> Roster:
    found = json.loads(text)
    entries = tuple(
        Entry(
            **each
            | {
                "roles": frozenset(Role(role) for role in each["roles"]),
                "accounts": tuple((chat, id) for chat, id in each["accounts"]),
            }
        )
        for each in found["entries"]
    )
    problems = tuple(Problem(**each) for each in found["problems"])
    return Roster(entries, problems, tuple(found["unkept"]))


# Done


async def apply(session: AsyncSession, network_id: int, planned: Plan, importer: Importer, now: datetime) -> None:
    """All of it, in one transaction. Raises `NotImportable` where a line is wrong."""
    if planned.problems:
        raise NotImportable
    changes = (*planned.new, *planned.changed)
    homes = await service.organisation_ids(session, {change.entry.organisation for change in changes})
    people = await _people(session, planned.new, homes)
    people += [(change, change.before.person) for change in planned.changed if change.before]
    await _details(session, people, homes)
    memberships = await _memberships(session, network_id, people, importer, now)
    await _roles(session, memberships, people)
    await _accounts(session, people)
    await audit.record_all(session, now, _done(people), by=importer.person, network=network_id)
    await audit.record(
        session, now, "members.imported", f"network:{network_id}", by=importer.person, network=network_id
    )


async def _people(session: AsyncSession, new: Iterable[Change], homes: Mapping[str, int]) -> list[tuple[Change, int]]:
    """Who they are: those who are somebody already, and the rest, made. They are found again by their marks: asked for
    ids in order, SQLite would insert them one by one."""
    found = [(change, change.before.person) for change in new if change.before]
    unknown = {new_mark(): change for change in new if change.before is None}
    rows = [
        {
            "name": change.entry.name,
            "profession": change.entry.profession,
            "organisation_id": homes.get(change.entry.organisation),
            "operator": False,
            "mark": mark,
        }
        for mark, change in unknown.items()
    ]
    if not rows:
        return found
    await _insert(session, Person, rows)
    marks = list(unknown)
    for first in range(0, len(marks), AT_ONCE):
        some = select(Person.mark, Person.id).where(Person.mark.in_(marks[first : first + AT_ONCE]))
        found += [(unknown[mark], person) for mark, person in await session.execute(some) if mark]
    return found


async def _insert(session: AsyncSession, table: type[Row], rows: Sequence[Mapping[str, Any]]) -> None:
    """In one statement, also where some have NULL and others not."""
    if rows:
        await session.execute(insert(table), rows, execution_options={"render_nulls": True})


async def _details(session: AsyncSession, people: Iterable[tuple[Change, int]], homes: Mapping[str, int]) -> None:
    """What is said of those who were somebody already."""
    rows = [
        {
            "id": person,
            "name": change.entry.name,
            "profession": change.entry.profession,
            "organisation_id": homes.get(change.entry.organisation),
        }
        for change, person in people
        if change.before
    ]
    if rows:
        await session.execute(update(Person), rows)


async def _memberships(
    session: AsyncSession, network_id: int, people: Sequence[tuple[Change, int]], importer: Importer, now: datetime
) -> dict[int, int]:
    """Membership by person: made, or given another case access."""
    new = [
        {
            "network_id": network_id,
            "person_id": person,
            "case_access_at": now if change.entry.access else None,
            "case_access_by": importer.person if change.entry.access else None,
        }
        for change, person in people
        if change.is_new
    ]
    await _insert(session, Membership, new)
    there = await session.execute(
        select(Membership.person_id, Membership.id).where(Membership.network_id == network_id)
    )
    ids = dict(there.all())
    moved = [
        {
            "id": ids[person],
            "case_access_at": now if change.entry.access else None,
            "case_access_by": importer.person if change.entry.access else None,
        }
        for change, person in people
        if not change.is_new and change.before and change.before.access != bool(change.entry.access)
    ]
    if moved:
        await session.execute(update(Membership), moved)
    return ids


async def _roles(session: AsyncSession, memberships: Mapping[int, int], people: Sequence[tuple[Change, int]]) -> None:
    changed = [
        (memberships[person], change.entry.roles)
        for change, person in people
        if change.is_new or change.before is None or change.before.roles != change.entry.roles
    ]
    ids = [id for id, _roles in changed]
    for first in range(0, len(ids), AT_ONCE):
        await session.execute(delete(MemberRole).where(MemberRole.membership_id.in_(ids[first : first + AT_ONCE])))
    rows = [{"membership_id": id, "role": role} for id, roles in changed for role in sorted(roles)]
    await _insert(session, MemberRole, rows)


async def _accounts(session: AsyncSession, people: Iterable[tuple[Change, int]]) -> None:
    rows = [
        {"chat": chat, "account": account, "person_id": person}
        for change, person in people
        for chat, account in change.entry.accounts
        if change.before is None or (chat, account) not in change.before.accounts
    ]
    await _insert(session, PlatformAccount, rows)


def _done(people: Iterable[tuple[Change, int]]) -> Iterable[tuple[str, str]]:
    """For the audit, one by one: ids and what, no names."""
    for change, person in people:
        subject, had = f"person:{person}", bool(change.before and change.before.member and change.before.access)
        yield ("member.added" if change.is_new else "member.changed", subject)
        if bool(change.entry.access) != had:
            yield ("case_access.granted" if change.entry.access else "case_access.withdrawn", subject)
        yield from (
            ("account.linked", subject)
            for account in change.entry.accounts
            if change.before is None or account not in change.before.accounts
        )
