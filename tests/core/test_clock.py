"""Working days, and the wall clock across the changes of time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.clock import MovableClock, at_wall_clock, is_working_day, local_date, working_days_later
from bot.features.cases.rules import escalations, not_before

OSLO = "Europe/Oslo"
EIGHT = time(8, 0)
HALF_PAST_TWO = time(2, 30)


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        ("2026-03-28", 7),
        ("2026-03-29", 6),
        ("2026-10-24", 6),
        ("2026-10-25", 7),
        ("2027-03-28", 6),
        ("2028-03-26", 6),
        ("2027-10-31", 7),
        ("2028-10-29", 7),
        ("2028-02-29", 7),
    ],
)
def test_eight_oclock_in_oslo(day: str, hour: int) -> None:
    moment = at_wall_clock(date.fromisoformat(day), EIGHT, OSLO)
    assert moment == datetime.combine(date.fromisoformat(day), time(hour, 0), UTC)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("day", ["2026-03-29", "2027-03-28", "2028-03-26"])
def test_a_time_that_is_skipped_comes_once_an_hour_later(day: str) -> None:
    on = date.fromisoformat(day)
    assert at_wall_clock(on, HALF_PAST_TWO, OSLO) == datetime.combine(on, time(1, 30), UTC)


@pytest.mark.parametrize("day", ["2026-10-25", "2027-10-31", "2028-10-29"])
def test_a_time_that_occurs_twice_comes_the_first_time(day: str) -> None:
    on = date.fromisoformat(day)
    assert at_wall_clock(on, HALF_PAST_TWO, OSLO) == datetime.combine(on, time(0, 30), UTC)


def test_the_next_day_keeps_the_hour_and_24_hours_do_not() -> None:
    before = at_wall_clock(date(2026, 3, 28), EIGHT, OSLO)
    after = at_wall_clock(date(2026, 3, 29), EIGHT, OSLO)
    assert after - before == timedelta(hours=23)


def test_the_date_is_the_one_on_the_wall() -> None:
    assert local_date(datetime(2026, 6, 30, 22, 30, tzinfo=UTC), OSLO) == date(2026, 7, 1)
    assert local_date(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), OSLO) == date(2027, 1, 1)
    assert local_date(datetime(2026, 12, 31, 22, 30, tzinfo=UTC), OSLO) == date(2026, 12, 31)


@pytest.mark.parametrize(
    "day",
    [
        "2026-01-01",
        "2026-04-02",  # Maundy Thursday
        "2026-04-03",
        "2026-04-06",
        "2026-05-01",
        "2026-05-14",  # Ascension Day
        "2026-05-25",
        "2026-12-25",
        "2027-03-25",
        "2027-03-29",
        "2027-05-17",
        "2026-11-28",
        "2026-11-29",
    ],
)
def test_holidays_and_weekends_are_no_working_days(day: str) -> None:
    assert not is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2026-05-18", "2026-12-24", "2026-12-28", "2026-12-31", "2027-03-24", "2027-03-30"])
def test_the_days_between_are_working_days(day: str) -> None:
    assert is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-11-24", 3, "2026-11-27"),
        ("2026-11-24", 7, "2026-12-03"),
        ("2026-11-27", 3, "2026-12-02"),
        ("2026-11-28", 1, "2026-11-30"),
        ("2026-11-28", 3, "2026-12-02"),
        ("2026-12-22", 3, "2026-12-28"),
        ("2026-12-22", 7, "2027-01-04"),
        ("2026-04-01", 3, "2026-04-09"),
        ("2027-03-23", 3, "2027-03-31"),
        ("2027-05-14", 1, "2027-05-18"),  # the 17th of May is a Monday
        ("2026-11-24", 0, "2026-11-24"),
        ("2026-11-28", 0, "2026-11-30"),
    ],
)
def test_working_days_later(day: str, count: int, expected: str) -> None:
    assert working_days_later(date.fromisoformat(day), count) == date.fromisoformat(expected)


ASKED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("wanted_by", "contacts"),
    [
        (None, "2026-11-27"),
        ("2026-11-24", "2026-11-27"),  # today: nobody is chased on the day it is asked
        ("2026-11-25", "2026-11-25"),
        ("2026-11-26", "2026-11-26"),
        ("2026-12-24", "2026-11-27"),
    ],
)
def test_contacts_hear_by_the_day_an_answer_is_wanted(wanted_by: str | None, contacts: str) -> None:
    wanted = date.fromisoformat(wanted_by) if wanted_by else None
    first, then = escalations(ASKED, wanted, OSLO)
    assert first == at_wall_clock(date.fromisoformat(contacts), EIGHT, OSLO)
    assert then == at_wall_clock(date(2026, 12, 3), EIGHT, OSLO)


def test_what_is_already_past_comes_on_the_next_working_morning() -> None:
    friday_noon = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
    assert not_before(ASKED, friday_noon, OSLO) == datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
    assert not_before(friday_noon, ASKED, OSLO) == friday_noon


def test_a_clock_moves_forward_alone() -> None:
    clock = MovableClock(stopped_at=ASKED)
    clock.move_to(ASKED + timedelta(hours=2))
    clock.move_to(ASKED)
    assert clock.now() == ASKED + timedelta(hours=2)
