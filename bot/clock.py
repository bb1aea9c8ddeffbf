"""The time, which is always aware UTC inside and wall-clock at the edge."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from holidays import HolidayBase


MORNING = time(8, 0)  # on the wall clock: when people are told what can wait until they are at work


class Clock(Protocol):
    def now(self) -> datetime: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class MovableClock:
    """The system's time, moved on by what somebody asked for: for the demo and for tests."""

    def __init__(self, ahead: timedelta = timedelta(0), stopped_at: datetime | None = None) -> None:
        self.ahead = ahead
        self._stopped_at = stopped_at

    def now(self) -> datetime:
        return (self._stopped_at or datetime.now(UTC)) + self.ahead

    def move_to(self, moment: datetime) -> None:
        self.ahead = max(self.ahead, self.ahead + (moment - self.now()))


def at_wall_clock(day: date, clock: time, zone: str) -> datetime:
    """The UTC moment of a wall-clock time in `zone` (an IANA name).

    A time that daylight saving skips is moved on by the hour that was skipped (02:30 → 03:30 summer time); one
    that occurs twice is the first of the two.
    """
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


def local_date(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def is_working_day(day: date) -> bool:
    """Monday to Friday and not a Norwegian public holiday."""
    return _calendar().is_working_day(day)


def working_days_later(day: date, count: int) -> date:
    """The day `count` working days after `day`; with 0, `day` itself or the next working day."""
    if count == 0:
        return day if is_working_day(day) else working_days_later(day, 1)
    return _calendar().get_nth_working_day(day, count)


@cache
def _calendar() -> "HolidayBase":
    import holidays  # 40 ms, wanted only where working days are counted

    return holidays.country_holidays("NO")
