"""Who may knock: from which host, from which pages. The demo stays on this machine, operation at its own address."""

import re
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from typing import Protocol
from urllib.parse import urlsplit

from starlette.types import Scope

from adapters.web.errors import WebRefusal, WrongAddress, WrongOrigin
from bot.settings import Settings
from bot.web_settings import Networks

# The demo lets anyone be anybody, so only pages of this machine may use it (DNS rebinding, CSRF).
_THIS_MACHINE = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")
_YEAR = 31_536_000  # seconds
_WHOLE_IPV6 = 64  # bits that one household or ward has in common


class Gate(Protocol):
    @property
    def headers(self) -> Mapping[str, str]:
        """On every answer, besides those that are always there."""

    def refusal(self, scope: Scope) -> WebRefusal | None:
        """Why this may not come in; None where it may."""


def gate_of(settings: Settings) -> Gate:
    return DemoGate() if settings.demo else PublicGate(settings)


class DemoGate:
    headers: Mapping[str, str] = {}

    def refusal(self, scope: Scope) -> WebRefusal | None:
        headers = _headers(scope)
        host = headers.get("host", "").lower()
        if not _THIS_MACHINE.fullmatch(host):
            return WrongOrigin()
        if _changes(scope) and not _is_origin_of(host, headers.get("origin", "").lower()):
            return WrongOrigin()
        return None


class PublicGate:
    """Where there is no public address, nobody comes in."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.public_url
        self._host = urlsplit(self._url).netloc
        self.headers = {"Strict-Transport-Security": f"max-age={_YEAR}"} if settings.secure else {}

    def refusal(self, scope: Scope) -> WebRefusal | None:
        headers = _headers(scope)
        if not self._host or headers.get("host", "").lower() not in self._hosts:
            return WrongAddress(url=self._url)
        if _changes(scope) and not self._is_ours(headers):
            return WrongAddress(url=self._url)
        return None

    @property
    def _hosts(self) -> tuple[str, ...]:
        """A proxy may write the standard port out."""
        standard = ":443" if self._url.startswith("https:") else ":80"
        return (self._host,) if urlsplit(self._url).port else (self._host, self._host + standard)

    def _is_ours(self, headers: Mapping[str, str]) -> bool:
        """Every browser says where a request that changes something comes from; newer ones say it twice."""
        site = headers.get("sec-fetch-site", "same-origin")
        return headers.get("origin", "").lower() == self._url and site == "same-origin"


def address_of(scope: Scope, trusted: Networks) -> str:
    """Whence somebody comes, for counting: the last address that no proxy of ours has. What others write in
    X-Forwarded-For is what they like. Of IPv6, the part that one household has in common."""
    hops = [scope["client"][0] if scope.get("client") else ""]
    for name, value in scope["headers"]:
        if name == b"x-forwarded-for":
            hops[:0] = [hop.strip() for hop in value.decode("latin-1").split(",")]
    while len(hops) > 1 and _is_trusted(hops[-1], trusted):
        hops.pop()
    return _counted(hops[-1])


def _is_trusted(hop: str, trusted: Networks) -> bool:
    try:
        found = ip_address(hop)
    except ValueError:
        return False
    return any(found in network for network in trusted)


def _counted(hop: str) -> str:
    try:
        found = ip_address(hop)
    except ValueError:
        return "unknown"
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped) if found.ipv4_mapped else f"{int(found) >> (128 - _WHOLE_IPV6):x}/64"


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _changes(scope: Scope) -> bool:
    return scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")


def _is_origin_of(host: str, origin: str) -> bool:
    try:
        found = urlsplit(origin)
    except ValueError:  # such as "http://["
        return False
    return found.netloc == host and found.scheme in ("http", "https")
