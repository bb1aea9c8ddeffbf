"""What was done with an item, what it was before, and the way back for ten minutes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import Refusal
from bot.feature import Context
from bot.features.actions import owners
from bot.features.actions.naming import Owners
from bot.features.actions.naming import owners as owned_by
from bot.features.actions.tables import Item, ItemChange, ItemState
from bot.features.cases import Case
from bot.language import _
from bot.people import Person, Role
from bot.vault import Erased, Vault
from bot.when import When

UNDO = timedelta(minutes=10)


class Did(StrEnum):
    MADE = "made"
    DONE = "done"
    REOPENED = "reopened"
    REMOVED = "removed"
    MOVED = "moved"
    HANDED = "handed"
    EDITED = "edited"
    UNDONE = "undone"


class NotYourChange(Refusal):
    """Den siste endringen av oppgave {number} gjorde {name}, og bare den som endret, kan angre. Du kan skrive
    «/oppgave {instead}»."""


class ChangedSince(Refusal):
    """Oppgave {number} er endret etterpå av {name}, så dette kan ikke angres lenger. Du kan skrive
    «/oppgave {instead}»."""


class TooLateToUndo(Refusal):
    """Det er mer enn ti minutter siden, så dette kan ikke angres lenger. Du kan skrive «/oppgave {instead}»."""


@dataclass(frozen=True, slots=True)
class Before:
    """An item as it was. The words are there only in a change of words."""

    state: ItemState
    when: When | None
    owners: Owners
    done_by: int | None
    done_at: datetime | None

    def store(self) -> dict[str, Any]:
        when = self.when or When(None, None, False)
        return {
            "state": self.state,
            "due": when.day.isoformat() if when.day else None,
            "due_time": when.at.isoformat() if when.at else None,
            "until_meeting": when.to_meeting,
            "owners": list(self.owners.persons),
            "roles": list(self.owners.roles),
            "done_by": self.done_by,
            "done_at": self.done_at.isoformat() if self.done_at else None,
        }

    @staticmethod
    def load(stored: Mapping[str, Any]) -> "Before":
        day = date.fromisoformat(stored["due"]) if stored["due"] else None
        at = time.fromisoformat(stored["due_time"]) if stored["due_time"] else None
        when = When(day, at, stored["until_meeting"]) if day or stored["until_meeting"] else None
        return Before(
            ItemState(stored["state"]),
            when,
            owned_by(stored["owners"], map(Role, stored["roles"])),
            stored["done_by"],
            datetime.fromisoformat(stored["done_at"]) if stored["done_at"] else None,
        )


def due_now(item: Item) -> When | None:
    return When(item.due, item.due_time, item.until_meeting) if item.due or item.until_meeting else None


def set_due(item: Item, when: When | None) -> None:
    item.due, item.due_time = (when.day, when.at) if when else (None, None)
    item.until_meeting = when.to_meeting if when else False


async def as_it_is(session: AsyncSession, item: Item) -> Before:
    who = await owners.named(session, item.id)
    return Before(item.state, due_now(item), who, item.done_by, item.done_at)


async def remember(
    context: Context, item: Item, did: Did, before: Before | None, *, old_text: str | None = None, by_us: bool = False
) -> ItemChange:
    """Note one change and raise the version. `old_text` is sealed as the item's words are; `by_us`: nobody asked."""
    item.version = item.version + 1 if before else 1
    sealed = None
    if old_text is not None and item.case_id is not None:
        sealed_under = await _sealed_under(context.session, item)
        sealed = await context.vault.seal(context.session, sealed_under, "item", old_text)
    change = ItemChange(
        item_id=item.id,
        version=item.version,
        did=did,
        by=None if by_us else context.person.id,
        at=context.now,
        before=before.store() if before else None,
        text_before=old_text if item.case_id is None else None,
        sealed_before=sealed,
    )
    context.session.add(change)
    await context.session.flush()
    return change


async def _sealed_under(session: AsyncSession, item: Item) -> str:
    return (await session.execute(select(Case.sealed_under).where(Case.id == item.case_id))).scalar_one()


async def restore(context: Context, item: Item, change: ItemChange) -> None:
    """The item as it was before the change. Its making is undone by removing it."""
    if change.before is None:
        item.state = ItemState.REMOVED
        return
    before = Before.load(change.before)
    item.state, item.done_by, item.done_at = before.state, before.done_by, before.done_at
    set_due(item, before.when)
    if change.text_before is not None or change.sealed_before is not None:
        item.text, item.sealed = change.text_before, change.sealed_before
    await owners.write(context.session, item.id, before.owners)


async def changes_of(session: AsyncSession, item_id: int, after: int = 0) -> list[ItemChange]:
    """Oldest first; those that came after a version, where one is given."""
    found = await session.scalars(
        select(ItemChange).where(ItemChange.item_id == item_id, ItemChange.version > after).order_by(ItemChange.version)
    )
    return list(found)


