"""Nothing that people write comes out of a library's log, with everything at DEBUG."""

import asyncio
import logging

import pytest

from bot.chat.inbound import Command, Inbound
from bot.chat.message import Form, TextField, message
from bot.errors import ChatError
from tests.adapters.slack.workplace import Workplace, workplace
from tests.fakes.slack import AppFailed

CANARY = "kvernfjols"
FORM = Form("test.ask", "Spør nettverket", (TextField("title", "Tittel"),))


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything at DEBUG, and every logger that there is let out, but those that were silenced by us."""
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.mark.parametrize("mode", ["http", "socket"])
async def test_what_people_and_we_write_is_in_no_log(
    sqlite_url: str, logged: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], mode: str
) -> None:
    async with workplace(sqlite_url, mode) as place:
        while mode == "socket" and not len(place.slack.sockets):
            await asyncio.sleep(0.01)
        await _live_through(place)
        secrets = [place.slack.workspace.bot_token, place.slack.workspace.app_token]
    printed = "".join(capsys.readouterr())
    for told in (logged.text, printed):
        assert CANARY not in told
        assert not any(secret in told for secret in secrets)
    assert not [record for record in logged.records if record.name.startswith(("slack_bolt", "slack_sdk"))]


async def _live_through(place: Workplace) -> None:
    async def answer(event: Inbound) -> None:
        if isinstance(event, Command):
            await place.chat.whisper(event.place, event.account, message(f"{CANARY} svar"))
            await place.chat.ask(event.opener, FORM)

    place.core.answer = answer
    said = await place.people.say("kari", "general", f"{CANARY} sagt")
    await place.people.edit("kari", said, f"{CANARY} endret")
    await place.people.slash("kari", "general", f"/fagtraad {CANARY} kommando")
    await place.people.submit("kari", {"Tittel": f"{CANARY} skjema"})
    posted = await place.chat.post(place.room("general"), message(f"{CANARY} kort"), "k1")
    assert CANARY in place.people.words(place.people.last("kari", "general")), "it did reach those it was for"
    for trouble in ("limit", "fail", "reset"):
        getattr(place.slack.trouble, trouble)("chat.update")
        with pytest.raises(ChatError):
            await place.chat.edit(posted, message(f"{CANARY} kort"))
    place.slack.trouble.refuse("chat.update", "invalid_blocks")
    with pytest.raises(ChatError):
        await place.chat.edit(posted, message(f"{CANARY} kort"))
    place.slack.events.ack_seconds = 0.5
    place.core.busy = 1
    with pytest.raises(AppFailed):
        await place.people.slash("kari", "general", f"/fagtraad {CANARY} opptatt")

    async def fault(_event: Inbound) -> None:
        raise RuntimeError(CANARY)

    place.core.answer = fault
    place.slack.events.delays = (0, 0, 0)
    await place.people.say("kari", "general", f"{CANARY} feil")


async def test_the_libraries_would_have_told(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Otherwise the test above would find nothing because nothing was said."""
    async with workplace(sqlite_url) as place:
        caplog.set_level(logging.DEBUG)
        client = place.chat.api.client
        silenced = logging.getLogger("slack_sdk")
        kept, client._logger = client._logger, logging.getLogger("would.tell")
        await place.chat.post(place.room("general"), message(CANARY), "k1")
        client._logger = kept
        assert CANARY in caplog.text
        assert silenced.level > logging.CRITICAL
