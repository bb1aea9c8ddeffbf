"""Signing in and out as people do: by link, by keyboard, on a phone, in the dark. In a real browser."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, Request, expect

from bot.people import Membership, Person
from tests.adapters.web.hall import NOON, create_tables
from tests.adapters.web.sign_in.door import Door, open_door
from tests.databases import Sqlite

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


@pytest.fixture
async def door(sqlite: Sqlite, tmp_path: Path) -> AsyncIterator[Door]:
    async with open_door(sqlite.create(tmp_path, create_tables), tmp_path) as door:
        yield door


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def window(browser: Browser, **settings: Any) -> Page:
    """Somebody's own browser."""
    context = await browser.new_context(locale="nb-NO", **{"viewport": DESK, "reduced_motion": "reduce", **settings})
    context.set_default_timeout(6000)
    return await context.new_page()


async def enter(page: Page, door: Door, name: str = "Kari Fjell", there: str = "") -> None:
    if there:
        await page.goto(f"{door.address}/#{there}")
    await page.goto(f"{door.address}/inn#{await door.link(name)}")
    await page.get_by_role("button", name="Logg inn", exact=True).click()
    await expect(page.get_by_role("button", name=name)).to_be_visible()
    await expect(page.locator("#room-name")).not_to_be_empty()


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Melding", exact=True)


async def sign_out(page: Page, how: str) -> None:
    await page.get_by_role("button", name="Valg for deg").click()
    await page.get_by_role("menuitem", name=how, exact=True).click()


async def test_in_and_out_by_keyboard_alone(browser: Browser, door: Door) -> None:
    page = await window(browser)
    await page.goto(f"{door.address}/inn#{await door.link()}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Logge inn som Kari Fjell?")
    await expect(page.get_by_role("button", name="Logg inn", exact=True)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#room-name")).to_have_text("# generelt")
    await page.keyboard.press("Tab")  # to the writing field, past everything
    await page.keyboard.press("Tab")
    me = page.get_by_role("button", name="Du er Kari Fjell. Valg for deg")
    await expect(me).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Logg ut", exact=True)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(me).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Logg inn på Fagtråd")
    await page.goto(door.address)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Logg inn på Fagtråd")


async def test_a_token_is_gone_from_the_address_and_goes_to_nobody(browser: Browser, door: Door) -> None:
    page, token = await window(browser), await door.link()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    await page.goto(f"{door.address}/inn#{token}")
    await expect(page.get_by_role("button", name="Logg inn", exact=True)).to_be_visible()
    assert page.url == f"{door.address}/inn"
    await page.get_by_role("button", name="Logg inn", exact=True).click()
    await expect(box(page)).to_be_visible()
    for request in asked:
        assert token not in str(await request.all_headers())
        assert "referer" not in await request.all_headers()
        assert token not in request.url or request.url == f"{door.address}/inn#{token}"  # as typed; not as sent
    assert await page.evaluate("document.cookie") == ""
    await page.go_back()
    assert token not in page.url


async def test_a_used_link_says_how_to_get_a_new_one(browser: Browser, door: Door, pictures: Path) -> None:
    token = await door.link()
    await door.browser().post("/inn/lenke", token=token)
    page = await window(browser)
    await page.goto(f"{door.address}/inn#{token}")
    await expect(page.get_by_role("alert")).to_contain_text("Denne lenken virker ikke lenger")
    await expect(page.get_by_role("listitem").first).to_contain_text("/fagtraad logg inn")
    await expect(page.get_by_role("button")).to_have_count(0)
    await page.screenshot(path=pictures / "sign-in-used.png")


async def test_one_comes_where_one_was_going(browser: Browser, door: Door) -> None:
    page = await window(browser)
    await enter(page, door, there="cases")
    await expect(page.locator("#room-name")).to_have_text("# kasus")


async def test_nothing_of_the_demo_is_there(browser: Browser, door: Door) -> None:
    page = await window(browser)
    await enter(page, door)
    await expect(page.get_by_role("combobox", name="Du er")).to_have_count(0)
    await expect(page.get_by_role("group", name="Demoklokka")).to_have_count(0)
    await expect(page.get_by_text("+1 time")).to_have_count(0)


