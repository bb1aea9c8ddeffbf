"""An afternoon in the network, as people live it in the browser: the real core, the real demo, two at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from adapters.web import WebChat
from bot.app import running, set_stage
from bot.clock import is_working_day
from bot.settings import Settings
from tests.adapters.web.hall import served
from tests.world import TEST_KEY


@dataclass(slots=True)
class Network:
    """The demo, served, and the tabs that are open on it."""

    browser: Browser
    address: str

    async def tab(self, who: str, room: str = "Kasus") -> "Tab":
        """A tab in which one is somebody: one picks oneself from the list, and goes to a room."""
        context = await self.browser.new_context(
            locale="nb-NO", viewport={"width": 1280, "height": 850}, reduced_motion="reduce"
        )
        context.set_default_timeout(8000)  # ms
        page = await context.new_page()
        await page.goto(self.address)
        chooser = page.get_by_role("combobox", name="Du er")
        name = next(option for option in await chooser.locator("option").all_inner_texts() if option.startswith(who))
        await chooser.select_option(label=name)
        rooms = page.get_by_role("navigation", name="Kanaler")
        await rooms.get_by_text(room, exact=True).click()
        await expect(page.locator("#room-name")).to_contain_text(room)
        return Tab(page)


@dataclass(slots=True)
class Tab:
    page: Page

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="Meldinger")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("complementary", name="Tråd")

    def case(self, title: str) -> Locator:
        """The case's card; private answers that name the case are not it."""
        return self.log.get_by_role("article").filter(has_text=title).filter(has_not_text="Bare du ser dette")

    async def say(self, text: str) -> None:
        await self.page.get_by_role("textbox", name="Melding", exact=True).fill(text)
        await self.page.get_by_role("button", name="Send", exact=True).click()

    async def ask(self, title: str, question: str) -> None:
        """Fill in the form and send it."""
        await self.page.get_by_role("button", name="Spør nettverket").first.click()
        await self.dialog.get_by_role("textbox", name="Tittel").fill(title)
        await self.dialog.get_by_role("textbox", name="Spørsmål").fill(question)
        await self.dialog.get_by_role("checkbox", name="Jeg bekrefter").check()
        await self.dialog.get_by_role("button", name="Send inn").click()

    async def open_thread(self, title: str) -> None:
        await self.case(title).get_by_role("button", name="Svar i tråd").first.click()

    async def reply(self, text: str) -> None:
        await self.thread.get_by_role("textbox", name="Svar").fill(text)
        await self.thread.get_by_role("button", name="Send svar").click()

    async def advance(self, label: str) -> None:
        """Move the clock on, and wait until it has moved."""
        clock = self.page.get_by_text("Klokka i demoen:")
        before = await clock.inner_text()
        await self.page.get_by_role("button", name=label, exact=True).click()
        await expect(clock).not_to_have_text(before)

    async def go_to(self, room: str) -> None:
        await self.page.get_by_role("navigation", name="Kanaler").get_by_text(room, exact=True).click()


@pytest.fixture
async def network(browser: Browser, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Network]:
    async with network_on(browser, sqlite_url, tmp_path) as network:
        yield network


@asynccontextmanager
async def network_on(browser: Browser, database_url: str, folder: Path) -> AsyncIterator[Network]:
    settings = Settings(
        _env_file=None,
        database_url=database_url,
        chats=["web"],
        keys=TEST_KEY,
        ledger_path=folder / "erasures.jsonl",
        demo=True,
    )
    async with running(settings) as app:
        await set_stage(app)
        chat = app.chats["web"]
        assert isinstance(chat, WebChat)
        async with served(chat) as address:
            yield Network(browser, address)


async def test_a_case_from_form_to_conclusion_by_two_at_once(network: Network) -> None:
    hedda, mari = await network.tab("Hedda Myhre"), await network.tab("Mari Solbakk")

    await hedda.ask("Blødning etter uttrekk", "Pasienten Kari Hansen blør fortsatt. Gir dere tranexamsyre?")
    await expect(hedda.dialog).to_contain_text("Kari Hansen")
    await hedda.dialog.get_by_role("button", name="Sett inn forslaget").click()
    await expect(hedda.dialog).to_contain_text("Forslaget er satt inn")
    question = hedda.dialog.get_by_role("textbox", name="Spørsmål")
    await expect(question).not_to_have_value("Pasienten Kari Hansen blør fortsatt. Gir dere tranexamsyre?")
    await expect(mari.case("Blødning etter uttrekk")).to_have_count(0)
    await hedda.dialog.get_by_role("button", name="Send inn").click()

    card = mari.case("Blødning etter uttrekk")
    await expect(card).to_contain_text("Ingen har svart ennå")
    await card.get_by_role("button", name="Jeg svarer").click()
    await expect(hedda.case("Blødning etter uttrekk")).to_contain_text("Mari Solbakk")
    await mari.open_thread("Blødning etter uttrekk")
    await mari.reply("Ja, og lokalt munnskyll i fem dager.")
    await expect(hedda.case("Blødning etter uttrekk")).to_contain_text("Svar fra Fjordheim HF (1)")

    await hedda.case("Blødning etter uttrekk").get_by_role("button", name="Avslutt med konklusjon").click()
    await hedda.dialog.get_by_role("textbox", name="Konklusjon").fill("Tranexamsyre og munnskyll.")
    await hedda.dialog.get_by_role("button", name="Send inn").click()
    await expect(mari.case("Blødning etter uttrekk")).to_contain_text("Tranexamsyre og munnskyll.")
    await (
        hedda.log.get_by_role("article")
        .filter(has_text="Bare du ser dette")
        .get_by_role("button", name="Kopier til journal")
        .last.click()
    )
    await expect(hedda.log).to_contain_text("Rådgiver: Mari Solbakk (Fjordheim HF)")
    await expect(mari.log).not_to_contain_text("Rådgiver")


