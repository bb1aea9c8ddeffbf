"""What Slack sends, in full, as its documents and real apps show it: what the core hears of it, and the same again when
it comes again. The payloads, each with what is to be heard of it, stand in `payloads/`."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from adapters.slack.inbound import Opener
from bot.chat.inbound import File, Inbound
from bot.chat.message import message
from bot.chat.port import Account, Place, Posted
from tests.adapters.slack.workplace import Workplace, workplace
from tests.fakes.slack.events import Answer
from tests.fakes.slack.things import User

FOLDER = Path(__file__).parent / "payloads"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
NOT_OVER_A_SOCKET = ("url_verification", "ssl_check", "app_rate_limited")  # of an address that Slack calls
TWINS = 1  # a mention and its message are one happening
NORDNETT, ELSEWHERE, GRID = "T0NORDNETT1", "T0ANNENORG1", "E0HELSENETT"
Json = dict[str, Any]


class OfTheGrid(User):
    """Somebody in another workspace of the same organisation (docs: Enterprise Grid: "enterprise_user")."""

    def public(self, *, with_locale: bool = False, viewing_team: str = "") -> Json:
        told = super().public(with_locale=with_locale, viewing_team=viewing_team)
        return told | {"enterprise_user": {"id": self.id, "enterprise_id": GRID, "teams": [NORDNETT]}}


class Sender:
    """The people of the payloads in a workspace, and their ids there."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        self.ids: dict[str, str] = {}

    async def settle(self) -> None:
        place, workspace = self.place, self.place.slack.workspace
        wenche = OfTheGrid("W0WENCHELIE", "wenche", "Wenche Lie", NORDNETT)
        workspace.users[wenche.id] = wenche
        place.chat.people.us = replace(place.chat.people.us, enterprise=GRID)
        eva = workspace.add_user("eva", "Eva Ekstern", team=ELSEWHERE, is_stranger=True)
        file = workspace.add_file("vedlegg.pdf", place.id("kari"), b"%PDF-1.7 oppdiktet", given_to_app=True)
        general = workspace.channel("general")
        root = workspace.add_message(general, place.id("kari"), "Hvem har rutinen?")
        ours = await place.chat.post(Place("slack", general.id, root.ts), message("Ring laben"), "card:17")
        await place.slack.events.settled()
        self.ids = {
            "T0FAGNETT01": workspace.team,
            "A0FAGTRAAD1": workspace.app_id,
            "B0FAGTRAAD1": workspace.bot_id,
            "U0FAGTRAAD1": workspace.bot.id,
            "U0KARIFJELL": place.id("kari"),
            "U0OLAMYHRE1": place.id("ola"),
            "U0SIRIANNEV": place.id("siri"),
            "U0PERDALXX1": place.id("per"),
            "U0EVAEKSTER": eva.id,
            "C0GENERAL01": general.id,
            "C0CASESPRIV": workspace.channel("cases").id,
            "D0KARIDIRCT": place.direct("kari").room,
            "F0VEDLEGG01": file.id,
            "1795500001.000100": root.ts,
            "1795500055.005500": ours.ref,
        }

    def read(self, name: str) -> Json:
        text = (FOLDER / f"{name}.json").read_text("utf-8")
        for written, here in self.ids.items():
            text = text.replace(written, here)
        found: Json = json.loads(text)
        return found

    async def send(self, name: str) -> Answer:
        """Signed and posted, or over the socket, as Slack sends this kind."""
        told, events = self.read(name), self.place.slack.events
        match told["sent_as"]:
            case "command":
                return await events.command(told["payload"])
            case "interaction":
                return await events.interaction(told["payload"])
            case "unsigned":
                return await self.unsigned(urlencode(told["payload"]).encode())
            case _:
                return await events.replay(told["payload"])

    async def unsigned(self, body: bytes) -> Answer:
        slack, kind = self.place.slack, {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await slack.http.post(str(slack.app_url), content=body, headers=kind)
        return Answer(answer.is_success, answer.text, answer.status_code)

    async def heard(self, count: int) -> list[Inbound]:
        """So many since last time; some come after the acknowledgement."""
        async with asyncio.timeout(5):
            while len(self.place.core.received) < count:
                await asyncio.sleep(0.01)
        found = list(self.place.core.received)
        self.place.core.received.clear()
        return found


@pytest.fixture
async def sender(place: Workplace) -> Sender:
    sender = Sender(place)
    await sender.settle()
    return sender


@pytest.mark.parametrize("name", NAMES)
async def test_what_slack_sends_is_heard_for_what_it_is_and_once(sender: Sender, name: str) -> None:
    told = sender.read(name)
    answers = [await sender.send(name)]
    first = await sender.heard(len(told["heard"]))
    answers.append(await sender.send(name))
    again = await sender.heard(len(told["heard"]))
    for answer in answers:
        assert (answer.acknowledged, answer.status) == (True, 200)
        assert answer.body in (told.get("answer"), {"challenge": told.get("answer")}, "")
    assert_heard(first, told["heard"])
    assert [each.key for each in again] == [each.key for each in first], "a replay is the same happening"
    for event in first:
        assert event.account == await sender.place.chat.account(event.account.id), "as Slack tells of them"


async def test_the_same_comes_over_a_socket_and_no_two_have_one_key(sqlite_url: str) -> None:
    async with workplace(sqlite_url, "socket") as place:
        async with asyncio.timeout(15):
            while not len(place.slack.sockets) or place.chat.trouble:
                await asyncio.sleep(0.01)
        sender = Sender(place)
        await sender.settle()
        keys: list[str] = []
        for name in NAMES:
            if name in NOT_OVER_A_SOCKET:
                continue
            told = sender.read(name)
            assert (await sender.send(name)).acknowledged, name
            heard = await sender.heard(len(told["heard"]))
            assert_heard(heard, told["heard"])
            keys += [each.key for each in heard]
        assert len(keys) - len(set(keys)) == TWINS
        assert len(keys) > len(NAMES) / 2


async def test_who_became_a_guest_is_one_from_the_moment_slack_says_so(sender: Sender) -> None:
    kari = sender.place.slack.workspace.user("kari")
    assert not (await sender.place.account("kari")).guest
    kari.is_restricted = True
    await sender.send("user_change")
    assert (await sender.place.account("kari")).guest


async def test_nothing_but_a_bare_certificate_check_needs_no_signature(sender: Sender) -> None:
    check, command = (urlencode(sender.read(name)["payload"]) for name in ("ssl_check", "slash_command"))
    more = (f"{command}&{check}", f"{check}&payload=%7B%7D", f"{check}{'x' * 200}", f"{check}&\xff", f"{{}}&{check}")
    for body in (*more, "ssl_check=0", "ssl_check=10", "token=x", "\xff", ""):
        assert (await sender.unsigned(body.encode("latin-1"))).status == 401, body
    assert (await sender.unsigned(check.encode())).status == 200
    assert sender.place.core.received == []


# ---------------------------------------------------------------- what is expected


def assert_heard(events: list[Inbound], wanted: list[Json]) -> None:
    found = [plain(event) for event in events]
    assert len(found) == len(wanted), found
    for one, other in zip(found, wanted, strict=True):
        assert fnmatchcase(one["key"], other["key"]), (one["key"], other["key"])
        assert one | {"key": ""} == other | {"key": ""}


def plain(event: Inbound) -> Json:
    """All that is not as it is when nothing is said of it."""
    found: Json = {"type": type(event).__name__}
    for each in fields(event):
        value = getattr(event, each.name)
        if value != _unsaid(each):
            found[each.name] = _plain(value)
    return found | ({"guest": True} if event.account.guest else {})


def _unsaid(told: "Field[Any]") -> Any:
    return told.default_factory() if told.default_factory is not MISSING else told.default


def _plain(value: Any) -> Any:
    match value:
        case Account(chat="slack", id=id):
            return id
        case Place(chat="slack", room=room, thread=thread):
            return [room, thread]
        case Posted(place=place, ref=ref):
            return [*_plain(place), ref]
        case File(name=name, content=content):
            return [name, content.decode()]
        case Opener():
            return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
        case Mapping():
            return {name: _plain(each) for name, each in value.items()}
        case tuple():
            return [_plain(each) for each in value]
        case _:
            return value
