"""In by a real provider: through its own pages, and with everything that must not let anybody in."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import func, select

from bot.people import Person
from bot.sessions import WebSession
from tests.adapters.web.sign_in.door import Browser, Door
from tests.oidc.conftest import AtProvider, door_at, linked

UNCONFIRMED = "Innloggingen kunne ikke bekreftes"
HOUR = 3600


async def leave(browser: Browser) -> str:
    answer = await browser.post("/inn/oidc")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["to"])


async def come_back(door: Door, provider: AtProvider, who: str = "kari-at-work") -> tuple[Browser, httpx.Response]:
    browser = door.browser()
    back = await provider.sign_in(browser, await leave(browser), who)
    return browser, await browser.http.get(back)


async def nobody_is_in(door: Door) -> bool:
    async with door.chat.core.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(WebSession)) == 0


async def test_whoever_is_linked_comes_in(database_url: str, tmp_path: Path, provider: AtProvider) -> None:
    async with door_at(database_url, tmp_path, provider) as door:
        await linked(door)
        assert "Logg inn med Helse Prøve" in (await door.browser().http.get("/inn")).text
        browser, answer = await come_back(door, provider)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        home = (await browser.home()).json()
        assert home["account"]["name"] == "Kari Fjell"
        again, _answer = await come_back(door, provider)  # signed in at the provider already
        assert (await again.home()).json()["account"] == home["account"]


async def test_the_way_there_carries_what_protects_the_way_back(door: Door, provider: AtProvider) -> None:
    first, second = await leave(door.browser()), await leave(door.browser())
    asked = parse_qs(urlsplit(first).query)
    assert first.startswith(provider.issuer)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{door.address}/inn/oidc/tilbake"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name][0]) == 43
        assert asked[name] != parse_qs(urlsplit(second).query)[name]
    assert len({asked[name][0] for name in ("state", "nonce", "code_challenge")}) == 3


@pytest.mark.parametrize(("claim", "account"), [("oid", "oid-kari-at-work"), ("email", "kari-at-work@example.no")])
async def test_another_claim_may_name_the_account(
    sqlite_url: str, tmp_path: Path, provider: AtProvider, claim: str, account: str
) -> None:
    """As with Entra ID, where `sub` differs from one application to the next."""
    async with door_at(sqlite_url, tmp_path, provider, oidc_claim=claim) as door:
        await linked(door, account)
        browser, _answer = await come_back(door, provider)
        assert await browser.is_in()


async def test_an_address_that_nobody_verified_names_nobody(
    sqlite_url: str, tmp_path: Path, provider: AtProvider
) -> None:
    async with door_at(sqlite_url, tmp_path, provider, oidc_claim="email") as door:
        await linked(door, "uverifisert@example.no")
        _browser, answer = await come_back(door, provider, "uverifisert")
        assert UNCONFIRMED in answer.text
        assert await nobody_is_in(door)


async def test_whom_nobody_has_linked_is_told_whom_to_ask(
    database_url: str, tmp_path: Path, provider: AtProvider
) -> None:
    async with door_at(database_url, tmp_path, provider) as door:
        browser, answer = await come_back(door, provider, "fremmed")
        assert answer.status_code == 403
        assert "Be sekretæren i nettverket" in answer.text
        assert "oppgi denne koden: fremmed" in answer.text
        assert not await browser.is_in()
        assert await nobody_is_in(door)
        async with door.chat.core.database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Person)) == 4  # and nobody was made


async def test_a_state_of_another_attempt_is_refused(door: Door, provider: AtProvider) -> None:
    """Login CSRF: the attacker's own answer, brought to a victim's browser."""
    await linked(door)
    attacker, victim, bare = door.browser(), door.browser(), door.browser()
    back = await provider.sign_in(attacker, await leave(attacker))
    await leave(victim)
    for browser in (victim, bare):
        answer = await browser.http.get(back)
        assert answer.status_code == 400
        assert UNCONFIRMED in answer.text
        assert not await browser.is_in()
    for query in ("", "?code=x", "?state=x", "?code=x&state=æ", "?error=access_denied&state=x"):
        assert (await victim.http.get(f"/inn/oidc/tilbake{query}")).status_code == 400
    assert await nobody_is_in(door)


async def test_a_code_works_once(door: Door, provider: AtProvider) -> None:
    await linked(door)
    browser = door.browser()
    back = await provider.sign_in(browser, await leave(browser))
    attempt = browser.http.cookies["fagtraad-inn"]
    assert (await browser.http.get(back)).status_code == 303
    assert "fagtraad-inn" not in browser.http.cookies
    thief = door.browser(Cookie=f"fagtraad-inn={attempt}")  # even with the victim's own cookie
    answer = await thief.http.get(back)
    assert answer.status_code == 400
    assert UNCONFIRMED in answer.text


async def test_a_code_that_was_caught_is_of_no_use_in_another_browser(door: Door, provider: AtProvider) -> None:
    """PKCE: the code goes with a verifier that only the first browser's cookie gives."""
    await linked(door)
    victim, thief = door.browser(), door.browser()
    caught = parse_qs(urlsplit(await provider.sign_in(victim, await leave(victim))).query)["code"][0]
    own = parse_qs(urlsplit(await leave(thief)).query)["state"][0]
    answer = await thief.http.get("/inn/oidc/tilbake", params={"code": caught, "state": own})
    assert UNCONFIRMED in answer.text
    assert await nobody_is_in(door)


