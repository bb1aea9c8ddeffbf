"""A person's own settings: by command, by form, and back again."""

import pytest
from sqlalchemy import delete, select

from bot.availability import Absence
from bot.chat.message import ChoiceField, plain_text
from bot.chat.port import Done, Problems
from bot.people import MemberRole, Membership, Person
from tests.features.reminders.telling import at, due, second_network
from tests.world import GENERAL, World, buttons, typed


async def absences(world: World) -> list[tuple[str, str, int | None]]:
    async with world.database.reading() as session:
        found = await session.scalars(select(Absence).order_by(Absence.id))
        return [(each.first.isoformat(), each.last.isoformat(), each.deputy_id) for each in found]


async def language(world: World, who: str) -> str | None:
    async with world.database.reading() as session:
        return (await session.get_one(Person, await world.person_id(who))).language


@pytest.mark.parametrize("word", ["/meg", "meg", "mine", "innstillinger", "innstillingar", "settings"])
async def test_what_is_set_is_shown_to_oneself_alone(world: World, word: str) -> None:
    await world.chat.command("mari", GENERAL, word)
    assert world.private("mari", GENERAL)[-1].startswith(
        "Mine innstillinger\nSpråk: som nettverket\nStilletid: ingen\nFravær\nIngen fravær er lagt inn."
    )
    assert "Mine innstillinger" not in world.visible_to("kari")


async def test_who_is_in_no_network_yet_sees_their_own_page(world: World) -> None:
    async with world.database.transaction() as session:
        mine = select(Membership.id).where(Membership.person_id == await world.person_id("bjarte"))
        await session.execute(delete(MemberRole).where(MemberRole.membership_id.in_(mine)))
        await session.execute(delete(Membership).where(Membership.id.in_(mine)))
    page = plain_text(await world.chat.visit("bjarte"))
    assert "Mine innstillinger" in page
    assert "Nettsidene" not in page, "there are none here"


async def test_the_card_leads_to_what_is_stored_about_oneself(world: World) -> None:
    await world.chat.command("mari", "direct", "mine data")
    await world.press("mari", world.newest("mari"), "Mine data")
    assert world.private("mari")[-1].startswith("Mine data")


async def test_an_absence_by_command_says_what_was_understood_and_is_undone(world: World) -> None:
    await world.chat.command("mari", "direct", "/meg borte 1.12–15.12 vara @ola")
    assert world.private("mari")[-1] == (
        "Du er borte tirsdag 1. desember 2026, uke 49 – tirsdag 15. desember 2026, uke 51.\n"
        "Påminnelsene dine går til Ola Fjellstad så lenge. Kasus går bare til den som har kasustilgang."
    )
    assert await absences(world) == [("2026-12-01", "2026-12-15", await world.person_id("ola"))]
    await world.chat.command("mari", "direct", "/meg")
    assert "Ola Fjellstad" in world.private("mari")[-1]
    await world.chat.command("mari", "direct", "/meg borte 1.12–15.12 vara @ola")
    assert len(await absences(world)) == 1, "the same once more is nothing new"
    await world.press("mari", world.newest("mari"), "Angre")
    assert "er fjernet" in world.private("mari")[-1]
    assert await absences(world) == []
    await world.press("mari", world.newest("mari"), "Angre")
    assert await absences(world) == [("2026-12-01", "2026-12-15", await world.person_id("ola"))]


async def test_an_absence_by_form_and_its_removal(world: World) -> None:
    form = await world.chat.command("mari", "direct", "/meg borte")
    assert form is not None
    backwards = typed(form, first="2026-12-15", last="2026-12-01")
    outcome = await world.chat.submit("mari", "direct", form, backwards)
    assert isinstance(outcome, Problems)
    assert "slutter før det begynner" in outcome.by_field["last"]
    ola = str(await world.person_id("ola"))
    filled = typed(form, first="2026-12-01", last="2026-12-15", deputy=ola)
    assert await world.chat.submit("mari", "direct", form, filled) == Done()
    await world.chat.command("mari", "direct", "/meg")
    await world.press("mari", world.newest("mari"), "Fjern fraværet")
    assert await absences(world) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("borte 15.12–1.12", "slutter før det begynner"),
        ("borte 1.12–15.12 vara @sverre", "ingen i nettverkene dine som heter «sverre»"),
        ("borte en gang", "forsto ikke"),
        ("stille natt", "forsto ikke stilletiden «natt»"),
        ("språk latin", "bokmål, nynorsk og engelsk"),
    ],
)
async def test_what_is_not_understood_is_refused_with_a_way_on(world: World, words: str, said: str) -> None:
    await world.chat.command("mari", "direct", f"/meg {words}")
    assert said in world.private("mari")[-1]
    assert await absences(world) == []


