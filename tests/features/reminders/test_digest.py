"""The digest: one a person on Mondays at eight, of all their networks, and nothing else that morning."""

import pytest

from bot.features.actions.tables import Item, ItemOwner, ItemState
from bot.people import Role
from tests.features.reminders.telling import SECOND, at, digests, due, leave, second_network
from tests.world import CASES, GENERAL, World, buttons, typed


async def test_one_digest_holds_all_networks_overdue_first_then_this_week_and_counts_the_rest(world: World) -> None:
    await second_network(world, "kari", "mari")
    await world.make_item("mari", "Ringe laben frist 2026-12-02")
    await world.make_item("mari", "Bestille rom frist 2026-12-10")
    await world.make_item("mari", "Lese rapport frist 2027-02-01")
    await world.make_item("mari", "Rydde", GENERAL)
    await world.make_item("mari", "Skrive til kommunen frist 2026-12-08", SECOND)
    await world.until(at("2026-12-07", "07:59"))
    before = len(digests(world, "mari"))
    await world.until(at("2026-12-07"))
    assert len(digests(world, "mari")) == before + 1
    assert digests(world, "mari")[-1] == (
        "Oppgavene dine denne uka\n"
        "Over fristen\n"
        "1. Ringe laben – frist onsdag 2. desember, uke 49 · Nasjonalt nettverk for blødersykdom\n"
        "Frist denne uka\n"
        "1. Skrive til kommunen – frist tirsdag 8. desember, uke 50 · Regionalt nettverk for smerte\n"
        "2. Bestille rom – frist torsdag 10. desember, uke 50 · Nasjonalt nettverk for blødersykdom\n"
        "I tillegg er 2 oppgaver åpne, med senere frist eller uten."
    )
    await world.until(at("2026-12-13"))
    assert len(digests(world, "mari")) == before + 1


async def test_it_comes_every_monday_while_something_is_open_and_never_when_nothing_is(world: World) -> None:
    await world.make_item("mari", "Rydde")
    for week, monday in enumerate(("2026-11-30", "2026-12-07", "2026-12-14"), start=1):
        await world.until(at(monday))
        assert len(digests(world, "mari")) == week
    await world.make_item("mari", "ferdig 1")
    await world.until(at("2027-01-05"))
    assert len(digests(world, "mari")) == 3
    await world.make_item("mari", "Lese")
    await world.until(at("2027-01-12"))
    assert len(digests(world, "mari")) == 4
    assert digests(world, "kari") == []


async def test_at_eight_on_the_wall_clock_on_both_sides_of_daylight_saving(world: World) -> None:
    await world.make_item("mari", "Rydde")
    await world.until(at("2027-03-22", "12:00"))
    before = len(digests(world, "mari"))
    for monday in ("2027-04-05", "2027-04-12"):  # summer time since 28 March; 29 March is Easter Monday
        await world.until(at(monday, "07:59"))
        expected = before + (1 if monday == "2027-04-05" else 2)  # Tuesday 30 March had one
        assert len(digests(world, "mari")) == expected
        await world.until(at(monday))
        assert len(digests(world, "mari")) == expected + 1
    await world.until(at("2027-11-01", "07:59"))  # winter time since 31 October
    before = len(digests(world, "mari"))
    await world.until(at("2027-11-01"))
    assert len(digests(world, "mari")) == before + 1


async def test_on_a_public_holiday_it_comes_the_first_working_day_of_the_week(world: World) -> None:
    await world.make_item("mari", "Rydde frist 2027-03-29")
    await world.until(at("2027-03-30", "07:59"))
    before = digests(world, "mari")
    assert len(due(world, "mari")) == 1, "on Wednesday before Easter"
    await world.until(at("2027-03-30"))
    assert len(digests(world, "mari")) == len(before) + 1
    assert "Over fristen\n1. Rydde – frist mandag 29. mars" in digests(world, "mari")[-1]


