"""What the core says, in Slack: messages and their files, and what goes wrong on the way."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.slack import outbound
from adapters.slack.blocks import MESSAGE_WEIGHT
from adapters.slack.inbound import Opener
from bot.chat import delivery
from bot.chat.inbound import Command, Inbound, Press, Reacted, Visited
from bot.chat.message import Attachment, Button, Buttons, Form, Text, TextField, message
from bot.chat.port import Account, Can, Pacing, Place
from bot.errors import ChatError, RateLimited, Rejected, Unreachable
from tests.adapters.slack.workplace import Workplace, workplace
from tests.adapters.web.hall import NOON

HELLO = message("Hei alle sammen", title="Tittelen")
CASE = replace(HELLO, sealed_under="case:17")
LONG = message(*(Text("æ" * 900 + f" nr {number}") for number in range(20)), title="Lang")
FILE = Attachment("liste.csv", "text/csv", b"a;b\n1;2\n")
FORM = Form("test.ask", "Spør nettverket", (TextField("title", "Tittel", required=True),))


# ---------------------------------------------------------------- messages


async def test_a_message_carries_its_key_and_unfolds_no_links(place: Workplace) -> None:
    await place.chat.post(place.room("general"), HELLO, "notice:1")
    (sent,) = place.slack.called("chat.postMessage")
    assert sent["metadata"] == {"event_type": "fagtraad", "event_payload": {"key": "notice:1"}}
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)
    assert place.people.words(place.people.last("kari", "general")) == "Tittelen\nHei alle sammen"


async def test_nothing_of_our_own_comes_back_to_the_core(place: Workplace) -> None:
    posted = await place.chat.post(place.room("general"), message("Hei", FILE), "k1")
    await place.chat.edit(posted, message("Ha det"))
    await place.chat.delete(posted)
    await place.slack.events.settled()
    assert place.core.events == []


async def test_a_message_with_many_signs_that_slack_escapes_can_be_changed_too(place: Workplace) -> None:
    signs = message("&<>" * 1_000)
    posted = await place.chat.post(place.room("general"), signs, "k1")
    await place.chat.edit(posted, signs)
    assert "&<>&<>" in place.people.words(place.people.last("kari", "general"))


async def test_it_is_found_by_its_key_in_its_place_alone(place: Workplace) -> None:
    general, cases = place.room("general"), place.room("cases")
    posted = await place.chat.post(general, HELLO, "k1")
    answer = await place.chat.post(posted.in_thread, message("Svar"), "k2")
    assert await place.chat.find(general, "k1") == posted
    assert await place.chat.find(posted.in_thread, "k2") == answer
    assert await place.chat.find(general, "k2") is None, "it stands in the thread"
    assert await place.chat.find(cases, "k1") is None
    assert await place.chat.find(Place("slack", "C0NOWHERE"), "k1") is None


async def test_it_is_found_behind_what_came_after_it(place: Workplace) -> None:
    channel = place.slack.workspace.channel("general")
    posted = await place.chat.post(place.room("general"), HELLO, "k1")
    for number in range(450):
        place.slack.workspace.add_message(channel, place.id("kari"), f"nr {number}")
    assert await place.chat.find(place.room("general"), "k1") == posted


async def test_what_somebody_else_posted_with_our_key_is_not_ours(place: Workplace) -> None:
    channel = place.slack.workspace.channel("general")
    forged = {"event_type": "fagtraad", "event_payload": {"key": "k1"}}
    place.slack.workspace.add_message(channel, place.id("per"), "x", metadata=forged)
    assert await place.chat.find(place.room("general"), "k1") is None


async def test_an_answer_that_was_lost_is_found_again(place: Workplace) -> None:
    place.slack.trouble.reset("chat.postMessage", after=True)
    with pytest.raises(Unreachable):
        await place.chat.post(place.room("general"), HELLO, "k1")
    found = await place.chat.find(place.room("general"), "k1")
    assert found is not None
    assert len(place.people.messages("kari", "general")) == 1


async def test_what_is_deleted_twice_is_gone(place: Workplace) -> None:
    posted = await place.chat.post(place.room("general"), HELLO, "k1")
    await place.chat.delete(posted)
    await place.chat.delete(posted)
    with pytest.raises(Rejected):
        await place.chat.edit(posted, HELLO)


# ---------------------------------------------------------------- files


async def test_a_file_stands_under_its_message_and_is_said_to_those_who_do_not_see_it(place: Workplace) -> None:
    posted = await place.chat.post(place.room("general"), message("Lista", FILE), "k1")
    (asked,) = place.slack.called("files.getUploadURLExternal")
    assert (asked["filename"], asked["alt_txt"], asked["length"]) == ("liste.csv", "liste.csv", "8")
    root = place.slack.workspace.find_message(place.slack.workspace.channel("general"), posted.ref)
    assert root is not None
    shown = place.people.messages("kari", "general", root)[-1]
    assert place.people.file("kari", shown, "liste.csv") == FILE.content


async def test_in_a_direct_message_a_file_stands_right_after(place: Workplace) -> None:
    await place.chat.post(place.direct("kari"), message("Lista", FILE), "k1")
    assert [m.files != [] for m in place.people.messages("kari", "direct")] == [False, True]


async def test_what_there_is_no_room_for_is_a_file_and_nothing_is_lost(place: Workplace) -> None:
    posted = await place.chat.post(place.room("general"), LONG, "k1")
    root = place.slack.workspace.find_message(place.slack.workspace.channel("general"), posted.ref)
    assert root is not None
    shown, attached = place.people.messages("kari", "general", root)
    together = place.people.words(shown) + place.people.file("kari", attached).decode()
    assert len(json.dumps(shown.blocks).encode()) < 3 * MESSAGE_WEIGHT
    for number in range(20):
        assert f"nr {number}" in together


async def test_files_follow_their_message(place: Workplace) -> None:
    posted = await place.chat.post(place.room("general"), message("Lista", FILE), "k1")
    other = Attachment("liste.csv", "text/csv", b"ny")
    await place.chat.edit(posted, message("Lista", other))
    assert [file.content for file in place.slack.workspace.files.values()] == [b"ny"]
    await place.chat.edit(posted, message("Uten"))
    assert place.slack.workspace.files == {}
    await place.chat.edit(posted, message("Lista", FILE, other))
    await place.chat.delete(posted)
    assert place.slack.workspace.files == {}
    assert place.people.messages("kari", "general") == []


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_message_without_its_file_is_taken_back(place: Workplace, method: str) -> None:
    """The next try is a whole one: it would not be, were the message found by its key."""
    place.slack.trouble.fail(method)
    with pytest.raises(Unreachable):
        await place.chat.post(place.room("general"), message("Lista", FILE), "k1")
    assert place.people.messages("kari", "general") == []
    assert await place.chat.find(place.room("general"), "k1") is None
    await place.chat.post(place.room("general"), message("Lista", FILE), "k1")


async def test_a_message_that_was_cut_off_before_its_file_is_posted_again(place: Workplace) -> None:
    """The answer was lost, or the process was killed: it stands there, and its file was never shown."""
    said = message("Lista", FILE)
    place.slack.trouble.reset("chat.postMessage", after=True)
    with pytest.raises(Unreachable):
        await place.chat.post(place.room("general"), said, "k1")
    assert len(place.people.messages("kari", "general")) == 1
    assert await place.chat.find(place.room("general"), "k1") is None
    posted = await place.chat.post(place.room("general"), said, "k1")
    assert await place.chat.find(place.room("general"), "k1") == posted
    assert len(place.people.messages("kari", "general")) == 1


# ---------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize("code", ["channel_not_found", "not_in_channel", "is_archived", "invalid_auth", "noe_nytt"])
async def test_a_no_of_slacks_is_final_and_keeps_its_code(place: Workplace, code: str) -> None:
    place.slack.trouble.refuse("chat.postMessage", code)
    with pytest.raises(Rejected, match=f"^{code}$"):
        await place.chat.post(place.room("general"), HELLO, "k1")


@pytest.mark.parametrize("code", ["internal_error", "fatal_error", "service_unavailable", "request_timeout"])
async def test_a_fault_of_slacks_passes(place: Workplace, code: str) -> None:
    place.slack.trouble.refuse("chat.postMessage", code)
    with pytest.raises(Unreachable):
        await place.chat.post(place.room("general"), HELLO, "k1")


async def test_slack_says_how_long_to_wait_and_nobody_waits_here(place: Workplace) -> None:
    place.slack.trouble.limit("chat.postMessage", retry_after=7)
    with pytest.raises(RateLimited) as limited:
        await place.chat.post(place.room("general"), HELLO, "k1")
    assert limited.value.after == 7
    assert len(place.slack.called("chat.postMessage")) == 1
    place.slack.trouble.refuse("chat.postMessage", "ratelimited")
    with pytest.raises(RateLimited) as limited:
        await place.chat.post(place.room("general"), HELLO, "k1")
    assert limited.value.after == 30


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_page_instead_of_an_answer_passes(place: Workplace, status: int) -> None:
    place.slack.trouble.fail("chat.postMessage", status=status)
    with pytest.raises(Unreachable):
        await place.chat.post(place.room("general"), HELLO, "k1")


async def test_a_cut_connection_passes_and_is_tried_once(place: Workplace) -> None:
    place.slack.trouble.reset("chat.postMessage")
    with pytest.raises(Unreachable):
        await place.chat.post(place.room("general"), HELLO, "k1")
    assert len(place.slack.called("chat.postMessage")) == 1


async def test_slack_that_says_nothing_is_given_up(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert outbound.LIMIT == 10
    place.slack.trouble.hang("chat.delete")
    with pytest.raises(Unreachable):
        await place.chat.api.ask(place.chat.api.client.chat_delete(channel="C1", ts="1.0"), 0.2)


async def test_an_error_quotes_nothing_of_the_message(place: Workplace) -> None:
    place.slack.trouble.refuse("chat.postMessage", "invalid_blocks")
    with pytest.raises(Rejected) as refused:
        await place.chat.post(place.room("general"), message("kvernfjols"), "k1")
    error: BaseException | None = refused.value
    assert error is not None
    assert error.__cause__ is None
    assert error.__suppress_context__
    assert "kvernfjols" not in str(error)


# ---------------------------------------------------------------- case texts


async def test_case_texts_are_refused_where_they_are_not_allowed(sqlite_url: str) -> None:
    async with workplace(sqlite_url, cases=False) as place:
        assert Can.CASES not in place.chat.can
        kari, general = await place.account("kari"), place.room("general")
        posted = await place.chat.post(general, HELLO, "k1")
        for refused in (
            place.chat.post(general, CASE, "k2"),
            place.chat.post(place.direct("kari"), CASE, "k3"),
            place.chat.edit(posted, CASE),
            place.chat.whisper(general, kari, CASE),
            place.chat.home(kari, CASE),
        ):
            with pytest.raises(Rejected):
                await refused
        written = json.dumps(place.slack.calls)
        assert written.count("Hei alle sammen") == len(place.slack.called("chat.postMessage")) * 2


async def test_case_texts_are_written_where_they_are_allowed(place: Workplace) -> None:
    assert Can.CASES in place.chat.can
    await place.chat.post(place.room("cases"), CASE, "k1")
    assert "Hei alle sammen" in place.people.words(place.people.last("kari", "cases"))


# ---------------------------------------------------------------- forms, pages, emoji


async def test_a_form_whose_time_is_over_is_refused(place: Workplace) -> None:
    async def ask(event: Inbound) -> None:
        assert isinstance(event, Command)
        place.slack.workspace.clock.move(4)
        with pytest.raises(Rejected, match="expired_trigger_id"):
            await place.chat.ask(event.opener, FORM)

    place.core.answer = ask
    await place.people.slash("kari", "general", "/kasus")
    assert place.people.modal("kari") is None


async def test_a_form_whose_time_is_over_is_offered_anew(place: Workplace) -> None:
    async def ask(event: Inbound) -> None:
        assert isinstance(event, Command)
        place.slack.workspace.clock.move(4)
        await delivery.ask(place.chat, event.opener, event.place, event.account, FORM, "k")

    place.core.answer = ask
    await place.people.slash("kari", "general", "/kasus")
    assert place.people.labels(place.people.last("kari", "general")) == [FORM.title]


async def test_a_form_is_changed_where_it_was_pressed_in(place: Workplace) -> None:
    async def ask(event: Inbound) -> None:
        if isinstance(event, Command):
            intro = (Buttons((Button("Annet", "test.other"),)),)
            await place.chat.ask(event.opener, replace(FORM, intro=intro))
        if isinstance(event, Press):
            await place.chat.ask(event.opener, replace(FORM, title="Et annet skjema"))

    place.core.answer = ask
    await place.people.slash("kari", "general", "/kasus")
    await place.people.press_in_view("kari", "Annet")
    view = place.people.modal("kari")
    assert view is not None
    assert view.body["title"]["text"] == "Et annet skjema"
    assert len(place.slack.workspace.stacks[place.id("kari")]) == 1
    assert place.core.last().place == place.room("general")


async def test_a_view_that_was_closed_meanwhile_is_no_crash(place: Workplace) -> None:
    opener = Opener("1.2.abc", place.room("general"), place.id("kari"), view_id="V0GONE")
    with pytest.raises(Rejected):
        await place.chat.ask(opener, FORM)


async def test_a_persons_own_page_is_shown_and_shown_anew_after_a_press(place: Workplace) -> None:
    shown = 0

    async def show(event: Inbound) -> None:
        nonlocal shown
        if isinstance(event, Visited):
            shown += 1
            page = message(f"Vist {shown} ganger", Buttons((Button("Ferdig", "test.done", "1"),)), title="Mine saker")
            await place.chat.home(event.account, page)

    place.core.answer = show
    await place.people.open_home("kari")
    await place.people.press_in_home("kari", "Ferdig")
    async with asyncio.timeout(3):
        while (view := place.people.home("kari")) is None or "Vist 2 ganger" not in place.people.words(view):
            await asyncio.sleep(0.01)
    press = next(event for event in place.core.events if isinstance(event, Press))
    assert press.place == place.direct("kari") == place.core.events[0].place


async def test_an_emoji_on_our_message_in_a_thread_names_that_thread(place: Workplace) -> None:
    posted = await place.chat.post(place.room("general"), HELLO, "k1")
    answer = await place.chat.post(posted.in_thread, HELLO, "k2")
    channel = place.slack.workspace.channel("general")
    for each in (posted, answer):
        shown = place.slack.workspace.find_message(channel, each.ref)
        assert shown is not None
        await place.people.react("ola", shown, "white_check_mark")
        reacted = place.core.last()
        assert isinstance(reacted, Reacted)
        assert (reacted.posted, reacted.name, reacted.added) == (each, "white_check_mark", True)


# ---------------------------------------------------------------- what asks nobody


async def test_a_link_is_what_slack_would_give(place: Workplace) -> None:
    posted = await place.chat.post(place.room("general"), HELLO, "k1")
    answer = await place.chat.post(posted.in_thread, HELLO, "k2")
    before = len(place.slack.calls)
    links = [place.chat.link(each) for each in (posted, answer)]
    assert len(place.slack.calls) == before
    for each, link in zip((posted, answer), links, strict=True):
        told = await place.chat.api.ask(
            place.chat.api.client.chat_getPermalink(channel=each.place.room, message_ts=each.ref)
        )
        assert link == told["permalink"]


async def test_one_message_a_second_goes_to_a_channel(place: Workplace) -> None:
    assert place.chat.pace(Pacing(), NOON).not_before == NOON + timedelta(seconds=1)
    assert place.chat.budget.sends / place.chat.budget.seconds <= 5, "several hundred a minute, in a workspace"


async def test_a_direct_message_is_opened_once(place: Workplace) -> None:
    kari = await place.account("kari")
    assert await place.chat.direct(kari) == await place.chat.direct(kari) == place.direct("kari")
    assert len(place.slack.called("conversations.open")) == 1
    with pytest.raises(ChatError):
        await place.chat.direct(Account("slack", "U0NOBODY"))


async def test_slack_that_refuses_the_token_ends_the_program(place: Workplace) -> None:
    other = type(place.chat)(place.chat.core, place.chat.settings.model_copy(update={"bot_token": _secret("xoxb-x")}))
    with pytest.raises(SystemExit, match="FAGTRAAD_SLACK_BOT_TOKEN"):
        await other.start(place.core, place.chat.notebook)


async def test_slack_that_does_not_answer_is_asked_again(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.slack.chat.SIGN_IN_AGAIN", 0.01)
    other = type(place.chat)(place.chat.core, place.chat.settings)
    place.slack.trouble.fail("auth.test", times=2)
    await other.start(place.core, place.chat.notebook)
    assert other.trouble == "Slack does not answer"
    async with asyncio.timeout(3):
        while other.trouble:
            await asyncio.sleep(0.01)
    await other.stop()


def _secret(text: str) -> Any:
    from pydantic import SecretStr

    return SecretStr(text)
