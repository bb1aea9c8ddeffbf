"""Setting up a network in the chat, from nothing."""

from sqlalchemy import select, update

from adapters.memory.chat import Shown
from bot.chat.message import ChoicesField, Form
from bot.chat.port import Problems
from bot.people import Network, Person
from bot.places import Purpose, Room
from tests.world import CASES, GENERAL, World, buttons, typed

SMERTE = {
    "name": "Nasjonalt nettverk for smerte",
    "code": "smerte",
    "kind": "national",
    "more": "Nordlys universitetssykehus HF\nØyane sykehus HF",
    "privacy_contact": "Synne Bakkemo",
    "language": "nb",
    "zone": "Europe/Oslo",
}


async def make_operator(world: World, who: str = "bjarte") -> None:
    person = await world.person_id(who)
    async with world.database.transaction() as session:
        await session.execute(update(Person).where(Person.id == person).values(operator=True))


def labels(shown: Shown) -> list[str]:
    """What stands on its buttons."""
    assert shown.message is not None
    return [button.label for button in buttons(shown.message)]


async def set_up(world: World, who: str = "bjarte", **changes: str) -> None:
    form = await world.chat.press(who, "direct", "networks.new")
    assert form is not None
    await world.chat.submit(who, "direct", form, {**SMERTE, **changes})


async def network(world: World, code: str = "SMERTE") -> Network:
    async with world.database.reading() as session:
        return (await session.scalars(select(Network).where(Network.code == code))).one()


async def test_an_operator_sets_up_a_network_and_sees_what_remains(world: World) -> None:
    await make_operator(world)
    await world.chat.command("bjarte", "direct", "/fagtraad oppsett")
    assert "Sett opp nettverk" in labels(world.newest("bjarte"))
    await set_up(world)
    card = world.newest("bjarte")
    assert card.message is not None
    assert card.message.title == "Nasjonalt nettverk for smerte (SMERTE)"
    for task in ("Et vanlig rom", "Et kasusrom", "En leder", "Kasustilgang for navngitt helsepersonell"):
        assert task in card.text
    assert "En personvernkontakt" not in card.text, "Synne is one"
    assert "Medlemmer fra Nordlys HF og Øyane sykehus HF" in card.text
    assert await world.count("organisation") == 5, "one of the two was known by name"


async def test_nobody_else_may_set_one_up(world: World) -> None:
    for who in ("kari", "ola", "liv", "unni"):
        assert await world.chat.press(who, "direct", "networks.new") is None
        assert "drifter Fagtråd" in world.newest(who).text
        await world.chat.submit(who, "direct", Form("networks.new", "", ()), SMERTE)
    assert await world.count("network") == 1


async def test_what_is_wrong_in_the_form_is_said_at_its_field(world: World) -> None:
    await make_operator(world)
    form = await world.chat.press("bjarte", "direct", "networks.new")
    assert form is not None
    for changes, field in (
        ({"code": "B"}, "code"),
        ({"code": "BLOD"}, "code"),
        ({"code": "TO ORD"}, "code"),
        ({"name": " "}, "name"),
        ({"kind": "working_group"}, "ends_on"),
        ({"ends_on": "sjelden"}, "ends_on"),
    ):
        outcome = await world.chat.submit("bjarte", "direct", form, {**SMERTE, **changes})
        assert isinstance(outcome, Problems), changes
        assert set(outcome.by_field) == {field}
        assert outcome.by_field[field]
    assert await world.count("network") == 1


async def test_a_working_group_under_another_network_has_an_end(world: World) -> None:
    await make_operator(world)
    await set_up(world, code="ÅREKNUT", kind="working_group", ends_on="2027-06-30", parent="1")
    group = await network(world, "ÅREKNUT")
    assert (str(group.ends_on), group.parent_id) == ("2027-06-30", 1)
    assert "Nasjonalt nettverk for blødersykdom" in world.newest("bjarte").text


