"""The live stream: in order, without gaps or doubles, and only what one may see."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bot.chat.message import message
from tests.adapters.web.hall import (
    CASES,
    GENERAL,
    Hall,
    account,
    case_card,
    create_core,
    key,
    opened,
    text_of,
)


@asynccontextmanager
async def listening(hall: Hall, who: str, rooms: dict[str, int] | None = None) -> AsyncIterator[ClientConnection]:
    async with connect(hall.live, origin=hall.address) as socket:  # type: ignore[arg-type]
        await socket.send(json.dumps({"account": who, "rooms": rooms or {}}))
        yield socket


async def messages(socket: ClientConnection, many: int, seen: dict[str, int] | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < many:
        news = json.loads(await asyncio.wait_for(socket.recv(), 10))
        if news["type"] == "messages":
            found += news["messages"]
            if seen is not None:
                seen[news["room"]] = news["seq"]
    return found


async def quiet(socket: ClientConnection, seconds: float = 0.5) -> list[dict[str, Any]]:
    """The messages that come within some time: mostly none."""
    found: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(seconds):
            while True:
                news = json.loads(await socket.recv())
                found += news.get("messages", [])
    except TimeoutError:
        return found


async def test_others_see_it_at_once(hall: Hall) -> None:
    async with listening(hall, "ola", {"general": 0}) as ola:
        await hall.client("kari").say("Hei")
        (shown,) = await messages(ola, 1)
    assert (text_of(shown), shown["own"]) == ("Hei", False)


async def test_reconnecting_leaves_no_gap_and_brings_nothing_twice(hall: Hall) -> None:
    kari, seen, got = hall.client("kari"), {"general": 0}, []
    for round in range(6):
        async with listening(hall, "ola", seen) as ola:
            await asyncio.gather(*(kari.say(f"{round}-{n}", key=key()) for n in range(4)))
            got += await messages(ola, 1, seen)
            await ola.close()
        await kari.say(f"{round}-mens borte")
    async with listening(hall, "ola", seen) as ola:
        got += await messages(ola, 30 - len(got), seen)
        assert await quiet(ola) == []
    assert len(got) == 30
    assert [each["seq"] for each in got] == sorted({each["seq"] for each in got})


async def test_edits_and_removals_come_live(hall: Hall) -> None:
    posted = await hall.chat.post(CASES, case_card(), "c")
    async with listening(hall, "ola", {"cases": 1}) as ola:
        await hall.chat.edit(posted, message("Nytt kort"))
        assert [text_of(each) for each in await messages(ola, 1)] == ["Nytt kort"]
        await hall.chat.delete(posted)
        assert [each["said"] for each in await messages(ola, 1)] == [None]


async def test_an_erased_case_disappears_from_open_tabs(hall: Hall) -> None:
    core = hall.chat.core
    async with core.database.transaction() as session:
        case = await core.vault.new_subject(session, "case")
    posted = await hall.chat.post(CASES, case_card(sealed_under=case), "c")
    await hall.client("kari").say("Svar", room="cases", thread=posted.ref)
    await hall.chat.post(await hall.chat.direct(account("ola")), message("Om saken", sealed_under=case), "d")
    async with listening(hall, "ola", {"cases": 2, "direct:ola": 1}) as ola:
        async with core.database.transaction() as session:
            await core.vault.erase(session, case, core.clock.now())
        await hall.chat.delete(posted)
        gone = await messages(ola, 3)
    assert [each["said"] for each in gone] == [None] * 3


async def test_a_reply_raises_the_count_on_its_message(hall: Hall) -> None:
    kari = hall.client("kari")
    root = (await kari.say("Spørsmål"))["message"]
    async with listening(hall, "ola", {"general": root["seq"]}) as ola:
        await kari.say("Svar", thread=root["id"])
        got = {each["id"]: each for each in await messages(ola, 2)}
    assert got[root["id"]]["replies"] == 1


async def test_private_messages_reach_no_other_socket(hall: Hall) -> None:
    async with (
        listening(hall, "kari", {"general": 0}) as kari,
        listening(hall, "ola", {"general": 0}) as ola,
    ):
        await hall.chat.whisper(GENERAL, account("kari"), message("Hemmelig"))
        assert [text_of(each) for each in await messages(kari, 1)] == ["Hemmelig"]
        assert await quiet(ola) == []


async def test_who_is_removed_from_a_room_hears_no_more(hall: Hall) -> None:
    kari = hall.client("kari")
    async with listening(hall, "ola", {"cases": 0, "general": 0}) as ola:
        await kari.say("Før", room="cases")
        await messages(ola, 1)
        await kari.do("remove", room="cases", account="ola", key=key())
        await kari.say("Etter", room="cases")
        assert await quiet(ola) == []
    async with listening(hall, "ola", {"cases": 0}) as ola:  # nor by asking for it
        assert await quiet(ola) == []


async def test_the_clock_is_told_in_every_tab(hall: Hall) -> None:
    async with listening(hall, "ola") as ola:
        await hall.client("kari").do("clock", step="day")
        async with asyncio.timeout(5):
            while "25. november" not in str(await ola.recv()):
                pass


async def test_a_database_started_afresh_is_noticed(hall: Hall) -> None:
    async with listening(hall, "ola", {"general": 99}) as ola:
        assert json.loads(await ola.recv()) == {"type": "reset"}


@pytest.mark.parametrize("origin", ["http://evil.example", None])
async def test_a_strange_site_gets_no_stream(hall: Hall, origin: str | None) -> None:
    with pytest.raises(InvalidStatus):
        async with connect(hall.live, origin=origin):  # type: ignore[arg-type]
            pass


@pytest.mark.parametrize(
    "hello", ["", "{", "[]", '{"account": "nobody", "rooms": {}}', '{"account": "ola", "rooms": 1}']
)
async def test_who_does_not_say_who_they_are_is_shown_out(hall: Hall, hello: str) -> None:
    async with connect(hall.live, origin=hall.address) as socket:  # type: ignore[arg-type]
        await socket.send(hello)
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401


async def test_two_processes_show_each_others_messages(postgres_url: str, tmp_path: Path) -> None:
    """Two applications on one PostgreSQL database; the listener comes back when its connection is cut."""
    async with (
        opened(create_core(postgres_url, tmp_path)) as one,
        opened(create_core(postgres_url, tmp_path), fresh=False) as two,
    ):
        async with asyncio.timeout(5):
            while not (one.chat.wakes.listening and two.chat.wakes.listening):
                await asyncio.sleep(0.02)
        async with listening(two, "ola", {"general": 0, "cases": 0}) as ola:
            await one.client("kari").say("Fra den ene")
            assert [text_of(each) for each in await messages(ola, 1)] == ["Fra den ene"]
            await _cut_listeners(one)
            await one.client("kari").say("Mens ingen lyttet")
            assert [text_of(each) for each in await messages(ola, 1)] == ["Mens ingen lyttet"]
            await two.client("siri").say("Tilbake")
            assert [text_of(each) for each in await messages(ola, 1)] == ["Tilbake"]


async def _cut_listeners(hall: Hall) -> None:
    from sqlalchemy import text

    async with hall.chat.core.database.engine.connect() as connection:
        await connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        )
