"""Profiles, combinations across fields, rewrites, folded characters, and the command line."""

import io
import json

import pytest

from bot.guard import Label, Outcome, Profile, explain, read, read_fields, rewrite
from bot.guard.lines import answer_lines, explain_lines
from bot.guard.numbers import passes

MIXED = "Kari Nordbø, fnr 158592 30047, ring 922 14 087. Innlagt 12. mars på Ahus. 54 år gammel."


def labels(text: str, profile: Profile) -> set[tuple[Label, Outcome]]:
    return {(find.label, find.outcome) for find in read(text, profile).finds}


def test_a_case_is_read_for_everything() -> None:
    assert labels(MIXED, Profile.CASE) == {
        (Label.NAME, Outcome.BLOCK),
        (Label.FNR, Outcome.BLOCK),
        (Label.PHONE, Outcome.BLOCK),
        (Label.DATE, Outcome.WARN),
        (Label.UNIT, Outcome.WARN),
        (Label.AGE, Outcome.HINT),
    }


def test_in_an_item_only_identity_numbers_block() -> None:
    outcomes = labels(MIXED, Profile.ITEM)
    assert (Label.FNR, Outcome.BLOCK) in outcomes
    assert {outcome for label, outcome in outcomes if label is not Label.FNR} == {Outcome.WARN}


def test_logistics_may_hold_streets_and_telephones() -> None:
    text = "Møtet er i Storgata 14B, ring 922 14 087. https://møte.eksempel.no/a"
    assert not read(text, Profile.LOGISTICS).finds
    assert labels(MIXED, Profile.LOGISTICS) == {(Label.FNR, Outcome.BLOCK)}


def test_in_a_channel_the_writer_hears_only_of_what_would_block() -> None:
    assert {outcome for _, outcome in labels(MIXED, Profile.CHANNEL)} == {Outcome.BLOCK}
    assert not read("Innlagt 12. mars på Ahus", Profile.CHANNEL).finds


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Kvinne på 42 år med ITP", "Kvinne i 40-årene med ITP"),
        ("72-årig mann med AAA", "Mann i 70-årene med AAA"),
        ("Innlagt 12. mars etter fall", "Innlagt i mars etter fall"),
        ("Operert 3/5 med stomi", "Operert i mai med stomi"),
        ("Broren Tarjei ringte", "Broren ringte"),
        ("Fru Haugland har ascites", "Fru NN har ascites"),
        ("Skal Solveig ha prednisolon?", "Skal pasienten ha prednisolon?"),
        ("Solveig har feber", "Pasienten har feber"),
        ("Mann på 93 år", "Mann på over 90 år"),
        ("Jente frå Solund", "Jente frå ein kommune"),
        ("fnr 158592 30047 hos oss", "fnr [fødselsnummer fjernet] hos oss"),
        ("Født 14.03.1961, hjertesvikt", "Født i 1961, hjertesvikt"),
    ],
)
def test_the_proposed_rewrite_reads_like_a_colleague(text: str, written: str) -> None:
    assert rewrite(text, read(text)) == written


@pytest.mark.parametrize(
    "text",
    [
        "fnr 158592\u200b30047",
        "fnr 1585\x0092 30047",
        "fnr １５８５９２３００４７",
        "fnr 158592\u00a030047",
        "\u202e158592 30047\u202c",
        "158592\u201330047",
        "1\u200b5\u200b8\u200b5\u200b9\u200b2\u200b3\u200b0\u200b0\u200b4\u200b7",
    ],
)
def test_an_identity_number_cannot_hide_behind_odd_characters(text: str) -> None:
    [find] = read(text).finds
    assert find.label is Label.FNR
    assert sum(char.isdigit() for char in text[find.start : find.end]) == 11


def test_a_name_with_combining_marks_is_the_same_name() -> None:
    text = "Fru A\u030ase Haugland er her"
    [find] = read(text).finds
    assert text[find.start : find.end] == "A\u030ase Haugland"


def test_control_digits_choose_only_the_wording() -> None:
    valid = next(number for number in (f"158592{tail:05}" for tail in range(30_000, 40_000)) if passes(number))
    wrong = valid[:-1] + str((int(valid[-1]) + 1) % 10)
    right, off = read(valid).finds[0], read(wrong).finds[0]
    assert (right.outcome, off.outcome) == (Outcome.BLOCK, Outcome.BLOCK)
    assert "gyldig" in explain(right)
    assert "ligner" in explain(off)


def test_a_combination_is_weighed_across_the_fields_of_a_form() -> None:
    fields = {"tittel": "Kvinne 44 år", "spørsmål": "Lungekreft, jobber som urmaker"}
    assert not read(fields["tittel"]).warned
    assert read_fields(fields)["spørsmål"].finds[0].why == "combination.profession"
    assert not read("jobber som urmaker").warned


def test_a_rare_diagnosis_with_a_place_suffices() -> None:
    readings = read_fields({"a": "Påvist Fabry", "b": "frå Solund"})
    assert readings["b"].finds[0].why == "combination.rare"


def test_sex_age_and_diagnosis_fit_many() -> None:
    assert not read("Kvinne 44 år med lungekreft og hypertensjon").warned


def test_each_line_is_answered_and_a_bad_one_does_not_stop_the_next() -> None:
    lines = [
        '{"text": "Ring 922 14 087"}\n',
        "kanarifugl\n",
        json.dumps({"text": "kanarifugl " * 2_000}) + "\n",
        '{"tekst": 1}\n',
        '["x"]\n',
        '{"text": "Hb 7"}\n',
    ]
    out = io.StringIO()
    answer_lines(lines, out)
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert answers[0] == [[5, 15, "PHONE"]]
    assert all("error" in answer for answer in answers[1:5])
    assert answers[5] == []
    assert "kanarifugl" not in out.getvalue()


def test_hints_are_not_answered() -> None:
    out = io.StringIO()
    answer_lines(['{"text": "Kvinne 42 år"}'], out)
    assert json.loads(out.getvalue()) == []


def test_people_get_an_explanation_and_a_rewrite() -> None:
    out = io.StringIO()
    explain_lines(["Fru Haugland har feber\n", "Hb 7,2\n", "x" * 10_001], out)
    first, second, third, fourth = out.getvalue().splitlines()
    assert "block" in first
    assert "navnet på en person" in first
    assert second == "Forslag: Fru NN har feber"
    assert "taushetsplikt" in third
    assert "10 000" in fourth
