"""Dates as Norwegians write them: input, now, and what is meant. The hard rows are decided in docs/decisions/0010."""

import subprocess
import sys
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.clock import is_working_day
from bot.language import speaking
from bot.when import (
    NoSuchDate,
    NotADate,
    PastDate,
    When,
    WrongWeekday,
    say_when,
    split_due,
    understand,
)
from bot.when.days import SEASONS
from bot.when.words import MONTHS, NUMBERS, WEEKDAYS

OSLO = "Europe/Oslo"
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 10:00 in Oslo, week 48
FRIDAY = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MIDWINTER = datetime(2026, 12, 30, 9, 0, tzinfo=UTC)  # a Wednesday in week 53
SPRING = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)

TABLE = [
    # Weekdays. On the day itself it is a week ahead: who means today says «i dag».
    ("fredag", TUESDAY, "2026-11-27"),
    ("Fredag", TUESDAY, "2026-11-27"),
    ("på fredag", TUESDAY, "2026-11-27"),
    ("fre", TUESDAY, "2026-11-27"),
    ("laurdag", TUESDAY, "2026-11-28"),
    ("tysdag", TUESDAY, "2026-12-01"),
    ("fredag", FRIDAY, "2026-12-11"),
    ("fredag", SUNDAY, "2026-11-27"),
    ("førstkommende fredag", TUESDAY, "2026-11-27"),
    ("neste fredag", TUESDAY, "2026-12-04"),
    ("neste fredag", FRIDAY, "2026-12-11"),
    ("neste fredag", SUNDAY, "2026-11-27"),
    ("fredag neste uke", TUESDAY, "2026-12-04"),
    ("fredag neste veke", TUESDAY, "2026-12-04"),
    ("neste uke onsdag", TUESDAY, "2026-12-02"),
    ("denne fredagen", FRIDAY, "2026-12-04"),
    ("fredag denne uka", TUESDAY, "2026-11-27"),
    ("fredag om to uker", TUESDAY, "2026-12-11"),
    ("next Friday", TUESDAY, "2026-12-04"),
    ("Friday", TUESDAY, "2026-11-27"),
    # Near days
    ("i dag", TUESDAY, "2026-11-24"),
    ("idag", TUESDAY, "2026-11-24"),
    ("i morgen", TUESDAY, "2026-11-25"),
    ("i morgon", TUESDAY, "2026-11-25"),
    ("i overmorgen", TUESDAY, "2026-11-26"),
    ("tomorrow", TUESDAY, "2026-11-25"),
    ("i morgen kl 9", TUESDAY, "2026-11-25T09:00"),
    ("i morgen kl. 09:30", TUESDAY, "2026-11-25T09:30"),
    ("i morgon klokka 14.15", TUESDAY, "2026-11-25T14:15"),
    ("fredag kl 0900", TUESDAY, "2026-11-27T09:00"),
    ("i dag kl 11", TUESDAY, "2026-11-24T11:00"),
    ("kl 11", TUESDAY, "2026-11-24T11:00"),
    ("kl 9", TUESDAY, "2026-11-25T09:00"),  # passed today
    ("tomorrow at 9", TUESDAY, "2026-11-25T09:00"),
    # Dates. Without a year: the next that comes.
    ("1. des", TUESDAY, "2026-12-01"),
    ("1. des.", TUESDAY, "2026-12-01"),
    ("1.desember", TUESDAY, "2026-12-01"),
    ("den 1. desember", TUESDAY, "2026-12-01"),
    ("1.12", TUESDAY, "2026-12-01"),
    ("1.12.", TUESDAY, "2026-12-01"),
    ("1/12", TUESDAY, "2026-12-01"),
    ("1/12-26", TUESDAY, "2026-12-01"),
    ("01.12.26", TUESDAY, "2026-12-01"),
    ("01.12.2026", TUESDAY, "2026-12-01"),
    ("1.12", FRIDAY, "2027-12-01"),  # passed three days ago: next year's, said with its year
    ("4.12", FRIDAY, "2026-12-04"),  # today
    ("4. januar", TUESDAY, "2027-01-04"),
    ("2026-12-04", TUESDAY, "2026-12-04"),
    ("fredag 4. desember", TUESDAY, "2026-12-04"),
    ("fredag 4.12", TUESDAY, "2026-12-04"),
    ("fre. 4. des. kl. 12", TUESDAY, "2026-12-04T12:00"),
    ("4. desember 2026", TUESDAY, "2026-12-04"),
    ("den 15.", TUESDAY, "2026-12-15"),
    ("den 30.", TUESDAY, "2026-11-30"),
    ("31.", datetime(2027, 2, 3, 9, tzinfo=UTC), "2027-03-31"),  # February has none
    ("4 December 2026", TUESDAY, "2026-12-04"),
    ("December 4th", TUESDAY, "2026-12-04"),
    ("29.2", TUESDAY, "2028-02-29"),  # waits for a leap year
    ("29. februar", SPRING, "2028-02-29"),
    ("29.02.28", TUESDAY, "2028-02-29"),
    # Weeks: a deadline is the last working day
    ("uke 50", TUESDAY, "2026-12-11"),
    ("veke 50", TUESDAY, "2026-12-11"),
    ("Uke 50", SUNDAY, "2026-12-11"),
    ("u50", TUESDAY, "2026-12-11"),
    ("week 50", TUESDAY, "2026-12-11"),
    ("i løpet av uke 50", TUESDAY, "2026-12-11"),
    ("onsdag i veke 50", TUESDAY, "2026-12-09"),
    ("mandag uke 50", TUESDAY, "2026-12-07"),
    ("uke 47", TUESDAY, "2027-11-26"),  # passed: next year's
    ("uke 48", FRIDAY, "2027-12-03"),
    ("uke 53", TUESDAY, "2026-12-31"),  # New Year's day is that week's Friday
    ("uke 53", MIDWINTER, "2026-12-31"),
    ("uke 1", TUESDAY, "2027-01-08"),
    ("uke 12", SPRING, "2027-03-24"),  # Easter: Thursday and Friday are holidays
    ("uke 50 2027", TUESDAY, "2027-12-17"),
    ("uke 50/27", TUESDAY, "2027-12-17"),
    ("før uke 50", TUESDAY, "2026-12-04"),
    ("denne uka", TUESDAY, "2026-11-27"),
    ("i løpet av uka", TUESDAY, "2026-11-27"),
    ("neste uke", TUESDAY, "2026-12-04"),
    ("neste veke", TUESDAY, "2026-12-04"),
    # From now
    ("om 14 dager", TUESDAY, "2026-12-08"),
    ("om 14 dagar", TUESDAY, "2026-12-08"),
    ("om fjorten dager", TUESDAY, "2026-12-08"),
    ("om en uke", TUESDAY, "2026-12-01"),
    ("om ei veke", TUESDAY, "2026-12-01"),
    ("om to veker", TUESDAY, "2026-12-08"),
    ("om tre måneder", TUESDAY, "2027-02-24"),
    ("om 3 månader", TUESDAY, "2027-02-24"),
    ("om 1 måned", datetime(2027, 1, 31, 9, tzinfo=UTC), "2027-02-28"),
    ("om et år", TUESDAY, "2027-11-24"),
    ("om 5 virkedager", TUESDAY, "2026-12-01"),
    ("in two weeks", TUESDAY, "2026-12-08"),
    # Months and years: the last working day
    ("desember", TUESDAY, "2026-12-31"),
    ("i januar", TUESDAY, "2027-01-29"),
    ("innen utgangen av november", TUESDAY, "2026-11-30"),
    ("innen utgangen av måneden", TUESDAY, "2026-11-30"),
    ("neste måned", TUESDAY, "2026-12-31"),
    ("midten av januar", TUESDAY, "2027-01-15"),
    ("innen utgangen av året", TUESDAY, "2026-12-31"),
    # Before people are away: the last working day
    ("innen jul", TUESDAY, "2026-12-23"),
    ("før jul", TUESDAY, "2026-12-23"),
    ("innan jul", TUESDAY, "2026-12-23"),
    ("by Christmas", TUESDAY, "2026-12-23"),
    ("innen jul", MIDWINTER, "2027-12-23"),
    ("før nyttår", TUESDAY, "2026-12-31"),
    ("før påske", TUESDAY, "2027-03-19"),  # the Friday before Palm Sunday
    ("før påske", datetime(2027, 3, 22, 9, tzinfo=UTC), "2028-04-07"),
    ("innen pinse", SPRING, "2027-05-14"),
    ("før 17. mai", SPRING, "2027-05-14"),
    ("før sommeren", SPRING, "2027-06-30"),
    ("før sommaren", SPRING, "2027-06-30"),
    # Before and by
    ("innen fredag", TUESDAY, "2026-11-27"),
    ("senest 1. desember", TUESDAY, "2026-12-01"),
    ("før fredag", TUESDAY, "2026-11-26"),
    ("før mandag", TUESDAY, "2026-11-27"),
    ("før 1.12", TUESDAY, "2026-11-30"),
    ("frist: fredag", TUESDAY, "2026-11-27"),
]


