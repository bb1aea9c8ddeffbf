"""Files, either way: what comes with our messages, and what people put into a form."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import structlog

from adapters.slack.errors import chat_errors, code_of
from adapters.slack.inbound import is_direct
from adapters.slack.outbound import Api
from bot.chat.inbound import File, clean
from bot.chat.message import LARGEST_FILE, Attachment, Message
from bot.chat.port import Notebook, Posted
from bot.errors import ChatError, Rejected
from bot.language import _

log = structlog.get_logger()

LONGEST_ALT = 1_000  # characters that a screen reader says of a file
DOWNLOAD = 1.5  # seconds that somebody who sends a form waits for its file
GONE = frozenset({"file_not_found", "file_deleted"})
SLACK = ".slack.com"


@dataclass(frozen=True, slots=True)
class Upload:
    name: str = field(repr=False)
    content: bytes = field(repr=False)
    said: str = field(repr=False)  # to whoever does not see it


class FileTooLarge(Exception):
    """Larger than a form takes."""


def of_message(message: Message, rest: str) -> tuple[Upload, ...]:
    """Its attachments, and the words that there was no room for."""
    attached = [Upload(part.name, part.content, part.name) for part in message.parts if isinstance(part, Attachment)]
    if rest:
        said = _("Resten av meldingen, som tekst")
        attached.append(Upload(_("resten-av-meldingen.txt"), rest.encode(), said))
    return tuple(attached)


class Files:
    """The ids of a message's files stand in the notebook, so that they go when it goes."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def upload(self, files: Iterable[Upload]) -> list[str]:
        """Where nobody can see them yet. Raises `ChatError`."""
        return [await self._upload_one(file) for file in files]

    async def share(self, ids: list[str], posted: Posted) -> None:
        """Under the message: in its thread, or right after it in a 1:1 chat. Raises `ChatError`."""
        if ids:
            thread = None if is_direct(posted.place.room) else posted.in_thread.thread
            client = self._api.client
            await self._api.ask(
                client.files_completeUploadExternal(
                    files=[{"id": id} for id in ids], channel_id=posted.place.room, thread_ts=thread
                )
            )

    async def remove(self, ids: Iterable[str]) -> None:
        """Raises `ChatError`. What is gone already is gone."""
        for id in ids:
            try:
                await self._api.ask(self._api.client.files_delete(file=id))
            except ChatError as error:
                if code_of(error) not in GONE:
                    raise

    async def kept(self, notebook: Notebook, posted: Posted) -> list[str]:
        return list((await notebook.read(_note(posted)) or {}).get("ids", ()))

    async def all_shown(self, notebook: Notebook, posted: Posted) -> bool:
        return bool((await notebook.read(_note(posted)) or {}).get("shown"))

    async def keep(self, notebook: Notebook, posted: Posted, ids: list[str], *, shown: bool) -> None:
        """`shown`: everybody who sees the message has them."""
        await notebook.write(_note(posted), {"ids": ids, "shown": shown})

    async def fetch(self, id: str) -> File:
        """What somebody put into a form. Raises `ChatError`, `FileTooLarge`."""
        with chat_errors():
            async with asyncio.timeout(DOWNLOAD):
                return await self._fetched(id)

    async def _fetched(self, id: str) -> File:
        about = (await self._api.ask(self._api.client.files_info(file=id))).get("file") or {}
        size, url = about.get("size"), str(about.get("url_private_download") or about.get("url_private") or "")
        if not isinstance(size, int) or not self._is_slacks(url):
            raise Rejected("not_downloadable")
        if size > LARGEST_FILE:
            raise FileTooLarge
        content, _kind = await self._api.get_bytes(url, LARGEST_FILE)
        if len(content) != size:  # a page instead of the file, or a file that changed
            raise Rejected("not_downloaded")
        return File(clean(str(about.get("name") or "")), content)

    def _is_slacks(self, url: str) -> bool:
        """Our token goes with the question: to Slack alone, over TLS."""
        asked, ours = urlsplit(url), urlsplit(self._api.client.base_url)
        if (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc):
            return True
        return asked.scheme == "https" and f".{asked.hostname or ''}".endswith((SLACK, ".slack-gov.com"))

    async def _upload_one(self, file: Upload) -> str:
        told: dict[str, Any] = await self._api.ask(
            self._api.client.files_getUploadURLExternal(
                filename=file.name, length=len(file.content), alt_txt=file.said[:LONGEST_ALT]
            )
        )
        await self._api.send_bytes(str(told["upload_url"]), file.content)
        return str(told["file_id"])


def _note(posted: Posted) -> str:
    return f"files:{posted.place.room}:{posted.ref}"
