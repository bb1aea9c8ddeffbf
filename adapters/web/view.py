"""Message, form and message row → JSON for the browser. Pure; the browser sets every text as text."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal

from adapters.web.tables import WebAccount, WebMessage
from bot.chat.message import (
    AnyField,
    Attachment,
    Button,
    Buttons,
    ChoiceField,
    ChoicesField,
    CopyText,
    DateField,
    Facts,
    FileField,
    Form,
    Mentions,
    Message,
    Option,
    Part,
    Quote,
    Text,
    TextField,
    TickField,
)
from bot.language import _, language, say_briefly, say_date, say_moment

ZONE = "Europe/Oslo"
Json = dict[str, Any]


def body(said: Message) -> Json:
    return {"title": said.title, "parts": [_part(part) for part in said.parts]}


def files(said: Message) -> tuple[bytes, ...]:
    """What is kept beside the body: the nth attachment of the message is the nth here."""
    return tuple(part.content for part in said.parts if isinstance(part, Attachment))


def attachments(said: Json) -> list[Json]:
    """The attachments that a message names, in order."""
    return [part for part in said["parts"] if part["kind"] == "file"]


def words(text: str) -> Json:
    """What a person wrote."""
    return {"title": "", "parts": [_part(Text(text))]}


def text_of(said: Json) -> str:
    """The words of a person's own message again, for the core and for editing."""
    return "\n".join(part["text"] for part in said["parts"] if part["kind"] == "text")


def plain(said: Json) -> str:
    """A message in words alone, whoever wrote it."""
    lines = [said["title"]] if said["title"] else []
    return "\n".join(lines + [part["text"] for part in said["parts"] if "text" in part])


def carries_button(said: Json, does: str, carries: str) -> bool:
    """Whether a message really has this button: a press is not taken on the browser's word."""
    buttons = (button for part in said["parts"] if part["kind"] == "buttons" for button in part["buttons"])
    return any(button["does"] == does and button["carries"] == carries for button in buttons)


def _part(part: Part) -> Json:
    match part:
        case Text(text=text, tone=tone):
            return {"kind": "text", "text": text, "tone": tone.value}
        case Quote(label=label, text=text):
            return {"kind": "quote", "label": label, "text": text}
        case Facts(facts=facts):
            return {"kind": "facts", "facts": [[name, str(value)] for name, value in facts]}
        case Mentions(lead=lead, accounts=accounts):
            return {"kind": "mentions", "lead": lead, "accounts": [list(account) for account in accounts]}
        case CopyText(label=label, text=text):
            return {"kind": "copy", "label": label, "text": text}
        case Attachment(name=name, mime=mime, content=content):
            return {"kind": "file", "name": name, "mime": mime, "size": say_size(len(content))}
        case Buttons(buttons=buttons):
            return {"kind": "buttons", "buttons": [_button(button) for button in buttons]}
        case _:
            assert_never(part)


def say_size(bytes: int) -> str:
    """As people read a file's size: «12 kB», «1,4 MB»."""
    if bytes < 1_000_000:
        return _("{count} kB").format(count=max(1, round(bytes / 1000)))
    return _("{count} MB").format(count=format_decimal(bytes / 1_000_000, format="#,##0.#", locale=language()))


def _button(button: Button) -> Json:
    return {
        "label": button.label,
        "does": button.does,
        "carries": button.carries,
        "tone": button.tone.value,
        "confirm": button.confirm,
    }


def form(shown: Form, instance: str) -> Json:
    return {
        "id": instance,
        "does": shown.does,
        "carries": shown.carries,
        "title": shown.title,
        "intro": [_part(part) for part in shown.intro],
        "fields": [_field(field) for field in shown.fields],
        "submit": shown.submit or _("Send inn"),
        "extra": [{"value": button.value, "label": button.label} for button in shown.extra],
    }


def _field(field: AnyField) -> Json:
    shared = {
        "name": field.name,
        "label": field.label,
        "required": field.required,
        "hint": field.hint,
        "notes": list(field.notes),
    }
    return shared | _own(field)


def _own(field: AnyField) -> Json:
    match field:
        case TextField(value=value, lines=lines, longest=longest):
            return {"kind": "text", "value": value, "lines": lines, "longest": longest}
        case DateField(value=value):
            return {"kind": "date", "value": value}
        case ChoiceField(options=options, value=value):
            return {"kind": "choice", "options": _options(options), "value": value}
        case ChoicesField(options=options, values=values):
            return {"kind": "choices", "options": _options(options), "values": list(values)}
        case TickField(ticked=ticked):
            return {"kind": "tick", "ticked": ticked}
        case FileField(accept=accept, largest=largest):
            return {
                "kind": "file",
                "accept": list(accept),
                "largest": largest,
                "too_large": _("Filen er for stor: den kan være på {most}. Del den opp.").format(
                    most=say_size(largest)
                ),
            }
        case _:
            assert_never(field)


def _options(options: tuple[Option, ...]) -> list[Json]:
    return [{"value": option.value, "label": option.label} for option in options]


def message(
    row: WebMessage, writer: WebAccount | None, said: Json | None, replies: int, viewer: str, *, direct: bool
) -> Json:
    """A message as `viewer` sees it; `said` is None where its text is gone."""
    local = row.created_at.astimezone(ZoneInfo(ZONE))
    return {
        "id": row.id,
        "room": row.room,
        "thread": row.thread,
        "bot": row.author is None,
        "name": writer.name if writer else _("Fagtråd"),
        "subtitle": writer.subtitle if writer else "",
        "own": row.author == viewer,
        "private": row.for_account is not None,
        "seq": row.seq,
        "changed": row.changed,
        "day": local.date().isoformat(),
        "day_name": say_date(local.date()),
        "time": f"{local:%H:%M}",
        "moment": say_moment(row.created_at, ZONE),
        "edited": row.edited_at is not None,
        "editable": row.author == viewer and not direct,
        "threads": row.for_account is None and not direct,  # whether it can be answered in a thread
        "said": said,
        "replies": replies,
    }


def account(row: WebAccount) -> Json:
    return {"id": row.id, "name": row.name, "subtitle": row.subtitle, "guest": row.guest}


def clock(now: datetime) -> Json:
    local = now.astimezone(ZoneInfo(ZONE))
    return {
        "text": say_moment(now, ZONE),
        "short": say_briefly(now, ZONE),
        "day": local.date().isoformat(),
    }


def problems(by_field: Mapping[str, str], replaced: Json | None) -> Json:
    return {"problems": dict(by_field), "form": replaced}
