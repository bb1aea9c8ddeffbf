"""Who does what by when: by command, from a message, and in a case."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.port import Can, Done, Next, Problems
from bot.features.actions.tables import Item
from tests.world import CASES, GENERAL, World, buttons, typed
from tests.worlds import WorldAt

CODE = "BLOD-26-001"


async def item_words(world: World, number: int = 1) -> Item:
    async with world.database.reading() as session:
        return await session.get_one(Item, number)


async def test_a_command_makes_an_item_for_somebody_with_a_due_day(world: World) -> None:
    await world.make_item("kari", "Revidere prosedyren @Mari Solbakk frist 2026-12-04")
    made = world.private("kari", GENERAL)[-1]
    assert made == "Oppgave 1\nRevidere prosedyren\nHvem: Mari Solbakk\nFrist: fredag 4. desember, uke 49"
    assert "Kari Nordmo har gitt deg en oppgave" in world.private("mari")[-1]


async def test_names_and_words_are_forgiving(world: World) -> None:
    for text in ("@mari Ring laben", "Ring @MARI laben", "@Mari Solbakk Ring laben"):
        await world.make_item("kari", text)
        made = world.private("kari", GENERAL)[-1]
        assert "\nRing laben\nHvem: Mari Solbakk" in made
    for words in ("/OPPGAVE", "aksjonspunkt", "/oppgåve", "todo"):
        await world.chat.command("mari", "direct", words)
        assert world.private("mari")[-1].startswith("Mine oppgaver")


async def test_an_item_without_a_name_is_ones_own_and_two_may_share_one(world: World) -> None:
    await world.make_item("kari", "Bestille rom")
    assert "Hvem: Kari Nordmo" in world.private("kari", GENERAL)[-1]
    assert world.private("kari") == [], "nobody is told of what they gave themselves"
    await world.make_item("kari", "Skrive utkast @mari @peder")
    assert "Hvem: Mari Solbakk og Peder Øvrebø" in world.private("kari", GENERAL)[-1]
    for who in ("mari", "peder"):
        assert "Skrive utkast" in world.private(who)[-1]


async def test_names_that_are_unknown_or_shared_are_refused_with_a_way_on(world: World) -> None:
    await world.enrol("kari2", "Kari Fossum")
    for text, said in (
        ("Ring @Sverre", "ingen i nettverket som heter «Sverre»"),
        ("Ring @kari", "Flere heter «kari»: Kari"),
        ("@mari", "Skriv hva som skal gjøres"),
        ("x" * 501, "under 500 tegn"),
        ("Ring frist snarest", "Jeg forsto ikke fristen «snarest»"),
        ("Ring frist 2026-11-23", "er passert"),
        ("Ring frist 2026-13-01", "finnes ikke"),
        ("Ring 14855820480", "fødselsnummer"),
    ):
        form = await world.make_item("mari", text)
        told = world.private("mari", GENERAL)[-1:] if form is None else [note for f in form.fields for note in f.notes]
        assert said in str(told), text
        if form is not None:
            kept = typed(form)
            assert f"{kept['text']} frist {kept['due']}".removesuffix(" frist ") == text, "nothing typed is lost"
    assert await world.count("action_item") == 0
    await world.make_item("mari", "Ring @Kari Fossum")
    assert "Hvem: Kari Fossum" in world.private("mari", GENERAL)[-1]


async def test_what_was_understood_stands_in_the_fields_of_the_form_that_comes_back(world: World) -> None:
    """Sent in as it stands it would otherwise be without its date, and the writer's own."""
    mari = str(await world.person_id("mari"))
    for text, left, who, due in (
        ("Ring Anders Bakke @mari frist 2026-12-04", "Ring Anders Bakke", mari, "2026-12-04"),
        ("Purre laben @mari frist 32.13", "Purre laben", mari, "32.13"),
        ("Purre laben @Sverre frist 2026-12-04", "Purre laben @Sverre", "", "2026-12-04"),
    ):
        form = await world.make_item("kari", text)
        assert form is not None, text
        kept = typed(form)
        assert (kept["text"], "".join(kept["owners"]), kept["due"]) == (left, who, due)


