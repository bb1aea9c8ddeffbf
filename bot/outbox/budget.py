"""How much a whole workspace may be told in a while, all its lanes together: one short row, locked but never
leased."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.outbox.notices import BUDGETS
from storage import insert_for


@dataclass(frozen=True, slots=True)
class Budget:
    """`sends` at once, and as many again every `seconds`: half of what a platform allows in any such window.

    Teams, for one, allows 50 requests a second for an app and tenant.
    """

    sends: int
    seconds: float

    def refilled(self, tokens: int, filled_at: datetime, now: datetime) -> tuple[int, datetime]:
        """The tokens there are at `now`, and the moment they are counted from: whole tokens only, no time
        lost."""
        each = self.seconds / self.sends
        fresh = max(0, int((now - filled_at).total_seconds() / each))
        if tokens + fresh >= self.sends:
            return self.sends, now
        return tokens + fresh, filled_at + timedelta(seconds=fresh * each)


@runtime_checkable
class Budgeted(Protocol):
    """A chat that has such a budget."""

    budget: Budget


async def take(
    connection: AsyncConnection, budgets: Mapping[str, Budget], wanted: Mapping[str, int], now: datetime
) -> dict[str, int]:
    """How many of the wanted sends each chat may have now. Chats without a budget are not in the answer."""
    granted: dict[str, int] = {}
    for chat in sorted(wanted.keys() & budgets.keys()):
        tokens, filled_at = await _refill(connection, chat, budgets[chat], now)
        granted[chat] = min(wanted[chat], tokens)
        await connection.execute(
            update(BUDGETS).where(BUDGETS.c.chat == chat).values(tokens=tokens - granted[chat], filled_at=filled_at)
        )
    return granted


async def _refill(connection: AsyncConnection, chat: str, budget: Budget, now: datetime) -> tuple[int, datetime]:
    query = select(BUDGETS.c.tokens, BUDGETS.c.filled_at).where(BUDGETS.c.chat == chat).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        insert = insert_for(connection.dialect.name, BUDGETS)
        new = insert.values(chat=chat, tokens=budget.sends, filled_at=now).on_conflict_do_nothing()
        await connection.execute(new)
        row = (await connection.execute(query)).one()
    return budget.refilled(row.tokens, row.filled_at, now)
