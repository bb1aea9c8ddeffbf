"""In by a single-use link, over real HTTP."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from adapters.web import knocks
from adapters.web.rooms import direct_id
from adapters.web.tables import WebAccount, WebRoom
from bot.people import Person, PlatformAccount
from bot.sessions import WebSession
from bot.signin import Purpose, SignInLink, TooManyLinks, hash_of
from storage import Database
from tests.adapters.web.sign_in.door import A_MOMENT, Door, open_door


async def test_a_link_lets_in_whom_it_is_for(door: Door) -> None:
    browser, token = door.browser(), await door.link()
    assert (await browser.post("/inn/se", token=token)).json() == {"name": "Kari Fjell"}
    assert not await browser.is_in()
    entered = await browser.post("/inn/lenke", token=token)
    assert entered.json() == {"to": "/"}
    assert (await browser.home()).json()["account"]["id"] == "kari"
    assert "Kari Fjell" in (await browser.http.get("/")).text


async def test_a_link_lets_in_once(door: Door) -> None:
    token = await door.link()
    assert (await door.browser().post("/inn/lenke", token=token)).status_code == 200
    again = await door.browser().post("/inn/lenke", token=token)
    assert again.status_code == 410
    assert "Skaff deg en ny" in again.json()["message"]
    assert "set-cookie" not in again.headers


async def test_of_many_at_once_one_gets_in(door: Door) -> None:
    token = await door.link()
    answers = await asyncio.gather(*(door.browser().post("/inn/lenke", token=token) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [410] * 5


@pytest.mark.parametrize(("purpose", "life"), [(Purpose.BOT, timedelta(minutes=15)), (Purpose.OPERATOR, timedelta(1))])
async def test_a_link_is_good_for_its_time_and_no_longer(door: Door, purpose: Purpose, life: timedelta) -> None:
    token = await door.link(purpose=purpose)
    door.clock.ahead += life - A_MOMENT
    assert (await door.browser().post("/inn/se", token=token)).status_code == 200
    door.clock.ahead += A_MOMENT
    assert (await door.browser().post("/inn/se", token=token)).status_code == 410
    assert (await door.browser().post("/inn/lenke", token=token)).status_code == 410


async def test_used_old_and_made_up_links_are_told_apart_by_nobody(door: Door) -> None:
    used, old = await door.link(), await door.link(purpose=Purpose.BOT)
    await door.browser().post("/inn/lenke", token=used)
    door.clock.ahead += timedelta(hours=1)
    answers = [await door.browser().post("/inn/lenke", token=token) for token in (used, old, "x" * 43, "", "é" * 60)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(410, answers[0].text)}


async def test_looking_at_the_page_uses_nothing_up(door: Door) -> None:
    """What a preview, a prefetch or a virus scanner does. The token is in the fragment, which none of them sends."""
    token, browser = await door.link(), door.browser()
    page = await browser.http.get("/inn")
    assert page.status_code == 200
    assert token not in page.text
    for path in ("/inn/se", "/inn/lenke", "/inn/ut", "/inn/ut-overalt", "/inn/oidc"):
        assert (await browser.http.get(path, params={"token": token})).status_code == 405
    assert (await browser.post("/inn/lenke", token=token)).status_code == 200


async def test_the_database_knows_a_token_by_its_hash_alone(door: Door) -> None:
    token = await door.link()
    browser = door.browser()
    await browser.post("/inn/lenke", token=token)
    async with door.chat.core.database.reading() as session:
        link, kept = await session.get_one(SignInLink, hash_of(token)), await session.scalar(select(WebSession))
    assert kept
    rows = " ".join(str(value) for row in (link, kept) for value in vars(row).values())
    assert token not in rows
    assert browser.token not in rows


async def test_who_comes_the_first_time_gets_an_account_and_a_chat_with_the_bot(door: Door) -> None:
    async with door.chat.core.database.transaction() as session:
        session.add(Person(name="Ny Lund", profession="LIS"))
    first, second = await door.signed_in("Ny Lund"), await door.signed_in("Ny Lund")
    account = (await first.home()).json()["account"]
    assert account["name"] == "Ny Lund"
    assert account["subtitle"] == "LIS"
    assert (await second.home()).json()["account"] == account
    async with door.chat.core.database.reading() as session:
        linked = select(func.count()).where(PlatformAccount.chat == "web", PlatformAccount.account == account["id"])
        assert await session.scalar(linked) == 1
        assert await session.get(WebRoom, direct_id(account["id"]))
        assert await session.scalar(select(func.count()).select_from(WebAccount)) == 5


async def test_a_person_gets_so_many_links_from_the_bot(door: Door) -> None:
    for _ in range(5):
        await door.link(purpose=Purpose.BOT)
    with pytest.raises(TooManyLinks):
        await door.link(purpose=Purpose.BOT)
    await door.link("Ola Myhre", Purpose.BOT)  # and others theirs
    await door.link(purpose=Purpose.OPERATOR)
    door.clock.ahead += timedelta(minutes=10)
    await door.link(purpose=Purpose.BOT)


async def test_trying_tokens_is_stopped_for_whoever_tries(door: Door) -> None:
    browser = door.browser()
    tries = [await browser.post("/inn/lenke", token=f"{number:043}") for number in range(knocks.FAILURES.amount + 1)]
    assert [answer.status_code for answer in tries] == [410] * knocks.FAILURES.amount + [429]
    assert 0 < int(tries[-1].headers["retry-after"]) <= 300
    assert "Vent 5 minutter" in tries[-1].json()["message"]
    assert (await browser.post("/inn/lenke", token=await door.link())).status_code == 429


async def test_a_person_signs_in_so_often_and_others_still_can(door: Door) -> None:
    for _ in range(knocks.BY_PERSON.amount):
        assert (await door.browser().post("/inn/lenke", token=await door.link())).status_code == 200
    refused = await door.browser().post("/inn/lenke", token=await door.link())
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert await (await door.signed_in("Ola Myhre")).is_in()


async def test_what_a_stranger_writes_in_forwarded_for_is_not_believed(door: Door) -> None:
    for number in range(knocks.FAILURES.amount):
        await door.browser(**{"X-Forwarded-For": f"192.0.2.{number}"}).post("/inn/lenke", token="x" * 43)
    refused = await door.browser(**{"X-Forwarded-For": "192.0.2.99"}).post("/inn/lenke", token="x" * 43)
    assert refused.status_code == 429


async def test_behind_a_trusted_proxy_each_address_is_counted_for_itself(database_url: str, tmp_path: Path) -> None:
    async with open_door(database_url, tmp_path, trusted_proxies="127.0.0.1, 10.0.0.0/8") as door:
        for _ in range(knocks.FAILURES.amount):
            hops = {"X-Forwarded-For": "198.51.100.7, 192.0.2.1, 10.1.1.1"}  # the first is made up by 192.0.2.1
            await door.browser(**hops).post("/inn/lenke", token="x" * 43)
        statuses = [
            (await door.browser(**{"X-Forwarded-For": hops}).post("/inn/lenke", token="x" * 43)).status_code
            for hops in ("192.0.2.1", "10.2.2.2, 192.0.2.1", "192.0.2.2", "198.51.100.7")
        ]
    assert statuses == [429, 429, 410, 410]


async def test_the_entrance_is_said_in_the_browsers_language(door: Door) -> None:
    for accepted, language in (("nn-NO,nb;q=0.8", "nn"), ("de,en-US;q=0.7,no;q=0.3", "en"), ("fr", "nb")):
        page = await door.browser(**{"Accept-Language": accepted}).http.get("/inn")
        assert f'<html lang="{language}">' in page.text


async def test_whoever_is_not_signed_in_is_shown_the_entrance(door: Door) -> None:
    answer = await door.browser().http.get("/")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/inn"


async def test_old_links_do_not_heap_up(door: Door) -> None:
    await door.link()
    door.clock.ahead += timedelta(days=32)
    await door.link()
    database: Database = door.chat.core.database
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(SignInLink)) == 1
