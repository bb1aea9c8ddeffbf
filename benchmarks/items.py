"""What «/oppgave» costs a person with 100 open items among 100,000, beside the one join that finds them, on the bare
driver.

Ours is the whole use case: what they may see in all their networks, in order, and the first page with all that its
card shows. The floor grows where an index is missing as ours does, but ours alone where a query is asked for each item.
"""

import statistics
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import cast

from sqlalchemy import insert, text

from benchmarks import Measure
from benchmarks.commands import raw_driver, seconds
from benchmarks.databases import fresh
from bot.app import metadata
from bot.chat.port import Account, Chat
from bot.feature import Context
from bot.features.actions.listing import my_items
from bot.features.actions.tables import Item, ItemOwner, ItemState
from bot.people import Membership, Network, Person, standings
from bot.vault import Vault
from storage import Database

ITEMS, PERSONS, NETWORKS = 100_000, 1_000, 10
ROUNDS = 40
LEAST = {
    "SQLite": 0.03,
    "PostgreSQL": 0.04,
}  # of the speed of that one join, for all fourteen statements of the use case
JOIN = (
    "SELECT i.* FROM action_item i JOIN action_owner o ON o.item_id = i.id"
    " WHERE o.person_id = {} AND i.state = 'open' ORDER BY i.due, i.number"
)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ME = 500


async def measure(urls: Mapping[str, str]) -> list[Measure]:
    return [await _on(name, url) for name, url in urls.items()]


async def _on(name: str, url: str) -> Measure:
    async with fresh(url, *metadata().sorted_tables) as database, raw_driver(url) as raw:
        await _fill(database)
        if (found := await _ask(database)) != ITEMS // PERSONS:
            raise RuntimeError(f"{found} items found")
        mine, bare = [], []
        for _ in range(ROUNDS):
            mine.append(await seconds(partial(_ask, database)))
            bare.append(await seconds(lambda: raw.read_all(JOIN.format(raw.placeholder), ME)))
    usual = statistics.median(mine)
    note = f"{1000 * usual:,.1f} ms"
    return Measure(
        f"a person's open items among {ITEMS:,} on {name}", statistics.median(bare) / usual, LEAST[name], note=note
    )


async def _ask(database: Database) -> int:
    async with database.reading() as session:
        me = await session.get_one(Person, ME)
        context = Context(
            session=session,
            now=NOW,
            vault=cast(Vault, None),  # no item here is a case's
            chat=cast(Chat, None),
            account=Account("bench", str(ME)),
            someone=me,
            standings=tuple(await standings(session, ME)),
            room=None,
        )
        return (await my_items(context)).total


async def _fill(database: Database) -> None:
    """Ten networks of a hundred members each, and a hundred open items for each member."""
    networks = [
        {"id": n, "code": f"N{n}", "name": f"N{n}", "kind": "regional", "zone": "Europe/Oslo", "language": "nb"}
        for n in range(1, NETWORKS + 1)
    ]
    persons = [{"id": n, "name": f"Person {n}", "profession": "overlege"} for n in range(1, PERSONS + 1)]
    members = [{"network_id": n % NETWORKS + 1, "person_id": n} for n in range(1, PERSONS + 1)]
    items = [
        {
            "id": n,
            "network_id": _owner(n) % NETWORKS + 1,
            "number": n,
            "text": f"Oppgave {n}",
            "due": date(2026, 12, 1) + timedelta(days=n % 90),
            "state": ItemState.OPEN,
            "made_by": _owner(n),
            "made_at": NOW,
        }
        for n in range(1, ITEMS + 1)
    ]
    owners = [{"item_id": n, "person_id": _owner(n)} for n in range(1, ITEMS + 1)]
    async with database.transaction(patience=60) as session:
        for table, rows in (
            (Network, networks),
            (Person, persons),
            (Membership, members),
            (Item, items),
            (ItemOwner, owners),
        ):
            await (await session.connection()).execute(insert(table), rows)
        await session.execute(text("ANALYZE"))  # as autovacuum does after a while


def _owner(item: int) -> int:
    return item % PERSONS + 1
