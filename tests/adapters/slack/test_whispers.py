"""What one person alone is told, in Slack."""

import asyncio
import time
from collections.abc import Callable

import pytest

from bot.chat import delivery
from bot.chat.inbound import Command, Inbound, Press
from bot.chat.message import Button, Buttons, Message, message
from bot.errors import Rejected
from tests.adapters.slack.test_outbound import CASE, FILE, HELLO, LONG
from tests.adapters.slack.workplace import Workplace

# ---------------------------------------------------------------- private answers


def answering(place: Workplace, said: Message = HELLO) -> None:
    async def answer(event: Inbound) -> None:
        await delivery.tell(place.chat, event.place, event.account, said, f"answer:{event.key}")

    place.core.answer = answer


async def test_a_slash_command_is_answered_where_it_was_typed_even_where_we_are_not(place: Workplace) -> None:
    place.slack.workspace.add_channel("andre", ["kari"], private=True, bot=False)
    answering(place)
    await place.people.slash("kari", "andre", "/fagtraad hjelp")
    seen = place.people.last("kari", "andre")
    assert (place.people.words(seen), seen.only_for) == ("Tittelen\nHei alle sammen", place.id("kari"))
    assert place.slack.called("chat.postEphemeral") == []


async def test_a_press_is_answered_in_its_thread_for_one_person_alone(place: Workplace) -> None:
    posted = await place.chat.post(place.room("general"), HELLO, "k1")
    button = message(Buttons((Button("Jeg svarer", "test.answering", "17"),)))
    await place.chat.post(posted.in_thread, button, "k2")
    root = place.slack.workspace.find_message(place.slack.workspace.channel("general"), posted.ref)
    answering(place, message("Bare til deg"))
    await place.people.press("ola", place.people.last("ola", "general", root), "Jeg svarer")
    pressed = place.core.last()
    assert isinstance(pressed, Press)
    assert pressed.place == posted.in_thread
    assert place.people.words(place.people.last("ola", "general", root)) == "Bare til deg"
    assert "Bare til deg" not in [place.people.words(m) for m in place.people.messages("kari", "general", root)]


@pytest.mark.parametrize("trouble", ["hang", "limit"])
async def test_an_answer_that_slack_does_not_take_in_time_comes_after_the_acknowledgement(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr("adapters.slack.answering.ACK_WITHIN", 0.3)
    answering(place)
    if trouble == "hang":
        place.slack.trouble.hang("response_url", 1, seconds=2)
    else:
        place.slack.trouble.limit("response_url", 1, retry_after=1)
    began = time.monotonic()
    await place.people.slash("kari", "general", "/fagtraad hjelp")
    assert time.monotonic() - began < 0.9, "acknowledged"
    assert place.people.messages("kari", "general") == []
    await until(lambda: bool(place.people.messages("kari", "general")))
    assert place.people.last("kari", "general").only_for == place.id("kari")


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.02)


async def test_in_a_direct_message_an_answer_is_a_message(place: Workplace) -> None:
    answering(place)
    await place.people.say("kari", "direct", "hjelp")
    command = place.core.last()
    assert isinstance(command, Command)
    assert (command.text, command.public) == ("hjelp", False)
    assert place.people.last("kari", "direct").only_for is None


async def test_a_case_that_somebody_asks_to_see_leaves_no_message_even_in_a_direct_message(place: Workplace) -> None:
    answering(place, CASE)
    await place.people.say("kari", "direct", "vis BLOD-26-001")
    assert place.people.last("kari", "direct").only_for == place.id("kari")
    assert place.slack.called("chat.postMessage") == []


async def test_an_answer_with_a_file_goes_to_the_direct_message(place: Workplace) -> None:
    answering(place, message("Dine data", FILE))
    await place.people.slash("kari", "general", "/fagtraad mine-data")
    assert place.people.messages("kari", "general") == []
    assert place.people.file("kari", place.people.last("kari", "direct")) == FILE.content


async def test_a_long_private_answer_comes_whole_over_several_messages(place: Workplace) -> None:
    answering(place, LONG)
    await place.people.slash("kari", "general", "/fagtraad hjelp")
    seen = "\n".join(place.people.words(m) for m in place.people.messages("kari", "general"))
    for number in range(20):
        assert f"nr {number}" in seen


async def test_nobody_is_whispered_to_where_they_are_not(place: Workplace) -> None:
    per = await place.account("per")
    with pytest.raises(Rejected):
        await place.chat.whisper(place.room("cases"), per, HELLO)
