"""How long one is signed in, and how one is signed out."""

import asyncio
import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bot import sessions
from bot.people import PlatformAccount
from bot.sessions import WebSession
from tests.adapters.web.sign_in.door import A_MOMENT, FAR_AWAY, Browser, Door, open_door

HOUR = timedelta(hours=1)


async def test_the_cookie_is_the_browsers_alone(door: Door) -> None:
    entered = await door.browser().post("/inn/lenke", token=await door.link())
    name, *rest = entered.headers["set-cookie"].split("; ")
    assert name.startswith("fagtraad=")
    assert {part.lower() for part in rest} == {"httponly", "samesite=lax", "path=/", "max-age=604800"}


async def test_over_https_the_cookie_is_bound_to_the_host(database_url: str, tmp_path: Path) -> None:
    async with open_door(database_url, tmp_path, FAR_AWAY) as door:
        browser = door.browser(Host="fagtraad.example.no")
        entered = await browser.post("/inn/lenke", token=await door.link())
        cookie = entered.headers["set-cookie"]
        assert cookie.startswith("__Host-fagtraad=")
        assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
        assert "domain" not in cookie.lower()
        assert entered.headers["strict-transport-security"] == "max-age=31536000"
        token = cookie.partition("=")[2].partition(";")[0]
        for name, status in (("__Host-fagtraad", 200), ("fagtraad", 401), ("__Secure-fagtraad", 401)):
            home = await door.browser(Host="fagtraad.example.no", Cookie=f"{name}={token}").home()
            assert home.status_code == status


async def test_whoever_does_nothing_is_signed_out(door: Door) -> None:
    browser = await door.signed_in()
    for _ in range(3):
        door.clock.ahead += timedelta(hours=12) - A_MOMENT
        assert await browser.is_in()
    door.clock.ahead += timedelta(hours=12)
    assert not await browser.is_in()


async def test_after_a_week_everybody_signs_in_anew(door: Door) -> None:
    browser = await door.signed_in()
    for _ in range(7 * 24 - 1):
        door.clock.ahead += HOUR
        assert await browser.is_in()
    door.clock.ahead += HOUR
    assert not await browser.is_in()


async def test_the_times_are_settings(database_url: str, tmp_path: Path) -> None:
    async with open_door(database_url, tmp_path, session_idle_hours=2, session_days=1) as door:
        browser = await door.signed_in()
        door.clock.ahead += 2 * HOUR
        assert not await browser.is_in()


async def test_the_token_changes_every_hour_and_nobody_notices(door: Door) -> None:
    browser = await door.signed_in()
    first = browser.token
    door.clock.ahead += HOUR
    parallel = [door.browser().show(first) for _ in range(5)]
    answers = await asyncio.gather(*(each.home() for each in (browser, *parallel)))
    assert [answer.status_code for answer in answers] == [200] * 6
    renewed = [answer.headers["set-cookie"] for answer in answers if "set-cookie" in answer.headers]
    assert len(renewed) == 1
    token = renewed[0].partition("=")[2].partition(";")[0]
    assert token != first
    door.clock.ahead += timedelta(seconds=59)
    assert await door.browser().show(first).is_in()
    assert await door.browser().show(token).is_in()


async def test_a_page_renews_too(door: Door) -> None:
    browser = await door.signed_in()
    first = browser.token
    door.clock.ahead += HOUR
    assert (await browser.http.get("/")).status_code == 200
    assert browser.token != first
    assert await browser.is_in()


async def test_a_new_token_that_was_lost_on_the_way_signs_nobody_out(door: Door) -> None:
    browser = await door.signed_in()
    first = browser.token
    for _ in range(3):
        door.clock.ahead += HOUR
        assert (await door.browser().show(first).home()).status_code == 200
    assert await browser.is_in()


async def test_a_token_of_before_ends_the_session_once_the_new_one_is_in_use(door: Door) -> None:
    """Two have it, then: its owner, and somebody who took it."""
    browser = await door.signed_in()
    stolen = browser.token
    door.clock.ahead += HOUR
    assert await browser.is_in()
    assert await browser.is_in()
    door.clock.ahead += timedelta(minutes=2)
    assert not await door.browser().show(stolen).is_in()
    assert not await browser.is_in()


