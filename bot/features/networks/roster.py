"""A list of members: what its columns mean, how it differs from the members there are, and the list again. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.chat.grammar import fold
from bot.errors import Refusal
from bot.features.networks import sheet
from bot.features.networks.sheet import Line
from bot.language import _, say_list
from bot.people import Role

LONGEST = 120  # characters of a name, a profession or an organisation
LONGEST_ACCOUNT = 200
Account = tuple[str, str]  # (chat, id)

NAME, FIRST, LAST, PROFESSION, ORGANISATION, ROLES, ACCESS, ACCOUNTS = (
    "name",
    "first",
    "last",
    "profession",
    "organisation",
    "roles",
    "access",
    "accounts",
)
COLUMNS: Mapping[str, tuple[str, ...]] = {
    NAME: ("navn", "namn", "fullt navn", "medlem", "name", "person"),
    FIRST: ("fornavn", "førenamn", "first name"),
    LAST: ("etternavn", "etternamn", "last name", "surname"),
    PROFESSION: ("yrke", "profesjon", "stilling", "tittel", "yrkestittel", "profession", "title"),
    ORGANISATION: (
        "virksomhet",
        "verksemd",
        "arbeidssted",
        "arbeidsstad",
        "arbeidsgiver",
        "helseforetak",
        "helseføretak",
        "foretak",
        "hf",
        "sykehus",
        "organisasjon",
        "organisation",
        "organization",
    ),
    ROLES: ("rolle", "roller", "rolle(r)", "verv", "role", "roles"),
    ACCESS: ("kasustilgang", "kasus", "tilgang", "tilgang til kasus", "case access"),
    ACCOUNTS: ("konto", "kontoer", "kontoar", "brukernavn", "brukarnamn", "account", "accounts"),
}


_ROLE_WORDS: dict[str, Role] = {
    fold(word): role
    for role, words in {
        Role.LEADER: ("leder", "leiar", "leader", "nettverksleder", "nettverksleiar"),
        Role.SECRETARY: ("sekretær", "secretary"),
        Role.RHF_REPRESENTATIVE: ("RHF-representant", "RHF representant", "rhf", "rhf representative"),
        Role.CONTACT: ("nettverkskontakt", "kontakt", "contact", "network contact"),
        Role.MEMBER: ("medlem", "medlemmer", "member"),
        Role.PATIENT_REPRESENTATIVE: (
            "brukerrepresentant",
            "brukarrepresentant",
            "pasientrepresentant",
            "patient representative",
        ),
        Role.COORDINATOR: ("koordinator", "coordinator", "regional koordinator"),
        Role.PRIVACY_CONTACT: ("personvernkontakt", "personvernskontakt", "privacy contact"),
    }.items()
    for word in (*words, role.value)
}
_YES = {fold(word) for word in ("ja", "j", "x", "yes", "1", "true", "sann")}
_NO = {fold(word) for word in ("nei", "n", "no", "0", "false", "usann", "-")}


class NoHeadings(Refusal):
    """Fant ikke overskriften «navn». Første linje skal ha overskrifter: navn, yrke, virksomhet, rolle, kasustilgang, konto."""  # noqa: E501


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. What is empty, or has no column, says nothing: it changes nothing of somebody who is there."""

    line: int
    name: str
    profession: str = ""
    organisation: str = ""
    roles: frozenset[Role] = frozenset()
    access: bool | None = None
    accounts: tuple[Account, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` 0 is the list as a whole."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Roster:
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    unkept: tuple[str, ...] = ()  # headings whose columns are not taken in


def understand(lines: Sequence[Line], chat: str) -> Roster:
    """The first line has the headings. An account without its chat is one on `chat`.

    Raises `NoHeadings`, `sheet.SameHeading`.
    """
    columns, unkept = _columns(lines[0].cells)
    entries, problems = [], []
    for line in lines[1:]:
        entry, wrong = _entry(line.number, sheet.texts(line, columns), chat)
        problems += [Problem(line.number, text) for text in wrong]
        if entry is not None:
            entries.append(entry)
    problems += _twice(entries)
    if not entries and not problems:
        problems.append(Problem(0, _("Lista har overskrifter, men ingen medlemmer.")))
    return Roster(tuple(entries), tuple(sorted(problems, key=lambda each: each.line)), unkept)


def _columns(headings: Sequence[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    found, unkept = sheet.columns(headings, COLUMNS)
    if NAME not in found and not {FIRST, LAST} <= found.keys():
        raise NoHeadings
    return found, unkept


def _entry(line: int, texts: Mapping[str, str], chat: str) -> tuple[Entry | None, list[str]]:
    wrong: list[str] = []
    name = texts.get(NAME, "") or " ".join(filter(None, (texts.get(FIRST, ""), texts.get(LAST, ""))))
    if not name:
        return None, [_("navnet mangler")]
    profession, organisation = texts.get(PROFESSION, ""), texts.get(ORGANISATION, "")
    for label, text in ((_("navnet"), name), (_("yrket"), profession), (_("virksomheten"), organisation)):
        if len(text) > LONGEST:
            wrong.append(_("{what} er lengre enn {most} tegn").format(what=label, most=LONGEST))
    roles, access = _roles(texts.get(ROLES, ""), wrong), _access(texts.get(ACCESS, ""), wrong)
    accounts = _accounts(texts.get(ACCOUNTS, ""), chat, wrong)
    return Entry(line, name, profession, organisation, roles, access, accounts), wrong


def _roles(typed: str, wrong: list[str]) -> frozenset[Role]:
    found = set()
    for word in filter(None, (each.strip() for each in re.split(r"[,;/+&]| og | and ", typed))):
        role = _ROLE_WORDS.get(fold(word))
        if role is None:
            known = say_list([each.label for each in Role])
            wrong.append(_("«{word}» er ikke en rolle. Rollene er {known}").format(word=word, known=known))
        else:
            found.add(role)
    return frozenset(found)


def _access(typed: str, wrong: list[str]) -> bool | None:
    word = fold(typed)
    if not word:
        return None
    if word not in _YES | _NO:
        wrong.append(_("kasustilgang skal være «ja» eller «nei», ikke «{word}»").format(word=typed))
    return word in _YES


def _accounts(typed: str, chat: str, wrong: list[str]) -> tuple[Account, ...]:
    found = []
    for word in filter(None, (each.strip() for each in re.split(r"[,;\s]+", typed))):
        where, colon, id = word.partition(":")
        account = (where, id) if colon else (chat, where)
        if not all(account) or not re.fullmatch(r"[a-z]{1,20}", account[0]) or len(account[1]) > LONGEST_ACCOUNT:
            wrong.append(_("kontoen skal skrives som «slack:U024BE7LH», ikke «{word}»").format(word=word))
        else:
            found.append(account)
    return tuple(dict.fromkeys(found))


def _twice(entries: Iterable[Entry]) -> list[Problem]:
    """The same name and organisation, or the same account, on two lines."""
    names: dict[tuple[str, str], int] = {}
    accounts: dict[Account, int] = {}
    problems = []
    for entry in entries:
        firsts = [names.setdefault((same(entry.name), same(entry.organisation)), entry.line)]
        firsts += [accounts.setdefault(account, entry.line) for account in entry.accounts]
        if earlier := [line for line in firsts if line != entry.line]:
            problems.append(Problem(entry.line, _("står også på linje {line}").format(line=earlier[0])))
    return problems


def same(text: str) -> str:
    """Names that differ in nothing but spaces and capitals are one."""
    return " ".join(text.split()).casefold()


@dataclass(frozen=True, slots=True)
class Known:
    """A member as the list would have them; or, with `member` false, somebody known by an account alone."""

    person: int
    name: str
    profession: str
    organisation: str
    short: str
    roles: frozenset[Role]
    access: bool
    accounts: tuple[Account, ...] = ()
    member: bool = True
    locked: bool = False  # the one who imports may not link an account to this person


# The list again


def headings() -> tuple[str, ...]:
    return (_("navn"), _("yrke"), _("virksomhet"), _("rolle(r)"), _("kasustilgang"), _("konto"))


def rows(members: Iterable[Known]) -> list[tuple[str, ...]]:
    """What `understand` takes in again, with its headings."""
    return [
        headings(),
        *(
            (
                each.name,
                each.profession,
                each.organisation,
                say_roles(each.roles),
                say_access(each.access),
                ", ".join(f"{chat}:{id}" for chat, id in each.accounts),
            )
            for each in members
        ),
    ]


def say_roles(roles: Iterable[Role]) -> str:
    order = list(Role)
    return ", ".join(role.label for role in sorted(roles, key=order.index))


def say_access(access: bool) -> str:
    return _("ja") if access else _("nei")
