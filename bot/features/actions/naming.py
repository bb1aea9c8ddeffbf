"""Whom a line names: "@kari", "@Kari Nordmo og @ola", "@sekretæren", "@meg". Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import regex

from bot.chat.grammar import fold
from bot.errors import Refusal
from bot.people import Role

_MENTION = regex.compile(r"(?<!\S)@(?=\S)")  # not the sign inside an address
_WORD = regex.compile(r"\S+")
_TAKEN = "\N{NULL}"  # stands where a mention stood; the edge lets none in from outside
_BETWEEN = regex.compile(rf"(?:{_TAKEN}\s*(?:(?:,|&|\+|/|og|and|samt)\s+)?(?={_TAKEN})\s*)*{_TAKEN}", regex.IGNORECASE)
_FIRST = regex.compile(rf"^\s*{_TAKEN}[\s,.;:]*")
_CLOSE = regex.compile(rf"\s*{_TAKEN}\s*(?=[,.;:!?](?:\s|$))")
_AROUND = "\"'«»()[]<>.,;:!?"  # what may stand close to a name without being of it
ME = ("meg", "me", "mig")

ROLE_WORDS: Mapping[Role, tuple[str, ...]] = {
    Role.LEADER: ("leder", "leiar", "leader", "chair", "nettverksleder", "nettverksleiar"),
    Role.SECRETARY: ("sekretær", "sekretar", "secretary", "secretarie"),
    Role.RHF_REPRESENTATIVE: ("rhf-representant", "rhf", "rhf-representative"),
    Role.CONTACT: ("nettverkskontakt", "kontakt", "contact", "network-contact"),
    Role.MEMBER: ("medlem", "medlemm", "member"),
    Role.PATIENT_REPRESENTATIVE: ("brukerrepresentant", "brukarrepresentant", "patient-representative"),
    Role.COORDINATOR: ("koordinator", "coordinator"),
    Role.PRIVACY_CONTACT: ("personvernkontakt", "privacy-contact", "personvernombud"),
}
_ENDINGS = ("", "en", "et", "er", "ar", "e", "ene", "ane", "n", "ne", "s", "a")  # bokmål, nynorsk, English


class UnknownOwner(Refusal):
    """Jeg finner ingen i nettverket som heter «{typed}». Skriv navnet slik det står i medlemslista, eller en rolle
    som @leder eller @sekretær."""


class SeveralOwners(Refusal):
    """Flere heter «{typed}»: {names}. Skriv hele navnet."""


@dataclass(frozen=True, slots=True)
class Owners:
    """Who has an item: persons by id, and roles, which are whoever holds them."""

    persons: tuple[int, ...] = ()
    roles: tuple[Role, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.persons or self.roles)


def owners(persons: Iterable[int] = (), roles: Iterable[Role] = ()) -> Owners:
    """Each once, in the order in which they were first named."""
    return Owners(tuple(dict.fromkeys(persons)), tuple(dict.fromkeys(roles)))


def take_owners(text: str, members: Mapping[int, str], me: int) -> tuple[str, Owners]:
    """The text without its mentions, and whom they name. `members` are names by person.

    The longest name that fits wins; a first name does where only one has it. Raises `UnknownOwner`, `SeveralOwners`.
    """
    text = text.replace(_TAKEN, "")
    persons: list[int] = []
    roles: list[Role] = []
    while (mention := _MENTION.search(text)) is not None:
        at = mention.start()
        length, named = _match(text[at + 1 :], members, me)
        persons += [named] if isinstance(named, int) else []
        roles += [named] if isinstance(named, Role) else []
        text = f"{text[:at]}{_TAKEN}{text[at + 1 + length :]}"
    return _mended(text), owners(persons, roles)


def _mended(text: str) -> str:
    """What is left, without the commas and conjunctions that stood between the names."""
    together = _FIRST.sub("", _BETWEEN.sub(_TAKEN, text))
    return " ".join(_CLOSE.sub("", together).replace(_TAKEN, " ").split())


def _match(rest: str, members: Mapping[int, str], me: int) -> tuple[int, "int | Role"]:
    """How much of the text is the name, and whose."""
    words = [(fold(found[0].strip(_AROUND)), _end(found)) for found in _WORD.finditer(rest[:200])]
    full = _longest({person: _folded(name) for person, name in members.items()}, words)
    if full:
        return _only(rest, full, members)
    word, end = words[0]
    if word in ME:
        return end, me
    if (role := role_called(word)) is not None:
        return end, role
    first = _longest({person: _folded(name)[:1] for person, name in members.items()}, words)
    if first:
        return _only(rest, first, members)
    raise UnknownOwner(typed=rest[:end] or rest[:1])


def _end(found: "regex.Match[str]") -> int:
    """Where the word itself ends: a comma close to it is not of the name."""
    return found.start() + len(found[0].rstrip(_AROUND))


def _folded(name: str) -> tuple[str, ...]:
    return tuple(fold(word.strip(_AROUND)) for word in name.split())


def _longest(names: Mapping[int, tuple[str, ...]], words: list[tuple[str, int]]) -> list[tuple[int, int]]:
    """(person, where the name ends) of those whose name is the longest that the words begin with."""
    typed = tuple(word for word, _end in words)
    fits = {person: len(name) for person, name in names.items() if name and typed[: len(name)] == name and all(name)}
    longest = max(fits.values(), default=0)
    return [(person, words[longest - 1][1]) for person, count in fits.items() if count == longest]


def _only(rest: str, found: list[tuple[int, int]], members: Mapping[int, str]) -> tuple[int, int]:
    person, end = found[0]
    if len(found) > 1:
        raise SeveralOwners(typed=rest[:end], names=", ".join(members[each] for each, _end in found))
    return end, person


def role_called(word: str) -> Role | None:
    """The role that a word names, in bokmål, nynorsk or English, in the singular or the plural."""
    folded = fold(word)
    for role, called in ROLE_WORDS.items():
        if any(folded == fold(each) + ending for each in called for ending in _ENDINGS):
            return role
    return None
