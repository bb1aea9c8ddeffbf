"""Socket Mode: the same happenings over a websocket that we opened."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from bot.chat.inbound import Command, Said, Submission
from bot.chat.message import Form, TextField
from bot.chat.port import Outcome, Problems
from tests.adapters.slack.workplace import Workplace, workplace

FORM = Form("test.ask", "Spør nettverket", (TextField("title", "Tittel"),))


@pytest.fixture
async def place(sqlite_url: str) -> AsyncIterator[Workplace]:
    async with workplace(sqlite_url, "socket") as place:
        await until(lambda: len(place.slack.sockets) == 1 and place.chat.trouble is None)
        yield place


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not so():
            await asyncio.sleep(0.01)


async def test_what_is_said_is_heard_and_acknowledged_once(place: Workplace) -> None:
    await place.people.say("kari", "general", "Hei")
    (said,) = place.core.received
    assert isinstance(said, Said)
    assert (said.text, said.account.name, said.account.guest) == ("Hei", "Kari Fjell", False)


async def test_what_could_not_be_stored_is_not_acknowledged_and_comes_again(place: Workplace) -> None:
    place.slack.events.ack_seconds = 0.3
    place.core.busy = 2
    await place.people.say("kari", "general", "Hei")
    assert len(place.core.received) == 3
    assert len(place.core.events) == 1


async def test_a_form_opens_and_its_problems_come_in_the_acknowledgement(place: Workplace) -> None:
    async def answer(event: object) -> Outcome | None:
        if isinstance(event, Command):
            await place.chat.ask(event.opener, FORM)
        return Problems({"title": "Skriv en tittel."}) if isinstance(event, Submission) else None

    place.core.answer = answer
    await place.people.slash("kari", "general", "/kasus")
    await place.people.submit("kari")
    view = place.people.modal("kari")
    assert view is not None
    assert list(view.problems.values()) == ["Skriv en tittel."]


async def test_a_connection_that_slack_renews_is_renewed(place: Workplace) -> None:
    await place.slack.sockets.disconnect()
    await until(lambda: len(place.slack.sockets) == 1 and place.chat.trouble is None)
    await place.people.say("kari", "general", "Hei")
    assert len(place.core.events) == 1


async def test_without_a_connection_we_are_not_ready(place: Workplace) -> None:
    assert place.chat._socket is not None
    assert place.chat._socket._handler is not None
    await place.chat._socket._handler.client.disconnect()
    assert place.chat.trouble == "not connected"


async def test_the_http_door_is_shut(place: Workplace) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(place.chat.app), base_url="http://x") as client:
        assert (await client.post("/events", content=json.dumps({"type": "url_verification"}))).status_code == 404
