"""The port's methods on Slack (`bot.chat.port.Chat`)."""

import asyncio
import re
from collections.abc import Coroutine
from contextvars import Context
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import structlog
from starlette.applications import Starlette

from adapters.slack import blocks, dialog, files, finding, whispers
from adapters.slack.answering import answering
from adapters.slack.errors import code_of
from adapters.slack.finding import Finding
from adapters.slack.inbound import CHAT, Opener, Us, is_direct
from adapters.slack.outbound import Api
from adapters.slack.people import EVERYBODY, WAIT, People
from adapters.slack.quiet import quieten
from adapters.slack.settings import SlackSettings
from adapters.slack.socket_mode import SocketDoor
from bot.chat.message import Form, Message
from bot.chat.port import Account, Can, Inbox, Notebook, Pacing, Place, Posted
from bot.core import Core
from bot.errors import ChatError, Rejected
from bot.language import _
from bot.outbox.budget import Budget

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

log = structlog.get_logger()

# https://docs.slack.dev/reference/methods/chat.postMessage#rate-limiting: one message a second and channel.
PACE = timedelta(seconds=1)
SIGN_IN_AGAIN = 5.0  # seconds between tries, while Slack does not answer
TAKE_BACK = 2.0  # seconds: whoever waits has been told that it failed
GONE = frozenset({"message_not_found"})
_ACCOUNT = re.compile(r"(?:<@)?([UW][A-Z0-9]{6,20})(?:\|[^>]*)?>?", re.IGNORECASE | re.ASCII)  # U024BE7LH, <@U024BE7LH>


class NotReady(Exception):
    """Not started yet, or stopped, or not known to Slack: come again."""