async def test_what_is_due_that_monday_is_said_in_the_digest_alone(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-07")
    await world.make_item("kari", "Skrive utkast @mari frist 2026-12-05")
    await world.until(at("2026-12-04"))
    assert len(due(world, "mari")) == 1, "due on Saturday, said on Friday"
    said = len(world.private("mari"))
    await world.until(at("2026-12-07", "12:00"))
    assert len(world.private("mari")) == said + 1
    assert "1. Ringe laben – frist mandag 7. desember" in digests(world, "mari")[-1]


async def test_a_case_is_its_code(world: World) -> None:
    await world.ask("hedda")
    form = await world.chat.press("mari", CASES, "actions.new", on=world.card("BLOD-26-001"))
    assert form is not None
    await world.chat.submit("mari", CASES, form, typed(form, text="Ringe laben", due="2026-12-10"))
    await world.deliver()
    await world.until(at("2026-12-07"))
    [said] = [digests(world, who)[-1] for who in ("mari", "hedda") if digests(world, who)]
    assert "1. oppgave i BLOD-26-001 – frist torsdag 10. desember" in said
    assert "Ringe laben" not in said


async def test_muted_handed_over_and_removed_items_are_left_out(world: World) -> None:
    for text in ("En", "To", "Tre", "Fire"):
        await world.make_item("kari", f"{text} @mari frist 2026-12-10")
    await world.chat.press("mari", "direct", "actions.mute", "1")
    await world.make_item("kari", "overfør 2 @Peder Øvrebø")
    await world.make_item("kari", "fjern 3")
    await world.until(at("2026-12-07"))
    assert "4. Fire" in digests(world, "mari")[-1]
    assert not any(word in digests(world, "mari")[-1] for word in ("En", "To", "Tre"))
    assert "2. To" in digests(world, "peder")[-1]


async def test_what_everybody_left_is_the_secretarys(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-10")
    await leave(world, "mari")
    await world.until(at("2026-12-07"))
    assert digests(world, "mari") == []
    assert "Ringe laben" in digests(world, "ola")[-1]


async def test_two_hundred_items_make_one_message_of_bearable_length(world: World) -> None:
    await world.make_item("mari", "Rydde frist 2026-12-10")
    mari = await world.person_id("mari")
    async with world.database.transaction() as session:
        first = await session.get_one(Item, 1)
        more = [
            Item(
                network_id=1,
                number=number,
                text=f"Oppgave nummer {number}",
                due=first.due,
                state=ItemState.OPEN,
                made_by=mari,
                made_at=first.made_at,
            )
            for number in range(2, 201)
        ]
        session.add_all(more)
        await session.flush()
        session.add_all(ItemOwner(item_id=item.id, person_id=mari) for item in more)
    await world.until(at("2026-12-14"))
    shown = world.newest("mari")
    assert shown.message is not None
    assert len(shown.message.parts) <= 45, "Slack shows at most 50 blocks"
    assert "… og 182 til" in shown.text
    assert buttons(shown.message)[-1].label == "Se alle oppgavene mine"


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.LEADER])
async def test_overdue_by_two_weeks_reaches_the_secretary_or_the_leader_once(world: World, role: Role) -> None:
    if role is Role.LEADER:
        await world.resign(Role.SECRETARY)
    who, other = ("ola", "kari") if role is Role.SECRETARY else ("kari", "ola")
    await world.make_item("peder", "Ringe laben @mari frist 2026-12-02")
    await world.make_item("peder", "Bestille rom @fatima frist 2026-12-02")
    await world.make_item("peder", "Lese rapport @fatima frist 2026-12-02")
    await world.until(at("2026-12-15"))
    await world.make_item("peder", "ferdig 3")
    told = [text for text in world.private(who) if text.startswith("To uker")]
    assert told == []
    await world.until(at("2026-12-16"))
    [said] = [text for text in world.private(who) if text.startswith("To uker over fristen")]
    assert "1. Ringe laben – frist onsdag 2. desember, uke 49 – Mari Solbakk" in said
    assert "2. Bestille rom – frist onsdag 2. desember, uke 49 – Fatima Lunde" in said
    assert "Lese rapport" not in said
    await world.until(at("2027-01-20"))
    assert len([text for text in world.private(who) if text.startswith("To uker over fristen")]) == 1
    assert not any(text.startswith("To uker over fristen") for text in world.private(other))


async def test_what_became_overdue_over_a_weekend_comes_on_monday_in_one_message(world: World) -> None:
    for day in ("2026-12-04", "2026-12-05", "2026-12-06", "2026-12-07"):
        await world.make_item("peder", f"Ringe laben {day[-2:]} @mari frist {day}")
    await world.until(at("2026-12-22", "12:00"))
    friday, monday = [text for text in world.private("ola") if text.startswith("To uker over fristen")]
    assert [day for day in ("04", "05", "06", "07") if f"laben {day}" in friday] == ["04"]
    assert [day for day in ("04", "05", "06", "07") if f"laben {day}" in monday] == ["05", "06", "07"]
