"""How "/oppgave Revidere prosedyren @kari frist 2026-12-04" is read. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import regex

from bot.errors import Refusal
from bot.features.actions.tables import ItemState

_DUE = regex.compile(r"\b(?:frist|innen)\s+(?P<due>\S+)\s*$", regex.IGNORECASE)
_MENTION = regex.compile(r"(?<!\S)@(?=\S)")  # not the sign inside an address
LONGEST = 500  # characters of an item


class NoText(Refusal):
    """Skriv hva som skal gjøres, for eksempel: /oppgave Revidere prosedyren @Kari frist 2026-12-04"""


class TooLong(Refusal):
    """Oppgaven er for lang. Skriv det viktigste på under 500 tegn, og lenk til resten."""


class BadDue(Refusal):
    """Jeg forsto ikke fristen «{typed}». Skriv den som år-måned-dag, for eksempel {example}."""


class PastDue(Refusal):
    """Fristen {due} er passert. Velg i dag eller senere."""


class UnknownOwner(Refusal):
    """Jeg finner ingen i nettverket som heter «{typed}». Skriv navnet slik det står i medlemslista."""


class SeveralOwners(Refusal):
    """Flere heter «{typed}»: {names}. Skriv hele navnet."""


@dataclass(frozen=True, slots=True)
class ItemDraft:
    text: str
    owners: tuple[int, ...]
    due: date | None


def parse(typed: str, members: Mapping[int, str], me: int, today: date) -> ItemDraft:
    """`members` are names by person. Without an owner it is the writer's own. Raises the refusals above."""
    if len(typed) > 2 * LONGEST:
        raise TooLong
    found = _DUE.search(typed)
    due = parse_due(found["due"], today) if found else None
    text, owners = _take_owners(typed[: found.start()] if found else typed, members)
    return ItemDraft(checked_text(text), owners or (me,), due)


_CHANGE = regex.compile(r"(ferdig|fjern|angre|åpne)\s+(\d{1,9})", regex.IGNORECASE)


def change(typed: str) -> tuple[ItemState, int] | None:
    """ "ferdig 12": what is to become of which number. None where the text is something else."""
    found = _CHANGE.fullmatch(typed.strip())
    if found is None:
        return None
    states = {"ferdig": ItemState.DONE, "fjern": ItemState.REMOVED}
    return states.get(found[1].casefold(), ItemState.OPEN), int(found[2])


def parse_due(typed: str, today: date) -> date:
    try:
        due = date.fromisoformat(typed)
    except ValueError as error:
        raise BadDue(typed=typed, example=today.isoformat()) from error
    if due < today:
        raise PastDue(due=due.isoformat())
    return due


def checked_text(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise NoText
    if len(text) > LONGEST:
        raise TooLong
    return text


def _take_owners(text: str, members: Mapping[int, str]) -> tuple[str, tuple[int, ...]]:
    """The text without its mentions, and whom they name: the longest name that fits wins."""
    owners: list[int] = []
    while (mention := _MENTION.search(text)) is not None:
        at = mention.start()
        name, persons = _longest_match(text[at + 1 :], members)
        if len(persons) > 1:
            raise SeveralOwners(typed=name, names=", ".join(members[person] for person in persons))
        owners += persons
        text = text[:at] + text[at + 1 + len(name) :]
    return text, tuple(dict.fromkeys(owners))


def _longest_match(rest: str, members: Mapping[int, str]) -> tuple[str, Sequence[int]]:
    folded = rest.casefold()
    for whole in (True, False):
        named: dict[str, list[int]] = {}
        for person, name in members.items():
            called = (name if whole else name.split()[0]).casefold()
            if regex.match(rf"{regex.escape(called)}(?!\w)", folded):
                named.setdefault(called, []).append(person)
        if named:
            longest = max(named, key=len)
            return rest[: len(longest)], named[longest]
    raise UnknownOwner(typed=rest.split(maxsplit=1)[0] if rest.split() else "@")