async def test_signing_out_ends_this_session_and_no_other(door: Door) -> None:
    here, there = await door.signed_in(), await door.signed_in()
    token = here.token
    answer = await here.post("/inn/ut")
    assert answer.json() == {"to": "/inn"}
    assert here.token == ""
    assert not await door.browser().show(token).is_in()
    assert await there.is_in()


async def test_signing_out_everywhere_ends_all_of_a_person_and_nobody_elses(door: Door) -> None:
    mine = [await door.signed_in() for _ in range(3)]
    ola = await door.signed_in("Ola Myhre")
    assert (await mine[0].post("/inn/ut-overalt")).status_code == 200
    assert [await each.is_in() for each in mine] == [False] * 3
    assert await ola.is_in()


async def test_signing_out_twice_is_no_error(door: Door) -> None:
    browser = await door.signed_in()
    assert [(await browser.post("/inn/ut")).status_code for _ in range(2)] == [200, 200]
    assert (await door.browser().post("/inn/ut-overalt")).status_code == 200


async def test_a_session_ends_when_the_account_is_no_longer_linked(door: Door) -> None:
    browser = await door.signed_in()
    async with door.chat.core.database.transaction() as session:
        await session.execute(delete(PlatformAccount).where(PlatformAccount.account == "kari"))
    assert not await browser.is_in()


async def test_signing_in_again_ends_the_session_that_the_browser_had(door: Door) -> None:
    browser = await door.signed_in()
    before = browser.token
    assert (await browser.post("/inn/lenke", token=await door.link("Ola Myhre"))).status_code == 200
    assert (await browser.home()).json()["account"]["id"] == "ola"
    assert not await door.browser().show(before).is_in()


async def test_a_tab_of_whoever_one_was_before_writes_nothing_as_another(door: Door) -> None:
    browser = await door.signed_in("Ola Myhre")
    old_tab = await browser.http.post("/api/home", json={}, headers={"X-Fagtraad-Account": "kari"})
    assert old_tab.status_code == 409
    assert "last siden på nytt" in old_tab.json()["message"]


async def test_the_header_of_the_demo_lets_nobody_in(door: Door) -> None:
    assert not await door.browser(**{"X-Fagtraad-Account": "kari"}).is_in()


async def test_sessions_that_are_over_do_not_heap_up(door: Door) -> None:
    await door.signed_in()
    door.clock.ahead += timedelta(days=8)
    await door.signed_in("Ola Myhre")
    async with door.chat.core.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(WebSession)) == 1


# ---------------------------------------------------------------- the live stream


async def stream(door: Door, browser: Browser, account: str = "kari") -> ClientConnection:
    headers = {"Cookie": f"fagtraad={browser.token}"}
    socket = await connect(door.live, origin=door.address, additional_headers=headers)  # type: ignore[arg-type]
    await socket.send(json.dumps({"account": account, "rooms": {}}))
    return socket


async def code_of(socket: ClientConnection) -> int:
    """With what it is closed; what comes before is not of interest."""
    async with asyncio.timeout(20):
        with suppress(ConnectionClosed):
            while True:
                await socket.recv()
    assert socket.close_code is not None
    return socket.close_code


async def test_the_live_stream_is_whom_the_session_is_of(door: Door) -> None:
    browser = await door.signed_in()
    socket = await stream(door, browser)
    assert json.loads(await asyncio.wait_for(socket.recv(), 20))["type"] == "rooms"
    await socket.close()
    assert await code_of(await stream(door, browser, "ola")) == 4401
    assert await code_of(await stream(door, door.browser())) == 4401


@pytest.mark.parametrize("way", ["/inn/ut", "/inn/ut-overalt"])
async def test_the_live_stream_ends_with_its_session(door: Door, way: str) -> None:
    browser = await door.signed_in()
    socket = await stream(door, browser)
    await asyncio.wait_for(socket.recv(), 20)
    await browser.post(way)
    assert await code_of(socket) == 4401


async def test_the_live_stream_ends_when_sessions_are_ended_from_elsewhere(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From another chat nobody wakes it: it looks by itself."""
    monkeypatch.setattr("adapters.web.live.LOOK_ANYWAY", 0.05)
    browser = await door.signed_in()
    socket = await stream(door, browser)
    await asyncio.wait_for(socket.recv(), 20)
    async with door.chat.core.database.transaction() as session:
        person = await session.scalar(select(WebSession.person_id))
        assert person
        assert await sessions.end_all(session, person, door.clock.now()) == 1
    assert await code_of(socket) == 4401
