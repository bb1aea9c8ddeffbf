"""How people write quiet hours, absences, deputies and languages."""

import contextlib
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.availability import Quiet
from bot.errors import Refusal
from bot.features.me import rules
from bot.features.me.rules import EndsBeforeItBegins, NoSuchDeputy, NotALanguage, NotQuietHours, SeveralDeputies, Stay

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)  # a Tuesday
OSLO = "Europe/Oslo"
PEOPLE = {1: "Ola Fjellstad", 2: "Mari Solbakk", 3: "Kari Nordmo", 4: "Kari Fossum", 5: "Áile Gaup"}


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("1.12–15.12", "2026-12-01", "2026-12-15"),
        ("1.12-15.12", "2026-12-01", "2026-12-15"),
        ("1.12 til 15.12", "2026-12-01", "2026-12-15"),
        ("fra 1. des til og med 15. des", "2026-12-01", "2026-12-15"),
        ("2026-12-01–2026-12-15", "2026-12-01", "2026-12-15"),
        ("2026-12-01-2026-12-15", "2026-12-01", "2026-12-15"),
        ("2026-12-01 til 2026-12-15", "2026-12-01", "2026-12-15"),
        ("2026-12-01", "2026-12-01", "2026-12-01"),
        ("fredag", "2026-11-27", "2026-11-27"),
        ("i morgen til fredag", "2026-11-25", "2026-11-27"),
        ("til fredag", "2026-11-24", "2026-11-27"),
        ("uke 51", "2026-12-14", "2026-12-20"),
        ("veke 51–52", "2026-12-14", "2026-12-27"),
        ("uke 51 til uke 52", "2026-12-14", "2026-12-27"),
        ("20.12–5.1", "2026-12-20", "2027-01-05"),
        ("20.11–5.12", "2026-11-20", "2026-12-05"),  # it has begun
    ],
)
def test_days_away(typed: str, first: str, last: str) -> None:
    assert rules.days(typed, NOW, OSLO) == Stay(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("typed", ["15.12–1.12", "1.3–1.2", "fredag–i morgen"])
def test_the_end_comes_after_the_beginning(typed: str) -> None:
    with pytest.raises(EndsBeforeItBegins):
        rules.days(typed, NOW, OSLO)


@pytest.mark.parametrize("typed", ["", "x", "–", "1.12–", "30.2–1.3", "til neste møte", "1.12–15.12.2029", "0.0–0.0"])
def test_what_are_no_days_is_refused_with_words(typed: str) -> None:
    with pytest.raises(Refusal):
        rules.days(typed, NOW, OSLO)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_understood_or_refused(typed: str) -> None:
    for read in (lambda: rules.days(typed, NOW, OSLO), lambda: rules.quiet(typed), lambda: rules.language(typed)):
        with contextlib.suppress(Refusal):
            read()


@pytest.mark.parametrize(
    ("typed", "days", "deputy"),
    [
        ("1.12–15.12 vara @ola", "1.12–15.12", "ola"),
        ("1.12–15.12 med vara Ola Fjellstad", "1.12–15.12", "Ola Fjellstad"),
        ("1.12–15.12, vara: Ola", "1.12–15.12", "Ola"),
        ("1.12–15.12 @Ola Fjellstad", "1.12–15.12", "Ola Fjellstad"),
        ("uke 51 stadfortredar ola", "uke 51", "ola"),
        ("1.12–15.12", "1.12–15.12", ""),
    ],
)
def test_who_stands_in(typed: str, days: str, deputy: str) -> None:
    assert rules.split_deputy(typed) == (days, deputy)


def test_a_deputy_is_called_by_whole_or_first_name() -> None:
    for typed, person in (("ola", 1), ("OLA fjellstad", 1), ("aile", 5), ("Kari Nordmo", 3), ("kari n", None)):
        if person is None:
            with pytest.raises(NoSuchDeputy):
                rules.deputy(typed, PEOPLE)
        else:
            assert rules.deputy(typed, PEOPLE) == person
    with pytest.raises(SeveralDeputies) as refused:
        rules.deputy("kari", PEOPLE)
    assert "Kari Nordmo, Kari Fossum" in refused.value.text


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("20-07", Quiet(time(20), time(7))),
        ("20–7", Quiet(time(20), time(7))),
        ("20:30-7.15", Quiet(time(20, 30), time(7, 15))),
        ("fra kl. 20 til kl. 7", Quiet(time(20), time(7))),
        ("2030-0700", Quiet(time(20, 30), time(7))),
        ("22–24", Quiet(time(22), time(0))),
        ("av", None),
        ("Ingen", None),
    ],
)
def test_quiet_hours(typed: str, hours: Quiet | None) -> None:
    assert rules.quiet(typed) == hours
    assert rules.quiet(rules.stored(hours)) == hours


@pytest.mark.parametrize("typed", ["", "20", "20-20", "25-07", "20-07:60", "natt", "20-07-09"])
def test_what_are_no_quiet_hours_is_refused(typed: str) -> None:
    with pytest.raises(NotQuietHours):
        rules.quiet(typed)


def test_languages() -> None:
    names = {"nynorsk": "nn", "NN": "nn", "bokmål": "nb", "bokmal": "nb", "engelsk": "en", "English": "en"}
    assert {typed: rules.language(typed) for typed in names} == names
    assert rules.language("som nettverket") == ""
    with pytest.raises(NotALanguage):
        rules.language("latin")
