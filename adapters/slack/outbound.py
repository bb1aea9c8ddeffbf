"""Slack's Web API, one call at a time: a time limit, no retries of its own (the outbox has them), and our errors."""

import asyncio
from collections.abc import Awaitable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.answering import time_left
from adapters.slack.errors import by_status, chat_errors
from adapters.slack.quiet import quiet_logger

if TYPE_CHECKING:
    from slack_sdk.web.async_slack_response import AsyncSlackResponse

LIMIT = 10.0  # seconds of one call
Json = dict[str, Any]


class Api:
    """One session for all calls, so that a form that must open within three seconds needs no new TLS handshake."""

    def __init__(self, token: str, url: str) -> None:
        self.client = AsyncWebClient(
            token=token, base_url=url, timeout=int(LIMIT), logger=quiet_logger(), retry_handlers=[]
        )

    async def open(self) -> None:
        if self.client.session is None or self.client.session.closed:
            self.client.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LIMIT))

    async def close(self) -> None:
        if self.client.session is not None:
            await self.client.session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        if self.client.session is None:
            raise RuntimeError("not opened")
        return self.client.session

    async def ask(self, asked: "Awaitable[AsyncSlackResponse]", seconds: float = LIMIT) -> Json:
        """What Slack answers. Raises `bot.errors.ChatError`."""
        with chat_errors():
            async with asyncio.timeout(time_left(seconds)):
                response = await asked
        return response.data if isinstance(response.data, dict) else {}

    async def respond(self, url: str, body: Mapping[str, Any]) -> None:
        """Answer at a response_url, which lives 30 minutes and takes five answers. Raises `ChatError`."""
        hook = AsyncWebhookClient(
            url,
            session=self.session,
            proxy=self.client.proxy,
            ssl=self.client.ssl,
            logger=quiet_logger(),
            retry_handlers=[],
        )
        with chat_errors():
            async with asyncio.timeout(time_left(LIMIT)):
                answer = await hook.send_dict(dict(body))
        if answer.status_code != 200:
            raise by_status(answer.status_code, "response_url", answer.headers)

    async def send_bytes(self, url: str, content: bytes) -> None:
        """The content of a file, to the address that Slack gave for it."""
        with chat_errors():
            async with (
                asyncio.timeout(time_left(LIMIT)),
                self.session.post(url, data=BytesIO(content), proxy=self.client.proxy) as answer,
            ):
                status, headers = answer.status, answer.headers
        if status != 200:
            raise by_status(status, "upload_failed", headers)

    async def get_bytes(self, url: str, most: int) -> tuple[bytes, str]:
        """A file that somebody uploaded, and its content type. Reads one byte more than `most`, and no further.

        Slack sends whoever may not have it to a page for signing in: a redirect is a no."""
        headers = {"Authorization": f"Bearer {self.client.token}"}
        with chat_errors():
            async with (
                asyncio.timeout(time_left(LIMIT)),
                self.session.get(url, headers=headers, allow_redirects=False, proxy=self.client.proxy) as answer,
            ):
                status, told = answer.status, answer.headers
                content = await _read(answer.content, most + 1) if status == 200 else b""
        if status != 200:
            raise by_status(status, "not_downloaded", told)
        return content, told.get("Content-Type", "")


async def _read(stream: aiohttp.StreamReader, most: int) -> bytes:
    taken = bytearray()
    async for chunk in stream.iter_chunked(64 * 1024):
        taken += chunk
        if len(taken) >= most:
            break
    return bytes(taken[:most])