@pytest.mark.parametrize(("typed", "now", "meant"), TABLE, ids=[f"{row[0]} ({row[1]:%d.%m})" for row in TABLE])
def test_a_date_is_what_people_mean_by_it(typed: str, now: datetime, meant: str) -> None:
    found = understand(typed, now, OSLO)
    at = f"T{found.at:%H:%M}" if found.at else ""
    assert found.day is not None
    assert f"{found.day}{at}" == meant


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", NotADate),
        ("tull", NotADate),
        ("snart", NotADate),
        ("fredag fredag", NotADate),
        ("x" * 5000, NotADate),
        ("31.2", NoSuchDate),
        ("32. desember", NoSuchDate),
        ("1.13", NoSuchDate),
        ("29.02.27", NoSuchDate),
        ("uke 54", NoSuchDate),
        ("uke 0", NoSuchDate),
        ("uke 53 2027", NoSuchDate),
        ("i morgen kl 25", NoSuchDate),
        ("om 999 år", NoSuchDate),
        ("0000-01-01", NoSuchDate),
        ("lørdag 4. desember", WrongWeekday),
        ("2026-11-01", PastDate),
        ("01.11.26", PastDate),
        ("i dag kl 9", PastDate),
        ("før i dag", PastDate),
        ("mandag denne uka", PastDate),
    ],
)
def test_what_is_no_date_is_refused_with_a_reason(typed: str, refusal: type[NotADate | PastDate]) -> None:
    with pytest.raises(refusal) as refused:
        understand(typed, TUESDAY, OSLO)
    assert refused.type is refusal
    assert len(refused.value.text) < 250


