"""Who people are, and who can read a channel, as Slack says it."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import pytest

from adapters.slack.inbound import Us
from adapters.slack.people import People, account_of
from bot.chat.inbound import Command, Said
from bot.errors import MembersUnknown, Unreachable
from tests.adapters.slack.workplace import EVERYBODY, SOME, Workplace

US = Us(team="T1", user="UBOT", bot="B1")


class Watch:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def watch(place: Workplace) -> Watch:
    watch = Watch()
    people = People(place.chat.api, watch)
    people.us, place.chat.people = place.chat.people.us, people
    return watch


async def members(place: Workplace, room: str = "cases") -> Mapping[str, Any]:
    found = await place.chat.members(place.room(room))
    assert len({account.id for account in found}) == len(found)
    return {place.slack.workspace.users[account.id].name: account for account in found}


def user(**facts: Any) -> dict[str, Any]:
    return {"id": "U1", "team_id": "T1", "name": "kari", "profile": {"real_name": "Kari Fjell"}} | facts


# ---------------------------------------------------------------- one person


def test_a_member_of_the_workspace_is_nobodys_guest() -> None:
    account = account_of(user(locale="nn-NO"), US)
    assert account is not None
    assert (account.name, account.guest, account.bot, account.language) == ("Kari Fjell", False, False, "nn-NO")


@pytest.mark.parametrize(
    "facts",
    [
        {"is_restricted": True},
        {"is_ultra_restricted": True},
        {"is_stranger": True},
        {"team_id": "T2"},
        {"team_id": None},
        {"team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}},
    ],
)
def test_whoever_may_be_from_outside_is_a_guest(facts: dict[str, Any]) -> None:
    account = account_of(user(**facts), US)
    assert account is not None
    assert account.guest


def test_another_workspace_of_the_same_organisation_is_home_too() -> None:
    account = account_of(user(team_id="T2", enterprise_user={"enterprise_id": "E1"}), Us("T1", enterprise="E1"))
    assert account is not None
    assert not account.guest


def test_before_we_know_where_we_are_everybody_is_a_guest() -> None:
    account = account_of(user(team_id=""), Us())
    assert account is not None
    assert account.guest


def test_bots_are_bots_and_who_is_deactivated_is_nobody() -> None:
    assert account_of(user(deleted=True), US) is None
    for facts in ({"is_bot": True}, {"id": "USLACKBOT"}):
        account = account_of(user(**facts), US)
        assert account is not None
        assert account.bot


async def test_an_account_says_its_language_and_is_asked_for_once_a_minute(place: Workplace, watch: Watch) -> None:
    place.slack.workspace.user("kari").locale = "en-GB"
    for _ in range(3):
        assert (await place.account("kari")).language == "en-GB"
    assert len(place.slack.called("users.info")) == 1
    watch.at = 59.9
    await place.account("kari")
    assert len(place.slack.called("users.info")) == 1
    watch.at = 60.1
    await place.account("kari")
    assert len(place.slack.called("users.info")) == 2


async def test_many_who_ask_at_once_ask_once(place: Workplace) -> None:
    await asyncio.gather(*(place.account("kari") for _ in range(20)))
    assert len(place.slack.called("users.info")) == 1


async def test_nobody_and_the_deactivated_are_nobody(place: Workplace) -> None:
    place.slack.workspace.add_user("liv", "Liv Borte", deleted=True)
    assert await place.chat.account("U00000000") is None
    assert await place.chat.account(place.id("liv")) is None


async def test_a_fault_is_not_taken_for_an_answer(place: Workplace) -> None:
    place.slack.trouble.fail("users.info")
    with pytest.raises(Unreachable):
        await place.account("kari")
    assert (await place.account("kari")).name == "Kari Fjell"


async def test_whoever_acts_is_a_guest_until_slack_says_otherwise(place: Workplace) -> None:
    place.slack.trouble.limit("users.info")
    await place.people.say("kari", "general", "Hei")
    assert place.core.last().account.guest
    await place.people.say("kari", "general", "Hei igjen")
    assert not place.core.last().account.guest
    place.slack.workspace.add_user("gjest", "Gry Gjest", is_restricted=True)
    await place.people.join("gjest", "general")
    assert place.core.last().account.guest


async def test_a_look_up_that_hangs_costs_a_second_and_is_there_for_the_next(place: Workplace) -> None:
    place.slack.trouble.hang("users.info", seconds=2)
    began = time.monotonic()
    await place.people.say("kari", "general", "Hei")
    assert 0.9 < time.monotonic() - began < 1.8
    assert place.core.last().account.guest


async def test_who_becomes_a_guest_is_one_at_once(place: Workplace) -> None:
    await place.people.say("kari", "general", "Hei")
    await place.people.change("kari", is_restricted=True)
    await place.people.say("kari", "general", "Hei igjen")
    first, second = (event.account for event in place.core.events)
    assert (first.guest, second.guest) == (False, True)


async def test_who_is_mentioned_is_called_by_name(place: Workplace) -> None:
    await place.people.say("kari", "general", "Kan @Ola Myhre ringe <b>?")
    said = place.core.last()
    assert isinstance(said, Said)
    assert said.text == "Kan @Ola Myhre ringe <b>?"
    await place.people.slash("kari", "general", "/oppgave ring laben @Siri Anne Vik")
    command = place.core.last()
    assert isinstance(command, Command)
    assert command.text == "oppgave ring laben @Siri Anne Vik"


# ---------------------------------------------------------------- a channel's members


async def test_everybody_who_can_read_is_a_member_and_we_are_not(place: Workplace) -> None:
    place.slack.workspace.add_user("gjest", "Gry Gjest", is_ultra_restricted=True)
    place.slack.workspace.add_user("fremmed", "Frode Fremmed", team="T0OTHER", is_stranger=True)
    place.slack.workspace.add_user("robot", "Robot", is_bot=True)
    place.slack.workspace.add_user("liv", "Liv Borte", deleted=True)
    channel = place.slack.workspace.channel("cases")
    channel.members |= {place.id(name) for name in ("gjest", "fremmed", "robot", "liv")}
    found = await members(place)
    assert set(found) == {*SOME, "gjest", "fremmed", "robot"}
    assert {name for name, account in found.items() if account.guest} == {"gjest", "fremmed"}
    assert {name for name, account in found.items() if account.bot} == {"robot"}


async def test_a_large_channel_is_read_to_its_last_page(place: Workplace) -> None:
    for number in range(450):
        place.slack.workspace.add_user(f"p{number}", f"Person {number}")
    place.slack.workspace.add_channel("alle", [*EVERYBODY, *(f"p{number}" for number in range(450))], private=True)
    assert set(await members(place, "alle")) == {*EVERYBODY, *(f"p{number}" for number in range(450))}
    assert len(place.slack.called("conversations.members")) == 3
    assert len(place.slack.called("users.list")) == 3
    assert place.slack.called("users.info") == [], "one list, and not everybody by name"


async def test_who_is_in_a_channel_and_is_not_shown_to_us_is_a_guest(place: Workplace) -> None:
    place.slack.workspace.channel("cases").members.add("U0UNSEEN1")
    found = {account.id: account for account in await place.chat.members(place.room("cases"))}
    assert len(found) == 4
    assert found["U0UNSEEN1"].guest


async def test_members_are_read_anew_after_a_minute(place: Workplace, watch: Watch) -> None:
    await members(place)
    place.slack.workspace.channel("cases").members.add(place.id("per"))  # and Slack forgot to say so
    watch.at = 59.9
    assert "per" not in await members(place)
    watch.at = 60.1
    assert "per" in await members(place)


async def test_who_comes_goes_or_changes_is_seen_at_once(place: Workplace) -> None:
    assert set(await members(place)) == {*SOME}
    await place.people.join("per", "cases")
    assert set(await members(place)) == {*SOME, "per"}
    await place.people.leave("per", "cases")
    assert set(await members(place)) == {*SOME}
    await place.people.change("kari", is_restricted=True)
    assert (await members(place))["kari"].guest
    await place.people.change("ola", deleted=True)
    assert set(await members(place)) == {"kari", "siri"}


async def test_a_new_photo_or_status_changes_nothing(place: Workplace) -> None:
    """They come all day long in a large workspace."""
    await members(place)
    before = len(place.slack.calls)
    await place.people.change("kari", tz="Europe/Paris")
    await place.people.change("per", deleted=True)  # who is not in the room
    await members(place)
    assert len(place.slack.calls) == before


async def test_what_was_being_read_when_somebody_came_is_not_believed_afterwards(place: Workplace) -> None:
    place.slack.trouble.hang("users.info", times=3, seconds=0)
    reading = asyncio.create_task(members(place))
    await asyncio.sleep(0)
    await place.people.join("per", "cases")
    await asyncio.gather(reading, return_exceptions=True)
    assert "per" in await members(place)


@pytest.mark.parametrize("method", ["conversations.members", "users.info"])
@pytest.mark.parametrize("trouble", ["limit", "fail", "reset"])
async def test_who_cannot_be_read_is_unknown_and_asked_for_again(place: Workplace, method: str, trouble: str) -> None:
    getattr(place.slack.trouble, trouble)(method, times=6)  # aiohttp asks once more on a connection it had open
    with pytest.raises(MembersUnknown):
        await members(place)
    place.slack.trouble.clear()
    assert set(await members(place)) == {*SOME}


async def test_half_a_list_is_none(place: Workplace) -> None:
    for number in range(250):
        place.slack.workspace.add_user(f"p{number}", f"Person {number}")
    place.slack.workspace.add_channel("alle", [*EVERYBODY, *(f"p{number}" for number in range(250))], private=True)
    place.slack.trouble.fail("users.list")
    with pytest.raises(MembersUnknown):
        await members(place, "alle")
    assert len(await members(place, "alle")) == 254


async def test_a_channel_that_we_are_not_shown_is_unknown(place: Workplace) -> None:
    place.slack.workspace.add_channel("hemmelig", ["kari"], private=True, bot=False)
    with pytest.raises(MembersUnknown):
        await members(place, "hemmelig")
