"""What can go wrong. A `Refusal` is told to the person: its docstring is the message, in bokmål, translated."""

from bot.language import _


class Refusal(Exception):
    """Dette gikk ikke. Prøv igjen, eller skriv «hjelp»."""

    def __init__(self, **values: str) -> None:
        super().__init__(type(self).__name__)  # never the text: refusals may be logged
        self.values = values

    @property
    def text(self) -> str:
        return _(" ".join((type(self).__doc__ or "").split())).format(**self.values)


class UnknownPerson(Refusal):
    """Jeg kjenner deg ikke ennå. Be sekretæren i nettverket om å legge deg til."""


class UnknownAccount(UnknownPerson):
    """Jeg kjenner deg ikke ennå. Be sekretæren i nettverket om å legge deg til, med kontoen din her: {account}"""


class NotAllowed(Refusal):
    """Det har du ikke tilgang til her. Spør lederen eller sekretæren i nettverket."""


class NoCaseAccess(NotAllowed):
    """Kasus er bare for helsepersonell med kasustilgang, og det har du ikke her. Lederen kan gi deg det."""


class CasesOffHere(NoCaseAccess):
    """Kasus er slått av her. De som drifter Fagtråd, kan slå dem på når sykehuset har vurdert risikoen."""


class NotFound(Refusal):
    """Det finner jeg ikke. Kanskje er det slettet, eller du har ikke tilgang."""


class NoNetwork(Refusal):
    """Skriv dette i kanalen til nettverket det gjelder, så vet jeg hvilket du mener."""


class ChatError(Exception):
    """Something a chat platform answered. Carries no text of a message."""


class RateLimited(ChatError):
    """The platform asks for a pause of `after` seconds."""

    def __init__(self, after: float) -> None:
        super().__init__(f"rate limited for {after:g} s")
        self.after = after


class Unreachable(ChatError):
    """No answer, or a passing fault: worth another try."""


class Rejected(ChatError):
    """A final no: the message, the room or the right to post is gone."""


class MembersUnknown(ChatError):
    """Who can read the room could not be found out."""
