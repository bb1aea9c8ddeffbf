"""Who is away is left in peace: the deputy hears it, or it waits for the first working day back."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from bot.availability import Away, Quiet, first_reachable
from bot.clock import is_working_day
from tests.features.reminders.telling import SECOND, at, away, digests, due, quiet, second_network, told
from tests.world import CASES, World, buttons, typed


async def test_without_a_deputy_it_waits_for_the_first_working_day_back(world: World) -> None:
    await away(world, "mari", "2026-12-03", "2026-12-11")  # a Friday
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await world.until(at("2026-12-14", "07:59"))
    assert due(world, "mari") == []
    await world.until(at("2026-12-14"))
    assert due(world, "mari") == ["Fristen var fredag 4. desember, uke 49: oppgave 1"]
    await world.until(at("2026-12-18"))
    assert len(due(world, "mari")) == 1


async def test_a_digest_waits_too_and_three_mondays_away_make_one(world: World) -> None:
    await away(world, "mari", "2026-11-25", "2026-12-16")  # a Wednesday
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-07")
    await world.until(at("2026-12-17", "07:59"))
    assert digests(world, "mari") == []
    await world.until(at("2026-12-17"))
    assert len(digests(world, "mari")) == 1
    assert "Over fristen\n1. Ringe laben" in digests(world, "mari")[-1]
    await world.until(at("2026-12-21"))
    assert len(digests(world, "mari")) == 2
    assert due(world, "mari") == [], "what was due on a Monday is in the digest alone"


async def test_what_came_due_during_an_absence_is_one_message(world: World) -> None:
    await away(world, "mari", "2026-11-30", "2026-12-04")
    for day in ("2026-11-28", "2026-12-01", "2026-12-02", "2026-12-04", "2026-12-05", "2026-12-07", "2026-12-10"):
        await world.make_item("kari", f"Oppgave av {day} @mari frist {day}")
    await world.make_item("kari", "ferdig 3")
    await world.until(at("2026-12-07", "12:00"))
    [before, said] = told(world, "mari", "Frist")
    assert before.startswith("Frist lørdag 28. november, uke 48: oppgave 1"), "on Friday, before the absence"
    assert [line[:2] for line in said.splitlines()] == ["Fr", "2.", "4.", "5."], "what is due today is in the digest"
    assert "6. Oppgave av 2026-12-07" in digests(world, "mari")[-1]
    await world.until(at("2026-12-10", "12:00"))
    assert due(world, "mari")[2:] == ["Frist i dag: oppgave 7"]


async def test_back_on_a_monday_there_is_one_digest(world: World) -> None:
    await away(world, "mari", "2026-11-25", "2026-12-13")
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-31")
    await world.until(at("2026-12-14", "12:00"))
    assert len(digests(world, "mari")) == 1


async def test_an_absence_that_is_made_longer_moves_what_waits(world: World) -> None:
    await away(world, "mari", "2026-12-03", "2026-12-09")
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await world.until(at("2026-12-05"))
    await away(world, "mari", "2026-12-10", "2026-12-16")
    await world.until(at("2026-12-17", "07:59"))
    assert (due(world, "mari"), digests(world, "mari")) == ([], ["Oppgavene dine denne uka\n" + FRIST])
    await world.until(at("2026-12-17"))
    assert len(due(world, "mari")) == 1
    assert len(digests(world, "mari")) == 2, "that of Monday 14 December"
    await world.until(at("2026-12-20"))
    assert (len(due(world, "mari")), len(digests(world, "mari"))) == (1, 2)


FRIST = "Frist denne uka\n1. Ringe laben – frist fredag 4. desember, uke 49"


async def test_the_deputy_hears_it_instead_and_the_digest_too(world: World) -> None:
    await away(world, "mari", "2026-12-01", "2026-12-11", "peder")
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await world.until(at("2026-12-04"))
    assert due(world, "peder") == ["Frist i dag: oppgave 1"]
    assert "Til deg som vara for Mari Solbakk." in world.private("peder")[-1]
    shown = world.newest("peder").message
    assert shown is not None
    assert [button.label for button in buttons(shown)] == ["Vis", "Slutt å minne meg på denne"]
    await world.until(at("2026-12-07"))
    assert digests(world, "peder")[-1].startswith("Oppgavene til Mari Solbakk\nTil deg som vara for Mari Solbakk.")
    assert "Over fristen\n1. Ringe laben" in digests(world, "peder")[-1]
    assert (due(world, "mari"), len(digests(world, "mari"))) == ([], 1), "only before the absence"
    await world.until(at("2026-12-14"))
    assert len(digests(world, "mari")) == 2
    assert len(digests(world, "peder")) == 1


async def test_a_deputy_has_a_digest_of_their_own_beside(world: World) -> None:
    await away(world, "mari", "2026-12-01", "2026-12-11", "peder")
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-09")
    await world.make_item("kari", "Bestille rom @Peder Øvrebø frist 2026-12-09")
    await world.until(at("2026-12-07"))
    said = [text for text in digests(world, "peder") if "frist onsdag 9." in text]
    assert sorted(text.splitlines()[0] for text in said) == ["Oppgavene dine denne uka", "Oppgavene til Mari Solbakk"]


async def test_a_deputy_who_is_away_too_does_not_count(world: World) -> None:
    await away(world, "mari", "2026-12-01", "2026-12-09", "peder")
    await away(world, "peder", "2026-12-01", "2026-12-31")
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await world.until(at("2026-12-10"))
    assert (due(world, "peder"), len(due(world, "mari"))) == ([], 1)


async def test_a_cases_item_never_goes_to_a_deputy_without_case_access(world: World) -> None:
    await away(world, "mari", "2026-12-01", "2026-12-09", "ola")  # the secretary, who reads no cases
    await world.ask("hedda")
    mari = str(await world.person_id("mari"))
    for day in ("2026-12-04", "2026-12-07"):  # a Friday, and a Monday
        form = await world.chat.press("kari", CASES, "actions.new", on=world.card("BLOD-26-001"))
        assert form is not None
        values = typed(form, text="Ringe laben", due=day, owners=(mari,))
        await world.chat.submit("kari", CASES, form, values)
    await world.make_item("kari", "Bestille rom @mari frist 2026-12-04")
    await world.until(at("2026-12-09"))
    assert len(due(world, "ola")) == 1, "of the item outside the case"
    assert "BLOD-26-001" not in world.visible_to("ola")
    assert due(world, "mari") == []
    await world.until(at("2026-12-10"))
    assert len(due(world, "mari")) == 2, "they waited"


async def test_a_deputy_is_one_only_in_the_networks_that_they_share(world: World) -> None:
    await second_network(world, "kari", "mari")
    await away(world, "mari", "2026-12-01", "2026-12-09", "peder")
    await world.make_item("mari", "Ringe laben frist 2026-12-08")
    await world.make_item("mari", "Skrive brev frist 2026-12-08", SECOND)
    await world.until(at("2026-12-09"))
    assert len(due(world, "peder")) == 1
    assert "Ringe laben" in digests(world, "peder")[-1]
    assert "Skrive brev" not in world.visible_to("peder")
    await world.until(at("2026-12-10"))
    assert ["Fristen var" in title for title in due(world, "mari")] == [True]
    assert "Skrive brev" in digests(world, "mari")[-1]


async def test_quiet_hours_move_a_reminder_to_their_end(world: World) -> None:
    await quiet(world, "mari", "20:00", "09:30")
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await world.until(at("2026-12-04", "09:29"))
    assert due(world, "mari") == []
    await world.until(at("2026-12-04", "09:30"))
    assert due(world, "mari") == ["Frist i dag: oppgave 1"]
    await world.until(at("2026-12-07", "09:29"))
    before = len(digests(world, "mari"))
    await world.until(at("2026-12-07", "09:30"))
    assert len(digests(world, "mari")) == before + 1


async def test_a_secretary_who_is_away_gets_one_message_of_all_that_became_overdue(world: World) -> None:
    await away(world, "ola", "2026-12-15", "2026-12-20")
    for day in ("2026-12-01", "2026-12-02", "2026-12-03"):
        await world.make_item("peder", f"Ringe laben {day[-2:]} @mari frist {day}")
    await world.until(at("2026-12-21", "12:00"))
    [said] = told(world, "ola", "To uker over fristen")
    assert all(f"Ringe laben {day}" in said for day in ("01", "02", "03"))


async def test_a_secretarys_deputy_hears_of_what_is_overdue(world: World) -> None:
    await away(world, "ola", "2026-12-15", "2026-12-20", "kari")
    await world.make_item("peder", "Ringe laben @mari frist 2026-12-02")
    await world.until(at("2026-12-21", "12:00"))
    assert told(world, "ola", "To uker over fristen") == []
    [said] = told(world, "kari", "To uker over fristen")
    assert "Til deg som vara for Ola Fjellstad." in said


# The rule itself

A_DAY = st.dates(datetime(2026, 1, 1).date(), datetime(2028, 1, 1).date())  # noqa: DTZ001
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SPELLS = st.builds(lambda first, days: Away(first, first + timedelta(days=days)), A_DAY, st.integers(0, 40))
CLOCKS = st.times()
HOURS = st.none() | st.builds(Quiet, CLOCKS, CLOCKS).filter(lambda hours: hours.start != hours.end)


@given(MOMENTS, st.lists(SPELLS, max_size=4), HOURS)
@example(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), [], Quiet(time(1), time(2, 30)))
def test_one_is_reached_at_work_outside_quiet_hours_and_never_earlier(
    moment: datetime, spells: list[Away], hours: Quiet | None
) -> None:
    found = first_reachable(moment, "Europe/Oslo", spells, hours)
    local = found.astimezone(ZoneInfo("Europe/Oslo"))
    assert found >= moment
    assert is_working_day(local.date())
    assert not any(spell.covers(local.date()) for spell in spells)
    assert hours is None or not hours.covers(local.time())
    assert first_reachable(found, "Europe/Oslo", spells, hours) == found, "and then they are reached"
