"""What happens on a chat platform, as the core hears it. `key` is unique to one happening: a retry has the same key."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.chat.port import Account, Place, Posted

# NUL is refused by PostgreSQL; lone surrogates cannot be written as UTF-8 at all.
_DROPPED = {0: None} | dict.fromkeys(range(55296, 57344))


def clean(text: str) -> str:
    """Text from outside, normalised once at the edge, so that both databases and all rules see the same (NFC)."""
    return unicodedata.normalize("NFC", text.translate(_DROPPED)).replace("\r\n", "\n")


_ID = re.compile(r"[0-9]{1,9}")  # what fits an integer column of either database


def id_in(carries: str) -> int | None:
    """The id that a button or a form carries; None where it carries something else."""
    return int(carries) if _ID.fullmatch(carries) else None


@dataclass(frozen=True, slots=True)
class Happening:
    key: str
    account: Account
    place: Place


@dataclass(frozen=True, slots=True)
class Command(Happening):
    """ "/oppgave …", "@Fagtråd oppgave …", or plain words in a 1:1 chat. `opener` lets the platform open a form.

    `public` says that others could read the words where they were written.
    """

    text: str
    opener: object = None
    public: bool = False


@dataclass(frozen=True, slots=True)
class Press(Happening):
    """A button, on a card or on somebody's message (then `on` is that message, and `text` what it says)."""

    does: str
    carries: str = ""
    on: Posted | None = None
    text: str = ""
    opener: object = None


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a form. Neither its name nor its content may be logged."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Submission(Happening):
    """A form sent in; `key` is the form's own instance id. Several values of one field are a tuple."""

    does: str
    carries: str = ""
    values: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    button: str = ""
    files: Mapping[str, File] = field(default_factory=dict)  # by field; none where none was chosen

    def text(self, field: str) -> str:
        """What was typed in one field; empty where there is none, or where several values came."""
        value = self.values.get(field, "")
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Said(Happening):
    """A person wrote in a room. `thread` is the message whose thread it stands in."""

    posted: Posted
    text: str
    thread: Posted | None = None
    opener: object = None


@dataclass(frozen=True, slots=True)
class Edited(Happening):
    posted: Posted
    text: str
    thread: Posted | None = None


@dataclass(frozen=True, slots=True)
class Deleted(Happening):
    posted: Posted


@dataclass(frozen=True, slots=True)
class Joined(Happening):
    """`account` came into `place`."""


@dataclass(frozen=True, slots=True)
class Left(Happening):
    pass


@dataclass(frozen=True, slots=True)
class Reacted(Happening):
    """An emoji was put on a message, or taken off again. `name` is the platform's, such as "white_check_mark"."""

    posted: Posted
    name: str
    added: bool = True


@dataclass(frozen=True, slots=True)
class Visited(Happening):
    """Somebody opened their own page. `place` is their 1:1 chat."""


Inbound = Command | Press | Submission | Said | Edited | Deleted | Joined | Left | Reacted | Visited
