"""The chat as people use it: by keyboard, two at once, in the dark, on a phone. The core behind it is a fake."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from playwright.async_api import Browser, Dialog, Locator, Page, Route, expect

from bot.chat.message import message
from bot.chat.port import Posted
from tests.adapters.web.hall import (
    CASES,
    GENERAL,
    Hall,
    account,
    case_card,
    create_core,
    create_tables,
    key,
    opened,
    served,
    withdraw,
)
from tests.databases import Sqlite

FAULTS: WeakKeyDictionary[Page, list[str]] = WeakKeyDictionary()  # what a page complained of
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1360, "height": 850}


@pytest.fixture
async def hall(sqlite: Sqlite, tmp_path: Path) -> AsyncIterator[Hall]:
    async with opened(create_core(sqlite.create(tmp_path, create_tables), tmp_path)) as hall:
        yield hall


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go: FAGTRAAD_PICTURES is cleared by the tests' own settings, PICTURES is not."""
    folder = Path(os.environ.get("PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def tab(browser: Browser, hall: Hall, who: str, room: str = "general", **settings: Any) -> Page:
    settings = {"viewport": DESK, "reduced_motion": "reduce", **settings}
    context = await browser.new_context(locale="nb-NO", **settings)
    context.set_default_timeout(6000)
    page = await context.new_page()
    faults = FAULTS.setdefault(page, [])
    page.on("pageerror", lambda error: faults.append(error.message))
    page.on("console", lambda said: faults.append(said.text) if "Security Policy" in said.text else None)
    await page.add_init_script(
        f"sessionStorage.getItem('fagtraad.account') ?? sessionStorage.setItem('fagtraad.account', '{who}')"
    )
    await page.goto(f"{hall.address}/#{room}")
    await expect(page.locator("#room-name")).not_to_be_empty()
    await expect(log(page)).not_to_have_attribute("aria-busy", "true")
    return page


def log(page: Page) -> Locator:
    return page.get_by_role("log", name="Meldinger")


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Melding", exact=True)


async def say(page: Page, text: str) -> None:
    await box(page).fill(text)
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(box(page)).to_have_value("")


async def open_form(page: Page) -> Locator:
    await page.get_by_role("button", name="Spør nettverket").click()
    dialog = page.get_by_role("dialog", name="Spør nettverket")
    await expect(dialog).to_be_visible()
    return dialog


async def test_two_people_write_to_each_other_live(browser: Browser, hall: Hall) -> None:
    kari, ola = await tab(browser, hall, "kari"), await tab(browser, hall, "ola")
    await say(kari, "Hei fra Kari")
    await expect(log(ola).get_by_role("article", name="Kari Fjell")).to_contain_text("Hei fra Kari")
    await say(ola, "Hei fra Ola")
    await expect(log(kari).get_by_role("article", name="Ola Myhre")).to_contain_text("Hei fra Ola")
    await expect(log(kari).get_by_role("article")).to_have_count(2)
    assert not FAULTS[kari] + FAULTS[ola]


async def test_writing_by_keyboard_alone(browser: Browser, hall: Hall) -> None:
    page = await tab(browser, hall, "kari")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Til skrivefeltet")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.type("Første linje")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("andre linje")
    await page.keyboard.press("Enter")
    await expect(log(page).get_by_role("article")).to_contain_text("Første linje\nandre linje", use_inner_text=True)
    await expect(box(page)).to_be_focused()
    await expect(box(page)).to_have_value("")


async def test_a_command_is_completed_by_keyboard(browser: Browser, hall: Hall) -> None:
    page = await tab(browser, hall, "kari")
    await box(page).focus()
    await page.keyboard.type("/")
    options = page.get_by_role("listbox", name="Kommandoer", exact=True).get_by_role("option")
    await expect(options).to_have_count(3)
    await expect(options.first).to_contain_text("Spør nettverket om et kasus")
    await page.keyboard.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert await box(page).get_attribute("aria-activedescendant") == await options.nth(1).get_attribute("id")
    await page.keyboard.press("Escape")
    await expect(options).to_have_count(0)
    await page.keyboard.press("Control+A")
    await page.keyboard.type("/hj")
    await page.keyboard.press("Tab")
    await expect(box(page)).to_have_value("/hjelp ")
    await page.keyboard.press("Enter")
    answer = log(page).get_by_role("article", name="Fagtråd")
    await expect(answer).to_contain_text("Bare du ser dette")
    await expect(answer).to_contain_text("/oppgave <tekst> @navn")


async def test_a_form_keeps_all_that_was_typed(browser: Browser, hall: Hall) -> None:
    page = await tab(browser, hall, "kari")
    dialog = await open_form(page)
    await expect(dialog.get_by_label("Tittel")).to_be_focused()
    await dialog.get_by_role("button", name="Send inn").click()
    await expect(dialog.locator(".problems")).to_be_focused()
    await expect(dialog.locator(".problems")).to_contain_text("Kryss av for at du har sett.")
    await expect(dialog.get_by_label("Tittel")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label("Tittel").fill("Uklar anemi")
    await dialog.get_by_label("Bakgrunn").fill("Per Hansen har vært trøtt")
    await dialog.get_by_role("textbox", name="Spørsmål").fill("Hva nå?")
    await dialog.get_by_label("Svar ønskes innen").fill("2026-12-04")
    await dialog.get_by_role("checkbox", name="Ola Myhre").check()
    await dialog.get_by_label("Jeg bekrefter").check()
    await dialog.get_by_role("button", name="Send inn").click()
    await expect(dialog.locator(".problems")).to_contain_text("«Hansen» ser ut som et navn")
    await expect(dialog.get_by_label("Bakgrunn")).to_have_accessible_description(
        "«Hansen» ser ut som et navn. Ta det bort."
    )
    await expect(dialog.get_by_label("Bakgrunn")).to_have_value("Per Hansen har vært trøtt")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    ask = page.get_by_role("alertdialog")
    if await ask.count():
        await ask.get_by_role("button", name="Fortsett å skrive").click()
    await expect(dialog.get_by_label("Tittel")).to_have_value("Uklar anemi")
    await page.context.set_offline(True)
    await dialog.get_by_role("button", name="Send inn").click()
    await expect(dialog.locator(".problems")).to_have_text("Ingen kontakt med tjeneren. Teksten din står her ennå.")
    await page.context.set_offline(False)
    await dialog.get_by_label("Bakgrunn").fill("Trøtt")
    await dialog.get_by_role("button", name="Send inn").click()
    await expect(dialog).to_have_count(0)
    (sent,) = hall.inbox.asked
    assert sent.values["asked"] == ("ola",)
    assert sent.values["wanted_by"] == "2026-12-04"
    assert not FAULTS[page]


async def test_a_changed_form_asks_before_it_is_put_away(browser: Browser, hall: Hall) -> None:
    page = await tab(browser, hall, "kari")
    dialog = await open_form(page)
    await dialog.get_by_role("button", name="Avbryt").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("button", name="Spør nettverket")).to_be_focused()
    dialog = await open_form(page)
    await dialog.get_by_label("Tittel").fill("Uklar anemi")
    await dialog.get_by_role("button", name="Avbryt").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Forkast").click()
    await expect(dialog).to_have_count(0)


async def test_the_next_page_of_a_form_comes_in_the_same_dialog(browser: Browser, hall: Hall) -> None:
    page = await tab(browser, hall, "kari")
    dialog = await open_form(page)
    await dialog.get_by_label("Bakgrunn").fill("Trøtt")
    await dialog.get_by_role("button", name="Sett inn omskrivingen").click()
    await expect(dialog.get_by_label("Tittel")).to_have_value("Omskrevet tittel")
    await expect(dialog.get_by_label("Tittel")).to_have_accessible_description(
        "Kort, uten alder og sted Alderen er gjort om til en gruppe."
    )


async def test_only_the_server_judges_a_form(browser: Browser, hall: Hall) -> None:
    """No empty field stands in the way of a button, and Enter in a field means the ordinary one."""
    page = await tab(browser, hall, "kari")
    dialog = await open_form(page)
    await dialog.get_by_label("Tittel").press("Enter")
    summary = dialog.locator(".problems")
    await expect(summary.get_by_role("button")).to_have_text(
        [
            "Tittel: Skriv en tittel.",
            "Spørsmål: Skriv hva du lurer på.",
            "Jeg bekrefter at opplysningene er anonyme (he …: Kryss av for at du har sett.",
        ]
    )
    await dialog.get_by_label("Bakgrunn").fill("Hansen fra Storvik")
    await dialog.get_by_role("button", name="Send inn").click()
    await summary.get_by_role("button", name="Bakgrunn: se merknadene ved feltet").click()
    await expect(dialog.get_by_label("Bakgrunn")).to_be_focused()
    await expect(dialog.get_by_label("Bakgrunn")).to_have_accessible_description(
        "«Hansen» ser ut som et navn. Ta det bort. «Storvik» ser ut som et sted. Skriv heller hva slags sted det er."
        " «Hansen» kan være flere."
    )
    await dialog.get_by_role("button", name="Be personvernkontakten vurdere").click()
    await expect(summary.get_by_role("heading")).to_have_text("Ikke sendt")
    await expect(summary.get_by_role("listitem")).to_have_text("Ingen kan vurdere den nå.")


async def test_closing_the_page_asks_first_while_something_is_unsent(browser: Browser, hall: Hall) -> None:
    page = await tab(browser, hall, "kari")
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)

    async def leaving_is_asked() -> bool:
        asked.clear()
        return bool(await page.evaluate("!dispatchEvent(new Event('beforeunload', {cancelable: true}))"))

    assert not await leaving_is_asked()
    await box(page).fill("Halvferdig tanke")
    await page.evaluate("setTimeout(() => location.reload(), 0)")
    await page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    await expect(box(page)).to_have_value("Halvferdig tanke")
    await page.get_by_role("navigation", name="Kanaler").get_by_role("link", name="kasus").click()
    await expect(box(page)).to_have_value("")
    assert await leaving_is_asked()  # it stands in the other room
    await page.get_by_role("navigation", name="Kanaler").get_by_role("link", name="generelt").click()
    await box(page).press("Enter")
    await expect(log(page).get_by_role("article")).to_have_count(1)
    await expect(box(page)).to_have_value("")
    assert not await leaving_is_asked()
    await log(page).get_by_role("button", name="Valg for meldingen").click()
    await page.get_by_role("menuitem", name="Svar i tråd").click()
    await page.get_by_role("textbox", name="Svar", exact=True).fill("Et svar")
    assert await leaving_is_asked()
    await page.get_by_role("textbox", name="Svar", exact=True).fill("")
    dialog = await open_form(page)
    assert not await leaving_is_asked()
    await dialog.get_by_label("Tittel").fill("Uklar anemi")
    assert await leaving_is_asked()
    await dialog.get_by_role("button", name="Avbryt").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Forkast").click()
    assert not await leaving_is_asked()


async def test_the_chat_with_the_bot_has_no_threads(browser: Browser, hall: Hall) -> None:
    page = await tab(browser, hall, "kari", "direct:kari")
    await say(page, "@Fagtråd hjelp")
    answer = log(page).get_by_role("article", name="Fagtråd")
    await expect(answer).to_contain_text("Dette kan du skrive:")
    await expect(page.get_by_role("button", name="Svar i tråd")).to_have_count(0)
    await answer.get_by_role("button", name="Valg for meldingen").click()
    await expect(page.get_by_role("menuitem")).to_have_text(["Lag oppgave"])


async def test_a_case_typed_as_a_message_opens_the_form(browser: Browser, hall: Hall) -> None:
    page = await tab(browser, hall, "kari")
    await box(page).fill("kasus 42 år gammel kvinne")
    await box(page).press("Enter")
    await expect(page.get_by_role("dialog", name="Spør nettverket")).to_be_visible()


async def test_buttons_and_names_can_be_told_apart_by_ear(browser: Browser, hall: Hall) -> None:
    await hall.chat.post(CASES, case_card("1"), "c")
    page = await tab(browser, hall, "kari", "cases")
    for name in (
        "Jeg svarer – BLOD-26-014",
        "Slett – BLOD-26-014",
        "Svar i tråd – BLOD-26-014",
        "Kopier – Til journal",
    ):
        await expect(log(page).get_by_role("button", name=name, exact=True)).to_be_visible()
    await expect(log(page)).to_contain_text("Spør særlig: Ola Myhre, Siri Anne Vik")


async def test_a_thread_on_a_phone_shows_the_answers_first(browser: Browser, hall: Hall) -> None:
    case = await _lively(hall)
    page = await tab(browser, hall, "kari", f"cases/{case.ref}", viewport=PHONE)
    await log(page).get_by_role("button", name="2 svar").click()
    thread = page.get_by_role("complementary", name="Tråd")
    await expect(thread).to_contain_text("BLOD-26-014")
    await expect(thread.get_by_role("button", name="Jeg svarer")).to_have_count(0)
    await thread.get_by_role("button", name="Vis hele").click()
    await expect(thread.get_by_role("button", name="Jeg svarer")).to_be_visible()
    await expect(thread.get_by_role("button", name="Vis mindre")).to_be_focused()


async def test_a_card_changes_for_everybody_and_focus_stays(browser: Browser, hall: Hall) -> None:
    posted = await hall.chat.post(CASES, message("…"), "c")
    await hall.chat.edit(posted, case_card(posted.store()))
    kari, ola = await tab(browser, hall, "kari", "cases"), await tab(browser, hall, "ola", "cases")
    button = log(ola).get_by_role("button", name="Jeg svarer")
    await button.focus()
    await log(kari).get_by_role("button", name="Jeg svarer").click()
    await expect(log(ola).get_by_role("article", name="Fagtråd")).to_contain_text("Kari Fjell svarer.")
    await expect(button).to_be_focused()
    await expect(log(kari).get_by_role("button", name="Jeg svarer")).to_be_focused()


async def test_a_dangerous_button_asks_first(browser: Browser, hall: Hall) -> None:
    await hall.chat.post(CASES, case_card("1"), "c")
    page = await tab(browser, hall, "kari", "cases")
    await log(page).get_by_role("button", name="Slett").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Avbryt").click()
    assert not hall.inbox.events
    await log(page).get_by_role("button", name="Slett").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Slett").click()
    await expect(page.get_by_role("alertdialog")).to_have_count(0)
    await asyncio.sleep(0.2)
    assert len(hall.inbox.events) == 1


async def test_a_thread_beside_the_room(browser: Browser, hall: Hall) -> None:
    await hall.chat.post(CASES, case_card("1"), "c")
    kari, ola = await tab(browser, hall, "kari", "cases"), await tab(browser, hall, "ola", "cases")
    await log(kari).get_by_role("button", name="Valg for meldingen").click()
    await kari.get_by_role("menuitem", name="Svar i tråd").click()
    thread = kari.get_by_role("complementary", name="Tråd")
    reply = thread.get_by_role("textbox", name="Svar", exact=True)
    await expect(reply).to_be_focused()
    await expect(thread).to_contain_text("BLOD-26-014")
    await reply.fill("Jeg ville sett på jernet")
    await kari.keyboard.press("Enter")
    await expect(thread.get_by_role("article", name="Kari Fjell")).to_contain_text("jernet")
    await log(ola).get_by_role("button", name="1 svar").click()
    await expect(ola.get_by_role("complementary", name="Tråd")).to_contain_text("Jeg ville sett på jernet")
    await expect(log(ola).get_by_role("article")).to_have_count(1)
    await ola.keyboard.press("Escape")
    await expect(ola.get_by_role("complementary", name="Tråd")).to_have_count(0)
    await expect(log(ola).get_by_role("button", name="1 svar")).to_be_focused()


async def test_ones_own_message_is_edited_and_removed(browser: Browser, hall: Hall) -> None:
    kari, ola = await tab(browser, hall, "kari"), await tab(browser, hall, "ola")
    await say(kari, "Møte på fredag")
    await log(kari).get_by_role("button", name="Valg for meldingen").click()
    await expect(kari.get_by_role("menuitem")).to_have_text(["Svar i tråd", "Lag oppgave", "Rediger", "Slett"])
    await kari.get_by_role("menuitem", name="Rediger").click()
    await kari.keyboard.press("Control+A")
    await kari.keyboard.type("Møte på torsdag")
    await kari.keyboard.press("Enter")
    await expect(log(ola).get_by_role("article")).to_contain_text("Møte på torsdag")
    await expect(log(ola).get_by_role("article")).to_contain_text("redigert")
    await log(kari).get_by_role("button", name="Valg for meldingen").click()
    await kari.get_by_role("menuitem", name="Slett").click()
    await kari.get_by_role("alertdialog").get_by_role("button", name="Slett").click()
    await expect(log(ola).get_by_role("article")).to_contain_text("Slettet")


async def test_unread_marks_and_drafts_by_room(browser: Browser, hall: Hall) -> None:
    page = await tab(browser, hall, "kari")
    await box(page).fill("Halvferdig tanke")
    await hall.client("ola").say("Ny her", room="cases")
    rooms = page.get_by_role("navigation", name="Kanaler")
    await expect(rooms.get_by_role("link", name="kasus")).to_have_accessible_name("kasus 1 ulest")
    await rooms.get_by_role("link", name="kasus").click()
    await expect(log(page)).to_contain_text("Ny her")
    await expect(rooms.get_by_role("link", name="kasus")).to_have_attribute("aria-current", "page")
    await expect(box(page)).to_have_value("")
    await rooms.get_by_role("link", name="generelt").click()
    await expect(box(page)).to_have_value("Halvferdig tanke")
    await expect(rooms.get_by_role("link", name="kasus")).to_have_accessible_name("kasus")


async def test_two_tabs_are_two_people(browser: Browser, hall: Hall) -> None:
    page = await tab(browser, hall, "kari")
    await page.get_by_role("combobox", name="Du er").select_option("per")
    await expect(page.get_by_role("navigation", name="Kanaler").get_by_role("link", name="kasus")).to_have_count(0)
    await say(page, "Hei fra Per")
    await expect(log(page).get_by_role("article", name="Per Dal")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("combobox", name="Du er")).to_have_value("per")


async def test_the_clock_moves_in_every_tab(browser: Browser, hall: Hall) -> None:
    kari, ola = await tab(browser, hall, "kari"), await tab(browser, hall, "ola")
    await kari.get_by_role("button", name="+1 døgn").click()
    for page in (kari, ola):
        await expect(page.locator("#clock")).to_contain_text("Klokka i demoen: onsdag 25. november 2026")


async def test_who_stops_cases_is_named_before_being_added_and_only_some_remove_others(
    browser: Browser, hall: Hall
) -> None:
    await withdraw(hall, "per")
    page = await tab(browser, hall, "ola", "cases")
    await page.get_by_role("button", name="Medlemmer").click()
    dialog = page.get_by_role("dialog", name="Medlemmer i kasus")
    await expect(dialog.get_by_role("status")).to_be_hidden()
    await dialog.get_by_role("combobox").select_option("per")
    await expect(dialog.get_by_role("status")).to_contain_text("Per Dal har ikke kasustilgang")
    await dialog.get_by_role("button", name="Legg til").click()
    await expect(dialog.get_by_role("listitem").filter(has_text="Per Dal")).to_be_visible()
    await expect(dialog.get_by_role("status")).to_be_hidden()
    await expect(dialog.get_by_role("button", name="Fjern Siri Anne Vik")).to_have_count(0)
    await expect(dialog.get_by_role("button", name="Fjern Per Dal")).to_be_visible()


async def test_members_come_and_go(browser: Browser, hall: Hall) -> None:
    page = await tab(browser, hall, "kari", "cases")
    await page.get_by_role("button", name="Medlemmer").click()
    dialog = page.get_by_role("dialog", name="Medlemmer i kasus")
    await dialog.get_by_role("combobox").select_option("per")
    await dialog.get_by_role("button", name="Legg til").click()
    await expect(dialog.get_by_role("listitem").filter(has_text="Per Dal")).to_be_visible()
    await dialog.get_by_role("button", name="Fjern Per Dal").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Fjern").click()
    await expect(dialog.get_by_role("listitem").filter(has_text="Per Dal")).to_have_count(0)
    await dialog.get_by_role("button", name="Forlat kanalen").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Forlat kanalen").click()
    await expect(page.get_by_role("navigation", name="Kanaler").get_by_role("link", name="kasus")).to_have_count(0)
    await expect(page.locator("#room-name")).to_have_text("# generelt")


async def test_coming_back_after_a_cut_leaves_no_gap(browser: Browser, hall: Hall) -> None:
    """The server goes away and comes back: what was said meanwhile is there once, and what was typed is kept."""
    async with served(hall.chat) as address:
        away = Hall(hall.chat, hall.inbox, address)
        page = await tab(browser, away, "ola")
        await say(page, "Før bruddet")
    await hall.client("kari").say("Mens Ola var borte")
    await expect(page.get_by_text("Ikke tilkoblet")).to_be_visible()
    await box(page).fill("Skrevet uten nett")
    await box(page).press("Enter")
    await expect(page.get_by_role("alert").first).to_contain_text("Ikke sendt")
    await expect(box(page)).to_have_value("Skrevet uten nett")
    async with served(hall.chat, int(address.rpartition(":")[2])):
        await expect(log(page).get_by_role("article")).to_have_count(2, timeout=15_000)
        await box(page).press("Enter")
        await expect(log(page).get_by_role("article")).to_have_count(3)
        await expect(page.get_by_text("Ikke tilkoblet")).to_have_count(0)
        texts = await log(page).locator("article .said").all_text_contents()
        await page.context.close()
    assert texts == ["Før bruddet", "Mens Ola var borte", "Skrevet uten nett"]


async def test_a_form_by_command_comes_even_when_the_first_answer_was_lost(browser: Browser, hall: Hall) -> None:
    page = await tab(browser, hall, "kari")
    lost: list[str] = []

    async def lose_one(route: Route) -> None:
        if lost:
            return await route.continue_()
        lost.append((await route.fetch()).status_text)
        await route.abort()

    await page.route("**/api/say", lose_one)
    await box(page).fill("/kasus")
    await box(page).press("Enter")
    await expect(page.get_by_role("alert").first).to_contain_text("Ikke sendt")
    await box(page).press("Enter")
    await expect(page.get_by_role("dialog", name="Spør nettverket")).to_be_visible()


async def test_text_is_never_markup(browser: Browser, hall: Hall) -> None:
    page = await tab(browser, hall, "kari")
    await say(page, "<img src=x onerror=document.title='tatt'><b>fet</b> <!channel> *fet*")
    await expect(log(page).get_by_role("article")).to_contain_text("<b>fet</b> <!channel> *fet*")
    assert await log(page).locator("b, img[src='x']").count() == 0


async def test_a_link_leads_to_its_message(browser: Browser, hall: Hall) -> None:
    first = await hall.chat.post(GENERAL, message("Den første"), "first")
    for n in range(70):
        await hall.chat.post(GENERAL, message(f"Nr. {n}"), f"k{n}")
    link = hall.chat.link(first) or ""
    page = await tab(browser, hall, "kari", link.removeprefix("/#"))
    await expect(log(page).get_by_text("Den første")).to_be_in_viewport()


async def test_who_reads_old_messages_is_not_torn_away_but_told_of_new_ones(browser: Browser, hall: Hall) -> None:
    for n in range(40):
        await hall.chat.post(GENERAL, message(f"Nr. {n}."), f"k{n}")
    page = await tab(browser, hall, "kari")
    await log(page).evaluate("log => { log.scrollTop = 0; }")
    await hall.client("ola").say("Helt ny")
    button = page.get_by_role("button", name="Gå til det nyeste")
    await expect(button).to_be_visible()
    await expect(log(page).get_by_text("Nr. 0.")).to_be_in_viewport()
    await button.click()
    await expect(log(page).get_by_text("Helt ny")).to_be_in_viewport()
    await expect(button).to_be_hidden()


async def test_old_messages_come_when_asked_for(browser: Browser, hall: Hall) -> None:
    for n in range(60):
        await hall.chat.post(GENERAL, message(f"Nr. {n}."), f"k{n}")
    page = await tab(browser, hall, "kari")
    await expect(log(page).get_by_text("Nr. 59.")).to_be_in_viewport()
    await page.get_by_role("button", name="Vis eldre").click()
    await expect(log(page).get_by_role("article")).to_have_count(60)
    await expect(page.get_by_role("button", name="Vis eldre")).to_have_count(0)


# ---------------------------------------------------------------- how it looks

LOOKS: dict[str, dict[str, Any]] = {
    "desk": {"viewport": DESK},
    "dark": {"viewport": DESK, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
    "narrow": {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
}


@pytest.mark.parametrize("look", LOOKS)
async def test_every_state_fits_its_window(browser: Browser, hall: Hall, pictures: Path, look: str) -> None:
    """Nothing is wider than the window in any state. The pictures are for people to look at."""
    page = await tab(browser, hall, "kari", **LOOKS[look])
    await _fits(page, pictures / f"{look}-1-empty.png")
    case = await _lively(hall)
    await page.goto(f"{hall.address}/#cases")
    await expect(log(page).get_by_text("BLOD-26-014")).to_be_attached()
    await _fits(page, pictures / f"{look}-2-cases.png")
    await page.goto(f"{hall.address}/#cases/{case.ref}")
    await expect(page.locator("article.found")).to_be_attached()
    await log(page).get_by_role("button", name="2 svar").click()
    await expect(page.get_by_role("complementary", name="Tråd").get_by_role("article")).to_have_count(3)
    await _fits(page, pictures / f"{look}-3-thread.png")
    await page.get_by_role("button", name="Lukk tråden").click()
    await page.goto(f"{hall.address}/#general")
    await expect(log(page).get_by_text("Bare du ser dette").first).to_be_attached()
    await _fits(page, pictures / f"{look}-4-long.png")
    await log(page).get_by_role("button", name="Valg for meldingen").last.click()
    await _fits(page, pictures / f"{look}-5-menu.png")
    await page.keyboard.press("Escape")
    await box(page).press_sequentially("/")
    await _fits(page, pictures / f"{look}-6-commands.png")
    await box(page).fill("")
    dialog = await open_form(page)
    await _fits(page, pictures / f"{look}-7-form.png")
    await dialog.get_by_role("button", name="Sett inn omskrivingen").click()
    await dialog.get_by_label("Bakgrunn").fill("Hansen fra Storvik " + "har vært trøtt " * 30)
    await dialog.get_by_role("button", name="Send inn").click()
    await expect(dialog.locator(".problems")).to_be_focused()
    await _fits(page, pictures / f"{look}-8-errors.png")
    await dialog.get_by_role("button", name="Avbryt").click()
    await _fits(page, pictures / f"{look}-9-discard.png")
    await page.get_by_role("alertdialog").get_by_role("button", name="Forkast").click()
    await page.get_by_role("button", name="Medlemmer").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await _fits(page, pictures / f"{look}-10-members.png")
    await page.get_by_role("dialog").get_by_role("button", name="Lukk").click()
    if "phone" in look or "narrow" in look:
        await page.get_by_role("button", name="Kanaler").click()
        await _fits(page, pictures / f"{look}-11-drawer.png")
        await page.get_by_role("button", name="Kanaler").click()
        await page.get_by_role("button", name="Flytt klokka").click()
        await _fits(page, pictures / f"{look}-12-clock.png")
        await page.get_by_role("button", name="+1 time").click()
        await expect(page.get_by_role("button", name="Flytt klokka")).to_contain_text("13:00")
    assert not FAULTS[page]


async def _fits(page: Page, picture: Path) -> None:
    await page.wait_for_timeout(150)
    await page.screenshot(path=picture)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), picture.name


async def _lively(hall: Hall) -> Posted:
    kari, ola, siri = hall.client("kari"), hall.client("ola"), hall.client("siri")
    await ola.say("Hei! Husk at møteinnkallingen går ut på torsdag.")
    await kari.say("Takk. Jeg melder en sak om transfusjonsgrenser.")
    await siri.say("En lang melding. " + "Dette er en setning som fortsetter en stund, slik folk skriver. " * 30)
    await siri.say("Et_langt_ord_uten_mellomrom_" * 12)
    await hall.chat.whisper(
        GENERAL,
        account("kari"),
        message(
            "Jeg fant et fødselsnummer i meldingen din. Rediger den, eller slett den.",
            title="Personvernsjekken",
        ),
    )
    await siri.say("Ring meg gjerne på tlf. til avdelingen.")
    removed = (await ola.say("Feil kanal"))["message"]["id"]
    await ola.do("delete", message=removed)
    await kari.say("/hjelp", room="general", key=key())
    posted = await hall.chat.post(CASES, case_card("1"), "case")
    await ola.say("Jeg ville sett på jernstatus og retikulocytter før neste steg.", room="cases", thread=posted.ref)
    await siri.say("Enig med Ola. Hos oss gjør vi det samme.", room="cases", thread=posted.ref)
    await siri.say("Ny i nettverket, hyggelig å være her.", room="cases")
    return posted
