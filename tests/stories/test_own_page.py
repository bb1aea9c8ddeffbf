"""One's own page: what one has to do, one's cases by code, one's settings."""

from bot.chat.message import plain_text
from tests.world import GENERAL, World, buttons

AN_ITEM = "Ringe laben @mari frist 2026-12-01"


async def test_it_has_what_is_mine_and_nothing_of_others(world: World) -> None:
    await world.ask("hedda")
    await world.make_item("kari", AN_ITEM)
    await world.make_item("kari", "Bestille rom @ola")
    page = plain_text(await world.chat.visit("mari"))
    assert "Ringe laben" in page
    assert "Bestille rom" not in page
    assert "Mine innstillinger" in page
    assert "BLOD-26-001" not in page, "Hedda asked it"
    mine = plain_text(await world.chat.visit("hedda"))
    assert "BLOD-26-001" in mine
    assert "tannekstraksjon" not in mine, "a case is its code there"
    assert "Du har ingen åpne oppgaver." in mine


async def test_it_can_be_opened_as_often_as_one_likes_and_shows_what_is_now(world: World) -> None:
    await world.make_item("kari", AN_ITEM)
    page = await world.chat.visit("mari")
    done = next(button for button in buttons(page) if button.label == "Ferdig")
    await world.chat.press("mari", "direct", done.does, done.carries)
    assert "Ringe laben" not in plain_text(await world.chat.visit("mari"))
    assert await world.count("inbox") == 2, "a visit stores nothing"


async def test_somebody_unknown_is_told_what_to_do(world: World) -> None:
    world.introduce("fremmed", "Fremmed Person", GENERAL)
    assert "Be sekretæren" in plain_text(await world.chat.visit("fremmed"))


async def test_who_may_not_use_cases_sees_none(world: World) -> None:
    page = await world.chat.visit("unni")
    assert not [button for button in buttons(page) if button.does.startswith("cases.")]
