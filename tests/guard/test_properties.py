"""What holds for any text at all."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guard import Find, Label, Outcome, Profile, TooLong, Unreadable, explain, read, read_fields, rewrite

SCRAPS = st.sampled_from(
    [
        "Kari",
        "Nordbø",
        "kari",
        "per",
        "Per",
        "broren",
        "heter",
        "fru",
        "dr.",
        "15859230047",
        "158592 30047",
        "tlf",
        "922 14 087",
        "92214087",
        "f.",
        "12.03.61",
        "3/5",
        "12. mars",
        "mars 2024",
        "97 år",
        "42-åring",
        "på 54 år",
        "Storgata 14B",
        "8006 Bodø",
        "Hasvik",
        "i",
        "fra",
        "Os",
        "Ahus",
        "rom 12",
        "seng 3",
        "lungeposten",
        "Oda_Lien.pdf",
        "o@lien.no",
        "(at)",
        "www.lien.no/x",
        "NPR-id",
        "4471902385",
        "EQS",
        "K.H.",
        "TB (mann 60)",
        "\u200b",
        "\x00",
        "\u202e",
        "\u00a0",
        "1 1 1 1",
        "a.a.a.",
        "@Kari",
        "å\u030a",
        "ﬁ",
        "１２",
        "hundre og to",
        "nitti fem, tolv, tretti fire",
        "NN",
        "[",
        "]",
        "\n",
        ",",
        "-",
        ".",
        "Fabry",
        "ordfører",
        "mann",
        "jobber som",
        "prest",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(SCRAPS, max_size=25).map(" ".join),
    st.lists(SCRAPS, max_size=12).map("".join),
)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.sampled_from(Profile))
def test_finds_lie_in_the_text_in_order_and_apart(text: str, profile: Profile) -> None:
    last = 0
    for find in read(text, profile).finds:
        assert last <= find.start < find.end <= len(text)
        last = find.end


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_a_rewritten_text_is_never_blocked(text: str) -> None:
    assert not read(rewrite(text, read(text))).blocked


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_reading_twice_says_the_same(text: str) -> None:
    assert read(text) == read(text)


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="aA.1 @-/\u200bÅKari0:,", min_size=1, max_size=60).map(lambda unit: (unit * 10_000)[:10_000]))
def test_any_text_is_answered_within_a_second_or_refused(text: str) -> None:
    began = time.perf_counter()
    with contextlib.suppress(Unreadable):
        read(text)
    assert time.perf_counter() - began < 1.5  # the promise is one second; shared machines stumble


@pytest.mark.parametrize(
    "unit",
    [
        "a.a.a.",
        "1 1 1 1 ",
        "Kari Kari ",
        "1",
        "a",
        "A",
        "K.",
        "12.",
        "@",
        "a@",
        "å ",
        "tlf ",
        "fnr 1",
        "1/1",
        "en to ",
        "i ",
        "Aa ",
        "a-",
        "-",
        "(at)",
        "http://",
        "www.",
        "Bø i ",
        "f. 1",
        "NPR 1-",
        "x/",
        "A. ",
        "1.1.",
        "nitti ",
        "hundre og ",
        "van ",
        "Van ",
        "per ",
        "9",
        "99 ",
        "Kari-",
        "\u200b",
        "\u0301",
        "a\u0301",
        "0047",
        "+4",
        "Storgata ",
        "a gate ",
        "_",
        "a_",
        "'",
        "\n",
        "St. Olavs ",
    ],
)
def test_repetition_does_not_slow_the_guard(unit: str) -> None:
    text = (unit * 10_000)[:10_000]
    began = time.perf_counter()
    with contextlib.suppress(Unreadable):
        read(text)
    assert time.perf_counter() - began < 1.5


def test_a_text_beyond_the_limit_is_refused_without_quoting_it() -> None:
    with pytest.raises(TooLong) as caught:
        read("kanarifugl " * 1_000)
    assert "kanarifugl" not in repr(caught.value) + str(caught.value)
    assert "10 000" in str(caught.value)


def test_running_out_of_time_fails_closed_without_quoting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.guard.sheet.SECONDS", -1.0)
    with pytest.raises(Unreadable) as caught:
        read("kanarifugl heter Kari Nordbø")
    assert "kanarifugl" not in repr(caught.value) + str(caught.value)
    assert caught.value.__cause__ is None


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_explanations_never_hold_what_was_found(text: str) -> None:
    for find in read(text).finds:
        found = text[find.start : find.end]
        assert len(found) < 6 or found not in explain(find)


def test_every_label_has_an_explanation() -> None:
    for label in Label:
        assert explain(Find(0, 1, label, Outcome.WARN, "", ""))


def test_fields_are_read_each_for_itself() -> None:
    readings = read_fields({"tittel": "Blødning", "spørsmål": "Ring 922 14 087"}, Profile.CASE)
    assert not readings["tittel"].finds
    assert readings["spørsmål"].blocked