def test_week_53_is_refused_where_neither_this_year_nor_the_next_has_one() -> None:
    with pytest.raises(NoSuchDate):
        understand("uke 53", SPRING, OSLO)


def test_the_day_is_the_wall_clocks_not_utcs() -> None:
    just_past_midnight_in_oslo = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert understand("i dag", just_past_midnight_in_oslo, OSLO).day == date(2026, 11, 25)


def test_the_next_meeting_is_its_date_where_there_is_one() -> None:
    assert understand("til neste møte", TUESDAY, OSLO) == When(None, None, True)
    assert understand("til neste møte", TUESDAY, OSLO, date(2026, 12, 10)) == When(date(2026, 12, 10), None, True)
    assert understand("neste møte", TUESDAY, OSLO, date(2026, 11, 1)) == When(None, None, True)  # it has been


def test_a_date_is_said_with_its_week_and_with_its_year_where_it_is_another() -> None:
    today = date(2026, 11, 24)
    assert say_when(When(date(2026, 12, 4)), today) == "fredag 4. desember, uke 49"
    assert say_when(When(date(2027, 12, 1)), today) == "onsdag 1. desember 2027, uke 48"
    assert say_when(When(date(2026, 12, 4), time(9)), today) == "fredag 4. desember kl. 09:00, uke 49"
    assert say_when(When(date(2026, 12, 10), None, True), today) == "til neste møte, torsdag 10. desember, uke 50"
    assert say_when(When(None, None, True), today) == "til neste møte (datoen er ikke satt)"


@pytest.mark.parametrize(
    ("typed", "text", "due"),
    [
        ("Revidere slagprosedyren frist fredag", "Revidere slagprosedyren", "fredag"),
        ("Revidere slagprosedyren, frist: 1. des", "Revidere slagprosedyren", "1. des"),
        ("Revidere slagprosedyren med frist uke 50", "Revidere slagprosedyren", "uke 50"),
        ("Revidere frist i brevet frist fredag", "Revidere frist i brevet", "fredag"),
        ("Revidere slagprosedyren frist tull", "Revidere slagprosedyren", "tull"),
        ("Sende utkast innen jul", "Sende utkast", "innen jul"),
        ("Sende utkast før påske", "Sende utkast", "før påske"),
        ("Skrive notat til neste møte", "Skrive notat", "til neste møte"),
        ("Ring Kari før møtet med ledelsen", "Ring Kari før møtet med ledelsen", ""),
        ("Sende brev til Kari innen fredag", "Sende brev til Kari", "innen fredag"),
        ("Skrive til avdelingen", "Skrive til avdelingen", ""),
        ("Kjøpe fristende kake", "Kjøpe fristende kake", ""),
        ("Ring fredag", "Ring fredag", ""),  # not marked as one: the bot does not guess
        ("Frist fredag", "Frist fredag", ""),
    ],
)
def test_the_due_date_is_taken_from_the_end_of_what_was_typed(typed: str, text: str, due: str) -> None:
    assert split_due(typed) == (text, due)