async def change_at(session: AsyncSession, item_id: int, version: int) -> ItemChange | None:
    return (
        await session.scalars(select(ItemChange).where(ItemChange.item_id == item_id, ItemChange.version == version))
    ).one_or_none()


async def name_of(session: AsyncSession, person_id: int | None) -> str:
    if person_id is None:
        return _("Fagtråd (møtet ble flyttet)")
    return (await session.execute(select(Person.name).where(Person.id == person_id))).scalar_one()


async def require_undo(context: Context, item: Item, change: ItemChange) -> None:
    """By the one who made it, within ten minutes, while nothing else was changed. Raises the refusals above."""
    last = await change_at(context.session, item.id, item.version) or change
    number, instead = str(item.number), another_way(change, item.number)
    if change.version != item.version:
        raise ChangedSince(number=number, name=await name_of(context.session, last.by), instead=instead)
    if change.by != context.person.id:
        raise NotYourChange(number=number, name=await name_of(context.session, change.by), instead=instead)
    if not in_time(change.at, context.now):
        raise TooLateToUndo(instead=instead)


def in_time(changed_at: datetime, now: datetime) -> bool:
    return now - changed_at <= UNDO


def another_way(change: ItemChange, number: int) -> str:
    """What does the same when it is too late to undo."""
    match Did(change.did):
        case Did.DONE | Did.REMOVED:
            return _("åpne {number}").format(number=number)
        case Did.MADE:
            return _("fjern {number}").format(number=number)
        case Did.REOPENED:
            return _("ferdig {number}").format(number=number)
        case Did.MOVED:
            return _("utsett {number} DATO").format(number=number)
        case Did.HANDED:
            return _("overfør {number} @NAVN").format(number=number)
        case Did.EDITED | Did.UNDONE:
            return _("endre {number}").format(number=number)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an item's history: what was done, and what was before and after where that was changed."""

    did: Did
    by: str
    at: datetime
    due: tuple[When | None, When | None] | None
    owners: tuple["Named", "Named"] | None
    text_before: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """Owners by name and role, as history tells of them."""

    persons: tuple[str, ...]
    roles: tuple[Role, ...]


async def steps(session: AsyncSession, vault: Vault, item: Item, changes: Sequence[ItemChange]) -> list[Step]:
    """The last of `changes` must be the item's newest: what came after it is the item as it is."""
    now = Before(item.state, due_now(item), await owners.named(session, item.id), item.done_by, item.done_at)
    befores = [Before.load(change.before) if change.before else None for change in changes]
    afters = [*befores[1:], now]
    persons = {person for each in (*befores, now) if each for person in each.owners.persons}
    persons |= {change.by for change in changes if change.by is not None}
    rows = await session.execute(select(Person.id, Person.name).where(Person.id.in_(persons)))
    names = {row.id: row.name for row in rows}
    return [
        Step(
            Did(change.did),
            names[change.by] if change.by is not None else await name_of(session, None),
            change.at,
            (before.when, after.when) if before and after and before.when != after.when else None,
            _handed(before, after, names),
            await _old_text(session, vault, item, change),
        )
        for change, before, after in zip(changes, befores, afters, strict=True)
    ]


def _handed(before: Before | None, after: Before | None, names: Mapping[int, str]) -> tuple[Named, Named] | None:
    if before is None or after is None or _same(before.owners, after.owners):
        return None
    return _named(before.owners, names), _named(after.owners, names)


def _same(one: Owners, other: Owners) -> bool:
    return set(one.persons) == set(other.persons) and set(one.roles) == set(other.roles)


def _named(who: Owners, names: Mapping[int, str]) -> Named:
    return Named(tuple(sorted(names[person] for person in who.persons)), who.roles)


async def _old_text(session: AsyncSession, vault: Vault, item: Item, change: ItemChange) -> str | None:
    if change.sealed_before is None:
        return change.text_before
    try:
        return await vault.open(session, await _sealed_under(session, item), "item", change.sealed_before)
    except Erased:
        return None


async def items_under(session: AsyncSession, sealed_under: str) -> list[int]:
    """The items of the case whose words that subject of the vault seals."""
    about = select(Item.id).join(Case, Case.id == Item.case_id).where(Case.sealed_under == sealed_under)
    return list(await session.scalars(about))


async def forget_words(session: AsyncSession, sealed_under: str) -> None:
    """A case was erased: nothing sealed with its key is of use to anybody, here or in an item's history."""
    items = await items_under(session, sealed_under)
    await session.execute(update(Item).where(Item.id.in_(items)).values(sealed=None))
    await session.execute(
        update(ItemChange).where(ItemChange.item_id.in_(items)).values(text_before=None, sealed_before=None)
    )
