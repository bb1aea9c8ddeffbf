"""What is said, as plain data. It says what is meant, not how it looks: each adapter has pure renderers of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

LARGEST_FILE = 2 * 1024 * 1024  # bytes, of a file that goes either way


class Tone(StrEnum):
    NORMAL = "normal"
    MUTED = "muted"
    STRONG = "strong"
    GOOD = "good"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. Always plain text: a renderer shows markup, mentions and links in it inert."""

    text: str
    tone: Tone = Tone.NORMAL
    opens: bool = False  # the whole of it is an address of ours, to be followed


@dataclass(frozen=True, slots=True)
class Quote:
    """What a person wrote, under a label of ours."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class RoomName:
    """A room as its adapter knows it: a platform that can shows the name that people know it by."""

    chat: str
    room: str

    def __str__(self) -> str:
        return f"{self.room} ({self.chat})"


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled short values, in order."""

    facts: tuple[tuple[str, str | RoomName], ...]


@dataclass(frozen=True, slots=True)
class Mentions:
    """People called upon, so that the platform notifies them: (account id on this chat, name)."""

    lead: str
    accounts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CopyText:
    """Text meant to be taken elsewhere (a journal): shown with a copy button where the platform has one."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Button:
    """`does` names the press ("cases.answering"), `carries` the id it concerns; never text that a person wrote."""

    label: str
    does: str
    carries: str = ""
    tone: Tone = Tone.NORMAL
    confirm: str = ""  # asked before the press is sent, where the platform can


@dataclass(frozen=True, slots=True)
class Buttons:
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to take away. Raises `ValueError` for one of more than `LARGEST_FILE`: say so before it comes to that."""

    name: str
    mime: str
    content: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.content) > LARGEST_FILE:
            raise ValueError("too large for an attachment")


Part = Text | Quote | Facts | Mentions | CopyText | Attachment | Buttons


@dataclass(frozen=True, slots=True)
class Message:
    """`sealed_under` is a vault subject ("case:17"): an adapter that keeps texts itself seals this one with that
    subject's key, so that it goes when the key goes."""

    parts: tuple[Part, ...]
    title: str = ""
    sealed_under: str | None = None

    @property
    def of_case(self) -> bool:
        """Whether it holds words of a case."""
        return (self.sealed_under or "").startswith("case:")


def message(*parts: Part | str, title: str = "", sealed_under: str | None = None) -> Message:
    """A message of parts; a bare string is a paragraph."""
    return Message(tuple(Text(part) if isinstance(part, str) else part for part in parts), title, sealed_under)


def plain_text(said: Message) -> str:
    """The whole message in words alone: for notifications, screen readers and platforms without cards."""
    lines = [said.title] if said.title else []
    return "\n".join(lines + [line for part in said.parts if (line := _in_words(part))])


def _in_words(part: Part) -> str:
    match part:
        case Text(text=text):
            return text
        case Quote(label=label, text=text) | CopyText(label=label, text=text):
            return f"{label}: {text}"
        case Facts(facts=facts):
            return "\n".join(f"{name}: {value}" for name, value in facts)
        case Mentions(lead=lead, accounts=accounts):
            return f"{lead} {', '.join(name for _, name in accounts)}".strip()
        case Attachment(name=name):
            return name
        case Buttons():
            return ""
        case _:
            assert_never(part)


# Forms


@dataclass(frozen=True, slots=True)
class Field:
    """What all fields have. `notes` stand at the field (what the check found, in plain words)."""

    name: str
    label: str
    required: bool = False
    hint: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextField(Field):
    value: str = ""
    lines: int = 1
    longest: int = 3000  # characters; Slack's own limit for one text input


@dataclass(frozen=True, slots=True)
class DateField(Field):
    value: str = ""  # ISO date, or empty


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ChoiceField(Field):
    options: tuple[Option, ...] = ()
    value: str = ""


@dataclass(frozen=True, slots=True)
class ChoicesField(Field):
    options: tuple[Option, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TickField(Field):
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class FileField(Field):
    """One file, which comes in `Submission.files`; it is never sent back to be shown again."""

    accept: tuple[str, ...] = ()  # how its name may end, with the dot: a hint to the platform, to be checked again
    largest: int = LARGEST_FILE  # bytes


AnyField = TextField | DateField | ChoiceField | ChoicesField | TickField | FileField


@dataclass(frozen=True, slots=True)
class FormButton:
    """A second way to send the form: the submission's `button` says which was pressed."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Form:
    """`does` names the submission ("cases.ask"), `carries` an id or marks of ours; never text that a person wrote."""

    does: str
    title: str
    fields: Sequence[AnyField]
    carries: str = ""
    intro: tuple[Part, ...] = ()
    submit: str = ""  # empty: «Send inn»
    extra: tuple[FormButton, ...] = ()