async def test_what_the_check_warns_of_is_confirmed_before_anybody_sees_it(world: World) -> None:
    form = await world.make_item("kari", "Ring Anders Bakke om prøven @mari")
    assert form is not None
    assert "«Anders Bakke»" in str(form.fields[0].notes)
    assert world.private("mari") == []
    shown = await world.chat.submit("kari", GENERAL, form, typed(form, text="Ring Anders Bakke om prøven"))
    assert isinstance(shown, Next)
    assert await world.count("action_item") == 0
    confirmed = typed(shown.form, confirmed="on")
    assert await world.chat.submit("kari", GENERAL, shown.form, confirmed) == Done()
    assert await world.count("action_item") == 1


async def test_a_confirmation_holds_only_for_what_was_shown(world: World) -> None:
    form = await world.make_item("kari", "Ring Anders Bakke om prøven")
    assert form is not None
    shown = await world.chat.submit("kari", GENERAL, form, typed(form))
    assert isinstance(shown, Next)
    changed = typed(shown.form, text="Ring Bjarne Solheim om prøven", confirmed="on")
    assert isinstance(await world.chat.submit("kari", GENERAL, shown.form, changed), Next)
    mended = typed(shown.form, text="Ring om prøven")
    assert await world.chat.submit("kari", GENERAL, shown.form, mended) == Done()


async def test_an_item_of_a_case_is_stopped_as_the_case_would_be(world: World) -> None:
    await world.ask("hedda")
    form = await world.chat.press("mari", CASES, "actions.new", on=world.card(CODE))
    assert form is not None
    outcome = await world.chat.submit("mari", CASES, form, typed(form, text="Ringe Kari Hansen født 03.05.1992"))
    assert isinstance(outcome, Problems)
    assert set(outcome.by_field) == {"text"}
    assert await world.count("action_item") == 0


async def test_a_number_finishes_removes_and_opens_again(world: World) -> None:
    await world.make_item("kari", "Ringe laben")
    for words, said in (("ferdig 1", "er ferdig"), ("angre 1", "er åpen igjen"), ("fjern 1", "er fjernet")):
        await world.make_item("kari", words)
        assert said in world.private("kari", GENERAL)[-1]
    await world.make_item("kari", "ferdig 99")
    assert "finner jeg ikke" in world.private("kari", GENERAL)[-1]
    assert await world.count("action_item") == 1


