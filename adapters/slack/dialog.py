"""Modals that are sent in: what was typed goes to the core, and its outcome is what is on screen next."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog

from adapters.slack import forms, inbound
from adapters.slack.answering import waited_for
from adapters.slack.blocks import TooMuch
from adapters.slack.files import FileTooLarge
from adapters.slack.forms import Hidden, Sent
from adapters.slack.hearing import hear
from adapters.slack.inbound import CHAT, Unreadable
from bot.chat.inbound import File, Submission, clean
from bot.chat.message import Form
from bot.chat.port import Account, Done, Next, Outcome, Place, Problems
from bot.errors import ChatError
from bot.language import _, language, speaking

if TYPE_CHECKING:
    from adapters.slack.chat import SlackChat

log = structlog.get_logger()
Json = dict[str, Any]


def opened(form: Form, place: Place) -> Json:
    """The modal of a form that somebody opens now. Its instance says in which language that was: what follows it is
    said in the same. Raises `TooMuch`."""
    return forms.view(form, Hidden(f"{uuid4().hex}.{language()}", form.does, form.carries, place))


async def submitted(chat: "SlackChat", body: Mapping[str, Any]) -> Json | None:
    """What Slack is answered: None closes the modal."""
    view = body["view"]
    sent = read(view)
    with waited_for():
        outcome = await _heard(chat, body, sent)
    with speaking(_language(sent)):
        match outcome:
            case Problems(by_field=by_field, form=None) if errors := forms.errors(view, by_field):
                return {"response_action": "errors", "errors": errors}
            case _:
                after = _after(view, sent, outcome)
                return None if after is None else {"response_action": "update", "view": after}


async def pressed(chat: "SlackChat", body: Mapping[str, Any], button: str) -> None:
    """One of the form's own buttons. The answer to a press cannot change a modal, so it is changed by its id."""
    view = body["view"]
    sent = read(view, button)
    with waited_for():
        outcome = await _heard(chat, body, sent)
        with speaking(_language(sent)):
            after = _after(view, sent, outcome) or _done(view)
        try:
            await chat.api.ask(chat.api.client.views_update(view_id=view["id"], view=after))
        except ChatError as error:  # it was closed meanwhile; what was done is done
            log.info("view not updated", error=type(error).__name__)


def read(view: Mapping[str, Any], button: str = "") -> Sent:
    """Raises `Unreadable`."""
    try:
        return forms.sent(view, button)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable("view") from error


def _after(view: Mapping[str, Any], sent: Sent, outcome: Outcome) -> Json | None:
    """The view that replaces this one; None where it is done with."""
    try:
        match outcome:
            case Done():
                return None
            case Next(form=form):
                return forms.view(form, sent.hidden)
            case Problems(by_field=by_field, form=Form() as form):
                return forms.view(form, sent.hidden, by_field)
            case Problems(by_field=by_field):
                return forms.with_problem(view, by_field)
    except TooMuch:
        log.error("form does not fit", does=sent.hidden.does)
        return forms.with_problem(view, {"": _("Skjemaet ble for stort for Slack. Kort ned teksten, og prøv igjen.")})


def _done(view: Mapping[str, Any]) -> Json:
    title = str((view.get("title") or {}).get("text") or "")
    return forms.done_view(title, _("Det er gjort. Du kan lukke dette vinduet."))


async def _heard(chat: "SlackChat", body: Mapping[str, Any], sent: Sent) -> Outcome:
    files, problems = await _files(chat, sent)
    if problems:
        return Problems(problems)
    user = body.get("user")
    if not isinstance(user, Mapping) or not isinstance(user.get("id"), str):
        raise Unreadable("user")
    event = Submission(
        inbound.form_key(chat.people.us, sent.hidden.instance),
        Account(CHAT, user["id"]),
        sent.hidden.place,
        sent.hidden.does,
        sent.hidden.carries,
        {name: _cleaned(value) for name, value in sent.values.items() if name not in _file_fields(body["view"])},
        sent.button,
        files,
    )
    return await hear(chat, event)


def _file_fields(view: Mapping[str, Any]) -> set[str]:
    """They have files, and no values."""
    inputs = (block for block in view["blocks"] if block.get("type") == "input")
    return {forms.field_of(block) for block in inputs if block["element"]["type"] == "file_input"}


def _cleaned(value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return clean(value) if isinstance(value, str) else tuple(clean(each) for each in value)


async def _files(chat: "SlackChat", sent: Sent) -> tuple[dict[str, File], dict[str, str]]:
    """The files by field, and what is wrong with those that could not be had."""
    found: dict[str, File] = {}
    problems: dict[str, str] = {}
    with speaking(_language(sent)):
        for name, id in sent.files.items():
            try:
                found[name] = await chat.files.fetch(id)
            except FileTooLarge:
                problems[name] = _("Fila er for stor. Den kan være på høyst 2 MB.")
            except ChatError as error:
                log.warning("file not fetched", error=type(error).__name__)
                problems[name] = _("Jeg fikk ikke hentet fila fra Slack. Prøv igjen om litt.")
    return found, problems


def _language(sent: Sent) -> str:
    return sent.hidden.instance.rpartition(".")[2]
