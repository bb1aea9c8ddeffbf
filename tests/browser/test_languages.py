"""The web chat in nynorsk and in English: pages, cards, forms and refusals are walked through, and no bokmål is left.

What is looked for is every text of the catalogue that says something else in the other language, with anything in its
places. What people wrote, and the names of rooms and persons, are theirs.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import regex
from playwright.async_api import Browser, Page, expect
from sqlalchemy import update

from adapters.web import WebChat
from adapters.web.furnish import Furniture
from bot import demo
from bot.app import running
from bot.clock import MovableClock
from bot.language import LANGUAGES
from bot.people import Person
from bot.settings import Settings
from bot.stage import Stage
from scripts import texts
from tests.adapters.web.hall import served
from tests.world import TEST_KEY

THEIRS = ".rooms .name, #room-name, #room-topic, #who option, article header .name"
STRINGS = """(theirs) => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.currentNode; node; node = walker.nextNode()) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (element.closest("script, style, noscript") || element.closest(theirs)) continue;
    if (node.nodeType === Node.TEXT_NODE) found.push(node.data);
    else for (const name of ["aria-label", "placeholder", "title", "alt", "data-empty"]) {
      found.push(element.getAttribute(name));
    }
  }
  return found.filter((each) => each && each.trim()).map((each) => each.trim());
}"""
PRESS = """(pressed) => {
  const kind = (button) =>
    (button.getAttribute("aria-label") ?? button.innerText).trim().replace(/[0-9]+/g, "#").slice(0, 30);
  const fresh = [...document.querySelectorAll("#log article button")].filter(
    (each) => each.checkVisibility() && !pressed.includes(kind(each)));
  fresh.at(-1)?.click();
  return fresh.length ? kind(fresh.at(-1)) : null;
}"""
COMMANDS = (
    *("/hjelp", "/kasus", "/kasus mine", "/kasus åpne", "/oppgave", "/oppgave alle", "/oppgave xyzzy frist snarest"),
    *("/oppgave Ringe laben @Mari Solbakk frist fredag", "/oppgave vis 1", "/oppgave utsett 1 mandag", "/oppgave 999"),
    *("/søk", "/søk hemofili", "/søk xyzzy", "/meg", "/meg borte", "/meg stille", "/meg språk", "/meg stille xyzzy"),
    *("/personvern", "/mine-data", "/fagtraad", "/fagtraad oppsett", "/fagtraad medlemmer", "/fagtraad innstillinger"),
    *("/fagtraad import", "/fagtraad rom", "/fagtraad eksport", "/fagtraad xyzzy", "/logg ut", "/oppgva", "qwerty"),
)
NOT_ANONYMOUS = (
    "Kari Hansen, 93 år, født 14.03.1933, fnr. 14855820480, tlf. 912 34 567, kari@eksempel.no, bor i Storgata 3 i "
    "Lillevik. Innlagt på Fjordheim sykehus 3. mai, rom 12 seng 2, journalnr. 123456. Mannen heter O.H. "
    "Se kari.hansen.docx og https://eksempel.no/p/1. Hun har Glanzmanns trombasteni."
)
LONGEST_TITLE = 60
SENTENCE = 20  # characters: so long a text is found inside another, too
SETTLE = 100  # ms


def bokmal(tongue: str) -> list[tuple[str, "regex.Pattern[str]"]]:
    """Every text that this language says otherwise, as what it looks like when it was forgotten."""
    catalogue = texts.read(texts.catalogue_path(texts.LOCALE, tongue))
    found = []
    for entry in catalogue:
        for asked, said in zip(texts.forms(entry.id), texts.forms(entry.string), strict=False):
            words = texts.PLACE.sub("", asked)
            if said and asked != said and regex.search(r"\p{L}{2}", words):
                found.append((asked, _looks_like(asked)))
    return found


def _looks_like(text: str) -> "regex.Pattern[str]":
    literal = ".+?".join(regex.escape(part) for part in regex.split(r"\{\w+\}", text))
    long = len(texts.PLACE.sub("", text)) >= SENTENCE
    return regex.compile(f".*{literal}.*" if long else literal, regex.DOTALL)


@dataclass
class Walk:
    """Somebody who presses everything there is, and reads all that it leads to."""

    page: Page
    seen: set[str] = field(default_factory=set)
    pressed: set[str] = field(default_factory=set)

    async def read(self) -> None:
        await self.page.wait_for_timeout(SETTLE)
        self.seen |= set(await self.page.evaluate(STRINGS, THEIRS))

    async def say(self, text: str) -> None:
        await self.close_dialogs()  # one may have come late, where the machine is slow
        await self.page.locator("#say").fill(text)
        await self.read()  # the completion, where there is one
        await self.page.locator("#composer button[type=submit]").click()
        await self.read()
        await self.close_dialogs()

    async def close_dialogs(self) -> None:
        """A form is sent once as it is, to see what it refuses; then it and every question about it are put away."""
        submit = self.page.locator("dialog.form button[type=submit]")
        if await submit.count():
            await submit.last.click()
            await self.read()
        for _attempt in range(4):
            dialog = self.page.locator("dialog[open]")
            if not await dialog.count():
                return
            asking = self.page.locator("dialog.ask[open] .buttons button")
            if await asking.count():
                await self.read()
                await asking.last.click()
            else:
                await self.page.keyboard.press("Escape")
            await self.page.wait_for_timeout(SETTLE)

    async def press_all(self, most: int = 30) -> None:
        """Every button that stands on a message, each kind once."""
        for _press in range(most):
            kind = await self.page.evaluate(PRESS, list(self.pressed))
            if kind is None:
                return
            self.pressed.add(kind)
            await self.read()
            await self.close_dialogs()
            await self.page.keyboard.press("Escape")  # a menu, or a thread

    async def ask_badly(self) -> None:
        """A case that the check stops, so that it explains itself."""
        await self.page.locator("#shortcuts button").first.click()
        await expect(self.page.locator("dialog.form")).to_be_visible()
        written = "dialog.form :is(textarea, input:not([type]), input[type=text])"
        for each in await self.page.locator(written).all():
            await each.fill(
                NOT_ANONYMOUS[:LONGEST_TITLE] if await each.get_attribute("rows") is None else NOT_ANONYMOUS
            )
        for each in await self.page.locator("dialog.form input[type=checkbox]").all():
            await each.check()
        await self.page.locator("dialog.form button[type=submit]").click()
        await expect(self.page.locator("dialog.form")).to_contain_text("Kari Hansen")
        await self.close_dialogs()

    async def go_to(self, room: str) -> None:
        await self.page.evaluate("(room) => { location.hash = `#${room}` }", room)
        await expect(self.page.locator("#log")).not_to_have_attribute("aria-busy", "true")
        await self.read()


@asynccontextmanager
async def demo_in(tongue: str, database_url: str, folder: Path) -> AsyncIterator[str]:
    settings = Settings(
        _env_file=None,
        database_url=database_url,
        chats=["web"],
        keys=TEST_KEY,
        ledger_path=folder / "erasures.jsonl",
        demo=True,
    )
    async with running(settings) as app:
        chat, clock = app.chats["web"], app.core.clock
        assert isinstance(chat, WebChat)
        assert isinstance(clock, MovableClock)
        await Stage(app.core.database, clock, app.inbox, app.outbox, Furniture(chat), tongue).set_up()
        async with app.core.database.transaction() as session:
            await session.execute(update(Person).values(operator=True))
        async with served(chat) as address:
            yield address


async def tab(browser: Browser, address: str, who: str) -> Page:
    context = await browser.new_context(viewport={"width": 1360, "height": 1000}, reduced_motion="reduce")
    context.set_default_timeout(8000)  # ms
    page = await context.new_page()
    await page.add_init_script(f"sessionStorage.setItem('fagtraad.account', '{who}')")
    await page.goto(address)
    await expect(page.locator("#room-name")).not_to_be_empty()
    return page


@pytest.mark.timeout(240)
@pytest.mark.parametrize("tongue", ["nn", "en"])
async def test_no_bokmal_is_left_on_pages_cards_and_forms(
    browser: Browser, sqlite_url: str, tmp_path: Path, tongue: str
) -> None:
    pictures = Path(os.environ.get("PICTURES", tmp_path))
    async with demo_in(tongue, sqlite_url, tmp_path) as address:
        seen: set[str] = set()
        for who in ("kari", "liv", "unni"):
            page = await tab(browser, address, who)
            assert await page.evaluate("document.documentElement.lang") == tongue
            walk = Walk(page)
            await walk.go_to("generelt")
            if who == "kari":
                await page.locator("#members").click()
                await walk.read()
                await walk.close_dialogs()
                for command in COMMANDS:
                    await walk.say(command)
                await page.screenshot(path=pictures / f"{tongue}-general.png")
            await walk.press_all()
            if who != "unni":
                await walk.go_to("kasus")
                await page.screenshot(path=pictures / f"{tongue}-{who}-cases.png")
                await walk.ask_badly()
                await walk.press_all()
            if who == "liv":
                week = page.locator("[data-step=week]")
                await week.click()
                await expect(week).not_to_have_attribute("aria-disabled", "true", timeout=30_000)
            await walk.go_to(f"direct:{who}")
            await walk.press_all()
            await page.screenshot(path=pictures / f"{tongue}-{who}-direct.png")
            seen |= walk.seen
        seen -= {member.profession for member in demo.MEMBERS}
        left = sorted({(said, asked) for asked, look in bokmal(tongue) for said in seen if look.fullmatch(said)})
        assert left == [], f"of {len(seen)} texts"
        assert len(seen) > 300, "the walk has seen little"


async def test_the_page_follows_whoever_takes_the_seat_and_what_they_choose(
    browser: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    async with demo_in("nn", sqlite_url, tmp_path) as address:
        page = await tab(browser, address, "hedda")
        language = page.locator("html")
        await expect(language).to_have_attribute("lang", "nn")
        await expect(page.locator("#say")).to_have_attribute("placeholder", "Skriv ei melding")
        await page.locator("#say").fill("/meg språk engelsk")
        await page.keyboard.press("Enter")
        await expect(language).to_have_attribute("lang", "en")
        await expect(page.locator("#say")).to_have_attribute("placeholder", "Write a message")
        await expect(page.locator("#composer button[type=submit]")).to_have_text("Send")
        await expect(page.locator("#rooms")).to_have_attribute("aria-label", "Channels")
        await page.locator("#who").select_option(value="mari")
        await expect(language).to_have_attribute("lang", "nn")
        await expect(page.locator("#rooms")).to_have_attribute("aria-label", "Kanalar")


def test_the_search_for_bokmal_finds_it() -> None:
    """That an empty list means something."""
    looks = bokmal("en")
    for said in (
        "Hvem",
        "Oppgave 12 er ferdig.",
        "BLOD-26-001 har ventet 3 dager, og ingen har svart. Kan du svare, eller vet du hvem som kan?",
        "Ingen har svart ennå",
        "“Kari Hansen”: Dette ligner navnet på en person.",
    ):
        assert any(look.fullmatch(said) for _asked, look in looks), said
    for said in ("Who", "Fagtråd", "Nobody has answered yet"):
        assert not any(look.fullmatch(said) for _asked, look in looks), said
    assert set(texts.LANGUAGES) == set(LANGUAGES) - {"nb"}
