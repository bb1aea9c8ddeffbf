"""What the web chat refuses, and with which HTTP status. The docstring is what the person is told."""

from typing import ClassVar

from bot.errors import Refusal


class WebRefusal(Refusal):
    """Dette gikk ikke. Last siden på nytt og prøv igjen."""

    status: ClassVar[int] = 400


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
    """Det du sendte er for stort. Det kan være på 64 kB; kort det ned eller del det opp."""

    status = 413


class TryAgain(WebRefusal):
    """Akkurat nå kommer jeg ikke til. Ingenting er gått tapt her; vent litt og send på nytt."""

    status = 503


class OurFault(WebRefusal):
    """Noe gikk galt hos oss. Prøv igjen. Blir det ved, si fra til drift og oppgi {mark}."""

    status = 500


class NotSetUp(WebRefusal):
    """Innlogging er ikke satt opp ennå, så samtalene er lukket. Be drift om å sette den opp."""

    status = 503