async def test_a_deputy_is_somebody_of_ones_own_networks(world: World) -> None:
    async with world.database.transaction() as session:
        stranger = Person(name="Sverre Ukjent", profession="lege")
        session.add(stranger)
        await session.flush()
        number = stranger.id
    form = await world.chat.press("mari", "direct", "me.ask_absence")
    assert form is not None
    filled = typed(form, first="2026-12-01", last="2026-12-15", deputy=str(number))
    assert isinstance(await world.chat.submit("mari", "direct", form, filled), Problems)
    await world.chat.press("mari", "direct", "me.absent_again", f"2026-12-01:2026-12-15:{number}")
    for carries in ("", "x", "1:2:3", "2026-12-01:2026-12-15:x", "2026-12-01:2026-12-15"):
        await world.chat.press("mari", "direct", "me.absent_again", carries)
    await world.chat.command("mari", "direct", "/meg borte 1.12–15.12 vara Sverre Ukjent")
    await world.chat.command("mari", "direct", "/meg borte 1.12–15.12 vara Mari Solbakk")
    assert [row for row in await absences(world) if row[2] is not None] == []


async def test_nobody_removes_anothers_absence(world: World) -> None:
    await world.chat.command("mari", "direct", "/meg borte 1.12–15.12")
    await world.chat.press("kari", "direct", "me.remove_absence", "1")
    assert "finner jeg ikke" in world.private("kari")[-1]
    assert len(await absences(world)) == 1


async def test_quiet_hours_by_command_form_and_undo(world: World) -> None:
    await world.chat.command("mari", "direct", "/meg stille 20-07")
    assert "fra kl. 20:00 til kl. 07:00" in world.private("mari")[-1]
    form = await world.chat.command("mari", "direct", "/meg stille")
    assert form is not None
    assert typed(form) == {"start": "20:00", "end": "07:00"}
    assert await world.chat.submit("mari", "direct", form, typed(form, end="")) != Done()
    assert await world.chat.submit("mari", "direct", form, typed(form, start="", end="")) == Done()
    assert world.private("mari")[-1] == "Du har ingen stilletid lenger."
    await world.press("mari", world.newest("mari"), "Angre")
    assert "fra kl. 20:00 til kl. 07:00" in world.private("mari")[-1]
    await world.press("mari", world.newest("mari"), "Angre")
    await world.chat.command("mari", "direct", "/meg")
    assert "Stilletid: ingen" in world.private("mari")[-1]


async def test_language_by_command_form_and_undo(world: World) -> None:
    await world.chat.command("mari", "direct", "/meg språk nynorsk")
    assert "nynorsk" in world.private("mari")[-1]
    assert await language(world, "mari") == "nn"
    await world.chat.press("mari", "direct", "me.language", "som nettverket")
    assert await language(world, "mari") is None
    form = await world.chat.press("mari", "direct", "me.ask_language")
    assert form is not None
    assert await world.chat.submit("mari", "direct", form, {"language": "en"}) == Done()
    assert await language(world, "mari") == "en"
    undo = buttons_of(world, "mari")[0]
    await world.chat.press("mari", "direct", undo.does, undo.carries)
    assert await language(world, "mari") is None
    await world.chat.press("mari", "direct", "me.language", "tlh")
    assert await language(world, "mari") is None


def buttons_of(world: World, who: str):
    shown = world.newest(who).message
    assert shown is not None
    return buttons(shown)


async def test_back_earlier_than_planned_what_waited_comes_at_once(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await world.chat.command("mari", "direct", "/meg borte 1.12–15.12")
    absence = world.newest("mari")
    await world.until(at("2026-12-08", "10:00"))
    assert due(world, "mari") == []
    await world.press("mari", absence, "Angre")
    assert len(due(world, "mari")) == 1
    await world.until(at("2026-12-18"))
    assert len(due(world, "mari")) == 1


async def test_a_deputy_named_during_the_absence_hears_what_waited(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await world.chat.command("mari", "direct", "/meg borte 1.12–15.12")
    await world.until(at("2026-12-08", "10:00"))
    await world.chat.command("mari", "direct", "/meg borte 7.12–15.12 vara @Peder Øvrebø")
    await world.deliver()
    assert (due(world, "mari"), len(due(world, "peder"))) == ([], 1)
    await world.until(at("2026-12-18"))
    assert (due(world, "mari"), len(due(world, "peder"))) == ([], 1)


async def test_settings_are_the_same_in_all_ones_networks(world: World) -> None:
    await second_network(world, "kari", "mari")
    await world.chat.command("mari", "smerte", "/meg stille 20-07")
    await world.chat.command("mari", GENERAL, "/meg")
    assert "20:00" in world.private("mari", GENERAL)[-1]
    form = await world.chat.press("mari", "direct", "me.ask_absence")
    assert form is not None
    [deputy] = [field for field in form.fields if isinstance(field, ChoiceField)]
    names = [option.label for option in deputy.options]
    assert len(names) == len(set(names)), "a colleague in two networks is offered once"
