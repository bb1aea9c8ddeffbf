"""Where a platform lacks something, there is one way round it; and what is private never reaches a room."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.memory.chat import Opener
from bot.chat import delivery
from bot.chat.message import Form, message
from bot.chat.port import Can, Place
from bot.errors import Rejected
from tests.world import CASES, GENERAL, World, buttons, typed, world_on

PRIVATE = message("Bare til deg")


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """What a platform can do has nothing to do with the database."""
    async with world_on(sqlite_url, tmp_path) as world:
        yield world


def in_rooms(world: World) -> list[str]:
    """What everybody in a room can read."""
    return [
        each.text for each in world.chat.shown if each.to is None and not each.posted.place.room.startswith("direct:")
    ]


async def test_without_whispers_what_is_private_goes_to_the_1_to_1_chat(world: World) -> None:
    world.chat.can -= {Can.WHISPER}
    await world.chat.command("mari", GENERAL, "hjelp")
    assert in_rooms(world) == []
    assert world.private("mari")[-1].startswith("Hjelp")


async def test_where_nobody_can_be_told_in_private_nothing_is_said_at_all(world: World) -> None:
    for can in (frozenset(Can), frozenset(Can) - {Can.WHISPER}):
        world.chat.can = can
        world.chat.faults = [Rejected("cannot be written to")]
        account, place = world.chat.accounts["mari"], Place("memory", GENERAL)
        if Can.WHISPER not in can:
            assert not await delivery.tell(world.chat, place, account, PRIVATE, "k")
        assert in_rooms(world) == []


@pytest.mark.parametrize("lacks", [Can.WHISPER, Can.FORMS, Can.EDIT, Can.DELETE, Can.THREADS, Can.FIND])
async def test_whatever_a_platform_lacks_no_private_answer_reaches_a_room(world: World, lacks: Can) -> None:
    await world.ask("hedda")
    before = in_rooms(world)
    world.chat.can -= {lacks}
    for who, words in (
        ("hedda", "/kasus mine"),
        ("liv", "/personvern"),
        ("mari", "/oppgave Ringe"),
        ("unni", "/kasus"),
    ):
        await world.chat.command(who, GENERAL, words)
    await world.chat.press("mari", GENERAL, "cases.show", "1")
    await world.chat.press("hedda", GENERAL, "cases.journal", "1")
    said = await world.chat.say("mari", GENERAL, "Pasient 14855820480.")
    await world.deliver()
    assert [text for text in in_rooms(world) if text not in before] == [said.text]


async def test_without_forms_a_private_message_offers_the_button(world: World) -> None:
    form = Form("cases.ask", "Spør nettverket", ())
    account, place = world.chat.accounts["mari"], Place("memory", GENERAL)
    for can, opener in ((world.chat.can, None), (world.chat.can - {Can.FORMS}, Opener())):
        world.chat.can = can
        await delivery.ask(world.chat, opener, place, account, form, "k")
        shown = world.newest("mari", GENERAL)
        assert "«Spør nettverket»" in shown.text
        assert shown.message is not None
        assert [button.does for button in buttons(shown.message)] == ["cases.ask"]
        assert shown.to == "mari"


async def test_without_edits_the_new_state_is_said_in_the_thread(world: World) -> None:
    await world.ask("hedda")
    world.chat.can -= {Can.EDIT}
    card = world.card("BLOD-26-001")
    await world.press("mari", card, "Jeg svarer")
    replies = [each for each in world.chat.shown if each.posted.place.thread == card.posted.ref and each.to is None]
    assert len(replies) == 1
    assert "Skal svare: Mari Solbakk" in replies[0].text
    assert "Svarer" not in world.card("BLOD-26-001").text


async def test_without_deletion_our_message_is_emptied(world: World) -> None:
    await world.ask("hedda")
    world.chat.can -= {Can.DELETE}
    form = await world.chat.press("hedda", CASES, "cases.ask_erase", "1")
    assert form is not None
    await world.chat.submit("hedda", CASES, form, typed(form, sure="on"))
    await world.deliver()
    assert in_rooms(world) == ["Slettet."]
