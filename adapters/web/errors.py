"""What the web chat refuses, and with which HTTP status. The docstring is what the person is told."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from bot.errors import Refusal


class WebRefusal(Refusal):
    """Dette gikk ikke. Last siden på nytt og prøv igjen."""

    status: ClassVar[int] = 400
    headers: Mapping[str, str] = MappingProxyType({})  # on the answer


class Malformed(WebRefusal):
    """Dette forsto jeg ikke. Last siden på nytt og prøv igjen."""


class Empty(WebRefusal):
    """Skriv noe før du sender."""


class TooLong(WebRefusal):
    """Meldingen er for lang. Den kan være på {longest} tegn; del den i flere."""


class StaleButton(WebRefusal):
    """Denne knappen virker ikke lenger. Se på meldingen på nytt; den kan være endret."""


class StaleForm(WebRefusal):
    """Dette skjemaet er ikke åpent lenger. Kopier det du har skrevet, og åpne skjemaet på nytt."""


class NotYours(WebRefusal):
    """Du kan bare endre det du selv har skrevet."""

    status = 403


class NotYoursToRemove(WebRefusal):
    """Du kan ikke fjerne andre herfra. Be vedkommende forlate kanalen selv, eller be lederen i nettverket."""

    status = 403


class StopsCases(WebRefusal):
    """{name} har ikke kasustilgang, og kasus stopper så lenge vedkommende er i kanalen. Bekreft at du vil dette."""

    status = 409


class WhoAreYou(WebRefusal):
    """Jeg vet ikke hvem du er. Velg hvem du er øverst på siden."""

    status = 401


class SignedOut(WebRefusal):
    """Du er logget ut. Ta vare på det du har skrevet, og logg inn på nytt."""

    status = 401


class SignedInAsAnother(WebRefusal):
    """Du er logget inn som en annen i en annen fane. Ta vare på det du har skrevet, og last siden på nytt."""

    status = 409


class UselessLink(WebRefusal):
    """Denne lenken virker ikke lenger: den er brukt, for gammel eller ikke hel. Skaff deg en ny, som forklart under."""

    status = 410


class TooManyTries(WebRefusal):
    """Det har vært for mange forsøk på å logge inn herfra. Vent {minutes} minutter, og prøv igjen."""

    status = 429


class NoProvider(WebRefusal):
    """Her logger man ikke inn slik. Bruk en innloggingslenke."""

    status = 404


class ProviderAway(WebRefusal):
    """Innloggingstjenesten svarer ikke slik den skal. Prøv igjen om litt, eller bruk en innloggingslenke."""

    status = 503


class NotConfirmed(WebRefusal):
    """Innloggingen kunne ikke bekreftes, så du er ikke logget inn. Begynn på nytt herfra."""

    status = 400


class Declined(WebRefusal):
    """Innloggingen ble avbrutt hos innloggingstjenesten. Begynn på nytt herfra, eller bruk en innloggingslenke."""

    status = 400


class UnknownAccount(WebRefusal):
    """Innloggingen gikk bra, men Fagtråd vet ikke hvem du er. Be sekretæren i nettverket eller den som drifter Fagtråd
    om å koble kontoen din til deg, og oppgi denne koden: {account}"""

    status = 403


class MayNotMakeRooms(WebRefusal):
    """Bare ledere, sekretærer og koordinatorer kan lage rom. Be en av dem i nettverket."""

    status = 403


class WrongAddress(WebRefusal):
    """Denne siden kan bare brukes fra sin egen adresse: {url}"""

    status = 421


class WrongOrigin(WebRefusal):
    """Denne siden kan bare brukes fra sin egen adresse på denne maskinen."""

    status = 403


class NoSuchRoom(WebRefusal):
    """Kanalen finnes ikke, eller du er ikke medlem. Velg en annen kanal i lista."""

    status = 404


class NoSuchMessage(WebRefusal):
    """Meldingen finnes ikke lenger."""

    status = 404


class NoReplyToWhisper(WebRefusal):
    """Denne meldingen ser bare du, så den kan ikke besvares i en tråd. Skriv i kanalen i stedet."""


class ThreadErased(WebRefusal):
    """Saken som tråden hører til, er slettet. Skriv i kanalen i stedet."""

    status = 409


class TooBig(WebRefusal):
    """Det du sendte er for stort. Det kan være på {most}; kort det ned eller del det opp."""

    status = 413


class TryAgain(WebRefusal):
    """Akkurat nå kommer jeg ikke til. Ingenting er gått tapt her; vent litt og send på nytt."""

    status = 503


class OurFault(WebRefusal):
    """Noe gikk galt hos oss. Prøv igjen. Blir det ved, si fra til drift og oppgi {mark}."""

    status = 500
