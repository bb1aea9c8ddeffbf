"""Messages as Slack's blocks: within its limits, inert, and whole."""

import html
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.blocks import home, pages, pressed, rendered
from bot.chat.message import (
    Attachment,
    Button,
    Buttons,
    CopyText,
    Facts,
    Mentions,
    Message,
    Part,
    Quote,
    RoomName,
    Text,
    Tone,
    message,
)
from tests.adapters.slack.limits import check_blocks, check_inert, no_faults, texts_of, walk
from tests.adapters.slack.strategies import messages
from tests.fakes.slack import schema
from tests.fakes.slack.blocks import message_faults, view_faults, weight

NOTICE = "Resten står i fila under."
slow = settings(deadline=None, max_examples=200)


def squeezed(text: str) -> str:
    """Without the spaces, at which a long text may be parted."""
    return "".join(text.split())


def called(said: Message) -> set[str]:
    """People by their ids, and rooms."""
    people = {id for part in said.parts if isinstance(part, Mentions) for id, _name in part.accounts}
    return people | {room.room for room in rooms_in(said)}


def rooms_in(said: Message) -> list[RoomName]:
    values = [value for part in said.parts if isinstance(part, Facts) for _name, value in part.facts]
    return [value for value in values if isinstance(value, RoomName)]


def buttons_of(said: Message) -> list[Button]:
    return [button for part in said.parts if isinstance(part, Buttons) for button in part.buttons]


def shown_buttons(blocks: list) -> list[tuple[str, str]]:
    return [pressed(each) for block in blocks if block["type"] == "actions" for each in block["elements"]]


def words_of(part: Part) -> list[str]:
    match part:
        case Text(text=text):
            return [text]
        case Quote(label=label, text=text) | CopyText(label=label, text=text):
            return [label, text]
        case Facts(facts=facts):
            return [word for fact in facts for word in fact if not isinstance(word, RoomName)]
        case Attachment(name=name):
            return [name]
        case Mentions(lead=lead):
            return [lead]
        case Buttons(buttons=buttons):
            return [button.label for button in buttons if len(button.label) > 75]
    raise AssertionError


def stream(blocks: list, rest: str = "") -> str:
    """What is read from top to bottom, without what is always shown and may stand in between."""
    found = []
    for block in blocks:
        for section in block.get("elements", [block]) if block["type"] == "rich_text" else [block]:
            if block["type"] == "actions" or any(each.get("type") == "user" for each in walk(section)):
                continue
            found += [text for text in texts_of(section) if text != NOTICE]
    return squeezed("".join([*found, rest]))


def leads(blocks: list) -> str:
    return squeezed(
        "".join("".join(texts_of(each)) for each in walk(blocks) if each.get("type") == "rich_text_section")
    )


def assert_whole(said: Message, blocks: list, rest: str) -> None:
    words = stream(blocks, rest)
    assert squeezed(said.title) in words
    for part in said.parts:
        for each in words_of(part):
            assert squeezed(each) in (words if not isinstance(part, Mentions) else words + leads(blocks))
        if isinstance(part, Mentions):
            reached = {each["user_id"] for each in walk(blocks) if each.get("type") == "user"}
            assert all(id in reached or squeezed(name) in words for id, name in part.accounts)
    named = {each["channel_id"] for each in walk(blocks) if each.get("type") == "channel"}
    assert all(room.room in named or squeezed(str(room)) in words for room in rooms_in(said))


@slow
@given(messages)
def test_one_message_is_within_every_limit_and_nothing_in_it_is_interpreted(said: Message) -> None:
    shown = rendered(said)
    check_blocks(shown.blocks, 50)
    no_faults(message_faults(shown.blocks))
    check_inert(shown.blocks, called(said))
    assert weight(shown.blocks) <= schema.MESSAGE_TEXT
    assert 0 < len(shown.text) <= 3000
    assert not re.search(r"[<>]|&(?!(amp|lt|gt);)", shown.text)


@slow
@given(messages)
def test_every_word_is_in_the_message_or_in_the_rest_and_every_button_is_there(said: Message) -> None:
    shown = rendered(said)
    assert_whole(said, shown.blocks, shown.rest)
    assert shown_buttons(shown.blocks) == [(button.does, button.carries) for button in buttons_of(said)]
    assert (NOTICE in texts_of(shown.blocks)) == bool(shown.rest)


