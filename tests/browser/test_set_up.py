"""A second network, set up from nothing in the demo's chat: rooms, members from a file, and the file again."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, FilePayload, expect

from tests.browser.test_afternoon import Network, Tab, network_on

WRONG = """navn;yrke;virksomhet;rolle;kasustilgang
Sunniva Aas;overlege;Nordlys HF;leder;ja
Trond Eik;sykepleier;Fjordheim HF;nestleder;nei
;lege;Nordlys HF;medlem;nei
Guro Lien;brukerrepresentant;;brukerrepresentant;ja
Ivar Moen;lege;Viddeland HF;medlem;kanskje
Sunniva Aas;overlege;Nordlys HF;leder;ja
"""
RIGHT = """navn;yrke;virksomhet;rolle;kasustilgang
Sunniva Aas;overlege;Nordlys HF;leder;ja
Trond Eik;sykepleier;Fjordheim HF;medlem, sekretær;nei
Guro Lien;brukerrepresentant;;brukerrepresentant;nei
Ivar Moen;lege;Øyane sykehus HF;medlem;nei
"""


@pytest.fixture
async def network(browser: Browser, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Network]:
    async with network_on(browser, sqlite_url, tmp_path) as network:
        yield network


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """PICTURES=/some/folder keeps them, to be looked at."""
    folder = Path(os.environ.get("PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def file(text: str, name: str = "medlemmer.csv") -> FilePayload:
    """As Excel in Norwegian saved it before 2016."""
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode("cp1252")}


async def send(tab: Tab, text: str) -> None:
    await tab.dialog.get_by_label("Fil", exact=True).set_input_files(file(text))
    await tab.dialog.get_by_role("button", name="Vis hva som blir endret").click()
    await expect(tab.dialog).to_be_hidden()


async def test_a_second_network_from_nothing(network: Network, pictures: Path) -> None:
    bjarte = await network.tab("Bjarte Tveitan", "Fagtråd")
    await bjarte.log.get_by_role("button", name="Sett opp nettverk").click()
    form = bjarte.dialog
    await form.get_by_role("textbox", name="Navn").fill("Nasjonalt nettverk for smerte")
    await form.get_by_role("textbox", name="Kode").fill("s1")
    await form.get_by_role("checkbox", name="Nordlys universitetssykehus HF").check()
    await form.get_by_role("textbox", name="Personvernkontakt").fill("Synne Bakkemo")
    await form.get_by_role("button", name="Sett opp").click()
    await expect(form).to_contain_text("Koden skal være 2 til 12 bokstaver")
    await form.get_by_role("textbox", name="Kode").fill("smerte")
    await bjarte.page.screenshot(path=pictures / "set-up-form.png")
    await form.get_by_role("button", name="Sett opp").click()
    card = bjarte.log.get_by_role("article").filter(has_text="Dette gjenstår:")
    await expect(card).to_contain_text("Et kasusrom, bare for dem med kasustilgang")
    await bjarte.page.screenshot(path=pictures / "set-up-card.png")

    await card.get_by_role("button", name="Importer medlemmer").click()
    await send(bjarte, WRONG)
    preview = bjarte.log.get_by_role("article").filter(has_text="Ingenting er importert.")
    await expect(preview).to_contain_text("Linje 3: «nestleder» er ikke en rolle.")
    await expect(preview).to_contain_text("Linje 4: navnet mangler.")
    await expect(preview).to_contain_text("Linje 7: står også på linje 2.")
    await expect(preview.get_by_role("button", name="Importer")).to_have_count(0)
    await bjarte.page.screenshot(path=pictures / "import-errors.png")

    await preview.get_by_role("button", name="Velg fil på nytt").click()
    await send(bjarte, RIGHT)
    preview = bjarte.log.get_by_role("article").filter(has_text="Ny virksomhet: Øyane sykehus HF")
    await bjarte.page.screenshot(path=pictures / "import-preview.png")
    await preview.get_by_role("button", name="Importer 4 medlemmer").click()
    done = bjarte.log.get_by_role("article").filter(has_text="Importen er ferdig.")
    await done.get_by_role("button", name="Medlemmer").click()
    members = bjarte.log.get_by_role("article").filter(has_text="Trond Eik, sykepleier")
    await expect(members).to_contain_text("Trond Eik, sykepleier, sekretær, medlem, ingen konto")
    await bjarte.page.screenshot(path=pictures / "member-list.png")

    await members.get_by_role("button", name="Eksporter").click()
    saved = bjarte.log.get_by_role("article").filter(has_text="medlemmer-SMERTE.xlsx")
    await expect(saved).to_contain_text("5 medlemmer.")
    await bjarte.page.screenshot(path=pictures / "export.png")
    for name in ("medlemmer-SMERTE.csv", "medlemmer-SMERTE.xlsx"):
        async with bjarte.page.expect_download() as coming:
            await saved.get_by_role("button", name=f"Last ned {name}").click()
        download = await coming.value
        assert download.suggested_filename == name
        await members.get_by_role("button", name="Importer").click()
        await bjarte.dialog.get_by_label("Fil", exact=True).set_input_files(await download.path())
        await bjarte.dialog.get_by_role("button", name="Vis hva som blir endret").click()
        await expect(bjarte.dialog).to_be_hidden()
    again = bjarte.log.get_by_role("article").filter(has_text="Alt i lista er slik fra før.")
    await expect(again).to_have_count(2)


async def test_a_room_is_made_and_bound_and_a_file_that_is_too_large_is_not_sent(network: Network) -> None:
    ola = await network.tab("Ola Fjellstad", "Generelt")
    await ola.page.get_by_role("button", name="Nytt rom").click()
    await ola.dialog.get_by_role("textbox").fill("Sekretærene")
    await ola.dialog.get_by_role("button", name="Lag rommet").click()
    await expect(ola.page.locator("#room-name")).to_contain_text("Sekretærene")
    await ola.say("/fagtraad rom BLOD")
    await ola.log.get_by_role("button", name="Bruk dette rommet som rom for sekretærene").click()
    await expect(ola.log).to_contain_text("Dette er nå rom for sekretærene for Nasjonalt nettverk for blødersykdom.")

    await ola.say("/fagtraad import BLOD")
    await ola.dialog.get_by_label("Fil", exact=True).set_input_files(file("x" * 2_200_000))
    await ola.dialog.get_by_role("button", name="Vis hva som blir endret").click()
    await expect(ola.dialog).to_contain_text("Filen er for stor: den kan være på 2,1 MB.")
