"""Forms as Slack's modals: within its limits, and what is typed comes back as it was typed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.blocks import TooMuch
from adapters.slack.forms import BUTTON, Hidden, done_view, errors, field_of, form_button, sent, view, with_problem
from bot.chat.message import (
    AnyField,
    Buttons,
    ChoiceField,
    ChoicesField,
    DateField,
    FileField,
    Form,
    FormButton,
    Message,
    Option,
    Text,
    TextField,
    TickField,
)
from bot.chat.port import Place
from tests.adapters.slack.limits import check_blocks, check_inert, no_faults, texts_of, walk
from tests.adapters.slack.strategies import forms, labels, places, texts
from tests.adapters.slack.test_blocks import called
from tests.fakes.slack.blocks import view_faults

PLACE = Place("slack", "C12345678")
HIDDEN = Hidden("instance-1", "", "", PLACE)
slow = settings(deadline=None, max_examples=80)


def payload(made: Mapping[str, Any], typed: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The view as Slack sends it: with an id, and with what stands in each input."""
    states = {
        block["block_id"]: {block["element"]["action_id"]: _state(block["element"])}
        for block in made["blocks"]
        if block["type"] == "input"
    }
    for block, state in (typed or {}).items():
        (action,) = states[block]
        states[block] = {action: {**states[block][action], **state}}
    numbered = [{"block_id": f"own{number}", **block} for number, block in enumerate(made["blocks"])]
    return {**made, "blocks": numbered, "id": "V1", "hash": "1.a", "team_id": "T1", "state": {"values": states}}


def _state(element: Mapping[str, Any]) -> dict[str, Any]:
    kind = element["type"]
    match kind:
        case "plain_text_input":
            return {"type": kind, "value": element.get("initial_value")}
        case "datepicker":
            return {"type": kind, "selected_date": element.get("initial_date")}
        case "static_select":
            return {"type": kind, "selected_option": element.get("initial_option")}
        case "multi_static_select" | "checkboxes":
            return {"type": kind, "selected_options": element.get("initial_options", [])}
        case "file_input":
            return {"type": kind, "files": []}
    raise AssertionError(kind)


def value_of(field: AnyField) -> str | tuple[str, ...]:
    match field:
        case TextField(value=value) | DateField(value=value) | ChoiceField(value=value):
            return value
        case ChoicesField(values=values):
            return values
        case TickField(ticked=ticked):
            return "on" if ticked else ""
        case FileField():
            return ""
    raise AssertionError


def values_of(form: Form) -> dict[str, str | tuple[str, ...]]:
    nothing_there = [each for each in form.fields if isinstance(each, ChoiceField | ChoicesField) and not each.options]
    return {field.name: value_of(field) for field in form.fields if field not in nothing_there}


def input_ids(made: Mapping[str, Any]) -> set[str]:
    return {block["block_id"] for block in made["blocks"] if block["type"] == "input"}


def assert_good(made: dict[str, Any], form: Form) -> None:
    check_blocks(made["blocks"], 100)
    check_inert(made, called(Message(tuple(form.intro))))
    no_faults(view_faults(made))
    assert len(made["private_metadata"]) <= 3000


@slow
@given(forms(), places, st.text("abc-1", max_size=40))
def test_a_form_is_within_every_limit_and_comes_back_as_it_was(form: Form, place: Place, instance: str) -> None:
    made = view(form, Hidden(instance, "something.else", "", place))
    assert_good(made, form)
    back = sent(payload(made), "rewrite")
    assert back.values == values_of(form)
    assert (back.hidden.instance, back.hidden.place) == (instance, place)
    assert (back.hidden.does, back.hidden.carries) == (form.does, form.carries)
    assert back.button == "rewrite"


@slow
@given(forms(), st.dictionaries(labels, texts, max_size=3), st.data())
def test_with_problems_all_that_was_typed_is_kept_under_new_ids(
    form: Form, elsewhere: dict[str, str], data: st.DataObject
) -> None:
    made = view(form, HIDDEN)
    fields = [field.name for field in form.fields]
    at = data.draw(st.dictionaries(st.sampled_from(fields), texts, max_size=3)) if fields else {}
    by_field = {**elsewhere, **at}
    again = with_problem(payload(made), by_field)
    thrice = with_problem(payload(again), by_field)
    for one, other in ((made, again), (again, thrice), (made, thrice)):
        assert not input_ids(one) & input_ids(other)
    for shown in (again, thrice):
        assert_good(shown, form)
        assert sent(payload(shown)).values == values_of(form)
    assert len(thrice["blocks"]) == len(again["blocks"])  # the problems are said once