@slow
@given(messages)
def test_several_messages_hold_everything(said: Message) -> None:
    found = pages(said)
    for page in found:
        check_blocks(page.blocks, 50)
        no_faults(message_faults(page.blocks))
        check_inert(page.blocks, called(said))
        assert weight(page.blocks) <= schema.MESSAGE_TEXT
        assert page.text
        assert not page.rest
    blocks = [block for page in found for block in page.blocks]
    assert_whole(said, blocks, "")
    assert shown_buttons(blocks) == [(button.does, button.carries) for button in buttons_of(said)]


@slow
@given(messages)
def test_a_home_page_is_within_every_limit(said: Message) -> None:
    view = home(said)
    check_blocks(view["blocks"], 100)
    check_inert(view, called(said))
    no_faults(view_faults(view))
    assert shown_buttons(view["blocks"]) == [(button.does, button.carries) for button in buttons_of(said)]


@given(st.text(max_size=50), st.text(max_size=50))
def test_any_press_is_read(action: str, value: str) -> None:
    assert pressed({}) == ("", "")
    does, carries = pressed({"action_id": action, "value": value})
    assert action.startswith(does)
    assert carries == value


def test_a_case_looks_like_a_card() -> None:
    said = message(
        Quote("Bakgrunn", "Kvinne med bløder <b>"),
        Facts((("Fra", "Kari Nordmo"), ("Alder", "30–39 år"))),
        Mentions("Særlig til:", (("U12345678", "Ola"),)),
        Text("Ingen har svart ennå", Tone.WARNING),
        Text("Svar i tråden.", Tone.MUTED),
        Buttons((Button("Jeg svarer", "cases.answering", "7", Tone.STRONG), Button("Slett", "cases.ask_erase", "7"))),
        title="BLOD-26-001 · Tannekstraksjon",
    )
    shown = rendered(said)
    assert [block["type"] for block in shown.blocks] == ["header", *["rich_text"] * 4, "context", "actions"]
    quote, facts = shown.blocks[1]["elements"], shown.blocks[2]["elements"]
    assert quote[0]["elements"] == [{"type": "text", "text": "Bakgrunn", "style": {"bold": True}}]
    assert quote[1] == {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Kvinne med bløder <b>"}]}
    assert len(facts) == 2  # one below the other, in one block
    called_upon = shown.blocks[3]["elements"][0]["elements"]
    assert [each.get("text") or each["user_id"] for each in called_upon] == ["Særlig til:", " ", "U12345678"]
    assert "&lt;b&gt;" in shown.text
    assert shown.rest == ""


def test_a_long_text_goes_on_in_the_rest_where_it_was_cut() -> None:
    text = " ".join(f"ord{number}" for number in range(3000))
    shown = rendered(message(text, Buttons((Button("Vis", "cases.show", "1"),)), title="Langt"))
    begun = " ".join(each for each in texts_of(shown.blocks) if each.startswith("ord"))
    assert f"{begun} {shown.rest}" == text
    assert shown.blocks[-1]["type"] == "actions"
    assert html.unescape(shown.text).endswith("…")


def test_fourteen_items_with_their_buttons_stand_apart_in_one_message() -> None:
    row = Buttons(tuple(Button(label, "actions.do", "1") for label in ("Ferdig", "Utsett", "Overfør", "Vis")))
    parts = [part for number in range(14) for part in (Text("Kari", Tone.STRONG), Text(f"{number}. Ringe"), row)]
    shown = rendered(message(*parts, title="Åpne oppgaver"))
    assert shown.rest == ""
    assert len([block for block in shown.blocks if block["type"] == "actions"]) == 14


def test_a_room_is_called_as_slack_calls_it_and_words_that_look_like_one_stay_words() -> None:
    room, elsewhere = RoomName("slack", "C0BT2GDG01G"), RoomName("web", "kasus")
    shown = rendered(message(Facts((("Kasus", room), ("Generelt", elsewhere))), str(room)))
    inside = [each for block in shown.blocks for section in block["elements"] for each in section["elements"]]
    assert {"type": "channel", "channel_id": "C0BT2GDG01G"} in inside
    assert {"type": "text", "text": "kasus (web)"} in inside
    assert inside[-1] == {"type": "text", "text": "C0BT2GDG01G (slack)"}
    assert "C0BT2GDG01G (slack)" in shown.text, "a screen reader has the words alone"