def a_day_with_a_reminder(today: date) -> date:
    """The first working day from tomorrow that follows another: on the first of a week the digest says it."""
    day = today + timedelta(days=1)
    while not (is_working_day(day) and is_working_day(day - timedelta(days=1))):
        day += timedelta(days=1)
    return day


async def test_an_item_from_an_answer_is_reminded_when_the_clock_moves(network: Network) -> None:
    kari = await network.tab("Kari Nordmo", "Generelt")
    await kari.say("/oppgave Sende ut sakslista @Kari Nordmo frist 2099-01-01")
    await expect(kari.log).to_contain_text("Sende ut sakslista")
    message = kari.log.get_by_role("article", name="Mari Solbakk").first
    await message.get_by_role("button", name="Valg for meldingen").click()
    await kari.page.get_by_role("menuitem", name="Lag oppgave").click()
    today = datetime.now(ZoneInfo("Europe/Oslo")).date()
    due = a_day_with_a_reminder(today)
    await kari.dialog.get_by_role("textbox", name="Hva skal gjøres?").fill("Sette prosedyren på sakslista")
    await kari.dialog.get_by_role("checkbox", name="sekretær (Ola Fjellstad)").check()
    await kari.dialog.get_by_role("textbox", name="Frist").fill(due.strftime("%d.%m.%y"))
    await kari.dialog.get_by_role("button", name="Send inn").click()
    await expect(kari.dialog).to_have_count(0)

    for _ in range((due - today).days + 1):
        await kari.advance("+1 døgn")
    await kari.go_to("Fagtråd")
    reminder = kari.log.get_by_role("article").filter(has_text="Frist i dag").filter(has_text="Sette prosedyren")
    await expect(reminder).to_have_count(1)
    await expect(reminder).to_contain_text("08:00")
    await reminder.get_by_role("button", name="Ferdig").click()
    await expect(kari.log).to_contain_text("er ferdig.")


async def reach(tab: Tab, label: str, key: str) -> None:
    """Go with the keyboard alone to the nearest button of that name."""
    for _ in range(60):
        await tab.page.keyboard.press(key)
        focused = tab.page.locator(":focus")
        if label in (await focused.get_attribute("aria-label") or "") + await focused.inner_text():
            return
    raise AssertionError(f"{label!r} was not reached")


async def test_an_item_is_made_moved_and_moved_back_by_keyboard_alone(network: Network) -> None:
    ola = await network.tab("Ola Fjellstad", "Generelt")
    keys = ola.page.keyboard
    await ola.page.get_by_role("textbox", name="Melding", exact=True).focus()
    await keys.type("/oppgave Kalle inn til møtet @sekretær og @kari frist 1.12.2098")
    await keys.press("Enter")
    made = ola.log.get_by_role("article").filter(has_text="Kalle inn til møtet")
    await expect(made).to_contain_text("Kari Nordmo og sekretær (Ola Fjellstad)")
    await expect(made).to_contain_text("mandag 1. desember 2098, uke 49")
    await keys.type("/oppgave mine")
    await keys.press("Enter")
    await expect(ola.log.get_by_role("article").last).to_contain_text("Mine oppgaver")
    await reach(ola, "Utsett", "Shift+Tab")
    await keys.press("Enter")
    await expect(ola.dialog).to_contain_text("Frist nå: mandag 1. desember 2098")
    await expect(ola.dialog.get_by_role("textbox", name="Frist")).to_be_focused()
    await keys.type("en gang")
    await keys.press("Enter")
    await expect(ola.dialog).to_contain_text("Jeg forsto ikke fristen «en gang»")
    await ola.dialog.get_by_role("textbox", name="Frist").focus()
    await keys.press("Control+A")
    await keys.type("2. des 2098")
    await keys.press("Enter")
    await expect(ola.log.get_by_role("article").last).to_contain_text("ny frist: tirsdag 2. desember 2098")
    await reach(ola, "Angre", "Tab")
    await keys.press("Enter")
    await expect(ola.log.get_by_role("article").last).to_contain_text("Angret. ")
    await expect(ola.log.get_by_role("article").last).to_contain_text("mandag 1. desember 2098")


