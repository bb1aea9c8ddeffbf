"""Decisions about networks and their members, as pure functions."""

import re
from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.chat.grammar import fold
from bot.errors import Refusal
from bot.language import _
from bot.people import Role
from bot.places import Purpose

CODE = re.compile(r"[A-ZÆØÅ]{2,12}")
LONGEST_NAME = 120
ZONES = ("Europe/Oslo", "Arctic/Longyearbyen", "Europe/Copenhagen", "Europe/Stockholm", "UTC")
LANGUAGES = ("nb", "nn", "en")
# Whoever has one of these decides who reads cases, so it is not for a secretary to give or take.
GUARDED = frozenset({Role.LEADER, Role.PRIVACY_CONTACT})
NEVER_CASES = frozenset({Role.PATIENT_REPRESENTATIVE})
NOT_ALONE = frozenset({Role.RHF_REPRESENTATIVE})


class Kind(StrEnum):
    NATIONAL = "national"
    REGIONAL = "regional"
    COUNCIL = "council"
    WORKING_GROUP = "working_group"

    @property
    def label(self) -> str:
        return {
            Kind.NATIONAL: _("nasjonalt nettverk"),
            Kind.REGIONAL: _("regionalt nettverk"),
            Kind.COUNCIL: _("fagråd"),
            Kind.WORKING_GROUP: _("arbeidsgruppe"),
        }[self]


KIND_WORDS: Mapping[str, Kind] = {
    fold(word): kind
    for kind, words in {
        Kind.NATIONAL: ("national", "nasjonalt", "nasjonal", "nasjonalt nettverk"),
        Kind.REGIONAL: ("regional", "regionalt", "regionalt nettverk"),
        Kind.COUNCIL: ("council", "fagråd", "fagraad"),
        Kind.WORKING_GROUP: ("working_group", "working group", "arbeidsgruppe"),
    }.items()
    for word in words
}


class BadCode(Refusal):
    """Koden skal være 2 til 12 bokstaver uten mellomrom, for eksempel BLOD."""


class CodeTaken(Refusal):
    """Koden er i bruk av et annet nettverk. Velg en annen."""


class NoName(Refusal):
    """Skriv navnet på nettverket, på høyst 120 tegn."""


class NoEnd(Refusal):
    """En arbeidsgruppe har en sluttdato. Fyll den inn."""


class OwnParent(Refusal):
    """Et nettverk kan ikke ligge under seg selv. Velg et annet nettverk over."""


class NotForThisRole(Refusal):
    """En brukerrepresentant, eller en som bare er RHF-representant, kan ikke få kasustilgang. Endre rollene først."""


class NoProfession(Refusal):
    """Kasustilgang er for helsepersonell: fyll inn yrket til {name} først."""


class NotToOneself(Refusal):
    """Du kan ikke gi deg selv kasustilgang. Be lederen, personvernkontakten eller drift om det."""


@dataclass(frozen=True, slots=True)
class NetworkDraft:
    """What the form, or a line of a file, says of a network."""

    name: str
    code: str
    kind: Kind
    parent: int | None = None
    zone: str = ZONES[0]
    language: str = LANGUAGES[0]
    ends_on: date | None = None
    expected: tuple[str, ...] = ()  # names of organisations


def checked_code(typed: str) -> str:
    code = typed.strip().upper()
    if not CODE.fullmatch(code):
        raise BadCode
    return code


def checked_name(typed: str) -> str:
    name = " ".join(typed.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise NoName
    return name


def require_end(kind: Kind, ends_on: date | None) -> None:
    if kind is Kind.WORKING_GROUP and ends_on is None:
        raise NoEnd


def require_tree(network: int | None, parent: int | None, parents: Mapping[int, int | None]) -> None:
    """`parents` says who is above whom now. Raises `OwnParent` where the network would come to stand under itself."""
    above, passed = parent, set[int]()
    while above is not None and above not in passed:
        if above == network:
            raise OwnParent
        passed.add(above)
        above = parents.get(above)


def is_zone(typed: str) -> bool:
    try:
        ZoneInfo(typed)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return False
    except KeyError:
        return False
    return True


def may_have_cases(roles: Set[Role]) -> bool:
    """Never by role: but some roles can never have it."""
    return not roles & NEVER_CASES and bool(roles - NOT_ALONE)


def require_may_have_cases(name: str, profession: str, roles: Set[Role]) -> None:
    if not may_have_cases(roles):
        raise NotForThisRole
    if not profession.strip():
        raise NoProfession(name=name)


def guarded(before: Set[Role], after: Set[Role]) -> bool:
    """Whether the change gives or takes a role that only whoever grants case access may give or take."""
    return bool((before ^ after) & GUARDED)


class Task(StrEnum):
    """What a network still lacks before it can be used."""

    GENERAL_ROOM = "general_room"
    CASE_ROOM = "case_room"
    MEMBERS = "members"
    LEADER = "leader"
    SECRETARY = "secretary"
    CASE_ACCESS = "case_access"
    PRIVACY_CONTACT = "privacy_contact"
    EXPECTED = "expected"
    VACANT = "vacant"
    ACCOUNTS = "accounts"


@dataclass(frozen=True, slots=True)
class SetUp:
    """How far a network has come."""

    rooms: frozenset[Purpose]
    members: int
    roles: Collection[Role]
    with_case_access: int
    expected: int
    vacant: int  # expected organisations that nobody comes from
    without_account: int


def remaining(done: SetUp) -> tuple[Task, ...]:
    """What is left to do, in the order one would do it."""
    lacks = {
        Task.GENERAL_ROOM: Purpose.GENERAL not in done.rooms,
        Task.CASE_ROOM: Purpose.CASES not in done.rooms,
        Task.EXPECTED: not done.expected,
        Task.MEMBERS: done.members < 2,  # a privacy contact alone is no network
        Task.LEADER: Role.LEADER not in done.roles,
        Task.SECRETARY: Role.SECRETARY not in done.roles,
        Task.PRIVACY_CONTACT: Role.PRIVACY_CONTACT not in done.roles,
        Task.CASE_ACCESS: not done.with_case_access,
        Task.VACANT: bool(done.vacant and done.members),
        Task.ACCOUNTS: bool(done.without_account),
    }
    return tuple(task for task, missing in lacks.items() if missing)
