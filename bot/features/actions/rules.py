"""How "/oppgave Revidere prosedyren @kari frist fredag" and "utsett 12 mandag" are read. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import regex

from bot.chat.grammar import fold
from bot.errors import Refusal
from bot.features.actions.naming import Owners, SeveralOwners, UnknownOwner, owners, take_owners
from bot.when import NotADate, PastDate, When, split_due, understand

LONGEST = 500  # characters of an item


class NoText(Refusal):
    """Skriv hva som skal gjøres, for eksempel: /oppgave Revidere prosedyren @Kari frist fredag"""


class TooLong(Refusal):
    """Oppgaven er for lang. Skriv det viktigste på under 500 tegn, og lenk til resten."""


@dataclass(frozen=True, slots=True)
class Here:
    """What a line is read against: who is in the network (names by person), the time, and the next meeting."""

    members: Mapping[int, str]
    now: datetime
    zone: str
    meeting: date | None


@dataclass(frozen=True, slots=True)
class ItemDraft:
    text: str
    owners: Owners
    due: When | None


def parse(typed: str, here: Here, me: int) -> ItemDraft:
    """Without an owner it is the writer's own. Raises the refusals above, `UnknownOwner`, `SeveralOwners`, and what
    `understand` raises."""
    text, named, due = parts(typed, here, me)
    return ItemDraft(checked_text(text), named or owners([me]), due_of(due, here))


def parts(typed: str, here: Here, me: int) -> tuple[str, Owners, str]:
    """The text, whom it names, and the due date as it was typed (empty where there is none)."""
    if len(typed) > 2 * LONGEST:
        raise TooLong
    bare, named = take_owners(typed, here.members, me)
    text, due = split_due(bare)
    if not due and _is_due_alone(bare, here):
        return "", named, split_due(f" {bare}")[1]
    return text, named, due


def as_understood(typed: str, here: Here, me: int) -> tuple[str, Owners, str]:
    """`parts` for a form, as far as they are understood, so that all that was typed stands in one of its fields: nobody
    is chosen where a name was not understood, which then stands in the text."""
    try:
        text, named, due = parts(typed, here, me)
        return text, named or owners([me]), due
    except (UnknownOwner, SeveralOwners):
        text, due = split_due(typed)
        return text, owners(), due
    except TooLong:
        return typed, owners([me]), ""


def _is_due_alone(bare: str, here: Here) -> bool:
    """Whether nothing but a due date was typed («frist fredag»). «Frist for søknaden settes av Kari» is a text."""
    _text, due = split_due(f" {bare}")
    try:
        return due_of(due, here) is not None
    except PastDate:
        return True
    except NotADate:
        return False


def due_of(typed: str, here: Here) -> When | None:
    """Raises `NotADate`, `PastDate`."""
    return understand(typed, here.now, here.zone, here.meeting) if typed.strip() else None


def checked_text(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise NoText
    if len(text) > LONGEST:
        raise TooLong
    return text


class Wish(StrEnum):
    """What somebody wants with an item that there is."""

    DONE = "done"
    REMOVE = "remove"
    REOPEN = "reopen"
    UNDO = "undo"
    SHOW = "show"
    EDIT = "edit"
    MOVE = "move"
    HAND = "hand"


_WISHES: Mapping[Wish, str] = {
    Wish.DONE: "ferdig gjort done utført fullført fullfør ferdigstill ferdigstilt finish",
    Wish.REMOVE: "fjern slett stryk remove delete",
    Wish.REOPEN: "åpne opne gjenåpne open reopen",
    Wish.UNDO: "angre undo",
    Wish.SHOW: "vis syn show",
    Wish.EDIT: "endre endra rediger edit change",
    Wish.MOVE: "utsett utset utsette flytt snooze postpone move",
    Wish.HAND: "overfør overføre gi gje gjev hand-over handover tildel assign",
}
_BY_WORD = {fold(word): wish for wish, words in _WISHES.items() for word in words.split()}
_CHANGE = regex.compile(
    r"(?P<word>[^\W\d][\w-]*)\s+(?:(?:oppgave|oppgåve|nr\.?|item)\s+)?#?(?P<number>\d{1,9})(?:[.:]?\s+(?P<rest>.+)|\.?)",
    regex.IGNORECASE | regex.DOTALL,
)
_TO = regex.compile(r"^(?:til|to)\s+", regex.IGNORECASE)
_ONLY_HAND = frozenset(map(fold, ("overfør", "overføre", "hand-over", "handover")))  # not «Gi 3 foredrag»
EVERYTHING = frozenset(map(fold, ("alle", "alt", "all", "everything", "åpne", "opne")))
MINE = frozenset(map(fold, ("mine", "my")))


@dataclass(frozen=True, slots=True)
class Change:
    """ "utsett 12 mandag": what is wanted, with which number, and what else was typed."""

    wish: Wish
    number: int
    rest: str = ""


def change(typed: str) -> Change | None:
    """What a line wants with an item that there is; None where it is the text of a new one ("fjern 12 stoler")."""
    typed = typed.strip()
    if typed.removeprefix("#").isdecimal() and len(typed) <= 9:
        return Change(Wish.SHOW, int(typed.removeprefix("#")))
    found = _CHANGE.fullmatch(typed)
    wish = _BY_WORD.get(fold(found["word"])) if found else None
    if found is None or wish is None:
        return None
    rest = (found["rest"] or "").strip()
    if wish is Wish.HAND:
        rest = _TO.sub("", rest)
        if rest and not rest.startswith("@"):
            if fold(found["word"]) not in _ONLY_HAND:
                return None
            rest = f"@{rest}"  # «overfør 12 til Ola»
        return Change(wish, int(found["number"]), rest)
    return Change(wish, int(found["number"]), rest) if not rest or wish is Wish.MOVE else None
