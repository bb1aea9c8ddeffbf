"""Socket Mode: where Slack cannot reach us, we call Slack and listen there. What is not stored is not acknowledged
here either."""

import asyncio
from typing import TYPE_CHECKING

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.outbound import LIMIT
from adapters.slack.quiet import quiet_logger
from adapters.slack.settings import SlackSettings

if TYPE_CHECKING:
    from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

    from adapters.slack.chat import SlackChat


class SocketDoor:
    def __init__(self, chat: "SlackChat", settings: SlackSettings) -> None:
        self._chat = chat
        self._settings = settings
        self._handler: AsyncSocketModeHandler | None = None
        self._connecting: asyncio.Task[None] | None = None

    @property
    def trouble(self) -> str | None:
        client = self._handler.client if self._handler else None
        session = client.current_session if client else None
        is_there = session is not None and not session.closed and client is not None and not client.stale
        return None if is_there else "not connected"

    async def start(self) -> None:
        """Connects in the background: bolt's client tries until it succeeds."""
        from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

        token = self._settings.app_token.get_secret_value()
        # A client of its own: the app's own one has another token, and bolt's default another address.
        client = AsyncWebClient(
            token=token, base_url=self._settings.api_url, timeout=int(LIMIT), logger=quiet_logger(), retry_handlers=[]
        )
        self._handler = AsyncSocketModeHandler(self._chat.bolt, token, logger=quiet_logger(), web_client=client)
        self._connecting = asyncio.create_task(self._handler.connect_async(), name="slack socket")  # type: ignore[no-untyped-call]

    async def stop(self) -> None:
        if self._connecting:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        if self._handler:
            client = self._handler.client
            ending = (client.message_processor, client.current_session_monitor, client.message_receiver)
            await self._handler.close_async()  # type: ignore[no-untyped-call]
            await asyncio.gather(*(task for task in ending if task), return_exceptions=True)
