"""The whole way through the provider's own pages in a real browser, and out again."""

from playwright.async_api import Page, expect

from tests.adapters.web.sign_in.door import Door
from tests.oidc.conftest import linked


async def test_in_through_the_provider_and_out_again(page: Page, door: Door) -> None:
    await linked(door)
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Security Policy" in said.text else None)
    await page.goto(f"{door.address}/#cases")
    await page.get_by_role("button", name="Logg inn med Helse Prøve").press("Enter")
    await page.locator("input[name=login]").fill("kari-at-work")
    await page.locator("input[name=password]").fill("whatever it takes here")
    await page.locator("button[type=submit]").click()
    await page.locator("button[type=submit]").click()  # consent
    await expect(page.get_by_role("button", name="Du er Kari Fjell")).to_be_visible()
    await expect(page.locator("#room-name")).to_have_text("# kasus")  # where one was going
    assert "code=" not in page.url
    await page.get_by_role("button", name="Valg for deg").click()
    await page.get_by_role("menuitem", name="Logg ut", exact=True).click()
    await page.get_by_role("button", name="Yes, sign me out").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Logg inn på Fagtråd")
    assert page.url.startswith(f"{door.address}/inn")
    assert not refused
