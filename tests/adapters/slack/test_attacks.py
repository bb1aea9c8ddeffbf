"""What somebody who means harm has tried, and what a slip of Slack's or of a leader's would have let out."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import server
from adapters.slack.people import EVERYBODY, People
from bot import demo
from bot.chat.inbound import Command, Press
from bot.chat.message import message
from bot.errors import ChatError, Rejected, Unreachable
from bot.features.cases.tables import Case
from bot.help import RUN_COMMAND
from tests.adapters.slack.test_door import knock, said
from tests.adapters.slack.test_whole import CANARY, Network, a_case, network
from tests.adapters.slack.workplace import EVERYBODY as PEOPLE
from tests.adapters.slack.workplace import SOME, Workplace
from tests.fakes.slack import payloads

CASE = message("Et kasus", sealed_under="case:17")
OUTSIDER = next(member.account for member in demo.MEMBERS if not member.case_access)


# ---------------------------------------------------------------- acknowledged means stored


async def test_a_command_with_the_word_payload_is_heard(place: Workplace) -> None:
    """Bolt's own reading of a body with that word finds nothing in it, and acknowledges."""
    await place.people.slash("kari", "general", "/fagtraad oppgave se på payload")
    command = place.core.last()
    assert isinstance(command, Command)
    assert command.text == "oppgave se på payload"


async def test_headers_that_nobody_signed_decide_nothing(place: Workplace) -> None:
    lazy = {"X-Slack-Bolt-Lazy-Only": "1", "X-Slack-Bolt-Lazy-Function-Name": "command"}
    assert (await knock(place, json.dumps(said(place)), **lazy)).status_code == 200
    assert len(place.core.events) == 1