async def test_a_token_for_another_attempt_is_refused(door: Door, provider: AtProvider) -> None:
    """The provider was asked with another nonce than ours."""
    await linked(door)
    browser = door.browser()
    to = await leave(browser)
    nonce = parse_qs(urlsplit(to).query)["nonce"][0]
    answer = await browser.http.get(await provider.sign_in(browser, to.replace(nonce, "x" * 43)))
    assert UNCONFIRMED in answer.text
    assert await nobody_is_in(door)


BAD: dict[str, dict[str, Any]] = {
    "for another client": {"claims": {"aud": "another"}},
    "for another client too": {"claims": {"aud": ["fagtraad", "another"]}},
    "handed out to another": {"claims": {"aud": ["fagtraad", "another"], "azp": "another"}},
    "of another issuer": {"claims": {"iss": "https://evil.example"}},
    "expired": {"claims": {"exp": 1_700_000_000}},
    "of the future": {"claims": {"iat": 4_000_000_000, "exp": 4_000_003_600}},
    "of another access token": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "without an audience": {"claims": {}, "without": ["aud"]},
    "without an end": {"claims": {}, "without": ["exp"]},
    "without a nonce": {"claims": {}, "without": ["nonce"]},
    "without an account": {"claims": {}, "without": ["sub"]},
    "for an account that is no text": {"claims": {"sub": 7}},
    "for an account without a name": {"claims": {"sub": ""}},
    "unsigned": {"claims": {}, "sign": "none"},
    "signed with the client's secret": {"claims": {}, "sign": "secret"},
    "signed by another": {"claims": {}, "sign": "others"},
}


@pytest.mark.parametrize("how", BAD.values(), ids=BAD)
async def test_a_token_that_is_not_right_in_all_lets_nobody_in(
    door: Door, provider: AtProvider, how: dict[str, Any]
) -> None:
    await linked(door)
    provider.twist(**how)
    browser, answer = await come_back(door, provider)
    assert answer.status_code == 400
    assert UNCONFIRMED in answer.text
    assert "set-cookie" not in answer.headers or "fagtraad=" not in answer.headers["set-cookie"]
    assert not await browser.is_in()
    assert await nobody_is_in(door)


async def test_the_same_token_signed_anew_lets_in(door: Door, provider: AtProvider) -> None:
    """So it is what was twisted that was refused above, and not that it was twisted."""
    await linked(door)
    provider.twist(claims={})
    browser, _answer = await come_back(door, provider)
    assert await browser.is_in()