moments = st.integers(0, 12 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=ZoneInfo(OSLO)) + timedelta(minutes=minutes)
)
phrases = st.one_of(
    st.sampled_from([*WEEKDAYS]),
    st.builds("neste {}".format, st.sampled_from([*WEEKDAYS])),
    st.builds("{}. {}".format, st.integers(1, 28), st.sampled_from([*MONTHS])),
    st.builds("{}.{}".format, st.integers(1, 28), st.integers(1, 12)),
    st.builds("uke {}".format, st.integers(1, 52)),
    st.builds("{} i veke {}".format, st.sampled_from([*WEEKDAYS]), st.integers(1, 52)),
    st.builds(
        "om {} {}".format,
        st.one_of(st.integers(1, 200), st.sampled_from([*NUMBERS])),
        st.sampled_from(["dager", "veker", "måneder"]),
    ),
    st.builds("innen {}".format, st.sampled_from([*SEASONS])),
    st.sampled_from(["desember", "neste måned", "i dag", "i morgon", "neste uke", "i løpet av uka"]),
)


@given(phrases, moments)
@example("29. februar", datetime(2027, 3, 1, 12, tzinfo=ZoneInfo(OSLO)))
@example("fredag", datetime(2026, 3, 27, 23, 59, tzinfo=ZoneInfo(OSLO)))
def test_a_date_is_never_past_and_is_read_back_as_itself(phrase: str, now: datetime) -> None:
    try:
        found = understand(phrase, now, OSLO)
    except PastDate:
        assert phrase == "i løpet av uka"  # on a Saturday or after the last working day
        return
    assert found.day is not None
    assert now.date() <= found.day <= now.date() + timedelta(days=17 * 366)
    assert understand(found.day.isoformat(), now, OSLO).day == found.day
    for language in ("nb", "nn", "en"):
        with speaking(language):
            said = say_when(When(found.day))
            words = said.rpartition(",")[0]
        assert understand(words, now, OSLO).day == found.day, said


@given(st.integers(1, 52), moments)
def test_a_week_is_due_on_a_working_day_of_that_very_week(week: int, now: datetime) -> None:
    found = understand(f"uke {week}", now, OSLO).day
    assert found is not None
    assert found.isocalendar().week == week
    assert is_working_day(found) or all(not is_working_day(found - timedelta(days=n)) for n in range(5))


@given(st.text(max_size=80), moments)
def test_no_text_is_more_than_refused(typed: str, now: datetime) -> None:
    with suppress(NotADate, PastDate):
        understand(typed, now, OSLO)
    before, due = split_due(typed)
    assert before in typed
    assert due in typed


def when(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "bot", "when", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_the_command_prints_the_date_a_tab_and_the_words() -> None:
    shown = when("uke 50", "--now", "2026-11-22T10:00", "--lang", "nb")
    assert (shown.returncode, shown.stdout) == (0, "2026-12-11\tfredag 11. desember, uke 50\n")
    shown = when("i morgen kl 9", "--now", "2026-11-22T10:00", "--lang", "nn")
    assert shown.stdout == "2026-11-23T09:00\tmåndag 23. november kl. 09:00, veke 48\n"


def test_the_command_ends_with_one_and_a_reason_where_it_is_no_date() -> None:
    shown = when("tull", "--now", "2026-11-22T10:00", "--lang", "nb")
    assert (shown.returncode, shown.stdout) == (1, "")
    assert "Jeg forsto ikke fristen «tull»" in shown.stderr
    assert when("neste møte").returncode == 1
    assert when("neste møte", "--now", "2026-11-22", "--meeting", "2026-12-10").stdout.startswith("2026-12-10\t")
    assert when("fredag", "--now", "tull").returncode == 2