class SlackChat:
    name = CHAT
    # The same page: "several hundred messages per minute" for a workspace. Half of three hundred, as `Budget` wants it.
    budget = Budget(sends=150, seconds=60.0)

    def __init__(self, core: Core, settings: SlackSettings) -> None:
        quieten()
        self.core = core
        self.settings = settings
        lacks = {Can.DELETE_OTHERS, Can.SEALED_THREADS, Can.SLASH, *(() if settings.cases else (Can.CASES,))}
        self.can = frozenset(Can) - lacks
        self.api = Api(settings.bot_token.get_secret_value(), settings.api_url)
        self.people = People(self.api)
        self.files = files.Files(self.api)
        self._finding = Finding(self.api, self.people)
        self._socket = SocketDoor(self, settings) if settings.mode == "socket" else None
        self._inbox: Inbox | None = None
        self._notes: Notebook | None = None
        self._direct: dict[str, str] = {}  # account → its 1:1 chat
        self._tasks: set[asyncio.Task[Any]] = set()

    @cached_property
    def app(self) -> Starlette:
        """The ASGI application: where Slack sends what happens."""
        from adapters.slack.server import create_app

        return create_app(self)

    @cached_property
    def bolt(self) -> "AsyncApp":
        from adapters.slack.bolt import create_app

        return create_app(self)

    @property
    def trouble(self) -> str | None:
        """For `/readyz`."""
        if not self.people.us.team:
            return "Slack does not answer"
        return self._socket.trouble if self._socket else None

    async def start(self, inbox: Inbox, notebook: Notebook) -> None:
        """Ends the program where Slack does not take the token. Where it does not answer, it is asked again."""
        self._inbox, self._notes = inbox, notebook
        await self.api.open()
        try:
            await self._sign_in()
        except Rejected as error:
            await self.stop()
            raise SystemExit(f"Slack sier nei til FAGTRAAD_SLACK_BOT_TOKEN ({code_of(error)}).") from None
        except ChatError as error:
            log.warning("slack does not answer", error=type(error).__name__)
            self.later(self._keep_signing_in())
        if self._socket:
            await self._socket.start()

    async def stop(self) -> None:
        self._inbox = None
        if self._socket:
            await self._socket.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.people.stop()
        await self.api.close()

    async def _sign_in(self) -> None:
        told = await self.api.ask(self.api.client.auth_test())
        self.people.us = Us(
            team=str(told.get("team_id") or ""),
            user=str(told.get("user_id") or ""),
            bot=str(told.get("bot_id") or ""),
            home=str(told.get("url") or ""),
            enterprise=str(told.get("enterprise_id") or ""),
        )

    async def _keep_signing_in(self) -> None:
        while not self.people.us.team:
            await asyncio.sleep(SIGN_IN_AGAIN)
            try:
                await self._sign_in()
            except ChatError as error:
                log.warning("slack does not answer", error=type(error).__name__, code=code_of(error))

    # ------------------------------------------------------------ what the core says

    async def post(self, place: Place, message: Message, key: str) -> Posted:
        """Its files are uploaded before it and shown after it. Was one of them not, the message is taken back, now or
        when it is found: the next try is a whole one."""
        rendered = await self._rendered(place, message)
        uploaded = await self.files.upload(files.of_message(message, rendered.rest))
        sent = await self.api.ask(
            self.api.client.chat_postMessage(
                channel=place.room,
                thread_ts=place.thread,
                text=rendered.text,
                blocks=rendered.blocks,
                metadata=finding.marked(key, len(uploaded)),
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        posted = Posted(place, str(sent["ts"]))
        try:
            if place.thread:
                await self.notebook.write(_thread_note(posted), place.thread)
            await self._show(posted, uploaded)
        except BaseException:
            await self._take_back(posted)
            raise
        return posted

    async def edit(self, posted: Posted, message: Message) -> None:
        """Its files are replaced, whatever they were."""
        rendered = await self._rendered(posted.place, message)
        before = await self.files.kept(self.notebook, posted)
        uploaded = await self.files.upload(files.of_message(message, rendered.rest))
        await self.api.ask(
            self.api.client.chat_update(
                channel=posted.place.room,
                ts=posted.ref,
                text=rendered.text,
                blocks=rendered.blocks,
                parse="none",  # here alone Slack's default is another, "client"
            )
        )
        if before or uploaded:
            await self.files.keep(self.notebook, posted, [*before, *uploaded], shown=False)
            await self.files.share(uploaded, posted)
            await self.files.remove(before)
            await self.files.keep(self.notebook, posted, uploaded, shown=True)

    async def delete(self, posted: Posted) -> None:
        """Its files first: a message that is gone leads to no files any more."""
        if before := await self.files.kept(self.notebook, posted):
            await self.files.remove(before)
            await self.files.keep(self.notebook, posted, [], shown=True)
        try:
            await self.api.ask(self.api.client.chat_delete(channel=posted.place.room, ts=posted.ref))
        except Rejected as error:
            if code_of(error) not in GONE:
                raise

    async def find(self, place: Place, key: str) -> Posted | None:
        """One whose files were never shown does not count, and goes: it is to be posted again."""
        found = await self._finding.find(place, key)
        if found is None:
            return None
        posted, with_files = found
        if with_files and not await self.files.all_shown(self.notebook, posted):
            await self.delete(posted)
            return None
        return posted

    async def whisper(self, place: Place, to: Account, message: Message) -> None:
        self.require_allowed(message, to)
        await whispers.whisper(self, place, to, message)

    async def direct(self, to: Account) -> Place:
        if to.id not in self._direct:
            told = await self.api.ask(self.api.client.conversations_open(users=[to.id]))
            self._direct[to.id] = str(told["channel"]["id"])
        return Place(CHAT, self._direct[to.id])

    async def ask(self, opener: object, form: Form) -> None:
        if not isinstance(opener, Opener):
            raise Rejected("not one of our openers")
        try:
            view = dialog.opened(form, opener.place)
        except blocks.TooMuch:
            raise Rejected("the form does not fit") from None
        client = self.api.client
        if opener.view_id:
            await self.api.ask(client.views_update(view_id=opener.view_id, view=view))
        else:
            await self.api.ask(client.views_open(trigger_id=opener.trigger_id, view=view))

    async def home(self, to: Account, message: Message) -> None:
        self.require_allowed(message, to)
        try:
            view = blocks.home(message)
        except blocks.TooMuch:
            raise Rejected("the page does not fit") from None
        await self.api.ask(self.api.client.views_publish(user_id=to.id, view=view))

    async def account(self, id: str) -> Account | None:
        return await self.people.account(id)

    def account_named(self, typed: str) -> str | None:
        named = _ACCOUNT.fullmatch(typed.strip())
        return named[1].upper() if named else None

    async def members(self, place: Place) -> tuple[Account, ...]:
        """Whoever waits at the screen waits for a moment only; the outbox for as long as it takes."""
        found = await self.people.members(place.room, WAIT if answering.get() else None)
        everybody = _("alle i Slack (kanalen er offentlig: gjør den privat)")
        return tuple(replace(each, name=everybody) if each.id == EVERYBODY else each for each in found)

    def link(self, posted: Posted) -> str | None:
        """As `chat.getPermalink` gives it, without asking."""
        if not self.people.us.home:
            return None
        room, thread = posted.place.room, posted.place.thread
        address = f"{self.people.us.home.rstrip('/')}/archives/{room}/p{posted.ref.replace('.', '')}"
        return f"{address}?thread_ts={thread}&cid={room}" if thread else address

    def pace(self, pacing: Pacing, now: datetime) -> Pacing:
        return replace(pacing, not_before=now + PACE)

    # ------------------------------------------------------------ what people do

    @property
    def inbox(self) -> Inbox:
        """Raises `NotReady`."""
        if self._inbox is None or not self.people.us.team:
            raise NotReady
        return self._inbox

    @property
    def notebook(self) -> Notebook:
        """Raises `NotReady`."""
        if self._notes is None:
            raise NotReady
        return self._notes

    async def thread_of(self, posted: Posted) -> Posted:
        """The same message in its thread, which nobody tells of a reaction: of our own messages, we know."""
        thread = await self.notebook.read(_thread_note(posted))
        return Posted(replace(posted.place, thread=thread), posted.ref) if isinstance(thread, str) else posted

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """After the acknowledgement, for as long as it takes. A fault is logged, and stops nothing."""

        async def alone() -> None:
            try:
                await work
            except Exception as error:  # noqa: BLE001 - nobody waits for it; its words may be a text
                log.warning("not done afterwards", error=type(error).__name__)

        task = asyncio.get_running_loop().create_task(alone(), name="slack afterwards", context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ------------------------------------------------------------ pieces

    def require_allowed(self, message: Message, to: Account | None = None) -> None:
        """A floor under the core's own refusals. `to` is the one who alone will read it."""
        if not message.of_case:
            return
        if Can.CASES not in self.can:
            raise Rejected("case texts are not written here")
        if to is not None and to.guest:
            raise Rejected("guests read no case texts")

    async def _require_no_guest(self, place: Place, message: Message) -> None:
        """The core knows whom it writes to in a 1:1 chat, and not that they have become a guest. Who cannot be looked
        up is waited for; whose chat it is that nobody says, or who is deactivated, reads none. Raises `ChatError`."""
        if not (message.of_case and is_direct(place.room)):
            return
        to = next((id for id, room in self._direct.items() if room == place.room), "") or await self._whose(place.room)
        account = await self.people.account(to) if to else None
        self.require_allowed(message, account or Account(CHAT, to, guest=True))

    async def _whose(self, direct: str) -> str:
        told = await self.api.ask(self.api.client.conversations_info(channel=direct))
        return str((told.get("channel") or {}).get("user") or "")

    async def _rendered(self, place: Place, message: Message) -> blocks.Rendered:
        self.require_allowed(message)
        await self._require_no_guest(place, message)
        try:
            return blocks.rendered(message)
        except blocks.TooMuch:
            raise Rejected("the message does not fit") from None

    async def _show(self, posted: Posted, uploaded: list[str]) -> None:
        if uploaded:
            await self.files.keep(self.notebook, posted, uploaded, shown=False)
            await self.files.share(uploaded, posted)
            await self.files.keep(self.notebook, posted, uploaded, shown=True)

    async def _take_back(self, posted: Posted) -> None:
        try:
            await self.api.ask(self.api.client.chat_delete(channel=posted.place.room, ts=posted.ref), TAKE_BACK)
        except ChatError as error:
            log.warning("not taken back", error=type(error).__name__)


def _thread_note(posted: Posted) -> str:
    return f"thread:{posted.place.room}:{posted.ref}"