async def test_an_unanswered_case_reaches_its_contacts_and_then_the_leader(network: Network) -> None:
    hedda = await network.tab("Hedda Myhre")
    await hedda.ask("Jernmangel uten svar", "Når bytter dere til intravenøst jern?")
    await expect(hedda.case("Jernmangel uten svar")).to_be_visible()
    await hedda.advance("+1 uke")
    await hedda.advance("+1 uke")
    leader = await network.tab("Kari Nordmo", "Fagtråd")
    await expect(leader.log).to_contain_text("Et kasus står fast")
    await expect(leader.log).not_to_contain_text("Jernmangel uten svar")
    contact = await network.tab("Mari Solbakk", "Fagtråd")
    await expect(contact.log).to_contain_text("Et kasus venter på svar")


async def test_an_erased_case_is_gone_for_everybody_with_a_receipt(network: Network) -> None:
    hedda, mari = await network.tab("Hedda Myhre"), await network.tab("Mari Solbakk")
    await hedda.ask("Skal slettes", "Er dette et spørsmål?")
    await mari.open_thread("Skal slettes")
    await mari.reply("Et svar som følger kasuset.")
    await expect(hedda.case("Skal slettes")).to_contain_text("Svar fra Fjordheim HF (1)")
    await hedda.case("Skal slettes").get_by_role("button", name="Slett").click()
    await hedda.dialog.get_by_role("checkbox", name="Jeg vil slette").check()
    await hedda.dialog.get_by_role("button", name="Send inn").click()
    await expect(hedda.log).to_contain_text("Kvittering for sletting")
    await expect(mari.page.get_by_text("Et svar som følger kasuset.")).to_have_count(0)
    await expect(mari.case("Skal slettes")).to_have_count(0)


async def test_a_patient_representative_in_the_case_room_stops_new_cases(network: Network) -> None:
    hedda = await network.tab("Hedda Myhre")
    await hedda.page.get_by_role("button", name="Medlemmer").click()
    newcomer = hedda.dialog.get_by_role("combobox")
    await expect(newcomer).to_be_visible()
    unni = next(o for o in await newcomer.locator("option").all_inner_texts() if o.startswith("Unni Strand"))
    await newcomer.select_option(label=unni)
    await hedda.dialog.get_by_role("button", name="Legg til").click()
    await expect(hedda.dialog.get_by_role("listitem").filter(has_text="Unni Strand")).to_be_visible()
    await hedda.page.keyboard.press("Escape")
    await hedda.ask("Ikke for alle", "Hvem ser dette?")
    await expect(hedda.dialog).to_contain_text("Unni Strand")
    await expect(hedda.dialog.get_by_role("textbox", name="Tittel")).to_have_value("Ikke for alle")
    leader = await network.tab("Kari Nordmo", "Fagtråd")
    await expect(leader.log).to_contain_text("Kasusrommet er ikke trygt")


async def test_what_one_should_not_have_written_is_told_to_the_writer_alone(network: Network) -> None:
    mari, hedda = await network.tab("Mari Solbakk", "Generelt"), await network.tab("Hedda Myhre", "Generelt")
    await mari.say("Ring meg om Kari Hansen, 14855820480")
    await expect(mari.log).to_contain_text("Slik fjerner du den")
    await expect(hedda.log).to_contain_text("Ring meg om")
    await expect(hedda.log).not_to_contain_text("Slik fjerner du den")


async def test_a_case_typed_after_the_command_opens_the_form_and_is_not_shown(network: Network) -> None:
    hedda, mari = await network.tab("Hedda Myhre", "Generelt"), await network.tab("Mari Solbakk", "Generelt")
    await hedda.say("/kasus 42 år gammel kvinne med nyoppdaget trombocytopeni")
    await expect(hedda.dialog.get_by_role("textbox", name="Spørsmål")).to_have_value("")
    await hedda.dialog.get_by_role("button", name="Avbryt").click()
    await expect(hedda.log).to_contain_text("Teksten er ikke sendt")
    await expect(mari.log).not_to_contain_text("trombocytopeni")


async def test_the_patient_representative_sees_no_case_room(network: Network) -> None:
    unni = await network.tab("Unni Strand", "Generelt")
    await expect(unni.page.get_by_role("navigation", name="Kanaler")).not_to_contain_text("Kasus")
    await unni.page.get_by_role("button", name="Spør nettverket").first.click()
    await expect(unni.log).to_contain_text("kasustilgang")
