"""The forms of set-up. Pure: facts go in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.chat.message import (
    AnyField,
    ChoiceField,
    ChoicesField,
    DateField,
    FileField,
    Form,
    Option,
    Text,
    TextField,
    TickField,
)
from bot.features.networks import rules, service
from bot.features.networks.roster import LONGEST
from bot.language import _
from bot.people import Network, Person, Role

LISTED = 150  # organisations to tick; the rest is typed
PASTED = 60_000  # characters


@dataclass(frozen=True, slots=True)
class Around:
    """What there is to choose from."""

    networks: Sequence[Network] = ()
    organisations: Sequence[str] = ()


def new_network(around: Around) -> Form:
    above = tuple(Option(str(network.id), f"{network.name} ({network.code})") for network in around.networks)
    fields: list[AnyField] = [
        TextField("name", _("Navn"), True, _("Slik medlemmene kaller det"), longest=rules.LONGEST_NAME),
        TextField("code", _("Kode"), True, _("2–12 bokstaver, begynner kasuskodene: BLOD gir BLOD-26-001"), longest=12),
        ChoiceField("kind", _("Type"), True, options=_kinds(), value=rules.Kind.NATIONAL),
        DateField("ends_on", _("Siste dag, for en arbeidsgruppe")),
        *([ChoiceField("parent", _("Nettverket over"), options=above)] if above else []),
        *_organisations(around.organisations, ()),
        TextField("privacy_contact", _("Personvernkontakt"), False, _("Navnet, om du vet det nå"), longest=LONGEST),
        ChoiceField("language", _("Språk"), True, options=languages(), value=rules.LANGUAGES[0]),
        ChoiceField("zone", _("Tidssone"), True, options=_zones(rules.ZONES[0]), value=rules.ZONES[0]),
    ]
    return Form("networks.new", _("Sett opp nettverk"), tuple(fields), submit=_("Sett opp"))


def settings(
    network: Network, around: Around, expected: Sequence[str], members: Sequence[Person], contact: int | None
) -> Form:
    working_group = network.kind == rules.Kind.WORKING_GROUP
    people = tuple(Option(str(member.id), member.name) for member in members)
    fields: list[AnyField] = [
        TextField("name", _("Navn"), True, value=network.name, longest=rules.LONGEST_NAME),
        DateField(
            "next_meeting",
            _("Neste møte"),
            hint=_("Oppgaver med frist «til neste møte» følger datoen"),
            value=_date(network.next_meeting),
        ),
        *([DateField("ends_on", _("Siste dag"), True, value=_date(network.ends_on))] if working_group else []),
        *_organisations(around.organisations, expected),
        ChoiceField("privacy_contact", _("Personvernkontakt"), options=people, value=str(contact or "")),
        ChoiceField("language", _("Språk"), True, options=languages(), value=network.language),
        ChoiceField("zone", _("Tidssone"), True, options=_zones(network.zone), value=network.zone),
    ]
    title = _("Innstillinger for {code}").format(code=network.code)
    return Form("networks.settings", title, tuple(fields), carries=str(network.id), submit=_("Lagre"))


def _date(day: object) -> str:
    return str(day) if day else ""


def _kinds() -> tuple[Option, ...]:
    return tuple(Option(kind, kind.label) for kind in rules.Kind)


def languages() -> tuple[Option, ...]:
    names = {"nb": _("bokmål"), "nn": _("nynorsk"), "en": _("engelsk")}
    return tuple(Option(code, names[code]) for code in rules.LANGUAGES)


def _zones(now: str) -> tuple[Option, ...]:
    return tuple(Option(zone, zone) for zone in dict.fromkeys((*rules.ZONES, now)))


def _organisations(known: Sequence[str], expected: Sequence[str]) -> list[AnyField]:
    listed = tuple(dict.fromkeys((*expected, *known)))[:LISTED]
    more = TextField(
        "more",
        _("Flere virksomheter") if listed else _("Virksomheter som skal være representert"),
        False,
        _("Én på hver linje"),
        lines=3,
        longest=5000,
    )
    if not listed:
        return [more]
    ticked = ChoicesField(
        "expected",
        _("Virksomheter som skal være representert"),
        options=tuple(Option(name, name) for name in listed),
        values=tuple(expected),
    )
    return [ticked, more]


# Members


def new_member(network: Network, present: Iterable[tuple[str, str]], *, grants: bool) -> Form:
    """`present` are those in this room whom nobody has linked to a person: (account, name)."""
    accounts = tuple(Option(account, name or account) for account, name in present)
    choose = ChoiceField("account", _("Hvem i dette rommet"), hint=_("Så vet jeg hvem som skriver"), options=accounts)
    typed = TextField(
        "account",
        _("Konto på denne chatten"),
        False,
        _("Så vet jeg hvem som skriver. I Slack medlems-ID-en fra profilen, som U024BE7LH. Kan kobles senere"),
        longest=200,
    )
    fields: list[AnyField] = [
        TextField("name", _("Navn"), True, longest=LONGEST),
        TextField("profession", _("Yrke"), False, _("For eksempel overlege, sykepleier"), longest=LONGEST),
        TextField("organisation", _("Virksomhet"), longest=LONGEST),
        _roles(frozenset({Role.MEMBER})),
        *([TickField("access", _access())] if grants else []),
        choose if accounts else typed,
    ]
    title = _("Nytt medlem i {code}").format(code=network.code)
    return Form("networks.add", title, tuple(fields), carries=str(network.id), submit=_("Legg til"))


def _access() -> str:
    return _("Gi kasustilgang. Jeg bekrefter at personen er helsepersonell, og trenger å lese kasus i nettverket")


def _roles(held: Iterable[Role]) -> ChoicesField:
    options = tuple(Option(role, role.label) for role in Role)
    return ChoicesField("roles", _("Roller"), True, options=options, values=tuple(sorted(held)))


def change_member(membership: int, member: service.Listed, organisation: str) -> Form:
    fields: list[AnyField] = [
        TextField("name", _("Navn"), True, value=member.name, longest=LONGEST),
        TextField("profession", _("Yrke"), value=member.profession, longest=LONGEST),
        TextField("organisation", _("Virksomhet"), value=organisation, longest=LONGEST),
        _roles(member.roles),
    ]
    return Form("networks.change", member.name, tuple(fields), carries=str(membership), submit=_("Lagre"))


def link_account(membership: int, name: str, chats: Sequence[str], here: str) -> Form:
    fields: list[AnyField] = [
        ChoiceField("chat", _("Chat"), True, options=tuple(Option(chat, chat) for chat in chats), value=here),
        TextField(
            "account",
            _("Konto"),
            True,
            _("Slik chatten selv kaller den. I Slack medlems-ID-en fra profilen, som U024BE7LH"),
            longest=200,
        ),
    ]
    title = _("Koble en konto til {name}").format(name=name)
    return Form("networks.link", title, tuple(fields), carries=str(membership), submit=_("Koble"))


# A list


def import_members(network: Network) -> Form:
    fields: list[AnyField] = [
        FileField("file", _("Fil"), hint=_("CSV eller Excel (.xlsx), inntil 2 MB"), accept=(".csv", ".txt", ".xlsx")),
        TextField("pasted", _("… eller lim inn lista"), hint=_("Med overskriftene"), lines=5, longest=PASTED),
    ]
    intro = (
        Text(
            _(
                "Første linje har overskriftene: navn, yrke, virksomhet, rolle, kasustilgang, konto. Bare navn må være "
                "med. Du får se hva som blir endret før noe skjer, og ingen blir fjernet."
            )
        ),
    )
    title = _("Importer medlemmer til {code}").format(code=network.code)
    return Form("networks.import", title, tuple(fields), str(network.id), intro, submit=_("Vis hva som blir endret"))


def typed_names(values: Mapping[str, str | tuple[str, ...]]) -> tuple[str, ...]:
    """The organisations that were ticked, and those that were typed."""
    ticked = values.get("expected", ())
    chosen = (ticked,) if isinstance(ticked, str) else ticked
    more = values.get("more", "")
    lines = more.splitlines() if isinstance(more, str) else ()
    names = (" ".join(name.split())[:LONGEST] for name in (*chosen, *lines))
    return tuple(dict.fromkeys(name for name in names if name))