@pytest.mark.parametrize(("wrong", "comes_in"), [(HOUR + 45, True), (HOUR + 90, False), (-45, True), (-90, False)])
async def test_clocks_may_differ_by_a_minute(door: Door, provider: AtProvider, wrong: int, comes_in: bool) -> None:
    """A token is good for an hour; our clock is so many seconds ahead."""
    await linked(door)
    door.clock.ahead = timedelta(seconds=wrong)
    browser, _answer = await come_back(door, provider)
    assert await browser.is_in() is comes_in


async def test_a_provider_that_is_down_is_said_to_be(sqlite_url: str, tmp_path: Path, provider: AtProvider) -> None:
    async with door_at(sqlite_url, tmp_path, provider, oidc_issuer="http://127.0.0.1:9/") as door:
        answer = await door.browser().post("/inn/oidc")
        assert answer.status_code == 503
        assert "Innloggingstjenesten svarer ikke" in answer.json()["message"]
        assert await (await door.signed_in()).is_in()  # and links go on working


async def test_a_provider_that_goes_down_meanwhile_is_said_to_be(door: Door, provider: AtProvider) -> None:
    await linked(door)
    browser = door.browser()
    back = await provider.sign_in(browser, await leave(browser))
    provider.twist(down=True)
    answer = await browser.http.get(back)
    assert answer.status_code == 503
    assert "Innloggingstjenesten svarer ikke" in answer.text


async def test_a_provider_that_does_not_answer_is_not_waited_for(
    sqlite_url: str, tmp_path: Path, provider: AtProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.web.oidc.TIME_LIMIT", 0.2)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, door_at(sqlite_url, tmp_path, provider, oidc_issuer=issuer) as door:
        assert (await door.browser().post("/inn/oidc")).status_code == 503


@pytest.mark.parametrize("calls_itself", ["https://login.example/{tenantid}/v2.0", "https://evil.example"])
async def test_a_provider_by_another_name_is_not_ours(door: Door, provider: AtProvider, calls_itself: str) -> None:
    """Entra ID's `common` says that its issuer is a pattern: any organisation's accounts would come in."""
    provider.twist(issuer=calls_itself)
    assert (await door.browser().post("/inn/oidc")).status_code == 503


async def test_who_changes_their_mind_at_the_provider_is_not_in(door: Door, provider: AtProvider) -> None:
    browser = door.browser()
    to = await leave(browser)
    state = parse_qs(urlsplit(to).query)["state"][0]
    answer = await browser.http.get("/inn/oidc/tilbake", params={"error": "access_denied", "state": state})
    assert answer.status_code == 400
    assert "avbrutt" in answer.text
    assert "access_denied" not in answer.text


async def test_an_answer_of_another_issuer_is_refused(door: Door, provider: AtProvider) -> None:
    """Mix-up (RFC 9207)."""
    await linked(door)
    browser = door.browser()
    back = await provider.sign_in(browser, await leave(browser))
    assert "iss=" in back
    answer = await browser.http.get(back.partition("iss=")[0] + "iss=https%3A%2F%2Fevil.example")
    assert UNCONFIRMED in answer.text


async def test_signing_out_leads_out_of_the_provider_too(door: Door, provider: AtProvider) -> None:
    await linked(door)
    browser, _answer = await come_back(door, provider)
    to = (await browser.post("/inn/ut")).json()["to"]
    assert to.startswith(f"{provider.issuer}/session/end?")
    page = await browser.http.get(to)
    assert page.status_code == 200
    assert "Do you want to sign-out from" in page.text
    assert not await browser.is_in()
    by_link = await door.signed_in()
    assert (await by_link.post("/inn/ut")).json() == {"to": "/inn"}


async def test_no_code_or_token_stands_in_what_is_logged(
    door: Door, provider: AtProvider, capfd: pytest.CaptureFixture[str]
) -> None:
    await linked(door)
    browser = door.browser()
    back = await provider.sign_in(browser, await leave(browser))
    await browser.http.get(back)
    await browser.http.get(back)
    code = parse_qs(urlsplit(back).query)["code"][0]
    logged = "".join(capfd.readouterr())
    for secret in (code, browser.token, "secret of fagtraad", "kari-at-work"):
        assert secret not in logged
