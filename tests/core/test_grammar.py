"""One forgiving language."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.grammar import did_you_mean, fold, split, under_root, understand
from bot.chat.inbound import clean, id_in
from bot.features import all_features

WORDS = {word: command.word for f in all_features() for command in f.commands for word in (command.word, *command.also)}
any_text = st.text(st.characters(), max_size=200)  # lone surrogates and all


@pytest.mark.parametrize(
    ("typed", "word", "rest"),
    [
        ("/oppgave Ringe @kari", "oppgave", "Ringe @kari"),
        ("oppgave", "oppgave", ""),
        ("  /OPPGAVE   Ringe  ", "oppgave", "Ringe"),
        ("//oppgave", "oppgave", ""),
        ("/ oppgave Ringe", "oppgave", "Ringe"),
        ("Oppgåve Ringe", "oppgave", "Ringe"),
        ("aksjonspunkt\nRinge", "oppgave", "Ringe"),
        ("/SPØRSMÅL", "kasus", ""),
        ("/spoersmaal om noe", "kasus", "om noe"),
        ("sporsmal", "kasus", ""),
        ("spo\u0308rsma\u030al", "kasus", ""),
        ("kasuistikk", "kasus", ""),
        ("/avvik", "personvern", ""),
        ("kasusene", None, ""),
        ("", None, ""),
        ("/", None, ""),
    ],
)
def test_what_is_understood(typed: str, word: str | None, rest: str) -> None:
    assert understand(typed, WORDS) == (word, rest)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("oppgav", "oppgave"),
        ("kasuss", "kasus"),
        ("persnovern", "personvern"),
        ("kassus", "kasus"),
        ("opgave", "oppgave"),
    ],
)
def test_a_slip_of_the_hand_is_recognised(typed: str, meant: str) -> None:
    assert did_you_mean(typed, WORDS) == [meant], "one word for each command, and its own before a synonym"


@pytest.mark.parametrize("typed", ["xyzzy", "", "1234", "🩸", "takk for sist"])
def test_what_is_nothing_like_it_is_not(typed: str) -> None:
    assert did_you_mean(typed, WORDS) == []


@given(any_text)
def test_nothing_that_can_be_typed_is_a_fault(typed: str) -> None:
    first, _rest = split(typed)
    assert not any(character.isspace() for character in first)
    understand(typed, WORDS)
    assert len(did_you_mean(typed, WORDS)) <= 3
    fold(typed)


@given(st.sampled_from(sorted(WORDS)), any_text, st.sampled_from(["", "/", " /", "//"]))
def test_a_word_of_ours_is_known_in_any_case_with_anything_after_it(word: str, rest: str, lead: str) -> None:
    for typed in (word, word.upper(), word.title()):
        command, after = understand(f"{lead}{typed} {rest}", WORDS)
        assert command == WORDS[word]
        assert after.split() == rest.split()


@settings(max_examples=50)
@given(st.sampled_from(sorted(WORDS)), st.data())
def test_one_letter_wrong_in_a_long_word_is_still_recognised(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(word) - 1))
    wrong = word[:at] + data.draw(st.sampled_from(string.ascii_lowercase)) + word[at + 1 :]
    if len(word) >= 5 and understand(wrong, WORDS)[0] is None:
        assert WORDS[word] in {WORDS[meant] for meant in did_you_mean(wrong, WORDS)}


@given(any_text)
def test_cleaned_text_can_be_kept_anywhere(typed: str) -> None:
    kept = clean(typed)
    assert "\x00" not in kept
    assert kept.encode().decode() == kept
    assert clean(kept) == kept


@given(any_text)
def test_an_id_is_digits_that_fit_a_column_and_nothing_else(carries: str) -> None:
    found = id_in(carries)
    assert found is None or (found < 2**31 and carries.isascii() and carries.isdigit())


def test_digits_of_other_scripts_and_long_numbers_are_no_ids() -> None:
    assert [id_in(each) for each in ("17", "0", "²", "١٧", "9" * 10, "-1", " 1", "1\n", "")] == [17, 0, *[None] * 7]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("søk jern", "søk jern"),
        ("Oppgåve Ringe", "Oppgåve Ringe"),
        ("oppsett", "fagtraad oppsett"),
        ("medlemmer Nordlys", "fagtraad medlemmer Nordlys"),
        ("", ""),
        ("  ", "  "),
    ],
)
def test_one_slash_command_can_stand_for_all_of_them(typed: str, meant: str) -> None:
    assert under_root(typed, WORDS, "fagtraad") == meant
