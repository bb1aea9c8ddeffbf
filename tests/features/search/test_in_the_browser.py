"""Searching in the browser: with the keyboard alone, and with no word of it in any address."""

from playwright.async_api import expect

from tests.browser.test_afternoon import Network, network

__all__ = ["network"]  # the fixture


async def test_who_wonders_searches_by_keyboard_and_finds_what_was_learnt(network: Network) -> None:
    mari = await network.tab("Mari Solbakk", room="Generelt")
    addresses: list[str] = []
    mari.page.on("request", lambda request: addresses.append(request.url))
    await mari.page.get_by_role("button", name="Søk", exact=True).focus()
    await mari.page.keyboard.press("Enter")
    await expect(mari.dialog).to_contain_text("Hva leter du etter?")
    await mari.page.keyboard.type("kvernfjols tannekstraksjoner")
    await mari.page.keyboard.press("Enter")
    found = mari.log.get_by_role("article").filter(has_text="Bare du ser dette").last
    await expect(found).to_contain_text("Ved mild hemofili A holder tranexamsyre ofte alene ved tannekstraksjon.")
    await expect(mari.dialog).to_have_count(0)
    await found.get_by_role("button", name="Vis kasuset").focus()
    await mari.page.keyboard.press("Enter")
    await expect(mari.log).to_contain_text("Tranexamsyre alene og munnskyll i fem dager.")
    assert addresses
    assert not [address for address in addresses if "kvernfjols" in address or "tannekstraksjon" in address]


async def test_a_patient_representative_finds_items_and_no_learning_point(network: Network) -> None:
    unni = await network.tab("Unni Strand", room="Generelt")
    await unni.say("/søk tranexamsyre")
    nothing = unni.log.get_by_role("article").filter(has_text="Ingen treff")
    await expect(nothing).to_contain_text("Jeg lette i oppgaver")
    await unni.say("/søk prosedyren")
    await expect(unni.log).to_contain_text("Lage utkast til felles prosedyre for hjemmebehandling")
