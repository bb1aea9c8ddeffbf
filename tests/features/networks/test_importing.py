"""A list of members in the chat: shown first, then imported as a whole, and exported again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.audit import AuditRow
from bot.chat.inbound import File
from bot.chat.message import Attachment, Form
from bot.chat.port import Done, Outcome, Problems
from bot.features.networks.tables import MemberImport
from bot.people import Membership, Person
from tests.features.networks.test_members import membership, press
from tests.features.networks.test_setting_up import labels, make_operator, set_up
from tests.world import GENERAL, World

LIST = """navn;yrke;virksomhet;rolle;kasustilgang;konto
Sunniva Aas;overlege;Nordlys HF;nettverkskontakt;ja;sunniva
Hedda Myhre;overlege;;;;
Trond Eik;sykepleier;Øyane sykehus HF;medlem;nei;
Kari Nordmo;;;;;
"""
WRONG = """navn;yrke;rolle;kasustilgang
Sunniva Aas;lege;nestsjef;ja
;lege;medlem;nei
Unni Strand;;brukerrepresentant;ja
Trond Eik;lege;medlem;kanskje
"""


async def send(world: World, who: str, text: str = "", file: File | None = None, network: str = "1") -> Outcome:
    form = await world.chat.press(who, "direct", "networks.import", network)
    assert form is not None, world.newest(who).text
    files = {"file": file} if file else {}
    return await world.chat.submit(who, "direct", form, {"pasted": text}, files=files)


async def people(world: World) -> set[str]:
    async with world.database.reading() as session:
        rows = await session.execute(
            select(Person.name, Person.profession, Membership.case_access_at).join(
                Membership, Membership.person_id == Person.id
            )
        )
        return {f"{name}, {profession}{', kasus' if access else ''}" for name, profession, access in rows}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
async def test_a_file_is_shown_then_imported_and_the_second_time_changes_nothing(world: World, encoding: str) -> None:
    await send(world, "kari", file=File("medlemmer.csv", LIST.encode(encoding)))
    shown = world.newest("kari")
    assert "Nye: 2\nEndres: 1\nUendret: 1\nFeil: 0" in shown.text
    assert "Endres: Hedda Myhre – yrke: lege i spesialisering → overlege" in shown.text
    assert "Ny virksomhet: Øyane sykehus HF" in shown.text
    assert await world.count("membership") == 12, "nothing is done yet"
    await world.press("kari", shown, "Importer 3 medlemmer")
    assert "Importen er ferdig." in world.newest("kari").text
    assert {"Sunniva Aas, overlege, kasus", "Hedda Myhre, overlege, kasus", "Trond Eik, sykepleier"} <= await people(
        world
    )
    new = await membership(world, "Sunniva Aas")
    assert new is not None
    assert new.case_access_by == await world.person_id("kari")
    await send(world, "kari", file=File("medlemmer.csv", LIST.encode(encoding)))
    assert "Det er ingenting å importere" in world.newest("kari").text
    assert labels(world.newest("kari")) == ["Velg fil på nytt"]


async def test_a_button_pressed_twice_imports_once(world: World) -> None:
    await send(world, "kari", LIST)
    shown = world.newest("kari")
    await world.press("kari", shown, "Importer 3 medlemmer")
    await world.press("kari", shown, "Importer 3 medlemmer")
    assert "brukt eller utløpt" in world.newest("kari").text
    assert await world.count("membership") == 14


async def test_errors_are_told_by_line_and_nothing_can_be_imported(world: World) -> None:
    await send(world, "kari", WRONG)
    shown = world.newest("kari")
    for said in (
        "Linje 2: «nestsjef» er ikke en rolle.",
        "Linje 3: navnet mangler.",
        "Linje 4: en brukerrepresentant",
        "Linje 5: kasustilgang skal være «ja» eller «nei», ikke «kanskje».",
        "Ingenting er importert.",
    ):
        assert said in shown.text
    assert labels(shown) == ["Velg fil på nytt"]
    waiting = await import_id(world)
    await world.chat.press("kari", "direct", "networks.apply", str(waiting))
    assert "Noen linjer må rettes først" in world.newest("kari").text
    assert await world.count("membership") == 12


async def import_id(world: World) -> int:
    async with world.database.reading() as session:
        return (await session.scalars(select(MemberImport.id))).one()


async def test_a_long_list_is_shown_twenty_lines_at_once(world: World) -> None:
    lines = "\n".join(f"Nytt Medlem {number};nestsjef" for number in range(45))
    await send(world, "kari", f"navn;rolle\n{lines}")
    seen = [world.newest("kari")]
    for label in ("Vis 20 til", "Vis 5 til"):
        await world.press("kari", seen[-1], label)
        seen.append(world.newest("kari"))
    assert [each.text.count("Linje ") for each in seen] == [20, 20, 5]
    assert "Linje 46:" in seen[-1].text
    assert "Vis" not in "".join(labels(seen[-1]))


async def test_what_changed_meanwhile_is_shown_anew_instead_of_imported(world: World) -> None:
    await send(world, "kari", LIST)
    shown = world.newest("kari")
    await world.enrol("trond", "Trond Eik")
    await world.press("kari", shown, "Importer 3 medlemmer")
    again = world.newest("kari")
    assert "endret siden du så dette sist" in again.text
    assert "Nye: 1\nEndres: 2" in again.text
    assert await membership(world, "Sunniva Aas") is None
    await world.press("kari", again, "Importer 3 medlemmer")
    assert await membership(world, "Sunniva Aas") is not None
    assert await world.count("membership") == 14


async def test_a_preview_is_its_makers_alone_and_for_an_hour(world: World) -> None:
    await send(world, "kari", LIST)
    shown, waiting = world.newest("kari"), await import_id(world)
    for who in ("ola", "hedda"):
        for does in ("apply", "more", "discard"):
            await world.chat.press(who, "direct", f"networks.{does}", str(waiting))
            assert "brukt eller utløpt" in world.newest(who).text
    await world.wait(timedelta(hours=1, minutes=1))
    await world.press("kari", shown, "Importer 3 medlemmer")
    assert "brukt eller utløpt" in world.newest("kari").text
    await send(world, "ola", "navn\nNy Person")
    assert await world.count("member_import") == 1, "the old one went, and its key"


async def test_a_list_that_is_given_up_leaves_nothing(world: World) -> None:
    await send(world, "kari", LIST)
    keys = await world.count("data_key")
    await world.press("kari", world.newest("kari"), "Avbryt")
    assert await world.count("member_import") == 0
    assert await world.count("data_key") == keys - 1


async def test_who_is_no_longer_leader_imports_no_more(world: World) -> None:
    await send(world, "kari", LIST)
    shown = world.newest("kari")
    await make_operator(world)
    form = await press(world, "bjarte", "change", "Kari Nordmo")
    assert form is not None
    await world.chat.submit(
        "bjarte", "direct", form, {"name": "Kari Nordmo", "roles": ("member",), "profession": "lege"}
    )
    await world.press("kari", shown, "Importer 3 medlemmer")
    assert "Bare lederen" in world.newest("kari").text
    assert await world.count("membership") == 12


async def test_names_are_sealed_while_they_wait_and_in_no_log(
    world: World, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    await send(world, "kari", LIST.replace("Sunniva Aas", "Zazaniva Qvist"))
    async with world.database.reading() as session:
        rows = [str(tuple(row)) for row in await session.execute(select(AuditRow.__table__))]
        rows += [str(tuple(row)) for row in await session.execute(select(MemberImport.__table__))]
    await world.press("kari", world.newest("kari"), "Importer 3 medlemmer")
    out, err = capfd.readouterr()
    assert "Zazaniva" not in " ".join((*rows, out, err, caplog.text))


async def test_a_file_that_is_none_is_refused_at_its_field_and_the_form_stays(world: World) -> None:
    for outcome in (
        await send(world, "kari"),
        await send(world, "kari", LIST, File("a.csv", LIST.encode())),
        await send(world, "kari", file=File("bilde.png", b"\x89PNG\x00")),
        await send(world, "kari", file=File("gammel.xls", b"\xd0\xcf\x11\xe0")),
        await send(world, "kari", "Sunniva Aas;lege"),
    ):
        assert isinstance(outcome, Problems)
        assert outcome.by_field
    assert await world.count("member_import") == 0


async def test_an_export_is_imported_again_unchanged(world: World) -> None:
    await send(world, "kari", 'navn;yrke\n"=HYPERLINK(""x"")";lege\n-Minus;+plus')
    await world.press("kari", world.newest("kari"), "Importer 2 medlemmer")
    await world.chat.command("ola", GENERAL, "/fagtraad eksport")
    said = world.newest("ola", GENERAL)
    assert said.to == "ola"
    assert said.message is not None
    files = [part for part in said.message.parts if isinstance(part, Attachment)]
    assert [file.name for file in files] == ["medlemmer-BLOD.csv", "medlemmer-BLOD.xlsx"]
    assert b"\n'=HYPERLINK" in files[0].content.replace(b'"', b"")
    for file in files:
        assert isinstance(await send(world, "ola", file=File(file.name, file.content)), Done)
        assert "Nye: 0\nEndres: 0\nUendret: 14\nFeil: 0" in world.newest("ola").text


async def test_somebody_from_another_network_joins_by_account_and_stays_one_person(world: World) -> None:
    await make_operator(world)
    await set_up(world)
    await send(world, "bjarte", "navn;rolle;konto\nMari Solbakk;medlem;mari\nEva Ny;leder;", network="2")
    await world.press("bjarte", world.newest("bjarte"), "Importer 2 medlemmer")
    before = await world.count("person")
    assert await world.count("membership") == 15
    assert before == 14
    await world.chat.command("mari", "direct", "/kasus mine")
    assert "Det har du ikke tilgang" not in world.newest("mari").text


async def test_an_import_cannot_take_over_a_person_with_case_access(world: World) -> None:
    await send(world, "ola", "navn;konto\nMari Solbakk;olas-andre")
    assert "du kan ikke koble en ny konto til denne personen" in world.newest("ola").text
    await send(world, "ola", "navn;kasustilgang\nOla Fjellstad;ja")
    assert "bare lederen, personvernkontakten og drift kan gi kasustilgang" in world.newest("ola").text


async def test_the_form_is_for_a_network_one_looks_after(world: World) -> None:
    for who in ("hedda", "unni"):
        await world.chat.submit(who, "direct", Form("networks.import", "", (), "1"), {"pasted": LIST})
    assert await world.count("member_import") == 0
