"""From the chat to the web pages and out again: the link goes to the 1:1 chat and nowhere else."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import sessions, signin
from bot.app import metadata
from bot.chat.message import plain_text
from bot.errors import Rejected
from bot.people import Person, PlatformAccount
from bot.sessions import By, Lives
from tests.world import GENERAL, World, world_on

PAGES = "https://fagtraad.example.no"
LINK = re.compile(rf"{PAGES}/inn#([\w-]{{43}})")


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database_url, tmp_path, public_url=PAGES) as world:
        yield world


def tokens(world: World, who: str) -> list[str]:
    return LINK.findall("\n".join(world.private(who)))


async def lets_in(world: World, token: str) -> str | None:
    async with world.database.transaction() as session:
        person = await signin.use_link(session, token, world.clock.now())
        return (await session.get_one(Person, person)).name if person else None


@pytest.mark.parametrize("words", ["/logg inn", "/fagtraad logg inn", "@Fagtråd logg inn", "/login", "/Logg Inn"])
async def test_a_link_asked_for_in_a_room_comes_in_the_direct_chat(world: World, words: str) -> None:
    await world.chat.command("kari", GENERAL, words.removeprefix("@Fagtråd "))
    [token] = tokens(world, "kari")
    assert await lets_in(world, token) == "Kari Nordmo"
    assert world.private("kari", GENERAL) == ["Jeg har svart deg i en melding til deg alene."]
    assert not any(LINK.search(each.text) for each in world.chat.shown if each.posted.place.room == GENERAL)


async def test_in_the_direct_chat_it_is_not_told_twice(world: World) -> None:
    await world.chat.command("kari", "direct", "logg inn")
    assert len(tokens(world, "kari")) == 1
    assert len(world.private("kari")) == 1


async def test_a_link_of_the_bots_is_good_for_a_quarter_of_an_hour(world: World) -> None:
    await world.chat.command("kari", "direct", "logg inn")
    world.clock.ahead += timedelta(minutes=15)
    assert await lets_in(world, tokens(world, "kari")[0]) is None


async def test_nobody_gets_a_heap_of_links(world: World) -> None:
    for _ in range(6):
        await world.chat.command("kari", "direct", "logg inn")
    assert len(tokens(world, "kari")) == 5
    assert "vent ti minutter" in world.private("kari")[-1]


async def test_whoever_cannot_be_written_to_alone_is_told_in_the_room(world: World) -> None:
    world.chat.faults = [Rejected("closed to apps")]
    await world.chat.command("kari", GENERAL, "/logg inn")
    assert tokens(world, "kari") == []
    assert "Åpne en samtale med meg" in world.private("kari", GENERAL)[-1]


async def test_a_stranger_gets_no_link(world: World) -> None:
    world.introduce("fremmed", "Aldri Sett", GENERAL)
    await world.chat.command("fremmed", GENERAL, "/logg inn")
    assert tokens(world, "fremmed") == []
    assert "Jeg kjenner deg ikke" in world.private("fremmed", GENERAL)[-1]


async def test_without_pages_there_is_nothing_to_sign_in_to(database_url: str, tmp_path: Path) -> None:
    async with world_on(database_url, tmp_path) as world:
        await world.chat.command("kari", "direct", "logg inn")
        assert "ingen nettsider" in world.private("kari")[-1]


async def test_signing_out_everywhere_by_a_press_in_my_settings(world: World) -> None:
    who = await world.person_id("kari")
    lives = Lives(timedelta(hours=12), timedelta(days=7))
    async with world.database.transaction() as session:
        session.add(PlatformAccount(chat="web", account="k1", person_id=who))
        await session.flush()
        for by in By:
            await sessions.begin(session, who, ("web", "k1"), by, world.clock.now(), lives)
    await world.chat.command("kari", "direct", "meg")
    await world.press("kari", world.newest("kari"), "Logg ut overalt")
    assert world.private("kari")[-1] == "Du er logget ut av nettsidene, 2 steder."
    await world.chat.command("kari", GENERAL, "/logg ut")
    assert world.private("kari", GENERAL)[-1] == "Du var ikke logget inn på nettsidene noe sted."
    assert await world.count("web_session") == 0


async def test_the_token_is_kept_nowhere_but_in_the_message(world: World) -> None:
    await world.chat.command("kari", GENERAL, "/logg inn")
    [token] = tokens(world, "kari")
    async with world.database.reading() as session:
        for table in ("notice", "inbox", "audit", "sign_in_link"):
            rows = await session.execute(select(metadata().tables[table]))
            assert token not in str(rows.all())


async def test_the_message_says_what_it_is(world: World) -> None:
    await world.chat.command("kari", "direct", "logg inn")
    shown = world.newest("kari")
    assert shown.message
    assert plain_text(shown.message).startswith("Logg inn på nettsidene")
    assert "én gang" in shown.text
