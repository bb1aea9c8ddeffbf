"""A small workspace, and slack_sdk in it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    fake = FakeSlack()
    for name, real in (("kari", "Kari Nordmann"), ("ola", "Ola Hansen"), ("una", "Una Utenfor")):
        fake.workspace.add_user(name, real)
    fake.workspace.add_channel("kasus", ["kari", "ola"])
    fake.workspace.add_channel("hemmelig", ["kari"], private=True, bot=False)
    fake.workspace.add_channel("torget", ["kari", "una"], bot=False)
    async with fake:
        yield fake


@pytest.fixture
async def client(slack: FakeSlack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(slack.workspace.bot_token, slack.api_url, session=session)