def test_what_was_typed_and_chosen_comes_back_and_stands_in_the_next_view() -> None:
    form = Form(
        "cases.ask",
        "Spør nettverket",
        (
            TextField("title", "Tittel", True),
            DateField("wanted_by", "Svar ønskes innen"),
            ChoiceField("age", "Alder", options=(Option("", "Ikke oppgitt"), Option("30", "30–39"))),
            ChoicesField("asked", "Hvem", options=tuple(Option(str(n), f"Navn {n}") for n in range(150))),
            TickField("affirmed", "Jeg bekrefter", True),
            FileField("file", "Fil"),
        ),
        carries="3",
    )
    made = view(form, HIDDEN)
    chosen = made["blocks"][3]["element"]["option_groups"][1]["options"][7]
    typed = {
        "title": {"value": "pH < 7 & <!channel>"},
        "wanted_by": {"selected_date": "2026-12-04"},
        "age": {"selected_option": made["blocks"][2]["element"]["options"][1]},
        "asked": {"selected_options": [chosen]},
        "affirmed": {"selected_options": made["blocks"][4]["element"]["options"]},
        "file": {"files": [{"id": "F123", "name": "liste.csv"}]},
    }
    back = sent(payload(made, typed))
    assert back.files == {"file": "F123"}
    expected = {"title": "pH < 7 & <!channel>", "wanted_by": "2026-12-04", "age": "30", "asked": ("107",)}
    assert back.values == {**expected, "affirmed": "on", "file": ""}
    again = with_problem(payload(made, typed), {"": "Prøv en gang til.", "title": "Kort ned."})
    assert sent(payload(again)).values == {**expected, "affirmed": "on", "file": ""}
    assert "Prøv en gang til." in texts_of(again["blocks"][0])[0]
    assert "Tittel: Kort ned." in texts_of(again["blocks"][0])[0]
    assert "❗ Kort ned." in texts_of(again["blocks"][2])
    assert "❗ Velg fil på nytt" in texts_of(again["blocks"][-1])  # Slack shows no file again


def test_a_form_that_follows_has_new_ids_and_its_own_values() -> None:
    first = view(Form("cases.ask", "Spør", (TextField("title", "Tittel", value="Navn"),)), HIDDEN)
    hidden = sent(payload(first)).hidden
    second = view(Form("cases.ask", "Spør", (TextField("title", "Tittel", value="[navn]"),)), hidden)
    assert not input_ids(first) & input_ids(second)
    assert sent(payload(second)).values == {"title": "[navn]"}


def test_errors_stand_at_their_blocks_unless_one_has_nowhere_to_stand() -> None:
    form = Form("x.y", "Tittel", (TextField("a", "A"), ChoiceField("none", "Ingen")))
    shown = payload(view(form, Hidden("i", "", "", PLACE, revision=4)))
    assert errors(shown, {"a": "Feil."}) == {"a@4": "Feil."}
    assert errors(shown, {"a": "Feil.", "": "Alt er feil."}) is None
    assert errors(shown, {"none": "Velg noe."}) is None
    assert errors(shown, {"gone": "Feil."}) is None
    assert errors(shown, {}) is None
    assert any("Det er ingenting å velge mellom." in text for text in texts_of(shown["blocks"]))


def test_a_text_longer_than_one_input_stands_in_several_and_is_one_again() -> None:
    text = "\n".join(f"Linje {number}  med to mellomrom" for number in range(400)) + "x" * 4000
    made = view(Form("x.y", "Lang", (TextField("t", "Tekst", True, value=text, longest=60_000),)), HIDDEN)
    assert len(made["blocks"]) > 2
    assert {field_of(block) for block in made["blocks"]} == {"t"}
    assert sent(payload(made)).values == {"t": text}
    assert errors(payload(made), {"t": "For lang."}) == {"t": "For lang."}


def test_the_forms_own_buttons_come_last_and_are_known_again() -> None:
    extra = (FormButton("rewrite", "Sett inn forslaget"), FormButton("appeal", "Be personvernkontakten vurdere"))
    made = view(Form("x.y", "T", (TextField("a", "A"),), extra=extra), HIDDEN)
    pressed = made["blocks"][-1]["elements"]
    assert [form_button(each) for each in pressed] == ["rewrite", "appeal"]
    assert pressed[0]["action_id"] == BUTTON
    assert form_button({"action_id": "cases.show", "value": "1"}) is None


def test_a_form_too_large_for_slack_is_refused_and_not_cut() -> None:
    with pytest.raises(TooMuch):
        view(Form("x.y", "T", [TextField(f"f{number}", "A") for number in range(100)]), HIDDEN)
    with pytest.raises(TooMuch):
        view(Form("x.y", "T", (), carries="x" * 3000), HIDDEN)


def test_long_option_values_come_back_whole() -> None:
    options = tuple(Option(letter * 200, letter) for letter in "abc")
    made = view(Form("x.y", "T", (ChoiceField("c", "C", options=options, value="b" * 200),)), HIDDEN)
    assert sent(payload(made)).values == {"c": "b" * 200}


def test_two_options_with_the_same_value_are_two_to_slack_and_one_to_us() -> None:
    options = (Option("a", "Først"), Option("a", "Sist"))
    made = view(Form("x.y", "T", (ChoiceField("c", "C", True, options=options),)), HIDDEN)
    no_faults(view_faults(made))
    last = made["blocks"][0]["element"]["options"][1]
    assert sent(payload(made, {"c": {"selected_option": last}})).values == {"c": "a"}


@given(labels, texts)
def test_what_is_said_in_place_of_a_form_is_within_the_limits(title: str, text: str) -> None:
    made = done_view(title, text)
    no_faults(view_faults(made))
    check_inert(made)
    assert not [each for each in walk(made) if each.get("type") == "input"]


def test_a_long_title_is_whole_on_top() -> None:
    form = Form("x.y", "Importer medlemmer til BLOD og mer", (DateField("d", "Dag", value=str(date(2026, 12, 4))),))
    made = view(form, HIDDEN)
    assert len(made["title"]["text"]) <= 24
    assert made["blocks"][0] == {"type": "header", "text": {**made["blocks"][0]["text"], "text": form.title}}


def test_a_button_or_a_text_before_the_form_is_shown() -> None:
    made = view(Form("x.y", "T", (), intro=(Text("Les dette."), Buttons(()))), HIDDEN)
    assert "Les dette." in texts_of(made["blocks"])
