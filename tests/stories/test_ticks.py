"""A tick on an item's message marks it done, and is undone by a button."""

from adapters.memory.chat import Shown
from bot.chat.port import Done
from tests.world import GENERAL, World, typed


async def card_in_room(world: World) -> Shown:
    """An item made of what somebody wrote: its card stands in the thread, for all to see."""
    said = await world.chat.say("kari", GENERAL, "Noen må ringe laben")
    form = await world.chat.press("kari", GENERAL, "actions.new", on=said)
    assert form is not None
    mari = str(await world.person_id("mari"))
    assert await world.chat.submit("kari", GENERAL, form, typed(form, owners=mari)) == Done()
    await world.deliver()
    return next(each for each in world.chat.shown if each.posted.place.thread == said.posted.ref)


async def open_items(world: World, who: str) -> str:
    await world.chat.command(who, GENERAL, "/oppgave")
    return world.private(who, GENERAL)[-1]


async def test_a_tick_marks_the_item_done_and_says_so_with_an_undo(world: World) -> None:
    card = await card_in_room(world)
    await world.chat.react("mari", card, "white_check_mark")
    await world.deliver()
    told = [each for each in world.chat.seen_by("mari", GENERAL) if each.to == "mari"][-1]
    assert "Du har ingen åpne oppgaver." in await open_items(world, "mari")
    await world.press("mari", told, "Angre")
    assert "ringe laben" in await open_items(world, "mari")


async def test_in_the_1_to_1_chat_too(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-01")
    await world.chat.react("mari", world.newest("mari"), "heavy_check_mark")
    assert "Du har ingen åpne oppgaver." in await open_items(world, "mari")


async def test_other_emoji_other_messages_and_a_tick_taken_off_do_nothing(world: World) -> None:
    card = await card_in_room(world)
    said = await world.chat.say("kari", GENERAL, "Helt enig")
    before = len(world.private("mari", GENERAL))
    await world.chat.react("mari", card, "tada")
    await world.chat.react("mari", said, "white_check_mark")
    await world.chat.react("mari", card, "white_check_mark", added=False)
    assert len(world.private("mari", GENERAL)) == before
    assert "ringe laben" in await open_items(world, "mari")


async def test_ones_own_tick_taken_off_opens_it_again_and_anothers_does_not(world: World) -> None:
    card = await card_in_room(world)
    await world.chat.react("mari", card, "white_check_mark")
    await world.chat.react("kari", card, "white_check_mark", added=False)
    assert "Du har ingen åpne oppgaver." in await open_items(world, "mari")
    await world.chat.react("mari", card, "white_check_mark", added=False)
    assert "ringe laben" in await open_items(world, "mari")


async def test_the_same_tick_twice_is_one(world: World) -> None:
    card = await card_in_room(world)
    for _ in range(2):
        await world.chat.react("mari", card, "white_check_mark", key="tick 1")
    await world.deliver()
    assert await world.count("action_change") == 2, "made, and done once"


async def test_who_may_not_change_it_is_told_so_and_a_stranger_hears_nothing(world: World) -> None:
    card = await card_in_room(world)
    await world.chat.react("unni", card, "white_check_mark")
    assert world.private("unni", GENERAL), "a refusal says why"
    world.introduce("fremmed", "Fremmed Person", GENERAL)
    await world.chat.react("fremmed", card, "white_check_mark")
    assert not world.private("fremmed", GENERAL)
    assert "ringe laben" in await open_items(world, "mari")
