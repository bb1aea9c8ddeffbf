"""Settings of the web pages in operation: their address, sign-in and sessions."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from bot.sources import SourcedSettings

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Where anybody's account is let in: the issuer of these is a pattern, not one organisation.
ANY_TENANT = ("common", "organizations", "consumers", "{tenantid}")
Networks = list[IPv4Network | IPv6Network]


class WebSettings(SourcedSettings):
    public_url: str = Field(
        "",
        description="The address people reach the web pages at, e.g. https://fagtraad.example.no; needed by «web», and "
        "where Slack calls us",
    )
    trusted_proxies: Annotated[Networks, NoDecode] = Field(
        [], description="Addresses or networks of the proxies whose X-Forwarded-For is believed, comma-separated"
    )
    session_idle_hours: int = Field(12, ge=1, le=24 * 7, description="Hours after which who does nothing is signed out")
    session_days: int = Field(7, ge=1, le=90, description="Days after which everybody signs in anew")
    oidc_issuer: str = Field(
        "",
        description="Sign-in by OpenID Connect: the issuer, e.g. https://login.microsoftonline.com/TENANT-ID/v2.0",
    )
    oidc_client_id: str = Field("", description="What Fagtråd is called at the issuer")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="Fagtråd's password at the issuer")
    oidc_claim: str = Field(
        "sub",
        min_length=1,
        max_length=200,
        description="The claim that names an account: one that is never reused nor chosen. Entra ID: oid",
    )
    oidc_name: str = Field("", max_length=60, description="What people call the issuer, on the button, e.g. Helse Midt")

    @field_validator("public_url")
    @classmethod
    def _plain_address(cls, url: str) -> str:
        """As a browser writes it in `Origin`."""
        if not url:
            return url
        scheme, host, port = _parts(url)
        if scheme == "http" and host not in LOOPBACK:
            raise ValueError("must be https:// (http:// is for this machine alone)")
        standard = {"http": 80, "https": 443}[scheme]
        shown = f"[{host}]" if ":" in host else host
        return f"{scheme}://{shown}" if port in (None, standard) else f"{scheme}://{shown}:{port}"

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        parts = [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        if not isinstance(parts, list):
            return parts
        try:
            return [ip_network(part) for part in parts]
        except ValueError:
            raise ValueError("must be IP addresses or networks such as 10.0.0.0/8, comma-separated") from None

    @field_validator("oidc_issuer")
    @classmethod
    def _one_issuer(cls, url: str) -> str:
        if not url:
            return url
        found = urlsplit(url)
        loopback = found.scheme == "http" and found.hostname in LOOPBACK
        if not (found.scheme == "https" or loopback) or not found.netloc or found.query or found.fragment:
            raise ValueError("must be the issuer's https:// address")
        if not {part.lower() for part in found.path.split("/")}.isdisjoint(ANY_TENANT):
            raise ValueError("must name your own tenant by its id: this one lets in accounts of any organisation")
        return url

    @model_validator(mode="after")
    def _whole_oidc(self) -> "WebSettings":
        given = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret.get_secret_value())
        if any(given) and not all(given):
            raise ValueError(
                "FAGTRAAD_OIDC_ISSUER, FAGTRAAD_OIDC_CLIENT_ID and FAGTRAAD_OIDC_CLIENT_SECRET go together: "
                "set all or none"
            )
        return self

    @property
    def secure(self) -> bool:
        """Whether people come over https: the cookie and the headers depend on it."""
        return self.public_url.startswith("https://")


def _parts(url: str) -> tuple[str, str, int | None]:
    problem = ValueError("must be an address alone, such as https://fagtraad.example.no, without a path")
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        raise problem from None
    extra = found.path not in ("", "/") or found.query or found.fragment or "@" in found.netloc
    if found.scheme not in ("http", "https") or not found.hostname or extra:
        raise problem
    return found.scheme, found.hostname, port
