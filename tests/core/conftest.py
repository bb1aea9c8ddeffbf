from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import REQUIRED
from tests.world import World, world_on


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database_url, tmp_path) as world:
        yield world


@pytest.fixture(autouse=True)
def _without_what_the_test_run_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """FAGTRAAD_BROWSER and FAGTRAAD_NPM look like settings, and are the tests' own."""
    for name in REQUIRED:
        monkeypatch.delenv(name, raising=False)
