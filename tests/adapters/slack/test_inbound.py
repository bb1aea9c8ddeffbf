"""Payloads as Slack's documents show them → our events. Pure."""

from typing import Any

import pytest

from adapters.slack import inbound
from adapters.slack.inbound import Opener, Unreadable, Us, happening
from adapters.slack.said import people_in, readable
from bot.chat.inbound import Command, Deleted, Edited, Joined, Left, Reacted, Said, Visited
from bot.chat.port import Place, Posted

US = Us(team="T1", user="UBOT", bot="B1", home="https://fagnett.slack.com/")
ROOM = Place("slack", "C1")


def event(kind: str, event_id: str = "Ev1", **fields: Any) -> dict[str, Any]:
    return {"type": "event_callback", "team_id": "T1", "event_id": event_id, "event": {"type": kind, **fields}}


def message(text: str, ts: str = "10.000100", channel: str = "C1", **fields: Any) -> dict[str, Any]:
    return event("message", user="UKARI", text=text, ts=ts, channel=channel, **fields)


def changed(now: dict[str, Any], before: dict[str, Any], at: str = "12.0") -> dict[str, Any]:
    sides: dict[str, Any] = {
        "message": {"user": "UKARI", "ts": "10.000100"} | now,
        "previous_message": {"user": "UKARI"} | before,
    }
    return event("message", subtype="message_changed", channel="C1", event_ts=at, hidden=True, **sides)


# ---------------------------------------------------------------- what is said


def test_a_message_in_a_channel_is_said_there() -> None:
    assert happening(message("Hei"), US) == Said(
        "slack:T1:said:C1:10.000100",
        inbound._account({"user": "UKARI"}),
        ROOM,
        Posted(ROOM, "10.000100"),
        "Hei",
    )


def test_an_answer_stands_in_the_thread_of_its_root_and_the_root_does_not() -> None:
    answer = happening(message("Svar", "11.0", thread_ts="10.000100"), US)
    assert isinstance(answer, Said)
    assert answer.thread == Posted(ROOM, "10.000100")
    assert answer.place == Place("slack", "C1", "10.000100") == answer.thread.in_thread == answer.posted.place
    root = happening(message("Rot", "10.000100", thread_ts="10.000100"), US)
    assert isinstance(root, Said)
    assert (root.thread, root.place) == (None, ROOM)


@pytest.mark.parametrize(
    "mention", ["<@UBOT> oppgave ring", " <@UBOT|fagtraad>, oppgave ring", "<@UBOT>: oppgave ring"]
)
def test_a_mention_at_the_beginning_is_a_command_that_others_read(mention: str) -> None:
    said = happening(message(mention), US)
    twin = happening(event("app_mention", "Ev2", user="UKARI", text=mention, ts="10.000100", channel="C1"), US)
    assert isinstance(said, Command)
    assert (said.text, said.public, said.opener) == ("oppgave ring", True, None)
    assert twin == said, "whichever comes first, whatever its event_id"


def test_a_mention_further_in_is_no_command() -> None:
    text = "Spør <@UBOT> du"
    assert isinstance(happening(message(text), US), Said)
    assert isinstance(happening(event("app_mention", user="UKARI", text=text, ts="1.0", channel="C1"), US), Said)


def test_everything_in_a_direct_message_is_a_command_of_one_place() -> None:
    said = happening(message("oppgave ring", channel="D1", channel_type="im", thread_ts="9.0"), US)
    assert isinstance(said, Command)
    assert (said.text, said.public, said.place) == ("oppgave ring", False, Place("slack", "D1"))


@pytest.mark.parametrize(
    "fields",
    [
        {"bot_id": "B2"},
        {"subtype": "bot_message", "bot_id": "B2"},
        {"subtype": "channel_join"},
        {"subtype": "channel_topic"},
        {"subtype": "message_replied"},
        {"hidden": True},
    ],
)
def test_what_nobody_wrote_says_nothing(fields: dict[str, Any]) -> None:
    assert happening(message("Hei", **fields), US) is None


def test_our_own_words_say_nothing() -> None:
    mine = message("Hei")
    mine["event"]["user"] = "UBOT"
    assert happening(mine, US) is None
    assert happening(event("reaction_added", user="UBOT", reaction="x", item={}), US) is None


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
def test_words_beside_a_file_and_words_to_all_are_words(subtype: str) -> None:
    assert isinstance(happening(message("Se her", subtype=subtype), US), Said)


# ---------------------------------------------------------------- what is changed and taken back


