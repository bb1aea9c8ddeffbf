"""Items of cases, changed: what is sealed stays sealed, in their history too, and goes with the case."""

from datetime import timedelta

from sqlalchemy import select, update

from bot.chat.port import Done, Next, Problems
from bot.features.actions.tables import Item, ItemChange
from bot.people import Membership
from tests.world import CASES, World, typed

CODE = "BLOD-26-001"


async def case_item(world: World) -> None:
    """Made by Hedda from the case's card, for Mari."""
    await world.ask("hedda")
    form = await world.chat.press("hedda", CASES, "actions.new", on=world.card(CODE))
    assert form is not None
    sent = typed(form, text="Bestille faktornivå", owners=str(await world.person_id("mari")), due="2026-12-04")
    assert await world.chat.submit("hedda", CASES, form, sent) == Done()
    await world.deliver()


async def edited(world: World, who: str, text: str) -> None:
    form = await world.chat.press(who, "direct", "actions.edit", "1")
    assert form is not None
    assert "Oppgaven hører til et kasus" in str(form.intro)
    outcome = await world.chat.submit(who, "direct", form, typed(form, text=text))
    if isinstance(outcome, Next):
        outcome = await world.chat.submit(who, "direct", outcome.form, typed(outcome.form, confirmed="on"))
    assert outcome == Done()
    await world.deliver()


async def changes(world: World) -> list[ItemChange]:
    async with world.database.reading() as session:
        return list(await session.scalars(select(ItemChange).order_by(ItemChange.version)))


async def test_its_history_is_sealed_and_shown_to_those_who_may_read_the_case(world: World) -> None:
    await case_item(world)
    await edited(world, "mari", "Bestille nytt faktornivå")
    assert "nytt faktornivå" in world.visible_to("peder"), "the card in the case room follows"
    made, change = await changes(world)
    assert (made.text_before, made.sealed_before, change.text_before) == (None, None, None)
    assert change.sealed_before is not None
    assert b"faktor" not in change.sealed_before
    await world.chat.press("hedda", "direct", "actions.show", "1")
    assert "Før: Bestille faktornivå" in world.private("hedda")[-1]
    await world.chat.press("mari", "direct", "actions.undo", "1:2")
    await world.chat.press("hedda", "direct", "actions.show", "1")
    assert "Oppgave 1\nBestille faktornivå\n" in world.private("hedda")[-1]
    assert "Før: Bestille nytt faktornivå" in world.private("hedda")[-1]


async def test_the_check_stops_an_edit_as_it_would_stop_the_case(world: World) -> None:
    await case_item(world)
    form = await world.chat.press("mari", "direct", "actions.edit", "1")
    assert form is not None
    outcome = await world.chat.submit("mari", "direct", form, typed(form, text="Ringe Kari Hansen født 03.05.1992"))
    assert isinstance(outcome, Problems)
    assert set(outcome.by_field) == {"text"}


async def test_erasing_the_case_empties_the_history_too(world: World) -> None:
    await case_item(world)
    await edited(world, "mari", "Bestille nytt faktornivå")
    form = await world.chat.press("hedda", CASES, "cases.ask_erase", "1")
    assert form is not None
    await world.chat.submit("hedda", CASES, form, {"sure": "on"})
    await world.deliver()
    assert all(change.sealed_before is None for change in await changes(world))
    async with world.database.reading() as session:
        assert (await session.get_one(Item, 1)).sealed is None
    for who in ("mari", "hedda", "peder"):
        before = len(world.chat.shown)
        for does in ("actions.show", "actions.edit", "actions.undo", "actions.move", "actions.hand"):
            assert "faktornivå" not in str(await world.chat.press(who, "direct", does, "1"))
        assert "faktornivå" not in "\n".join(each.text for each in world.chat.shown[before:])
        assert who == "hedda" or "faktornivå" not in world.visible_to(who)
    await world.chat.press("mari", "direct", "actions.done", "1")
    assert "Oppgave 1 er ferdig." in world.private("mari")[-1]


async def test_it_is_handed_to_nobody_without_case_access_by_any_way(world: World) -> None:
    await case_item(world)
    unni, ola = str(await world.person_id("unni")), str(await world.person_id("ola"))
    form = await world.chat.command("mari", "direct", "/oppgave overfør 1 @unni")
    assert form is not None
    assert "Unni Strand har ikke kasustilgang" in str(form.fields[0].notes)
    for owners, name in (((unni,), "Unni Strand"), ((ola,), "Ola Fjellstad"), (("secretary",), "Ola Fjellstad")):
        outcome = await world.chat.submit("mari", "direct", form, typed(form, owners=owners))
        assert isinstance(outcome, Problems)
        assert f"{name} har ikke kasustilgang" in outcome.by_field["owners"]
    await world.chat.press("mari", "direct", "actions.hand_to", f"1:{unni}")
    assert "har ikke kasustilgang" in world.private("mari")[-1]
    await world.chat.press("mari", "direct", "actions.hand_to", f"1:{await world.person_id('peder')}")
    assert "overført til Peder Øvrebø" in world.private("mari")[-1]


async def test_it_goes_to_a_leader_who_may_read_it_when_nobody_has_it(world: World) -> None:
    """The secretary of the demo has no case access, and is not to hear of the case."""
    await case_item(world)
    async with world.database.transaction() as session:
        mari = await world.person_id("mari")
        await session.execute(update(Membership).where(Membership.person_id == mari).values(case_access_at=None))
    await world.chat.command("ola", "direct", "/oppgave")
    assert CODE not in world.visible_to("ola")
    await world.chat.command("kari", "direct", "/oppgave")
    said = f"1. oppgave i {CODE} – frist fredag 4. desember, uke 49 – må avklares"
    assert said in world.private("kari")[-1]
    await world.chat.command("mari", "direct", "/oppgave")
    assert "ingen åpne oppgaver" in world.private("mari")[-1]


async def test_new_words_do_not_reach_a_message_of_somebody_who_lost_case_access(world: World) -> None:
    await case_item(world)
    async with world.database.transaction() as session:
        mari = await world.person_id("mari")
        await session.execute(update(Membership).where(Membership.person_id == mari).values(case_access_at=None))
    world.chat.rooms[CASES].remove("mari")
    await edited(world, "hedda", "Bestille nytt faktornivå")
    assert "nytt faktornivå" in world.visible_to("peder")
    assert "nytt faktornivå" not in world.visible_to("mari")


async def test_new_words_wait_while_an_outsider_is_in_the_room(world: World) -> None:
    await case_item(world)
    world.chat.rooms[CASES].append("unni")
    await edited(world, "hedda", "Bestille nytt faktornivå")
    assert "nytt faktornivå" not in world.visible_to("unni")
    world.chat.rooms[CASES].remove("unni")
    await world.wait(timedelta(hours=2))
    assert "nytt faktornivå" in world.visible_to("peder")
