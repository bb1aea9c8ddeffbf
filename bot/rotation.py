"""Key rotation: every data key is wrapped again by the newest wrapping key, while the program runs.

A batch is one short transaction, so a stop anywhere loses nothing, and the next run does what is left. A data key is
replaced only where its bytes are still those that were read: one that is erased meanwhile stays erased.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, bindparam, func, select, update

from bot.vault import DataKey, KeyFault, Unopened, Vault
from storage import Database, core

BATCH = 100  # data keys in one transaction, which is then so short that nobody who writes meanwhile notices
PATIENCE = 10.0  # seconds to wait for the database, for each batch
TRIES = 5  # to leave no copy of the old bytes, a second apart

Old = tuple[str, str, bytes]
"""Subject, name of the wrapping key, wrapped bytes."""

Told = Callable[[int, int], None]
"""Hears, after each batch, how many were wrapped again, of how many."""


@dataclass(slots=True)
class Rotated:
    """What became of it. `late` were made under an older key while it ran: some process has yet to be restarted."""

    again: int = 0
    late: int = 0
    faults: dict[str, KeyFault] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)  # data keys that an older wrapping key still wraps, by name
    clean: bool = False  # no copy of the old bytes is left in the database

    def unused(self, names: Sequence[str]) -> list[str]:
        """Of these wrapping keys, newest first, the older ones that the database needs no longer."""
        return [] if self.late or not self.clean else [name for name in names[1:] if name not in self.left]


def _unheard(_done: int, _all: int) -> None:
    pass


async def rotate(database: Database, vault: Vault, told: Told = _unheard, batch: int = BATCH) -> Rotated:
    """Wrap again until a pass finds nothing more to do. That the newest key is the right one is the caller's to know
    (`Vault.key_faults`)."""
    rotated, everything = Rotated(), sum((await keys_in_use(database, but=vault.newest)).values())
    told(0, everything)
    while done := await _pass(database, vault, rotated, lambda count: told(count, max(everything, count)), batch):
        rotated.late += done if rotated.again > done else 0
    rotated.left = await keys_in_use(database, but=vault.newest)
    rotated.clean = await _left_no_copy(database)
    return rotated


async def keys_in_use(database: Database, but: str = "") -> dict[str, int]:
    """How many data keys each wrapping key wraps, by its name."""
    async with database.reading() as session:
        rows = await session.execute(
            select(DataKey.wrapped_by, func.count())
            .where(DataKey.wrapped_by != but)
            .group_by(DataKey.wrapped_by)
            .order_by(DataKey.wrapped_by)
        )
        return {name: int(count) for name, count in rows}


async def _pass(database: Database, vault: Vault, rotated: Rotated, told: Callable[[int], None], batch: int) -> int:
    """Once through all that older keys wrap, by subject. Returns how many were wrapped again."""
    before, last = rotated.again, ""
    while found := await _some_old(database, vault.newest, last, batch):
        rotated.again += await _replace(database, vault.newest, _wrapped_anew(vault, found, rotated.faults))
        last = found[-1][0]
        told(rotated.again)
    return rotated.again - before


async def _some_old(database: Database, newest: str, after: str, batch: int) -> list[Old]:
    async with database.reading() as session:
        rows = await session.execute(
            select(DataKey.subject, DataKey.wrapped_by, DataKey.wrapped)
            .where(DataKey.wrapped_by != newest, DataKey.subject > after)
            .order_by(DataKey.subject)
            .limit(batch)
        )
        return [(subject, name, wrapped) for subject, name, wrapped in rows]


def _wrapped_anew(vault: Vault, found: Sequence[Old], faults: dict[str, KeyFault]) -> list[dict[str, Any]]:
    """What is to be written. A wrapping key that does not open is noted, and the others go on."""
    anew = []
    for subject, name, wrapped in found:
        try:
            anew.append({"whose": subject, "old": wrapped, "anew": vault.wrapped_anew(name, wrapped, subject)})
        except Unopened:
            faults[name] = vault.fault_of(name)
    return anew


async def _replace(database: Database, newest: str, anew: Sequence[dict[str, Any]]) -> int:
    """Always by subject, so that two who do this do not wait for each other in a circle."""
    table = DataKey.__table__
    assert isinstance(table, Table)  # noqa: S101 - for the type checker
    replacing = (
        update(table)
        .where(table.c.subject == bindparam("whose"), table.c.wrapped == bindparam("old"))
        .values(wrapped_by=newest, wrapped=bindparam("anew"))
    )
    async with database.transaction(PATIENCE) as session:
        return sum([(await core(session).execute(replacing, each)).rowcount for each in anew])


async def _left_no_copy(database: Database) -> bool:
    """Whether the old bytes are gone from the database's files. A reader in the way is given some seconds."""
    for attempt in range(TRIES):
        await asyncio.sleep(min(attempt, 1))
        await database.forget_log()
        if not database.log_pending:
            return True
    return False