def test_an_edit_has_a_key_of_its_own_each_time_even_within_a_second() -> None:
    first, second = (
        happening(changed({"text": text, "edited": {"ts": "11.000000"}}, {"text": "Hei"}, at), US)
        for text, at in (("Ha det", "11.000100"), ("Hei igjen", "11.000400"))
    )
    assert isinstance(first, Edited)
    assert isinstance(second, Edited)
    assert first.key == "slack:T1:edited:C1:10.000100:11.000100"
    assert second.key == "slack:T1:edited:C1:10.000100:11.000400"
    assert first.posted == Posted(ROOM, "10.000100")


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ({"text": "https://x.no"}, {"text": "https://x.no"}),  # the link unfolded
        ({"text": "b", "bot_id": "B2"}, {"text": "a", "bot_id": "B2"}),
        ({"text": "b", "user": "UBOT"}, {"text": "a", "user": "UBOT"}),
        ({"text": "b", "user": None}, {"text": "a"}),
        ({"text": "b", "subtype": "channel_topic"}, {"text": "a"}),
    ],
)
def test_what_changes_no_persons_words_is_no_edit(now: dict[str, Any], before: dict[str, Any]) -> None:
    assert happening(changed(now, before), US) is None


def test_what_is_removed_is_its_writers() -> None:
    removed = happening(
        event(
            "message",
            subtype="message_deleted",
            channel="C1",
            deleted_ts="11.0",
            previous_message={"user": "UKARI", "ts": "11.0", "thread_ts": "10.0"},
        ),
        US,
    )
    assert isinstance(removed, Deleted)
    assert (removed.account.id, removed.posted) == ("UKARI", Posted(Place("slack", "C1", "10.0"), "11.0"))


def test_a_root_that_is_removed_under_its_answers_is_removed() -> None:
    tombstone = changed({"subtype": "tombstone", "user": "USLACKBOT", "text": "x"}, {"text": "Hei"})
    removed = happening(tombstone, US)
    assert isinstance(removed, Deleted)
    assert (removed.key, removed.account.id) == ("slack:T1:deleted:C1:10.000100", "UKARI")


def test_a_deletion_without_what_it_was_is_nobodys() -> None:
    removed = happening(event("message", subtype="message_deleted", channel="C1", deleted_ts="11.0"), US)
    assert isinstance(removed, Deleted)
    assert removed.account.id == ""


def test_our_own_message_that_is_removed_says_nothing() -> None:
    before = {"user": "UBOT", "bot_id": "B1"}
    gone = event("message", subtype="message_deleted", channel="C1", deleted_ts="11.0", previous_message=before)
    assert happening(gone, US) is None


# ---------------------------------------------------------------- who comes, reacts and looks


def test_who_comes_and_goes_is_told_and_we_are_not() -> None:
    came = happening(event("member_joined_channel", "Ev1", user="UKARI", channel="C1"), US)
    went = happening(event("member_left_channel", "Ev2", user="UKARI", channel="C1"), US)
    assert isinstance(came, Joined)
    assert isinstance(went, Left)
    assert (came.key, went.key, came.place) == ("slack:T1:Ev1", "slack:T1:Ev2", ROOM)
    assert happening(event("member_joined_channel", user="UBOT", channel="C1"), US) is None


def test_an_emoji_is_told_without_its_skin_tone() -> None:
    item = {"type": "message", "channel": "C1", "ts": "10.0"}
    for kind, added in (("reaction_added", True), ("reaction_removed", False)):
        reacted = happening(event(kind, user="UKARI", reaction="thumbsup::skin-tone-3", item=item), US)
        assert isinstance(reacted, Reacted)
        assert (reacted.name, reacted.added, reacted.posted) == ("thumbsup", added, Posted(ROOM, "10.0"))
    assert happening(event("reaction_added", user="UKARI", reaction="x", item={"type": "file"}), US) is None


def test_only_the_home_tab_is_a_visit() -> None:
    visit = happening(event("app_home_opened", user="UKARI", channel="D1", tab="home"), US)
    assert isinstance(visit, Visited)
    assert visit.place == Place("slack", "D1")
    assert happening(event("app_home_opened", user="UKARI", channel="D1", tab="messages"), US) is None


@pytest.mark.parametrize("kind", ["channel_rename", "file_shared", "ny_hendelse"])
def test_what_is_unknown_says_nothing(kind: str) -> None:
    assert happening(event(kind, channel={"id": "C1"}), US) is None