async def test_signing_out_everywhere_empties_the_other_browser(browser: Browser, door: Door) -> None:
    here, there = await window(browser), await window(browser)
    await enter(here, door)
    await enter(there, door)
    await box(here).fill("Hei der")
    await here.keyboard.press("Enter")
    await expect(there.get_by_role("log", name="Meldinger")).to_contain_text("Hei der")
    await sign_out(here, "Logg ut overalt")
    for page in (here, there):
        await expect(page.get_by_role("heading", level=1)).to_have_text("Logg inn på Fagtråd")


async def test_what_one_was_writing_is_not_lost_when_the_session_ends(browser: Browser, door: Door) -> None:
    here, there = await window(browser), await window(browser)
    await enter(here, door)
    await enter(there, door)
    await box(there).fill("Halvferdig")
    await sign_out(here, "Logg ut overalt")
    banner = there.locator("#connection")
    await expect(banner).to_contain_text("Du er logget ut. Ta vare på det du har skrevet")
    await expect(there.get_by_role("article")).to_have_count(0)
    await expect(box(there)).to_have_value("Halvferdig")
    async with there.context.expect_page() as opened:
        await banner.get_by_role("link", name="Logg inn").click()
    other = await opened.value
    await enter(other, door)
    await there.bring_to_front()
    await there.evaluate("dispatchEvent(new Event('focus'))")  # headless windows have it all the time
    await expect(banner).to_be_empty()
    await expect(box(there)).to_have_value("Halvferdig")
    await box(there).press("Enter")
    await expect(there.get_by_role("log", name="Meldinger")).to_contain_text("Halvferdig")


async def test_a_leader_makes_a_room_and_adds_who_has_not_been_here(browser: Browser, door: Door) -> None:
    async with door.chat.core.database.transaction() as session:
        person = Person(name="Ny Lund", profession="LIS")
        session.add(person)
        await session.flush()
        session.add(Membership(network_id=1, person_id=person.id, case_access_at=NOON))
    kari, ny, ola = await window(browser), await window(browser), await window(browser)
    await enter(ola, door, "Ola Myhre")
    await expect(ola.get_by_role("button", name="Nytt rom")).to_have_count(0)
    await enter(kari, door)
    await kari.get_by_role("button", name="Nytt rom").click()
    dialog = kari.get_by_role("dialog", name="Nytt rom")
    await expect(dialog.get_by_role("textbox", name="Navnet på rommet")).to_be_focused()
    await kari.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_have_text("Skriv hva rommet skal hete.")
    await kari.keyboard.type("Hjemmebehandling")
    await kari.keyboard.press("Enter")
    await expect(kari.locator("#room-name")).to_have_text("# Hjemmebehandling")
    await kari.get_by_role("button", name="Medlemmer").click()
    await kari.get_by_role("combobox", name="Legg til noen").select_option(label="Ny Lund – LIS")
    await kari.get_by_role("button", name="Legg til", exact=True).click()
    await expect(kari.get_by_role("listitem").filter(has_text="Ny Lund")).to_be_visible()
    await enter(ny, door, "Ny Lund")
    await expect(ny.get_by_role("link", name=re.compile("Hjemmebehandling"))).to_be_visible()


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
async def test_the_entrance_looks_as_it_should(browser: Browser, door: Door, look: str, pictures: Path) -> None:
    looks: dict[str, dict[str, Any]] = {"light": {}, "dark": {"color_scheme": "dark"}, "phone": {"viewport": PHONE}}
    page = await window(browser, **looks[look])
    await page.goto(f"{door.address}/inn")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Logg inn på Fagtråd")
    await page.screenshot(path=pictures / f"sign-in-{look}.png")
    await page.goto(f"{door.address}/inn#{await door.link()}")
    await page.reload()  # the same page with another fragment is not loaded anew
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await enter(page, door)
    await page.screenshot(path=pictures / f"signed-in-{look}.png")
    await page.get_by_role("button", name="Valg for deg").click()
    await page.screenshot(path=pictures / f"signed-in-menu-{look}.png")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
