"""A workspace with our adapter in it."""

from collections.abc import AsyncIterator

import pytest

from tests.adapters.slack.workplace import Workplace, workplace


@pytest.fixture
async def place(sqlite_url: str) -> AsyncIterator[Workplace]:
    async with workplace(sqlite_url) as place:
        yield place
