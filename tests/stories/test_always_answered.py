"""Whatever somebody does, they are answered, and a refusal says what to do next."""

from adapters.memory.chat import Shown
from bot.chat.message import Form
from bot.chat.port import Account, Can, Done, Problems
from bot.people import Network
from bot.places import Purpose, Room
from tests.world import CASES, GENERAL, World, buttons


def labels(shown: Shown) -> list[str]:
    assert shown.message is not None
    return [button.label for button in buttons(shown.message)]


async def test_help_lists_every_command_and_offers_the_buttons(world: World) -> None:
    for words in ("hjelp", "/help", "HEI", "", "  ", "/", "@", "Fagtråd"):
        await world.chat.command("hedda", "direct", words)
    for words in ("hjelp", "", "/"):
        await world.chat.command("hedda", "direct", words)
        said = world.newest("hedda")
        assert said.text.startswith("Hjelp\n"), words
        for command in world.app.core.features.commands:
            ways = command.usage if Can.SLASH in world.chat.can else command.usage.split(" · ")[0].removeprefix("/")
            assert ways in said.text
        assert labels(said) == ["Spør nettverket", "Søk"]


async def test_a_slip_is_answered_with_what_was_perhaps_meant(world: World) -> None:
    await world.chat.command("hedda", "direct", "/oppgva Ringe laben")
    said = world.newest("hedda")
    assert said.text.startswith("Mente du «oppg")
    await world.press("hedda", said, labels(said)[0])
    assert world.newest("hedda").text.startswith("Mine oppgaver")
    await world.chat.command("hedda", "direct", "/kassus")
    assert "«kasus»" in world.newest("hedda").text
    form = await world.press("hedda", world.newest("hedda"), "/kasus")
    assert isinstance(form, Form)


async def test_what_is_nothing_like_a_command_is_answered_with_a_way_to_help(world: World) -> None:
    for words in ("xyzzy", "1234", "x" * 10_000, "🩸", "'; drop table person; --"):
        await world.chat.command("hedda", "direct", words)
        assert world.newest("hedda").text == "Det forsto jeg ikke.", words[:20]
    await world.press("hedda", world.newest("hedda"), "Vis hva jeg kan")
    assert world.newest("hedda").text.startswith("Hjelp")


async def test_somebody_unknown_is_told_whom_to_ask(world: World) -> None:
    world.introduce("gjest", "Gjest Gjestesen", GENERAL)
    await world.chat.command("gjest", "direct", "hjelp")
    assert world.private("gjest")[-1].startswith("Hjelp")
    for words in ("/kasus", "/kasus BLOD-26-001", "/oppgave", "/oppgave Ringe", "/personvern"):
        await world.chat.command("gjest", "direct", words)
        assert "Be sekretæren i nettverket om å legge deg til" in world.private("gjest")[-1], words
    await world.chat.press("gjest", GENERAL, "cases.ask")
    assert "Be sekretæren" in world.private("gjest", GENERAL)[-1]
    form = await world.chat.press("hedda", CASES, "cases.ask")
    assert form is not None
    outcome = await world.chat.submit("gjest", GENERAL, form, {})
    assert isinstance(outcome, Problems)
    assert "Be sekretæren" in outcome.by_field[""]


async def test_old_buttons_and_forms_say_that_they_are_old(world: World) -> None:
    await world.chat.press("hedda", "direct", "polls.vote", "3")
    assert "virker ikke lenger" in world.private("hedda")[-1]
    await world.chat.submit("hedda", "direct", Form("polls.open", "Avstemning", ()), {})
    assert "virker ikke lenger" in world.private("hedda")[-1]
    for does in (
        "cases.ask",
        "cases.close",
        "cases.erase",
        "actions.new",
        "actions.edit",
        "actions.move",
        "actions.hand",
    ):
        for carries in ("", "x", "1;x", "999", "²", "-1", "9" * 40, "9" * 5000, "[1]", "null", "{", "1" * 3000):
            if len(carries) > world.carries_at_most:
                continue
            outcome = await world.chat.submit("hedda", "direct", Form(does, "", (), carries), {"sure": "on"})
            assert isinstance(outcome, Problems), (does, carries[:20])
            assert "Noe gikk galt" not in str(outcome.by_field), (does, carries[:20])


