"""The web chat as it is in operation."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.web.sign_in.door import Door, open_door


@pytest.fixture
async def door(database_url: str, tmp_path: Path) -> AsyncIterator[Door]:
    async with open_door(database_url, tmp_path) as door:
        yield door
