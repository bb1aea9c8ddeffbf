"""The due day's reminder: in the morning, on a working day, once, and only while it still applies."""

from datetime import timedelta

import pytest

from bot.people import Role
from tests.features.reminders.telling import at, due, leave, told
from tests.world import CASES, GENERAL, World, buttons, typed


async def test_it_comes_at_eight_on_the_due_day_and_not_before(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await world.until(at("2026-12-04", "07:59"))
    assert due(world, "mari") == []
    await world.until(at("2026-12-04"))
    assert due(world, "mari") == ["Frist i dag: oppgave 1"]
    assert "Ringe laben" in world.private("mari")[-1]
    assert "Frist: fredag 4. desember, uke 49" in world.private("mari")[-1], "this year's dates without the year"
    await world.until(at("2026-12-06"))
    assert len(due(world, "mari")) == 1
    assert due(world, "kari") == [], "who made it is not reminded"


@pytest.mark.parametrize(
    ("day", "reminded", "said"),
    [
        ("2026-12-05", "2026-12-04", "Frist lørdag 5. desember, uke 49: oppgave 1"),
        ("2026-12-06", "2026-12-04", "Frist søndag 6. desember, uke 49: oppgave 1"),
        ("2026-12-25", "2026-12-24", "Frist fredag 25. desember, uke 52: oppgave 1"),
        ("2027-01-01", "2026-12-31", "Frist fredag 1. januar 2027, uke 53: oppgave 1"),
        ("2027-03-29", "2027-03-24", "Frist mandag 29. mars, uke 13: oppgave 1"),  # Easter Monday
    ],
)
async def test_of_a_day_off_it_comes_the_last_working_day_before(
    world: World, day: str, reminded: str, said: str
) -> None:
    await world.make_item("kari", f"Ringe laben @mari frist {day}")
    await world.until(at(reminded, "07:59"))
    assert due(world, "mari") == []
    await world.until(at(reminded))
    assert due(world, "mari") == [said]
    await world.until(at(day, "23:00"))
    assert due(world, "mari") == [said]


async def test_a_due_time_is_said(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 4.12.2026 kl 14")
    await world.until(at("2026-12-04"))
    assert due(world, "mari") == ["Frist i dag kl. 14:00: oppgave 1"]


@pytest.mark.parametrize(
    ("change", "mari", "peder"),
    [
        ("ferdig 1", 0, 0),
        ("fjern 1", 0, 0),
        ("utsett 1 2026-12-11", 0, 0),
        ("overfør 1 @Peder Øvrebø", 0, 1),
        ("", 1, 0),
    ],
)
async def test_what_was_done_removed_moved_or_handed_over_meanwhile_is_not_said(
    world: World, change: str, mari: int, peder: int
) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    if change:
        await world.make_item("kari", change)
    await world.until(at("2026-12-04", "12:00"))
    assert (len(due(world, "mari")), len(due(world, "peder"))) == (mari, peder)
    await world.until(at("2026-12-11", "12:00"))
    assert len(due(world, "mari")) == (1 if "utsett" in change else mari)


async def test_moved_away_and_back_it_is_said_once(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    for day in ("2026-12-02", "2026-12-10", "2026-12-04"):
        await world.make_item("kari", f"utsett 1 {day}")
    await world.until(at("2026-12-11"))
    assert due(world, "mari") == ["Frist i dag: oppgave 1"]


async def test_an_owner_who_has_left_is_not_reminded_and_the_secretary_is(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await leave(world, "mari")
    await world.until(at("2026-12-04"))
    assert due(world, "mari") == []
    assert due(world, "ola") == ["Frist i dag: oppgave 1"]


async def test_of_a_roles_item_whoever_has_the_role_that_morning_is_reminded(world: World) -> None:
    await world.make_item("kari", "Skrive referat @sekretær frist 2026-12-04")
    await world.resign(Role.SECRETARY)
    await world.enrol("nils", "Nils Heggelund", Role.SECRETARY)
    await world.until(at("2026-12-04"))
    assert (due(world, "ola"), due(world, "nils")) == ([], ["Frist i dag: oppgave 1"])


async def test_several_on_one_day_are_one_message(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 4.12.2026 kl 14")
    for text in ("Bestille rom", "Lese rapport", "Skrive utkast"):
        await world.make_item("kari", f"{text} @mari @Peder Øvrebø frist 2026-12-04")
    await world.make_item("kari", "ferdig 3")
    await world.chat.press("mari", "direct", "actions.mute", "4")
    await world.until(at("2026-12-04"))
    assert told(world, "mari", "Frist") == [
        "Frist i dag: 2 oppgaver\n1. Ringe laben – frist fredag 4. desember kl. 14:00, uke 49\n"
        "2. Bestille rom – frist fredag 4. desember, uke 49"
    ]
    assert [text.splitlines()[:2] for text in told(world, "peder", "Frist")] == [
        ["Frist i dag: 2 oppgaver", "2. Bestille rom – frist fredag 4. desember, uke 49"]
    ]
    await world.until(at("2026-12-06"))
    assert (len(due(world, "mari")), len(due(world, "peder"))) == (1, 1)


async def test_nobody_is_reminded_any_more_of_what_they_muted(world: World) -> None:
    await world.make_item("kari", "Skrive utkast @mari @peder frist 2026-12-04")
    await world.until(at("2026-11-30"))
    await world.press("mari", world.newest("mari"), "Slutt å minne meg på denne")
    assert "Jeg minner deg ikke mer på oppgave 1" in world.private("mari")[-1]
    await world.until(at("2026-12-04"))
    assert (len(due(world, "mari")), len(due(world, "peder"))) == (0, 1)
    await world.chat.command("mari", "direct", "/oppgave")
    assert "Skrive utkast" in world.private("mari")[-1], "it is still in the list"


async def test_a_mute_that_the_platform_sends_twice_is_answered_twice(world: World) -> None:
    """As when the first answer was lost on the way."""
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    for does, said in (("actions.mute", "Jeg minner deg ikke mer"), ("actions.unmute", "Jeg minner deg på oppgave 1")):
        for _ in range(2):
            await world.chat.press("mari", "direct", does, "1", key=does)
        first, second = world.private("mari")[-2:]
        assert first == second
        assert said in first


async def test_a_mute_is_undone_and_listed(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await world.chat.press("mari", "direct", "actions.mute", "1")
    undo = world.newest("mari", "direct")
    await world.chat.press("mari", "direct", "actions.muted")
    assert "1. Ringe laben" in world.private("mari")[-1]
    await world.press("mari", undo, "Angre")
    assert "igjen" in world.private("mari")[-1]
    await world.chat.press("mari", "direct", "actions.muted")
    assert "på alle oppgavene dine" in world.private("mari")[-1]
    await world.until(at("2026-12-04"))
    assert len(due(world, "mari")) == 1


@pytest.mark.memory_only("what a message is sealed under does not stand on a screen in Slack")
async def test_the_words_of_a_cases_item_go_only_to_who_may_read_the_case(world: World) -> None:
    await world.ask("hedda")
    form = await world.chat.press("mari", CASES, "actions.new", on=world.card("BLOD-26-001"))
    assert form is not None
    await world.chat.submit("mari", CASES, form, typed(form, text="Ringe laben", due="2026-12-04"))
    await world.deliver()
    await world.until(at("2026-12-04"))
    reader = "mari" if due(world, "mari") else "hedda"
    assert due(world, reader) == ["Frist i dag: oppgave 1"]
    shown = world.newest(reader).message
    assert shown is not None
    assert shown.sealed_under, "the chat that keeps it seals it with the case's key"


async def test_a_reminder_carries_what_can_be_done_with_it(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await world.until(at("2026-12-04"))
    shown = world.newest("mari")
    assert shown.message is not None
    labels = [button.label for button in buttons(shown.message)]
    assert labels[0] == "Ferdig"
    assert labels[-1] == "Slutt å minne meg på denne"
    await world.press("mari", shown, "Ferdig")
    assert told(world, "mari", "Frist") == [], "it is redrawn"
    assert any(text.endswith("Ferdig") for text in world.private("mari"))


async def test_one_made_on_its_due_day_says_so_when_it_is_made_and_not_again(world: World) -> None:
    await world.make_item("kari", "Ringe laben frist i dag", GENERAL)
    await world.wait(timedelta(hours=12))
    assert due(world, "kari") == []
