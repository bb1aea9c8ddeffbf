"""What the guard says about a find."""

from __future__ import annotations

from bot.guard.find import Find, Label
from bot.language import _


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