# Rooms


async def test_a_room_is_bound_where_one_stands_and_taken_back(world: World) -> None:
    await make_operator(world)
    await set_up(world)
    world.chat.rooms["smerte"] = ["bjarte", "ola", "kari"]
    await world.chat.command("bjarte", "smerte", "/fagtraad rom SMERTE")
    shown = world.newest("bjarte", "smerte")
    assert shown.to == "bjarte"
    await world.press("bjarte", shown, "Bruk dette rommet som vanlig rom")
    assert await rooms(world, "SMERTE") == {"smerte": Purpose.GENERAL}
    await world.press("bjarte", world.newest("bjarte", "smerte"), "Angre")
    assert await rooms(world, "SMERTE") == {}


async def rooms(world: World, code: str) -> dict[str, Purpose]:
    found = await network(world, code)
    async with world.database.reading() as session:
        rows = await session.scalars(select(Room).where(Room.network_id == found.id))
        return {row.room: row.purpose for row in rows}


async def test_a_case_room_says_by_name_who_must_leave(world: World) -> None:
    await make_operator(world)
    world.introduce("gjest", "Gjest Gjestesen", guest=True)
    world.chat.rooms["nytt"] = ["kari", "ola", "unni", "gjest"]
    await world.chat.press("kari", "nytt", "networks.bind", "1:cases")
    said = world.newest("kari", "nytt").text
    assert "kasusrom for Nasjonalt nettverk for blødersykdom" in said
    for name in ("Ola Fjellstad", "Unni Strand", "Gjest Gjestesen"):
        assert name in said
    assert "Kari Nordmo" not in said


async def test_a_room_whose_members_cannot_be_read_is_said_to_be_so(world: World) -> None:
    world.chat.rooms["nytt"] = ["kari"]
    world.chat.unreadable.add("nytt")
    await world.chat.press("kari", "nytt", "networks.bind", "1:cases")
    assert "får ikke se hvem som er i rommet" in world.newest("kari", "nytt").text


async def test_a_room_of_another_network_is_not_taken_over(world: World) -> None:
    await make_operator(world)
    await set_up(world)
    other = (await network(world)).id
    await world.chat.press("bjarte", GENERAL, "networks.bind", f"{other}:general")
    assert "brukes av et annet nettverk" in world.newest("bjarte", GENERAL).text
    await world.chat.press("bjarte", "direct", "networks.bind", f"{other}:general")
    assert "samtalen mellom deg og meg" in world.newest("bjarte").text
    assert await rooms(world, "BLOD") == {CASES: Purpose.CASES, GENERAL: Purpose.GENERAL}


# Settings


async def test_the_next_meeting_moves_what_is_due_at_it(world: World) -> None:
    form = await world.chat.press("ola", "direct", "networks.settings", "1")
    assert form is not None
    await world.chat.submit("ola", "direct", form, {**typed(form), "next_meeting": "2026-12-04"})
    await world.make_item("ola", "Sende innkalling frist til neste møte")
    form = await world.chat.press("ola", "direct", "networks.settings", "1")
    assert form is not None
    await world.chat.submit("ola", "direct", form, {**typed(form), "next_meeting": "2026-12-11"})
    assert "11. desember" in world.newest("ola").text
    await world.chat.command("ola", "direct", "/oppgave")
    assert "11. desember" in world.newest("ola").text


async def test_expected_organisations_are_those_ticked_and_those_typed(world: World) -> None:
    form = await world.chat.press("kari", "direct", "networks.settings", "1")
    assert form is not None
    ticked = next(each for each in form.fields if isinstance(each, ChoicesField) and each.name == "expected")
    assert len(ticked.values) == 4
    await world.chat.submit("kari", "direct", form, {**typed(form), "expected": ticked.values[:1], "more": "Øyane HF"})
    await world.chat.command("kari", "direct", "/fagtraad medlemmer")
    assert "Ledig: Øyane HF." in world.newest("kari").text
    assert await world.count("expected_organisation") == 2


