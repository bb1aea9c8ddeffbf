"""What an operator may set, and what is refused with a reason."""

from typing import Any

import pytest
from pydantic import ValidationError

from bot.settings import Settings

OIDC = {"oidc_client_id": "fagtraad", "oidc_client_secret": "hemmelig"}


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://Fagtraad.example.no/", "https://fagtraad.example.no"),
        ("https://fagtraad.example.no:443", "https://fagtraad.example.no"),
        ("https://fagtraad.example.no:8443", "https://fagtraad.example.no:8443"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_the_address_is_kept_as_a_browser_writes_it(written: str, meant: str) -> None:
    assert settings(public_url=written).public_url == meant


@pytest.mark.parametrize(
    "written",
    [
        "http://fagtraad.example.no",
        "fagtraad.example.no",
        "https://example.no/fagtraad",
        "https://example.no?a",
        "https://a@example.no",
        "ftp://example.no",
        "https://example.no:port",
        "https://[",
    ],
)
def test_an_address_that_cannot_be_one_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        settings(public_url=written)


@pytest.mark.parametrize("tenant", ["common", "organizations", "consumers", "Common", "{tenantid}"])
def test_an_issuer_for_anybody_is_refused(tenant: str) -> None:
    """Entra ID's multi-tenant addresses let in accounts of any organisation, which may call themselves what they
    like."""
    with pytest.raises(ValidationError, match="your own tenant"):
        settings(oidc_issuer=f"https://login.microsoftonline.com/{tenant}/v2.0", **OIDC)


@pytest.mark.parametrize("issuer", ["http://login.example.no", "login.example.no", "https://login.example.no?x=y"])
def test_an_issuer_that_is_not_https_is_refused(issuer: str) -> None:
    with pytest.raises(ValidationError):
        settings(oidc_issuer=issuer, **OIDC)


def test_half_a_provider_is_refused_and_its_secret_not_shown() -> None:
    with pytest.raises(ValidationError, match="go together") as refused:
        settings(oidc_client_secret="hemmelig")
    assert "hemmelig" not in str(refused.value)
    whole = settings(oidc_issuer="https://login.example.no", **OIDC)
    assert "hemmelig" not in repr(whole)


def test_proxies_are_addresses_or_networks() -> None:
    assert len(settings(trusted_proxies="10.0.0.0/8, 192.0.2.1,").trusted_proxies) == 2
    with pytest.raises(ValidationError, match="IP addresses"):
        settings(trusted_proxies="proxy.example.no")
