"""Bolt: it tells the kinds of payload apart, and each goes to the core before it is acknowledged."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from adapters.slack import blocks, commands, dialog, forms, inbound
from adapters.slack.hearing import hear
from adapters.slack.inbound import Unreadable, Us
from adapters.slack.quiet import quiet_logger
from bot.chat.inbound import Inbound, Visited
from bot.errors import ChatError

if TYPE_CHECKING:
    from adapters.slack.chat import SlackChat

log = structlog.get_logger()
ANY = re.compile(r"")
ABOUT_PEOPLE = frozenset({"user_change", "team_join"})
ABOUT_MEMBERS = frozenset({"member_joined_channel", "member_left_channel"})


def create_app(chat: "SlackChat") -> AsyncApp:
    """`process_before_response`: the answer is the acknowledgement, and goes out when all is stored. Who may do what is
    the core's to say; that it is Slack that asks, the door has looked at."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """Without asking Slack each time who we are."""
        us = chat.people.us
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=us.user,
            bot_id=us.bot,
            bot_token=chat.api.client.token,
        )

    app = AsyncApp(
        name="fagtraad",
        logger=quiet_logger(),
        request_verification_enabled=False,  # `server` has; in Socket Mode nothing is signed
        client=chat.api.client,
        authorize=authorize,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        ignoring_self_events_enabled=False,  # `inbound` does, by who wrote it
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    listeners = _Listeners(chat)
    app.event(ANY)(listeners.event)
    app.command(ANY)(listeners.command)
    app.shortcut(ANY)(listeners.shortcut)
    app.action(ANY)(listeners.action)
    app.view(ANY)(listeners.view)
    app.view_closed(ANY)(listeners.nothing)
    app.options(ANY)(listeners.no_options)
    app.error(_failed)
    return app


class _Listeners:
    """`body` is the payload, whatever it came in. Each returns the acknowledgement."""

    def __init__(self, chat: "SlackChat") -> None:
        self._chat = chat

    @property
    def _us(self) -> Us:
        return self._chat.people.us

    async def event(self, body: dict[str, Any]) -> BoltResponse:
        told = body.get("event") or {}
        kind = told.get("type")
        if kind in ABOUT_PEOPLE:
            self._chat.people.learn(told.get("user") or {})
        if kind in ABOUT_MEMBERS:
            self._chat.people.forget(str(told.get("channel") or ""))
        if (happening := inbound.happening(body, self._us)) is not None:
            await self._hear(happening)
        return _ok()

    async def _hear(self, happening: Inbound) -> None:
        try:
            await hear(self._chat, happening)
        except ChatError as error:
            if not isinstance(happening, Visited):
                raise
            log.warning("page not shown", error=type(error).__name__)  # nothing was to be stored: it is shown next time

    async def command(self, body: dict[str, Any]) -> BoltResponse:
        meant = commands.typed(str(body.get("command") or ""), str(body.get("text") or ""), self._chat.core.features)
        await hear(self._chat, inbound.slash(body, self._us, meant), str(body.get("response_url") or ""), slash=True)
        return _ok()

    async def shortcut(self, body: dict[str, Any]) -> BoltResponse:
        await hear(self._chat, inbound.shortcut(body, self._us), str(body.get("response_url") or ""))
        return _ok()

    async def action(self, body: dict[str, Any]) -> BoltResponse:
        """A press. Fields that change as one fills in a form are nothing to us."""
        action = next((each for each in body.get("actions") or [] if each.get("type") == "button"), None)
        if action is None:
            return _ok()
        view = body.get("view") or {}
        in_modal = view.get("type") == "modal"
        if in_modal and (button := forms.form_button(action)) is not None:
            await dialog.pressed(self._chat, body, button)
            return _ok()
        does, carries = blocks.pressed(action)
        if in_modal:
            place = dialog.read(view).hidden.place
            await hear(self._chat, inbound.in_modal(body, self._us, place, does, carries))
            return _ok()
        press = inbound.press(body, self._us, does, carries)
        await hear(self._chat, press, str(body.get("response_url") or ""))
        if view.get("type") == "home":
            self._chat.later(hear(self._chat, inbound.visited_again(press)))
        return _ok()

    async def view(self, body: dict[str, Any]) -> BoltResponse:
        answer = await dialog.submitted(self._chat, body)
        return BoltResponse(status=200, body=answer) if answer else _ok()

    async def nothing(self, body: dict[str, Any]) -> BoltResponse:
        return _ok()

    async def no_options(self, body: dict[str, Any]) -> BoltResponse:
        return BoltResponse(status=200, body={"options": []})


async def _failed(error: Exception, body: Mapping[str, Any]) -> BoltResponse:
    """Nothing was stored, so it is not acknowledged: Slack sends events again, and tells whoever pressed. What is no
    use again is refused, and of what we have never heard, we are told."""
    kind = str(body.get("type") or "")[:40] if str(body.get("type") or "").isidentifier() else ""
    if isinstance(error, BoltUnhandledRequestError):
        log.info("nothing for us", kind=kind)
        return _ok()
    if isinstance(error, Unreadable):
        log.warning("not readable", kind=kind, lacks=str(error))
        return BoltResponse(status=400, body="")
    log.warning("not acknowledged", kind=kind, error=type(error).__name__)
    return BoltResponse(status=503, body="")


def _ok() -> BoltResponse:
    return BoltResponse(status=200, body="")
