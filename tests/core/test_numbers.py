"""Numbers that people quote."""

import asyncio

import pytest

from bot.numbers import next_number
from storage import Database


async def take(database: Database, name: str) -> int:
    async with database.transaction(patience=30) as session:
        return await next_number(session, name)


async def test_numbers_count_from_one_for_each_name(database: Database) -> None:
    assert [await take(database, name) for name in ("a", "a", "b", "a", "b")] == [1, 2, 1, 3, 2]


async def test_fifty_at_once_are_fifty_numbers_without_a_gap(database: Database) -> None:
    assert sorted(await asyncio.gather(*(take(database, "a") for _ in range(50)))) == list(range(1, 51))


async def test_a_number_that_came_to_nothing_is_used_again(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as session:
            await next_number(session, "a")
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await take(database, "a") == 1
