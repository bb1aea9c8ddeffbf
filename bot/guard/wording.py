"""What the guard says about a find, and what it proposes to write instead."""

from __future__ import annotations

import regex

from bot.guard.ages import years
from bot.guard.dates import MONTHS
from bot.guard.find import Find, Label, Mark, Outcome
from bot.guard.sheet import Sheet, compiled
from bot.language import _

_MONTH_NAMES = [
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
]
_WHO = r"(?i:(?:mann|kvinne|kvinna|gutt|gut|jente|dame|herre|pasient|person)$)"


def explain(find: Find) -> str:
    """Why this was noticed, in plain words and never with the words themselves."""
    match find.why:
        case "fnr.valid":
            return _("Dette er et gyldig fødselsnummer, D-nummer eller hjelpenummer.")
        case "fnr.like":
            return _("Dette ligner et fødselsnummer, D-nummer eller hjelpenummer.")
        case "id.patient":
            return _("Dette ligner et pasientnummer.")
        case "combination.rare":
            return _("En sjelden diagnose sammen med sted eller institusjon kan passe på færre enn fire–fem personer.")
        case "combination" | "combination.profession":
            return _(
                "Sted, arbeidssted, yrke, kjønn, alder og diagnose kan til sammen passe på færre enn fire–fem personer."
            )
        case "date.born":
            return _("Dette ligner en fødselsdato.")
        case "name.initials":
            return _("Dette ligner initialene til en person.")
        case "place.street":
            return _("Dette ligner en adresse.")
        case "age.exact":
            return _("Nøyaktig alder trengs sjelden. Du kan skrive et tiår i stedet.")
    return _explain_label(find.label)


def _explain_label(label: Label) -> str:
    return {
        Label.NAME: _("Dette ligner navnet på en person."),
        Label.DATE: _("Dette ligner en dato. Måned eller år er som regel nok."),
        Label.AGE: _("Få er over 89 år. Skriv heller «over 90 år»."),
        Label.PHONE: _("Dette ligner et telefonnummer."),
        Label.EMAIL: _("Dette er en e-postadresse."),
        Label.FNR: _("Dette ligner et fødselsnummer, D-nummer eller hjelpenummer."),
        Label.ID: _("Dette ligner et nummer som fører tilbake til en journal eller sak."),
        Label.LOC: _("Dette er et sted. Skriv heller noe som passer på flere."),
        Label.UNIT: _("Dette ligner en navngitt institusjon, avdeling eller arbeidsplass."),
        Label.ROOM: _("Rom og seng peker ut én pasient."),
        Label.FILE: _("Filnavnet ser ut til å inneholde et navn eller en dato."),
        Label.URL: _("En lenke kan føre til opplysninger om en person."),
    }[label]


def instead(mark: Mark, sheet: Sheet) -> str:
    """The proposed replacement, which the guard itself would let through."""
    text = sheet.text[mark.start : mark.end]
    match mark.label:
        case Label.NAME:
            return _instead_of_name(mark, sheet)
        case Label.DATE:
            return _instead_of_date(text)
        case Label.AGE:
            return _instead_of_age(mark, text)
        case Label.UNIT if mark.why == "combination.profession":
            return _("yrkesaktiv")
    return _instead_of_label(mark)


def _instead_of_label(mark: Mark) -> str:
    if mark.why == "place.street":
        return _("[adresse fjernet]")
    if mark.why == "unit.ward":
        return _("avdelingen")
    return {
        Label.PHONE: _("[telefonnummer fjernet]"),
        Label.EMAIL: _("[e-post fjernet]"),
        Label.FNR: _("[fødselsnummer fjernet]"),
        Label.ID: _("[nummer fjernet]"),
        Label.LOC: _("en kommune"),
        Label.UNIT: _("en institusjon"),
        Label.ROOM: _("rommet"),
        Label.FILE: _("[filnavn fjernet]"),
    }.get(mark.label, _("[lenke fjernet]"))


def _instead_of_name(mark: Mark, sheet: Sheet) -> str:
    """After a relation the relation is enough; after a title or "heter" stands NN; else the patient."""
    if mark.why == "name.related" and sheet.text[mark.start - 1 : mark.start] == " ":
        return ""
    if mark.why in {"name.titled", "name.called", "name.related"}:
        return "NN"
    return _("Pasienten") if not sheet.before(mark.start).strip(" -") else _("pasienten")


def _instead_of_date(text: str) -> str:
    year = compiled(r"(?<!\d)(?:19|20)\d{2}(?!\d)").search(text)
    if year:
        return _("i {year}").format(year=year.group())
    month = _month_of(text)
    return _("i {month}").format(month=_MONTH_NAMES[month - 1]) if month else _("[dato fjernet]")


def _month_of(text: str) -> int | None:
    lower = text.casefold()
    for number, names in enumerate(MONTHS, start=1):
        if any(regex.search(rf"\b{name}\b", lower) for name in names):
            return number
    short = compiled(r"^(?:\d{1,2}\.?[ ]?-[ ]?)?\d{1,2}[./][ ]?(?P<m>\d{1,2})\.?$").match(text)
    return int(short["m"]) if short and 1 <= int(short["m"]) <= 12 else None


def _instead_of_age(mark: Mark, text: str) -> str:
    if mark.outcome is not Outcome.HINT:
        return _instead_of_old(text)
    who = compiled(_WHO).search(text)
    band = age_band(years(text) or 0)
    if "åring" in text.casefold():
        return _("person {band}").format(band=band)
    return f"{who.group()} {band}" if who else band


def _instead_of_old(text: str) -> str:
    lower = text.casefold()
    if "åring" in lower:
        return _("person over 90 år")
    return _("over 90 år gammel") if "årig" in lower or "gam" in lower else _("over 90 år")


def age_band(age: int) -> str:
    """The band that fits many: decades for grown-ups, stages for children."""
    if age >= 20:
        return _("i {decade}-årene").format(decade=age // 10 * 10)
    if age >= 13:
        return _("i tenårene")
    if age >= 6:
        return _("i barneskolealder")
    return _("i førskolealder")
