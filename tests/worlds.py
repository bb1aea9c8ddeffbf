"""The worlds that a story is told in: one chat in memory, on both databases; and Slack, as it is there."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path

import pytest

from tests.conftest import BOTH
from tests.on_slack import slack_world_on
from tests.world import A_TUESDAY, World, world_on

WorldAt = Callable[[datetime], AbstractAsyncContextManager[World]]


@pytest.fixture(params=[*BOTH, "slack"])
def world_at(request: pytest.FixtureRequest, tmp_path: Path) -> WorldAt:
    """A world in which it is a given moment. With the mark `memory_only`, Slack is left out, for the reason given."""
    if request.param != "slack":
        url = request.getfixturevalue(f"{request.param}_url")
        return lambda now: world_on(url, tmp_path, now)
    if mark := request.node.get_closest_marker("memory_only"):
        pytest.skip(mark.args[0])
    url = request.getfixturevalue("sqlite_url")
    return lambda now: slack_world_on(url, tmp_path, now)


@pytest.fixture
async def world(world_at: WorldAt) -> AsyncIterator[World]:
    async with world_at(A_TUESDAY) as world:
        yield world
