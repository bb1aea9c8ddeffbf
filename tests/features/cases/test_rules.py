"""Decisions about cases, without a database."""

from pathlib import Path

import pytest

from bot import guard
from bot.check import check
from bot.features.cases.forms import carried, carry
from bot.features.cases.rules import AGE_BANDS, age_band_label, by_workplace, is_code, may_be_appealed
from bot.vault import Ledger, Vault


@pytest.mark.parametrize(
    ("band", "said"),
    [
        ("0-0", "under 1 år"),
        ("1-5", "1–5 år"),
        ("13-17", "13–17 år"),
        ("18-29", "18–29 år"),
        ("30-39", "30-årene"),
        ("70-79", "70-årene"),
        ("80-", "80 år og eldre"),
    ],
)
def test_age_bands_in_words(band: str, said: str) -> None:
    assert band in AGE_BANDS
    assert age_band_label(band) == said


def test_age_bands_leave_no_age_out() -> None:
    ages = [band.split("-") for band in AGE_BANDS]
    covered = [age for first, last in ages for age in range(int(first), int(last or 120) + 1)]
    assert covered == list(range(121))


def test_most_answers_come_first_then_the_alphabet() -> None:
    assert by_workplace(["B", "A", "C", "C"]) == [("C", 2), ("A", 1), ("B", 1)]
    assert by_workplace([]) == []


@pytest.mark.parametrize("typed", ["BLOD-26-014", "blod-26-1000", "SMERTE-27-001", "ØRE-26-001"])
def test_what_is_written_as_a_code(typed: str) -> None:
    assert is_code(typed)


@pytest.mark.parametrize("typed", ["", "mine", "42 år gammel", "BLOD-26", "BLOD-26-014 er rar", "2-26-014", "A-26-01"])
def test_what_is_not(typed: str) -> None:
    assert not is_code(typed)


def blocking(text: str) -> list[guard.Find]:
    return [find for _text, find in check({"question": text}).finds(guard.Outcome.BLOCK)]


def test_an_appeal_is_for_what_was_stopped_and_never_for_an_identity_number() -> None:
    assert may_be_appealed(blocking("Pasienten heter Kari Hansen."))
    assert not may_be_appealed(blocking("Gir dere faktor?"))
    assert not may_be_appealed(blocking("Pasienten ble innlagt 12. mars."))
    assert not may_be_appealed(blocking("Pasienten er 14855820480."))
    assert not may_be_appealed(blocking("Pasienten heter Kari Hansen og er 14855820480."))


def test_a_mark_names_a_find_without_its_words_and_changes_with_them(tmp_path: Path) -> None:
    vault, other = (Vault({"k": key * 32}, Ledger(tmp_path / "ledger")) for key in (b"a", b"b"))
    first, second = check({"question": "Innlagt 12. mars."}), check({"question": "Innlagt 13. mars."})
    shown = first.marks(vault.mark)
    assert len(shown) == 1
    assert "mars" not in str(shown)
    assert shown == first.marks(vault.mark)
    assert not shown & second.marks(vault.mark)
    assert not shown & first.marks(other.mark), "without the key it cannot be tried against guesses"


def test_what_a_form_carries_comes_back() -> None:
    for confirmed in (frozenset[str](), frozenset({"a1", "b2"})):
        assert carried(carry(17, confirmed)) == (17, confirmed)
    for foreign in ("", "x", ";", "x;1"):
        with pytest.raises(ValueError):
            carried(foreign)
