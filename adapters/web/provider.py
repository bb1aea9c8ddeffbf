"""What a sign-in provider is to the pages, whatever libraries it takes."""

from dataclasses import dataclass
from typing import Protocol

BACK = "/inn/oidc/tilbake"  # as it is registered at the provider


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser brought back from the provider."""

    code: str
    state: str
    error: str
    issuer: str | None  # RFC 9207


class Provider(Protocol):
    @property
    def name(self) -> str: ...

    async def way_in(self, secret: str) -> str:
        """Where to send the browser, whose own secret this is. Raises `ProviderAway`."""

    async def account(self, secret: str, answer: Answer) -> str:
        """Who it is, as the provider names them. Raises `Declined`, `NotConfirmed`, `ProviderAway`."""

    async def way_out(self, back: str) -> str | None:
        """Where to sign out at the provider too. None where it has no such place, or is away."""
