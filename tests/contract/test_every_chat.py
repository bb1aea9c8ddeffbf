"""What every adapter must do, whatever its platform. A new one is one entry in `STAGES`, and in `ON`."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.inbound import (
    Command,
    Deleted,
    Edited,
    File,
    Joined,
    Left,
    Press,
    Reacted,
    Said,
    Submission,
    Visited,
)
from bot.chat.message import LARGEST_FILE, Attachment, Button, Buttons, CopyText, Facts, Mentions, Quote, Text, message
from bot.chat.port import Can, Pacing, Place, Posted
from bot.errors import ChatError, MembersUnknown, Rejected
from tests.contract.stages import EVERYBODY, FORM, NOON, ON_MESSAGE, SOME, STAGES, Stage

HELLO = message("Hei alle sammen", title="Tittelen")


ON = [
    "memory on sqlite",  # it keeps nothing in a database: one is enough
    "web on sqlite",
    "slack on sqlite",  # of a database it needs the notebook alone
    pytest.param("web on postgres", marks=pytest.mark.postgres),
]


@pytest.fixture(params=ON)
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    adapter, _on, database = request.param.split()
    url = request.getfixturevalue(f"{database}_url")
    async with STAGES[adapter](url, tmp_path) as stage:
        yield stage


# What the core says


async def test_it_has_a_name_and_says_what_it_can(stage: Stage) -> None:
    assert stage.chat.name
    assert stage.chat.can <= frozenset(Can)


async def test_a_post_is_seen_by_everybody_in_the_room_and_by_nobody_else(stage: Stage) -> None:
    posted = await stage.chat.post(stage.room("cases"), HELLO, "k1")
    assert posted.place == stage.room("cases")
    for who in SOME:
        assert "Hei alle sammen" in await stage.sees(who, stage.room("cases"))
        assert "Tittelen" in await stage.sees(who, stage.room("cases"))
    for who in set(EVERYBODY) - set(SOME):
        assert await stage.sees(who, stage.room("cases")) == ""


async def test_every_kind_of_part_is_shown_in_words(stage: Stage) -> None:
    everything = message(
        Text("et avsnitt"),
        Quote("Bakgrunn", "et sitat"),
        Facts((("Frist", "en frist"),)),
        Mentions("Spør særlig:", ((stage.id("ola"), "Ola Myhre"),)),
        CopyText("Til journalen", "en avskrift"),
        Buttons((Button("En knapp", "test.answering", "1"),)),
    )
    await stage.chat.post(stage.room("general"), everything, "k1")
    seen = await stage.sees("kari", stage.room("general"))
    for words in (
        "et avsnitt",
        "Bakgrunn",
        "et sitat",
        "Frist",
        "en frist",
        "Spør særlig:",
        "Ola Myhre",
        "en avskrift",
    ):
        assert words in seen


async def test_a_file_is_had_by_those_who_see_its_message_and_by_nobody_else(stage: Stage) -> None:
    list_, large = bytes(range(256)), bytes(LARGEST_FILE)
    files = (Attachment("liste æøå.csv", "text/csv", list_), Attachment("stor.bin", "application/octet-stream", large))
    posted = await stage.chat.post(stage.room("cases"), message("Lista", *files), "k1")
    assert "liste æøå.csv" in await stage.sees("ola", stage.room("cases"))
    assert await stage.download("ola", posted, "liste æøå.csv") == list_
    assert await stage.download("ola", posted, "stor.bin") == large
    assert await stage.download("ola", posted, "annet.csv") is None
    for who in set(EVERYBODY) - set(SOME):
        assert await stage.download(who, posted, "liste æøå.csv") is None
    await stage.chat.delete(posted)
    assert await stage.download("ola", posted, "liste æøå.csv") is None


async def test_an_edit_replaces_the_files_too(stage: Stage) -> None:
    posted = await stage.chat.post(stage.room("general"), message(Attachment("a.csv", "text/csv", b"1")), "k1")
    if Can.EDIT in stage.chat.can:
        await stage.chat.edit(posted, message(Attachment("a.csv", "text/csv", b"2")))
        assert await stage.download("ola", posted, "a.csv") == b"2"
        await stage.chat.edit(posted, message("Borte"))
        assert await stage.download("ola", posted, "a.csv") is None


def test_a_file_that_is_too_large_is_no_attachment() -> None:
    with pytest.raises(ValueError):
        Attachment("stor.bin", "application/octet-stream", bytes(LARGEST_FILE + 1))


async def test_an_edit_replaces_what_everybody_sees(stage: Stage) -> None:
    posted = await stage.chat.post(stage.room("general"), HELLO, "k1")
    if Can.EDIT in stage.chat.can:
        await stage.chat.edit(posted, message("Ha det"))
        for who in EVERYBODY:
            seen = await stage.sees(who, stage.room("general"))
            assert "Ha det" in seen
            assert "Hei alle sammen" not in seen


async def test_a_deleted_message_is_seen_no_more(stage: Stage) -> None:
    posted = await stage.chat.post(stage.room("general"), HELLO, "k1")
    await stage.chat.delete(posted)
    for who in EVERYBODY:
        assert "Hei alle sammen" not in await stage.sees(who, stage.room("general"))
    with pytest.raises(ChatError):
        await stage.chat.edit(posted, message("Ha det"))


async def test_what_is_posted_in_a_thread_stands_in_that_thread(stage: Stage) -> None:
    posted = await stage.chat.post(stage.room("general"), HELLO, "k1")
    reply = await stage.chat.post(posted.in_thread, message("I tråden"), "k2")
    assert reply.place == posted.in_thread == reply.in_thread
    assert "I tråden" in await stage.sees("ola", posted.in_thread)


async def test_a_post_is_found_by_its_key_in_its_place(stage: Stage) -> None:
    posted = await stage.chat.post(stage.room("general"), HELLO, "k1")
    if Can.FIND in stage.chat.can:
        assert await stage.chat.find(stage.room("general"), "k1") == posted
        assert await stage.chat.find(stage.room("general"), "k2") is None
        assert await stage.chat.find(stage.room("cases"), "k1") is None


async def test_where_something_stands_can_be_stored_and_read_back(stage: Stage) -> None:
    posted = await stage.chat.post(stage.room("general"), HELLO, "k1")
    reply = await stage.chat.post(posted.in_thread, HELLO, "k2")
    for each in (posted, reply):
        assert Posted.load(each.store()) == each
        assert Place.load(each.place.store()) == each.place
    if Can.EDIT in stage.chat.can:
        await stage.chat.edit(Posted.load(posted.store()), message("Ha det"))


async def test_a_whisper_is_seen_by_one_person_alone(stage: Stage) -> None:
    kari = await stage.chat.account(stage.id("kari"))
    assert kari is not None
    if Can.WHISPER in stage.chat.can:
        await stage.chat.whisper(stage.room("general"), kari, message("Bare til deg"))
        assert "Bare til deg" in await stage.sees("kari", stage.room("general"))
        for who in set(EVERYBODY) - {"kari"}:
            assert "Bare til deg" not in await stage.sees(who, stage.room("general"))


async def test_a_whisper_in_a_thread_is_as_private(stage: Stage) -> None:
    kari = await stage.chat.account(stage.id("kari"))
    assert kari is not None
    posted = await stage.chat.post(stage.room("general"), HELLO, "k1")
    if Can.WHISPER in stage.chat.can:
        await stage.chat.whisper(posted.in_thread, kari, message("Bare til deg"))
        assert "Bare til deg" in await stage.sees("kari", posted.in_thread)
        for place in (posted.in_thread, stage.room("general")):
            assert "Bare til deg" not in await stage.sees("ola", place)


async def test_a_1_to_1_chat_is_one_persons_and_always_the_same(stage: Stage) -> None:
    kari, ola = [await stage.chat.account(stage.id(who)) for who in ("kari", "ola")]
    assert kari is not None
    assert ola is not None
    place = await stage.chat.direct(kari)
    assert await stage.chat.direct(kari) == place
    assert await stage.chat.direct(ola) != place
    await stage.chat.post(place, message("Til deg alene"), "k1")
    assert "Til deg alene" in await stage.sees("kari", place)
    assert "Til deg alene" not in await stage.sees("ola", place)
    assert [member.id for member in await stage.chat.members(place)] == [stage.id("kari")]


async def test_a_room_that_is_not_there_is_a_final_no(stage: Stage) -> None:
    with pytest.raises(Rejected):
        await stage.chat.post(stage.room("nowhere"), HELLO, "k1")
    with pytest.raises(MembersUnknown):
        await stage.chat.members(stage.room("nowhere"))
    assert await stage.chat.find(stage.room("nowhere"), "k1") is None


async def test_accounts_are_known_by_id(stage: Stage) -> None:
    kari = await stage.chat.account(stage.id("kari"))
    assert kari is not None
    assert (kari.chat, kari.id, kari.name, kari.guest, kari.bot) == (
        stage.chat.name,
        stage.id("kari"),
        "Kari Fjell",
        False,
        False,
    )
    assert await stage.chat.account("nobody") is None


async def test_members_are_those_who_can_read_now(stage: Stage) -> None:
    async def members() -> set[str]:
        return {member.id for member in await stage.chat.members(stage.room("cases"))}

    some = {stage.id(who) for who in SOME}
    assert await members() == some, "our own bot is not among them"
    await stage.join("per", "cases")
    assert await members() == {*some, stage.id("per")}
    await stage.leave("per", "cases")
    assert await members() == some


async def test_a_form_opens_only_for_somebody_who_acts(stage: Stage) -> None:
    for opener in (None, object(), "trigger"):
        with pytest.raises(ChatError):
            await stage.chat.ask(opener, FORM)


async def test_a_link_is_an_address_or_nothing(stage: Stage) -> None:
    posted = await stage.chat.post(stage.room("general"), HELLO, "k1")
    link = stage.chat.link(posted)
    assert link is None or "Hei" not in link


async def test_pace_is_a_pure_function_of_its_state(stage: Stage) -> None:
    start = Pacing()
    once = stage.chat.pace(start, NOON)
    assert stage.chat.pace(start, NOON) == once
    assert start == Pacing()
    assert once.not_before is None or once.not_before > NOON
    later = stage.chat.pace(once, NOON + timedelta(hours=1))
    assert later.not_before is None or later.not_before > NOON


# What people do


async def test_what_somebody_says_is_heard_once_with_a_key_of_its_own(stage: Stage) -> None:
    posted = [await stage.say("ola", "general", text) for text in ("Hei", "Hei")]
    heard = stage.inbox.events
    assert [type(each) for each in heard] == [Said, Said]
    assert [each.text for each in heard if isinstance(each, Said)] == ["Hei", "Hei"]
    assert len({each.key for each in heard}) == len(set(posted)) == 2
    assert {each.account.id for each in heard} == {stage.id("ola")}
    assert {each.place for each in heard} == {stage.room("general")}
    assert all(each.account.chat == stage.chat.name and each.account.name == "Ola Myhre" for each in heard)


async def test_a_reply_says_whose_thread_it_stands_in(stage: Stage) -> None:
    posted = await stage.chat.post(stage.room("general"), HELLO, "k1")
    reply = await stage.say("ola", "general", "Svar", posted)
    said = stage.inbox.last()
    assert said.thread == posted
    assert said.place == reply.place == posted.in_thread


async def test_edits_and_deletions_name_the_message_they_concern(stage: Stage) -> None:
    posted = await stage.say("ola", "general", "Hei")
    await stage.change("ola", posted, "Ha det")
    await stage.change("ola", posted, "Hei igjen")
    await stage.take_back("ola", posted)
    said, first, second, removed = stage.inbox.events
    assert isinstance(first, Edited)
    assert isinstance(second, Edited)
    assert isinstance(removed, Deleted)
    assert (first.text, second.text) == ("Ha det", "Hei igjen")
    assert {first.posted, second.posted, removed.posted} == {posted}
    assert len({said.key, first.key, second.key, removed.key}) == 4
    assert "Hei igjen" not in await stage.sees("kari", stage.room("general"))


async def test_a_command_can_open_a_form(stage: Stage) -> None:
    await stage.command("ola", "general", "/kasus mine")
    command = stage.inbox.last()
    assert isinstance(command, Command)
    assert command.text.lstrip("/") == "kasus mine"
    assert command.account.id == stage.id("ola")
    assert command.place == stage.room("general")
    assert not command.public
    assert "kasus mine" not in await stage.sees("kari", stage.room("general"))


async def test_a_press_says_what_it_does_and_carries(stage: Stage) -> None:
    card = message("Kort", Buttons((Button("Jeg svarer", "test.answering", "17"),)))
    posted = await stage.chat.post(stage.room("general"), card, "k1")
    for _ in range(2):
        await stage.press("ola", posted, "test.answering", "17")
    first, second = stage.inbox.events
    assert isinstance(first, Press)
    assert (first.does, first.carries, first.account.id) == ("test.answering", "17", stage.id("ola"))
    assert first.place.room == stage.room("general").room
    assert first.opener is not None
    assert first.key != second.key, "two presses are two happenings"


async def test_a_press_on_a_message_brings_the_message_and_its_words(stage: Stage) -> None:
    posted = await stage.say("ola", "general", "Noen må ringe laben")
    await stage.press_on("kari", posted)
    press = stage.inbox.last()
    assert isinstance(press, Press)
    assert (press.does, press.on, press.text) == (ON_MESSAGE, posted, "Noen må ringe laben")


async def test_an_emoji_names_the_message_that_it_stands_on(stage: Stage) -> None:
    if Can.REACTIONS not in stage.chat.can:
        pytest.skip("no emoji on this platform")
    posted = await stage.chat.post(stage.room("general"), HELLO, "k1")
    reply = await stage.chat.post(posted.in_thread, message("I tråden"), "k2")
    for each, added in ((posted, True), (reply, True), (reply, False)):
        await stage.react("ola", each, "white_check_mark", added)
        heard = stage.inbox.last()
        assert isinstance(heard, Reacted)
        assert (heard.posted, heard.name, heard.added) == (each, "white_check_mark", added)
        assert heard.account.id == stage.id("ola")
    assert len({each.key for each in stage.inbox.events}) == 3


async def test_ones_own_page_is_asked_for_and_shown_to_one_alone(stage: Stage) -> None:
    if Can.HOME not in stage.chat.can:
        pytest.skip("no page of one's own on this platform")
    await stage.visit("ola")
    heard = stage.inbox.last()
    assert isinstance(heard, Visited)
    assert heard.place == await stage.chat.direct(heard.account)
    await stage.chat.home(heard.account, message("Bare til deg", title="Mine saker"))
    assert "Bare til deg" in stage.own_page("ola")
    await stage.visit("kari")
    assert "Bare til deg" not in stage.own_page("kari")


async def test_a_form_sent_twice_has_one_key(stage: Stage) -> None:
    await stage.open_and_send("ola", "general", {"title": "Om dosering"}, times=2)
    first, second = stage.inbox.events[-2:]
    assert isinstance(first, Submission)
    assert first.key == second.key
    assert (first.does, first.carries, dict(first.values), first.button) == (
        "test.ask",
        "1",
        {"title": "Om dosering"},
        "",
    )
    assert first.account.id == stage.id("ola")


async def test_a_form_brings_its_file_as_it_was(stage: Stage) -> None:
    content = bytes(range(256)) * (LARGEST_FILE // 256)
    await stage.open_and_send("ola", "general", {"title": "x"}, 1, {"list": File("Medlemmer æøå.xlsx", content)})
    submission = stage.inbox.last()
    assert submission.files == {"list": File("Medlemmer æøå.xlsx", content)}
    assert "Medlemmer" not in repr(submission)
    await stage.open_and_send("ola", "general", {"title": "x"}, 1)
    assert stage.inbox.last().files == {}


async def test_who_comes_and_goes_is_told(stage: Stage) -> None:
    await stage.join("per", "cases")
    await stage.leave("per", "cases")
    joined, left = stage.inbox.events
    assert isinstance(joined, Joined)
    assert isinstance(left, Left)
    assert joined.account.id == left.account.id == stage.id("per")
    assert joined.place == left.place == stage.room("cases")
    assert joined.key != left.key


async def test_text_is_normalised_at_the_edge(stage: Stage) -> None:
    odd = "før\x00etter a\u030apen \u202e\u200b🩸 <!channel> <script>"
    await stage.say("ola", "general", odd)
    assert stage.inbox.last().text == "føretter åpen \u202e\u200b🩸 <!channel> <script>"
    await stage.open_and_send("ola", "general", {"title": odd}, times=1)
    assert stage.inbox.last().values["title"] == "føretter åpen \u202e\u200b🩸 <!channel> <script>"


async def test_every_key_is_short_enough_to_keep_and_no_two_are_the_same(stage: Stage) -> None:
    posted = await stage.say("ola", "general", "Hei")
    await stage.change("ola", posted, "Ha det")
    await stage.command("ola", "general", "/hjelp")
    await stage.press_on("ola", posted)
    await stage.open_and_send("ola", "general", {"title": "x"}, times=1)
    await stage.join("per", "cases")
    keys = [each.key for each in stage.inbox.events]
    assert len(set(keys)) == len(keys)
    assert max(map(len, keys)) <= 300