# Of cases and items, but about no one of them.
WITHOUT_AN_ID = {"cases.ask", "cases.mine", "cases.open", "actions.new", "actions.mine", "actions.all", "actions.muted"}


async def test_every_button_with_an_id_that_is_none_is_answered(world: World) -> None:
    features = world.app.core.features
    assert set(features.presses) >= WITHOUT_AN_ID
    for does in features.presses:
        for carries in ("", "0", "999", "²", "-1", "9" * 40, "9" * 5000, "1; drop table person"):
            if len(carries) > world.carries_at_most:
                continue
            before = len(world.private("hedda"))
            form = await world.chat.press("hedda", "direct", does, carries)
            said = world.private("hedda")[before:]
            assert form or said, (does, carries[:20])
            assert not any("Noe gikk galt" in each for each in said), (does, carries[:20])
            if does.startswith(("cases.", "actions.")) and does not in WITHOUT_AN_ID:
                assert not form
                assert "Det finner jeg ikke" in said[-1], (does, carries[:20])


async def second_network(world: World, *members: str) -> None:
    async with world.database.transaction() as session:
        from bot.people import Membership

        network = Network(code="SMERTE", name="Smertenettverket", kind="national", zone="Europe/Oslo", language="nb")
        session.add(network)
        await session.flush()
        session.add(
            Room(network_id=network.id, chat=world.chat.name, room=world.room_id("smerte"), purpose=Purpose.GENERAL)
        )
        session.add(
            Room(network_id=network.id, chat=world.chat.name, room=world.room_id("smertekasus"), purpose=Purpose.CASES)
        )
        for who in members:
            access = world.clock.now()
            session.add(Membership(network_id=network.id, person_id=await world.person_id(who), case_access_at=access))
    world.chat.rooms["smerte"] = world.chat.rooms["smertekasus"] = list(members)


async def test_one_in_two_networks_is_asked_to_write_where_it_belongs(world: World) -> None:
    await second_network(world, "mari")
    form = await world.chat.command("mari", "direct", "/oppgave Ringe laben")
    assert form is not None
    assert form.fields[0].label == "Nettverk"
    await world.chat.press("mari", "direct", "cases.ask")
    assert "Skriv dette i kanalen til nettverket" in world.private("mari")[-1]
    await world.make_item("mari", "Ringe laben", "smerte")
    assert "Oppgave 1" in world.private("mari", "smerte")[-1]


async def test_in_another_networks_room_one_is_a_stranger(world: World) -> None:
    await second_network(world, "mari")
    world.chat.rooms["smerte"].append("hedda")
    for does in ("cases.ask", "actions.new"):
        assert await world.chat.press("hedda", "smerte", does) is None
        assert "ikke tilgang" in world.private("hedda", "smerte")[-1]
    await world.make_item("hedda", "Ringe laben", "smerte")
    assert "ikke tilgang" in world.private("hedda", "smerte")[-1]


async def test_a_case_of_another_network_is_not_found(world: World) -> None:
    await second_network(world, "mari")
    assert await world.ask("mari", "smertekasus") == Done()
    for does in ("cases.show", "cases.answering", "cases.ask_close", "cases.ask_erase", "cases.journal"):
        await world.chat.press("hedda", "direct", does, "1")
        assert "Det finner jeg ikke" in world.private("hedda")[-1]
    await world.chat.command("hedda", "direct", "/kasus SMERTE-26-001")
    missing = world.private("hedda")[-1]
    await world.chat.command("hedda", "direct", "/kasus SMERTE-26-002")
    assert world.private("hedda")[-1] == missing
    await world.chat.command("hedda", "direct", "/kasus åpne")
    assert "SMERTE" not in world.private("hedda")[-1]


async def test_a_network_without_a_case_room_says_so(world: World) -> None:
    async with world.database.transaction() as session:
        room = await session.get_one(Room, 1)
        await session.delete(room)
    outcome = await world.ask("hedda", "generelt")
    assert isinstance(outcome, Problems)
    assert "ikke noe kasusrom" in outcome.by_field[""]
    assert await world.count("clinical_case") == 0


async def test_an_account_of_a_platform_that_nobody_linked_is_unknown_by_the_same_name(world: World) -> None:
    world.chat.accounts["hedda2"] = Account("memory", "hedda2", "Hedda Myhre")
    await world.chat.command("hedda2", "direct", "/kasus")
    assert "Jeg kjenner deg ikke" in world.private("hedda2")[-1]