async def test_only_a_leader_moves_the_role_of_privacy_contact(world: World) -> None:
    hedda = await world.person_id("hedda")
    for who, allowed in (("ola", False), ("kari", True)):
        form = await world.chat.press(who, "direct", "networks.settings", "1")
        assert form is not None
        outcome = await world.chat.submit(who, "direct", form, {**typed(form), "privacy_contact": str(hedda)})
        assert isinstance(outcome, Problems) is not allowed
    await world.chat.command("hedda", "direct", "/personvern")
    assert "Mulige brudd" in world.newest("hedda").text
    await world.chat.command("liv", "direct", "/personvern")
    assert "ikke tilgang" in world.newest("liv").text


async def test_members_without_the_right_reach_no_settings(world: World) -> None:
    for who in ("hedda", "unni", "mari"):
        for word in ("innstillinger", "medlemmer", "import", "eksport", "rom", "oppsett"):
            for room in ("direct", GENERAL):
                assert await world.chat.command(who, room, f"/fagtraad {word}") is None
                assert "Bare" in world.newest(who, room).text
        for does in ("settings", "members", "add", "import", "export", "rooms", "open"):
            assert await world.chat.press(who, "direct", f"networks.{does}", "1") is None
            assert "Bare lederen" in world.newest(who).text


async def test_plain_fagtraad_is_help_as_before_also_for_strangers(world: World) -> None:
    world.introduce("ukjent", "Ukjent Person", GENERAL)
    for who in ("kari", "ukjent"):
        for words in ("/fagtraad", "fagtråd", "/fagtraad "):
            await world.chat.command(who, "direct", words)
            assert "Jeg passer på det som skjer mellom møtene" in world.newest(who).text
    await world.chat.command("kari", "direct", "/fagtraad vafler")
    assert "oppsett, medlemmer, import" in world.newest("kari").text


async def test_one_who_looks_after_several_networks_is_asked_which(world: World) -> None:
    await make_operator(world)
    await set_up(world)
    await world.chat.command("bjarte", "direct", "/fagtraad medlemmer")
    await world.press("bjarte", world.newest("bjarte"), "SMERTE: Nasjonalt nettverk for smerte")
    assert "Synne Bakkemo" in world.newest("bjarte").text
    await world.chat.command("bjarte", "direct", "/fagtraad medlemmer blod")
    assert "Kari Nordmo" in world.newest("bjarte").text


async def test_an_operator_is_welcomed_once_in_the_1_to_1_chat(world: World) -> None:
    await make_operator(world)
    world.chat.rooms["direct:bjarte"] = []
    world.chat.rooms["direct:kari"] = []
    for who in ("bjarte", "kari"):
        await world.chat.join(who, f"direct:{who}")
        await world.chat.leave(who, f"direct:{who}")
        await world.chat.join(who, f"direct:{who}")
    await world.deliver()
    assert [each for each in world.private("bjarte") if "Velkommen" in each] == [world.newest("bjarte").text]
    assert not world.private("kari")
    assert await world.press("bjarte", world.newest("bjarte"), "Sett opp nettverk")


async def test_a_room_is_let_go_though_a_possible_breach_was_seen_in_it(world: World) -> None:
    await world.chat.say("mari", GENERAL, "Pasienten er 14855820480")
    async with world.database.reading() as session:
        room = (await session.scalars(select(Room).where(Room.room == GENERAL))).one()
    await world.chat.press("kari", GENERAL, "networks.unbind", str(room.id))
    assert "feil hos oss" not in world.private("kari", GENERAL)[-1]
    async with world.database.reading() as session:
        assert (await session.scalars(select(Room).where(Room.room == GENERAL))).one_or_none() is None
    await world.chat.command("liv", "direct", "/personvern")
    assert "fødselsnummer" in world.private("liv")[-1].lower(), "the contact's list keeps its entry"