async def test_a_body_that_never_comes_is_not_waited_for(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SLOWEST", 0.05)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b" ", "more_body": True}

    async def send(told: Any) -> None:
        sent.append(told)

    scope = {"type": "http", "method": "POST", "path": "/events", "query_string": b"", "headers": []}
    async with asyncio.timeout(5):
        await place.chat.app(scope, receive, send)
    assert sent[0]["status"] == 408


# ---------------------------------------------------------------- who can read a channel


async def test_a_public_channel_is_read_by_everybody_in_the_workspace(place: Workplace) -> None:
    found = {account.id: account for account in await place.chat.members(place.room("general"))}
    assert set(found) == {*(place.id(name) for name in PEOPLE), EVERYBODY}
    assert found[EVERYBODY].guest
    assert "offentlig" in found[EVERYBODY].name
    assert {account.id for account in await place.chat.members(place.room("cases"))} == {place.id(n) for n in SOME}
    assert [account.id for account in await place.chat.members(place.direct("kari"))] == [place.id("kari")]


async def test_what_is_known_of_a_rooms_members_is_at_most_a_minute_old(place: Workplace) -> None:
    seconds = 0.0
    people = People(place.chat.api, lambda: seconds)
    people.us, place.chat.people = place.chat.people.us, people
    await place.account("kari")
    place.slack.workspace.user("kari").is_restricted = True  # and Slack forgot to say so
    seconds = 59.0  # the room is read for the first time
    await place.chat.members(place.room("cases"))
    seconds = 61.0
    found = {account.id: account for account in await place.chat.members(place.room("cases"))}
    assert found[place.id("kari")].guest


async def test_no_case_is_asked_or_posted_where_the_case_room_is_public(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network(sqlite_url, tmp_path, monkeypatch) as net:
        room = net.slack.workspace.channel(demo.CASE_ROOM)
        await asked(net)
        room.private = False  # as an administrator can
        net.app.chats["slack"].people.forget(room.id)  # type: ignore[attr-defined]
        await net.deliver()
        assert CANARY not in everything_in(net, demo.CASE_ROOM)
        await net.people.slash("hedda", demo.GENERAL_ROOM, "/kasus")
        await net.people.submit("hedda", a_case())
        assert "offentlig" in net.modal("hedda"), "and whoever asks is told why"


async def asked(net: Network) -> None:
    await net.people.slash("hedda", demo.GENERAL_ROOM, "/kasus")
    await net.people.submit("hedda", a_case())
    if net.people.modal("hedda") is not None:  # what the check found is to be looked at
        await net.people.submit("hedda", {"confirmed": ["on"]})
    assert net.people.modal("hedda") is None


def everything_in(net: Network, channel: str) -> str:
    return json.dumps([net.slack.workspace.public(each) for each in net.slack.workspace.channel(channel).messages])


# ---------------------------------------------------------------- guests


async def test_a_guest_gets_no_case_text_in_their_own_chat(place: Workplace) -> None:
    """The core knows the person that a notice goes to, and not what Slack has made of their account since."""
    mine = place.direct("kari")
    posted = await place.chat.post(mine, CASE, "k1")
    await place.people.change("kari", is_restricted=True)
    with pytest.raises(Rejected):
        await place.chat.post(mine, CASE, "k2")
    with pytest.raises(Rejected):
        await place.chat.edit(posted, replace(CASE, title="Ny"))
    with pytest.raises(Rejected):
        await place.chat.post(await place.chat.direct(await place.account("kari")), CASE, "k3")
    assert len(place.people.messages("kari", "direct")) == 1
    await place.chat.post(mine, message("Uten kasus"), "k4")


async def test_a_guest_is_shown_no_case_text_in_a_room_or_on_their_page(place: Workplace) -> None:
    guest = replace(await place.account("kari"), guest=True)
    with pytest.raises(Rejected):
        await place.chat.whisper(place.room("cases"), guest, CASE)
    with pytest.raises(Rejected):
        await place.chat.home(guest, CASE)
    assert place.people.messages("kari", "cases") == []
    assert place.people.home("kari") is None


async def test_whether_it_is_a_guest_is_known_before_a_case_is_sent(place: Workplace) -> None:
    place.slack.trouble.fail("users.info")
    with pytest.raises(Unreachable):
        await place.chat.post(place.direct("kari"), CASE, "k1")
    place.slack.workspace.user("per").deleted = True
    with pytest.raises(ChatError):
        await place.chat.post(place.direct("per"), CASE, "k2")
    assert place.slack.called("chat.postMessage") == []


# ---------------------------------------------------------------- markup


async def test_a_message_that_is_changed_is_read_as_plainly_as_a_new_one(place: Workplace) -> None:
    posted = await place.chat.post(place.room("general"), message("Hei"), "k1")
    await place.chat.edit(posted, message("Hei @channel <!channel>"))
    (changed,) = place.slack.called("chat.update")
    assert changed["parse"] == "none", "Slack's own default for this method is «client»"


# ---------------------------------------------------------------- forged by a member


async def test_a_member_without_access_forges_their_way_to_no_case(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Presses and forms of cases, as if they had been shown them, as if from the case room."""
    async with network(sqlite_url, tmp_path, monkeypatch) as net:
        await asked(net)
        await net.deliver()
        assert CANARY in everything_in(net, demo.CASE_ROOM)
        async with net.app.core.database.reading() as session:
            (id,) = await session.scalars(Case.__table__.select().with_only_columns(Case.id))
        await net.people.slash(OUTSIDER, demo.GENERAL_ROOM, "/fagtraad hjelp")
        for does in ("show", "journal", "answering", "ask_close", "ask_erase", "release", "refuse"):
            await forged_press(net, f"cases.{does}", str(id))
        await forged_press(net, RUN_COMMAND, "kasus BLOD-26-001")
        for does in ("cases.close", "cases.erase"):
            await forged_form(net, does, str(id))
        await net.slack.events.settled()
        await net.deliver()
        for channel in (demo.GENERAL_ROOM, "direct"):
            assert CANARY not in net.seen(OUTSIDER, channel)
        assert net.people.modal(OUTSIDER) is None or CANARY not in net.modal(OUTSIDER)
        assert CANARY not in everything_in(net, demo.GENERAL_ROOM)
        assert "Avslutt med konklusjon" in everything_in(net, demo.CASE_ROOM), "it stands as it did"


async def forged_press(net: Network, does: str, carries: str) -> None:
    workspace = net.slack.workspace
    who, case_room = workspace.user(OUTSIDER), workspace.channel(demo.CASE_ROOM)
    block: dict[str, Any] = {"block_id": "x"}
    button = {"type": "button", "action_id": does, "value": carries}
    seen = net.people.messages(OUTSIDER, demo.GENERAL_ROOM)[-1]
    payload = payloads.message_press(net.slack, who, seen, block, button, None)
    await net.slack.events.interaction(payload)
    there = {"channel": {"id": case_room.id}, "container": payload["container"] | {"channel_id": case_room.id}}
    await net.slack.events.interaction(payload | there | {"trigger_id": workspace.trigger(who).id})


async def forged_form(net: Network, does: str, carries: str) -> None:
    await net.people.global_shortcut(OUTSIDER, "search.ask")
    view = net.people.modal(OUTSIDER)
    assert view is not None
    hidden = json.loads(view.body["private_metadata"])
    hidden[1:4] = [does, carries, json.dumps(["slack", net.slack.workspace.channel(demo.CASE_ROOM).id, None])]
    payload = payloads.submission(net.slack.workspace, net.slack.workspace.user(OUTSIDER), view)
    payload["view"]["private_metadata"] = json.dumps(hidden)
    await net.slack.events.interaction(payload)
    await net.people.close(OUTSIDER)


async def test_two_people_who_press_at_once_are_two_happenings(place: Workplace) -> None:
    await place.chat.post(place.room("general"), message("Hei"), "k1")
    seen = place.people.last("kari", "general")
    for name in ("kari", "ola"):
        button = {"type": "button", "action_id": "test.press", "value": "1"}
        who = place.slack.workspace.user(name)
        await place.slack.events.interaction(
            payloads.message_press(place.slack, who, seen, {"block_id": "x"}, button, None)
        )
    presses = [each for each in place.core.events if isinstance(each, Press)]
    assert [each.account.id for each in presses] == [place.id("kari"), place.id("ola")]