async def test_every_message_that_shows_an_item_follows_it(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await world.until(datetime(2026, 12, 4, 7, 0, tzinfo=UTC))
    await world.chat.press("mari", "direct", "actions.done", "1")
    await world.deliver()
    shown = [text for text in world.private("mari") if text.startswith("Oppgave 1\n")]
    assert len(shown) == 2, "the word that she was given it, and the reminder"
    assert all("Ferdig" in text for text in shown)


async def test_items_are_listed_done_reopened_and_removed(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await world.make_item("mari", "Bestille rom")
    await world.make_item("mari", "Sende brev frist 2026-12-01")
    await world.chat.command("mari", "direct", "/oppgave")
    listed = world.private("mari")[-1]
    assert listed == (
        "Mine oppgaver\n3. Sende brev – frist tirsdag 1. desember, uke 49\n"
        "1. Ringe laben – frist fredag 4. desember, uke 49\n2. Bestille rom – uten frist"
    )
    await world.chat.press("mari", "direct", "actions.done", "1")
    assert "Oppgave 1 er ferdig." in world.private("mari")[-1]
    await world.chat.command("mari", "direct", "oppgave")
    assert "Ringe laben" not in world.private("mari")[-1]
    await world.chat.press("mari", "direct", "actions.reopen", "1")
    assert "Oppgave 1 er åpen igjen." in world.private("mari")[-1]
    await world.chat.press("mari", "direct", "actions.remove", "2")
    assert "Oppgave 2 er fjernet." in world.private("mari")[-1]
    await world.press("mari", world.newest("mari"), "Angre")
    assert "Oppgave 2 er åpen igjen." in world.private("mari")[-1]
    for number in "123":
        await world.chat.press("mari", "direct", "actions.done", number)
    await world.chat.command("mari", "direct", "oppgave")
    assert "Du har ingen åpne oppgaver." in world.private("mari")[-1]
    shown = world.newest("mari")
    assert shown.message is not None
    assert [button.label for button in buttons(shown.message)] == ["Ny oppgave"]


async def test_who_may_change_an_item(world: World) -> None:
    await world.make_item("aile", "Ringe laben @mari")
    for who in ("peder", "unni"):
        await world.chat.press(who, "direct", "actions.done", "1")
        assert "Bare den som har oppgaven" in world.private(who)[-1]
    for who in ("mari", "aile", "kari", "ola"):
        await world.chat.press(who, "direct", "actions.done", "1")
        assert "Oppgave 1 er ferdig." in world.private(who)[-1]
        await world.chat.press(who, "direct", "actions.undo", "1")


async def test_one_reminder_at_eight_on_the_due_day(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await world.until(datetime(2026, 12, 4, 6, 59, tzinfo=UTC))
    assert reminded(world) == []
    await world.until(datetime(2026, 12, 4, 7, 0, tzinfo=UTC))
    assert "Frist i dag: oppgave 1\nRinge laben" in world.private("mari")[-1]
    await world.wait(timedelta(days=10))
    assert len(reminded(world)) == 1


async def test_what_is_done_or_removed_meanwhile_reminds_nobody(world: World) -> None:
    await world.make_item("mari", "Ringe laben frist 2026-12-04")
    await world.make_item("mari", "Sende brev frist 2026-12-04")
    await world.make_item("mari", "Bestille rom frist 2026-12-04")
    await world.chat.press("mari", "direct", "actions.done", "1")
    await world.chat.press("mari", "direct", "actions.remove", "2")
    await world.chat.press("mari", "direct", "actions.done", "3")
    await world.chat.press("mari", "direct", "actions.undo", "3")
    await world.wait(timedelta(days=13))
    assert len(reminded(world)) == 1
    assert "Bestille rom" in reminded(world)[0]


def reminded(world: World) -> list[str]:
    """What Mari was told on due days."""
    return [text for text in world.private("mari") if text.startswith("Frist i dag")]


SUMMER_TIME = (
    (datetime(2027, 3, 24, 7, 0, tzinfo=UTC), datetime(2027, 3, 31, 6, 0, tzinfo=UTC)),
    (datetime(2027, 10, 27, 6, 0, tzinfo=UTC), datetime(2027, 11, 3, 7, 0, tzinfo=UTC)),
)


@pytest.mark.parametrize(("before", "after"), SUMMER_TIME)
async def test_reminders_come_at_eight_on_either_side_of_the_change_of_time(
    world_at: WorldAt, before: datetime, after: datetime
) -> None:
    async with world_at(before - timedelta(days=3)) as world:
        for due in (before, after):
            await world.make_item("mari", f"Ringe frist {due:%Y-%m-%d}")
        for told, due in enumerate((before, after)):
            await world.until(due - timedelta(minutes=1))
            assert len(reminded(world)) == told
            await world.until(due)
            assert len(reminded(world)) == told + 1


# From a message


async def test_from_a_message_in_the_general_room_its_words_are_filled_in(world: World) -> None:
    said = await world.chat.say("mari", GENERAL, "Noen må   ringe\nlaben.")
    form = await world.chat.press("kari", GENERAL, "actions.new", on=said)
    assert form is not None
    assert typed(form)["text"] == "Noen må ringe laben."
    assert typed(form)["owners"] == (str(await world.person_id("kari")),)
    mari = str(await world.person_id("mari"))
    sent = typed(form, owners=mari, due="4. des")
    assert await world.chat.submit("kari", GENERAL, form, sent) == Done()
    await world.deliver()
    card = next(each for each in world.chat.shown if each.posted.place.thread == said.posted.ref)
    assert "Oppgave 1\nNoen må ringe laben.\nHvem: Mari Solbakk" in card.text
    await world.press("mari", card, "Ferdig")
    card = next(each for each in world.chat.shown if each.posted.place.thread == said.posted.ref and each.to is None)
    assert "Ferdig" in card.text, "the card is brought up to date for everybody"


async def test_what_is_wrong_in_the_form_is_said_at_its_field(world: World) -> None:
    form = await world.chat.press("kari", GENERAL, "actions.new")
    assert form is not None
    for field, value in (
        ("text", " "),
        ("text", "x" * 501),
        ("text", "Ring 14855820480"),
        ("text", "ord " * 3000),
        ("due", "2026-11-23"),
        ("due", "en gang"),
    ):
        outcome = await world.chat.submit("kari", GENERAL, form, typed(form, **({"text": "Ringe"} | {field: value})))
        assert isinstance(outcome, Problems)
        assert set(outcome.by_field) == {field}
    for owner in ("²", "99999999999999999999", "-1", "4711", "sjef"):
        outcome = await world.chat.submit("kari", GENERAL, form, typed(form, text="Ringe", owners=owner))
        assert isinstance(outcome, Problems)
        assert "Noe gikk galt" not in str(outcome.by_field)
    assert await world.count("action_item") == 0


async def test_words_of_a_case_are_never_filled_in_where_they_would_lie_open(world: World) -> None:
    await world.ask("hedda")
    await world.chat.command("mari", "direct", f"/kasus {CODE}")
    shown_in = {CASES: world.card(CODE), "direct": world.newest("mari")}
    if world.chat.name == "slack":  # what somebody asked to see passes there, and has no menu
        del shown_in["direct"]
    for room, shown in shown_in.items():
        form = await world.chat.press("mari", room, "actions.new", on=shown)
        assert form is not None
        assert typed(form)["text"] == ""


# In a case


async def case_item(world: World, who: str = "hedda", owner: str = "mari") -> Item:
    """An item made from an answer in a case's thread."""
    await world.ask("hedda")
    answer = await world.chat.say("mari", CASES, "Sjekk nivået først.", under=world.card(CODE))
    form = await world.chat.press(who, CASES, "actions.new", on=answer)
    assert form is not None
    assert typed(form)["text"] == ""
    assert "Oppgaven hører til et kasus" in str(form.intro)
    sent = typed(form, text="Bestille faktornivå", owners=str(await world.person_id(owner)), due="2026-12-04")
    assert await world.chat.submit(who, CASES, form, sent) == Done()
    await world.deliver()
    return await item_words(world)


async def test_an_item_of_a_case_is_sealed_and_a_list_shows_its_code_alone(world: World) -> None:
    item = await case_item(world)
    assert item.text is None
    assert item.sealed is not None
    assert "Bestille" not in repr(item.sealed)
    assert "Bestille faktornivå" in world.private("mari")[-1]
    await world.chat.command("mari", "direct", "/oppgave")
    assert world.private("mari")[-1] == f"Mine oppgaver\n1. oppgave i {CODE} – frist fredag 4. desember, uke 49"


async def test_erasing_the_case_takes_its_items_words_and_our_messages_with_them(world: World) -> None:
    await case_item(world)
    await world.until(datetime(2026, 12, 4, 7, 0, tzinfo=UTC))
    assert "Bestille faktornivå" in world.visible_to("mari")
    form = await world.chat.press("hedda", CASES, "cases.ask_erase", "1")
    assert form is not None
    await world.chat.submit("hedda", CASES, form, {"sure": "on"})
    await world.deliver()
    assert "Bestille faktornivå" not in world.visible_to("mari")
    await world.chat.command("mari", "direct", "/oppgave")
    assert world.private("mari")[-1].endswith("Du har ingen åpne oppgaver.")
    await world.chat.press("mari", "direct", "actions.done", "1")
    assert "Oppgave 1 er ferdig." in world.private("mari")[-1]


async def test_no_item_is_made_from_an_erased_case(world: World) -> None:
    world.chat.can -= {Can.DELETE_OTHERS}
    await world.ask("hedda")
    answer = await world.chat.say("mari", CASES, "Sjekk nivået først.", under=world.card(CODE))
    form = await world.chat.press("hedda", CASES, "cases.ask_erase", "1")
    assert form is not None
    await world.chat.submit("hedda", CASES, form, {"sure": "on"})
    form = await world.chat.press("mari", CASES, "actions.new", on=answer)
    if form is not None:
        outcome = await world.chat.submit("mari", CASES, form, typed(form, text="Ringe"))
        assert isinstance(outcome, Problems)
        assert "Kasuset er slettet" in str(outcome.by_field)
    assert await world.count("action_item") == 0


async def test_an_item_of_a_case_is_given_to_nobody_without_case_access(world: World) -> None:
    await world.ask("hedda")
    form = await world.chat.press("mari", CASES, "actions.new", on=world.card(CODE))
    assert form is not None
    unni = str(await world.person_id("unni"))
    outcome = await world.chat.submit("mari", CASES, form, typed(form, text="Ringe", owners=unni))
    assert isinstance(outcome, Problems)
    assert "Unni Strand har ikke kasustilgang" in outcome.by_field["owners"]
    assert await world.count("action_item") == 0


async def test_a_card_of_a_cases_item_waits_while_an_outsider_is_in_the_room(world: World) -> None:
    await world.ask("hedda")
    card = world.card(CODE)
    form = await world.chat.press("mari", CASES, "actions.new", on=card)
    assert form is not None
    await world.chat.submit("mari", CASES, form, typed(form, text="Bestille faktornivå"))
    world.chat.rooms[CASES].append("unni")
    await world.deliver()
    assert "Bestille faktornivå" not in world.visible_to("unni")
    world.chat.rooms[CASES].remove("unni")
    await world.wait(timedelta(hours=2))
    assert "Bestille faktornivå" in world.visible_to("peder")


async def test_in_a_case_room_a_command_says_how_it_is_done_there(world: World) -> None:
    await world.make_item("mari", "Ringe laben", CASES)
    assert "i kasusrommet lages oppgaver fra et kasus" in world.private("mari", CASES)[-1].casefold()
    assert await world.count("action_item") == 0


# Two at once


async def test_two_who_make_items_at_once_get_different_numbers(world: World) -> None:
    await asyncio.gather(*(world.chat.command(who, GENERAL, "/oppgave Ringe laben") for who in ("kari", "mari")))
    said = {world.private(who, GENERAL)[-1].partition("\n")[0] for who in ("kari", "mari")}
    assert said == {"Oppgave 1", "Oppgave 2"}


async def test_owner_and_maker_finish_it_at_once_and_the_second_hears_who_was_first(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari")
    await asyncio.gather(*(world.chat.press(who, "direct", "actions.done", "1") for who in ("kari", "mari")))
    said = {who: world.private(who)[-1] for who in ("kari", "mari")}
    first = next(who for who in said if said[who] == "Oppgave 1 er ferdig.")
    name = {"kari": "Kari Nordmo", "mari": "Mari Solbakk"}[first]
    del said[first]
    assert [*said.values()] == [f"Oppgave 1 var alt ferdig, meldt av {name}."]
    assert await world.count("action_change") == 2


async def test_one_who_finishes_while_another_removes_leaves_one_of_the_two(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari")
    await asyncio.gather(
        world.chat.press("kari", "direct", "actions.remove", "1"),
        world.chat.press("mari", "direct", "actions.done", "1"),
    )
    assert (await item_words(world)).state in ("done", "removed")
    assert await world.count("action_change") == 2, "one change, and the other is told of it"
    refused = [who for who in ("kari", "mari") if "Skriv «/oppgave åpne 1»" in world.private(who)[-1]]
    assert len(refused) == 1
    assert "Noe gikk galt" not in world.visible_to("kari") + world.visible_to("mari")
