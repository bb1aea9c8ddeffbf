"""Whether something of ours was posted: the one doubt that a stopped process leaves."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from adapters.slack.errors import code_of
from adapters.slack.outbound import Api, Json
from adapters.slack.people import People
from bot.chat.port import Place, Posted
from bot.errors import Rejected

NEWEST = 1_000  # messages that are looked through
PAGE = 200
EVENT = "fagtraad"  # the type of our messages' metadata
NOTHING_THERE = frozenset({"channel_not_found", "not_in_channel", "thread_not_found", "is_archived"})


class Finding:
    def __init__(self, api: Api, people: People) -> None:
        self._api = api
        self._people = people

    async def find(self, place: Place, key: str) -> tuple[Posted, bool] | None:
        """The message, and whether it should have files. Raises `ChatError`, but not where the place is gone."""
        try:
            async for message in self._messages(place):
                if self._is_ours(message) and (mark := _mark(message)).get("key") == key:
                    return Posted(place, str(message["ts"])), bool(mark.get("files"))
        except Rejected as error:
            if code_of(error) not in NOTHING_THERE:
                raise
        return None

    async def _messages(self, place: Place) -> AsyncIterator[Mapping[str, Any]]:
        cursor = ""
        for _page in range(NEWEST // PAGE):
            page = await self._page(place, cursor)
            for message in page.get("messages") or []:
                yield message
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    async def _page(self, place: Place, cursor: str) -> Json:
        client, more = self._api.client, {"cursor": cursor} if cursor else {}
        wanted: dict[str, Any] = {"channel": place.room, "limit": PAGE, "include_all_metadata": True} | more
        if place.thread:
            return await self._api.ask(client.conversations_replies(ts=place.thread, **wanted))
        return await self._api.ask(client.conversations_history(**wanted))

    def _is_ours(self, message: Mapping[str, Any]) -> bool:
        """Others may write the same metadata."""
        us = self._people.us
        return message.get("bot_id") == us.bot if us.bot else message.get("user") == us.user


def marked(key: str, files: int) -> Json:
    """What a message carries unseen. https://docs.slack.dev/messaging/message-metadata"""
    return {"event_type": EVENT, "event_payload": {"key": key} | ({"files": files} if files else {})}


def _mark(message: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = message.get("metadata") or {}
    found = metadata.get("event_payload") if metadata.get("event_type") == EVENT else None
    return found if isinstance(found, Mapping) else {}
