"""A web chat in its own database, served over real HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.web.hall import Hall, create_core, create_tables, opened
from tests.databases import Prepare


@pytest.fixture(scope="session")
def schema() -> Prepare:
    return create_tables


@pytest.fixture
async def hall(database_url: str, tmp_path: Path) -> AsyncIterator[Hall]:
    async with opened(create_core(database_url, tmp_path)) as hall:
        yield hall
