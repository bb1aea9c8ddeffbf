"""What somebody would try who wants in as another. See docs/threat-model.md."""

import base64
import json
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from adapters.web.gate import address_of
from bot.signin import SECRET_BYTES, new_token
from bot.web_settings import WebSettings
from tests.adapters.web.sign_in.door import FAR_AWAY, Door, key, open_door

ELSEWHERE = ("https://evil.example", "null", "", "http://127.0.0.1", "http://127.0.0.1.evil.example", FAR_AWAY)
WAYS = ("/inn/se", "/inn/lenke", "/inn/oidc", "/inn/ut", "/inn/ut-overalt", "/api/home", "/api/say")


async def test_a_session_that_an_attacker_planted_is_not_taken_over(door: Door) -> None:
    """Session fixation: the cookie that a browser came with is worth nothing after it signed in."""
    planted = new_token()
    victim = door.browser().show(planted)
    await victim.post("/inn/lenke", token=await door.link())
    assert victim.token != planted
    assert not await door.browser().show(planted).is_in()


async def test_signing_in_over_an_attackers_session_leaves_them_nothing(door: Door) -> None:
    attacker = await door.signed_in("Per Dal")
    victim = door.browser().show(attacker.token)
    await victim.post("/inn/lenke", token=await door.link())
    assert (await victim.home()).json()["account"]["id"] == "kari"
    assert not await attacker.is_in()


async def test_a_cookie_that_another_host_of_the_domain_set_is_not_looked_at(database_url: str, tmp_path: Path) -> None:
    """`evil.example.no` may set `fagtraad` for all of `example.no`, but no browser takes `__Host-` from it."""
    async with open_door(database_url, tmp_path, FAR_AWAY) as door:
        browser = door.browser(Host="fagtraad.example.no")
        entered = await browser.post("/inn/lenke", token=await door.link("Per Dal"))
        attackers = entered.headers["set-cookie"].partition("=")[2].partition(";")[0]
        tossed = door.browser(Host="fagtraad.example.no", Cookie=f"fagtraad={attackers}; Fagtraad={attackers}")
        assert (await tossed.home()).status_code == 401


@pytest.mark.parametrize("way", WAYS)
async def test_nothing_is_done_at_the_wish_of_another_site(door: Door, way: str) -> None:
    """Nor without a word of where the wish comes from."""
    victim, link = await door.signed_in(), await door.link()
    body = {"token": link, "room": "general", "text": "Hei", "key": key()}
    for origin in ELSEWHERE:
        assert (await victim.http.post(way, json=body, headers={"Origin": origin})).status_code == 421
    without = {name: value for name, value in victim.http.headers.items() if name.lower() != "origin"}
    victim.http.headers = httpx.Headers(without)
    assert (await victim.http.post(way, json=body)).status_code == 421
    victim.http.headers["Origin"] = door.address
    for site in ("cross-site", "same-site", "none"):
        assert (await victim.http.post(way, json=body, headers={"Sec-Fetch-Site": site})).status_code == 421
    assert await victim.is_in()
    assert (await door.browser().post("/inn/se", token=link)).status_code == 200
    assert door.inbox.events == []


@pytest.mark.parametrize("way", WAYS)
async def test_what_a_form_of_another_site_could_send_is_not_understood(door: Door, way: str) -> None:
    victim = await door.signed_in()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        sent = await victim.http.post(way, content=json.dumps({"token": "x"}), headers={"Content-Type": kind})
        assert sent.status_code in (400, 404)
    assert await victim.is_in()


@pytest.mark.parametrize("way", ["/", "/inn", "/static/chat.js", "/inn/oidc/tilbake?code=a&state=b"])
async def test_the_pages_are_served_at_their_own_address_alone(door: Door, way: str) -> None:
    """DNS rebinding: a name of the attacker's that leads here."""
    for host in ("evil.example", "fagtraad.example.no", "127.0.0.1", "", "127.0.0.1:1"):
        assert (await door.browser(Host=host).http.get(way)).status_code == 421


async def test_the_standard_port_may_be_written_out(database_url: str, tmp_path: Path) -> None:
    async with open_door(database_url, tmp_path, f"{FAR_AWAY}:443/") as door:
        for host in ("fagtraad.example.no", "FAGTRAAD.example.no", "fagtraad.example.no:443"):
            assert (await door.browser(Host=host).http.get("/inn")).status_code == 200
        assert (await door.browser(Host="fagtraad.example.no:8443").http.get("/inn")).status_code == 421


async def test_the_live_stream_is_opened_from_our_own_page_alone(door: Door) -> None:
    victim = await door.signed_in()
    for origin in ELSEWHERE:
        with pytest.raises(InvalidStatus) as refused:
            await connect(
                door.live,
                origin=origin or None,  # type: ignore[arg-type]
                additional_headers={"Cookie": f"fagtraad={victim.token}"},
            )
        assert refused.value.response.status_code == 403


async def test_no_page_tells_another_where_one_came_from(door: Door) -> None:
    """A token that stood in an address would go along in `Referer`: it does not stand there, and none is sent."""
    for path in ("/inn", "/", "/static/entrance.js"):
        answer = await (await door.signed_in()).http.get(path)
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_nobody_is_led_elsewhere_after_signing_in(door: Door) -> None:
    """Open redirect: where it leads is never what somebody wrote."""
    evil = dict.fromkeys(("to", "til", "next", "redirect_uri", "return", "url"), "https://evil.example")
    browser = door.browser(Referer="https://evil.example")
    page = await browser.http.get("/inn", params=evil)
    assert "evil.example" not in page.text
    entered = await browser.http.post("/inn/lenke", params=evil, json={"token": await door.link(), **evil})
    assert entered.json() == {"to": "/"}
    left = await browser.http.post("/inn/ut", params=evil, json=evil)
    assert left.json() == {"to": "/inn"}
    assert (await door.browser().http.get("//evil.example/%2f..")).status_code == 404


async def test_no_token_stands_in_what_is_logged(door: Door, capfd: pytest.CaptureFixture[str]) -> None:
    token = await door.link()
    browser = door.browser()
    await browser.post("/inn/se", token=token)
    await browser.post("/inn/lenke", token=token)
    await browser.post("/inn/lenke", token=token)
    logged = "".join(capfd.readouterr())
    assert token not in logged
    assert browser.token not in logged


def test_a_token_has_256_bits_and_none_is_like_another() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(base64.urlsafe_b64decode(token + "=")) for token in tokens} == {SECRET_BYTES} == {32}


@given(st.lists(st.sampled_from(["203.0.113.9", "10.0.0.9", "2001:db8::1", "junk", ""]), max_size=5))
def test_what_stands_before_the_last_stranger_is_never_counted(before: list[str]) -> None:
    """Whatever a stranger writes, it is the stranger's own address that is counted."""
    trusted = WebSettings(trusted_proxies="10.0.0.0/8").trusted_proxies
    hops = ", ".join([*before, "192.0.2.5", "10.0.0.1"])
    scope = {"client": ("10.0.0.2", 1), "headers": [(b"x-forwarded-for", hops.encode())]}
    assert address_of(scope, trusted) == "192.0.2.5"


def test_the_addresses_of_one_household_are_one() -> None:
    counted = {address_of({"client": (f"2001:db8:1:2::{n:x}", 1), "headers": []}, []) for n in (1, 2, 0xFFFF)}
    assert len(counted) == 1
    assert address_of({"client": ("2001:db8:1:3::1", 1), "headers": []}, []) not in counted
    assert address_of({"client": ("::ffff:192.0.2.1", 1), "headers": []}, []) == "192.0.2.1"