@pytest.mark.parametrize(
    "body",
    [
        {"event_id": "Ev1"},
        {"event_id": "Ev1", "event": "message"},
        {"event_id": "Ev1", "event": {}},
        {"event": {"type": "message", "user": "U1", "channel": "C1", "ts": "1.0"}},
        event("message", user="UKARI", text="Hei", channel="C1"),
        event("message", user="UKARI", text="Hei", channel={"id": "C1"}, ts="1.0"),
        event("reaction_added", user="UKARI", reaction="x", item="C1"),
        event("message", subtype="message_changed", channel="C1"),
    ],
)
def test_what_is_no_payload_is_unreadable(body: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        happening(body, US)


# ---------------------------------------------------------------- what is pressed


def interaction(**fields: Any) -> dict[str, Any]:
    return {"trigger_id": "1.2.abc", "user": {"id": "UKARI"}, "team": {"id": "T9"}, **fields}


def test_a_slash_command_brings_what_opens_a_form() -> None:
    body = {"trigger_id": "1.2.abc", "user_id": "UKARI", "channel_id": "C1", "response_url": "https://hooks/x"}
    command = inbound.slash(body, US, "kasus mine")
    assert command.opener == Opener("1.2.abc", ROOM, "UKARI", None, "https://hooks/x")
    assert (command.text, command.place, command.public) == ("kasus mine", ROOM, False)
    assert inbound.slash(body, US, "kasus mine").key == command.key, "a replay is the same happening"
    assert "1.2.abc" not in command.key


def test_a_press_in_a_thread_stands_in_that_thread() -> None:
    container = {"type": "message", "channel_id": "C1", "message_ts": "11.0", "thread_ts": "10.0"}
    pressed = inbound.press(interaction(container=container, channel={"id": "C1"}), US, "cases.answering", "17")
    assert (pressed.place, pressed.does, pressed.carries) == (Place("slack", "C1", "10.0"), "cases.answering", "17")
    assert isinstance(pressed.opener, Opener)
    assert pressed.opener.view_id is None


def test_a_press_on_ones_own_page_is_in_the_direct_message() -> None:
    body = interaction(container={"type": "view", "view_id": "V1"}, view={"type": "home", "id": "V1"})
    pressed = inbound.press(body, US, "me.show", "")
    assert pressed.place.room == ""
    assert isinstance(pressed.opener, Opener)
    assert pressed.opener.view_id is None, "a page is no modal: the form opens beside it"
    again = inbound.visited_again(pressed)
    assert again.key != pressed.key


def test_a_shortcut_on_a_message_brings_the_message() -> None:
    said = {"type": "message", "user": "UOLA", "ts": "11.0", "thread_ts": "10.0", "text": "Ring laben"}
    body = interaction(type="message_action", callback_id="actions.new", channel={"id": "C1"}, message=said)
    pressed = inbound.shortcut(body, US)
    place = Place("slack", "C1", "10.0")
    assert (pressed.does, pressed.on, pressed.place, pressed.text) == (
        "actions.new",
        Posted(place, "11.0"),
        place,
        "Ring laben",
    )
    everywhere = inbound.shortcut(interaction(type="shortcut", callback_id="search.ask"), US)
    assert (everywhere.does, everywhere.place.room, everywhere.on) == ("search.ask", "", None)


def test_a_key_is_never_longer_than_the_core_keeps() -> None:
    long = message("Hei", ts="1" * 400)
    said = happening(long, US)
    assert said is not None
    assert len(said.key) <= 300
    assert said == happening(long, US)
    assert said.key != getattr(happening(message("Hei", ts="1" * 401), US), "key", None)


# ---------------------------------------------------------------- Slack's way of writing


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("før &lt;!channel&gt; &amp; &lt;script&gt;", "før <!channel> & <script>"),
        ("&amp;lt;", "&lt;"),  # somebody typed that
        ("<!channel> <!here> <!everyone>", "@channel @here @everyone"),
        ("<@U1>, <@U2|ola> og <@U3>", "@Kari <Fjell>, @ola og @U3"),
        ("<#C1|general> <#C2>", "#general #C2"),
        ("<!subteam^S1|@leger> <!subteam^S1>", "@leger @gruppe"),
        ("<!date^1392734382^{date}|18. februar>", "18. februar"),
        ("<https://helse.no/a?b=1&amp;c=2>", "https://helse.no/a?b=1&c=2"),
        ("<https://helse.no|les her> <http://helse.no|helse.no>", "les her (https://helse.no) helse.no"),
        ("<mailto:a@b.no|a@b.no> <tel:+4799|+4799>", "a@b.no +4799"),
        ("a\u030apen\x00 \u202e", "åpen \u202e"),
        ("2 < 3 > 1", "2 < 3 > 1"),
        ("<>", "<>"),
    ],
)
def test_text_is_read_as_its_writer_saw_it(written: str, read: str) -> None:
    assert readable(written, {"U1": "Kari <Fjell>"}) == read


def test_who_is_mentioned_is_found_once_and_not_where_somebody_typed_it() -> None:
    assert people_in("<@U1> <@U2|ola> <@U1> &lt;@U3&gt; <!channel>") == ["U1", "U2"]
