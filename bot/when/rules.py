"""What people write, and which days it means: one pattern and one rule a line."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import regex

from bot.clock import working_days_later
from bot.when import days
from bot.when.days import NoSuchDay
from bot.when.words import (
    COUNT,
    DAYS,
    MONTH,
    MONTHS,
    MONTHS_LONG,
    NUMBERS,
    WEEKDAY,
    WEEKDAYS,
    WEEKS,
    WORKING_DAYS,
    YEARS,
    any_of,
)

Found = regex.Match[str]


@dataclass(frozen=True, slots=True)
class Span:
    """The days that were named: a deadline is the last of them, and what is due before them ends before the first."""

    first: date
    last: date


class WeekdayDiffers(Exception):
    """«fredag 4.12» where the fourth is no Friday."""

    def __init__(self, day: date) -> None:
        super().__init__()
        self.day = day


def _day(day: date) -> Span:
    return Span(day, day)


def _with_weekday(found: Found, day: date) -> Span:
    if found["weekday"] and WEEKDAYS[found["weekday"]] != day.weekday():
        raise WeekdayDiffers(day)
    return _day(day)


def _iso(found: Found, _today: date) -> Span:
    return _day(days.checked(int(found["year"]), int(found["month"]), int(found["day"])))


def _numeric(found: Found, today: date) -> Span:
    return _dated(found, today, int(found["month"]))


def _named_month(found: Found, today: date) -> Span:
    return _dated(found, today, MONTHS[found["month"]])


def _dated(found: Found, today: date, month: int) -> Span:
    day, year = int(found["day"]), found["year"]
    if year:
        return _with_weekday(found, days.checked(days.year_of(year), month, day))
    return _with_weekday(found, days.next_date(today, day, month))


def _day_of_month(found: Found, today: date) -> Span:
    return _with_weekday(found, days.next_day_of_month(today, int(found["day"])))


def _weekday(found: Found, today: date) -> Span:
    return _day(days.coming_weekday(today, WEEKDAYS[found["weekday"]]))


def _weekday_this_week(found: Found, today: date) -> Span:
    return _day(days.monday(today) + timedelta(days=WEEKDAYS[found["weekday"]]))


def _weekday_next_week(found: Found, today: date) -> Span:
    return _day(days.weekday_of_next_week(today, WEEKDAYS[found["weekday"]]))


def _weekday_in_weeks(found: Found, today: date) -> Span:
    return _day(days.monday(days.later(today, weeks=_count(found))) + timedelta(days=WEEKDAYS[found["weekday"]]))


def _numbered_week(found: Found, today: date) -> Span:
    week, weekday = int(found["week"]), WEEKDAYS[found["weekday"]] if found["weekday"] else None
    if found["year"]:
        day = days.day_in_week(days.monday_of_week(days.year_of(found["year"]), week), weekday)
    else:
        day = days.next_week_numbered(today, week, weekday)
    return _day(day) if weekday is not None else Span(days.monday(day), day)


def _week_ahead(weeks: int) -> Callable[[Found, date], Span]:
    def rule(_found: Found, today: date) -> Span:
        first = days.monday(today) + timedelta(weeks=weeks)
        return Span(first, days.end_of_week(first))

    return rule


def _days_ahead(count: int) -> Callable[[Found, date], Span]:
    return lambda _found, today: _day(days.later(today, days=count))


def _count(found: Found) -> int:
    written = found["count"]
    return int(written) if written.isdigit() else NUMBERS[written]


def _in(unit: str) -> Callable[[Found, date], Span]:
    return lambda found, today: _day(days.later(today, **{unit: _count(found)}))


def _in_working_days(found: Found, today: date) -> Span:
    return _day(working_days_later(today, min(_count(found), 500)))


def _month(found: Found, today: date) -> Span:
    month = MONTHS[found["month"]]
    if found["year"]:
        last = days.end_of_month(days.year_of(found["year"]), month)
    else:
        last = days.next_month_named(today, month)
    return Span(last.replace(day=1), last)


def _middle_of_month(found: Found, today: date) -> Span:
    return _day(days.next_date(today, 15, MONTHS[found["month"]]))


def _months_ahead(count: int) -> Callable[[Found, date], Span]:
    def rule(_found: Found, today: date) -> Span:
        first = days.later(today.replace(day=1), months=count)
        return Span(first, days.end_of_month(first.year, first.month))

    return rule


def _end_of_year(_found: Found, today: date) -> Span:
    return Span(date(today.year, 1, 1), days.last_working_day(date(today.year, 12, 1), date(today.year, 12, 31)))


def _season(found: Found, today: date) -> Span:
    last = days.before_season(today, found["season"])
    return Span(last + timedelta(days=1), last)


_TH = r"(?:\.|st|nd|rd|th)?"
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})"
_END_OF = r"(?:(?:i |the )?(?:utgangen|slutten|løpet|end) (?:av|of) )"
_THIS = r"(?:denne|this)"
_NEXT = r"(?:neste|next)"
_A_WEEK = r"(?:uke|uka|uken|veke|veka|week)"
_A_MONTH = r"(?:måned|måneden|månad|månaden|month)"

Rule = Callable[[Found, date], Span]
RULES: tuple[tuple[regex.Pattern[str], Rule], ...] = tuple(
    (regex.compile(pattern, regex.VERSION1), rule)
    for pattern, rule in (
        (rf"(?P<season>{any_of(dict.fromkeys(days.SEASONS, 0))})", _season),  # "jul" is Christmas, not July
        (r"i ?dag|i ?kveld|today|tonight", _days_ahead(0)),
        (r"i ?morgen|i ?morgon|i ?morra|tomorrow", _days_ahead(1)),
        (r"i ?overmorgen|i ?overmorgon|i ?overmorra|(?:the )?day after tomorrow", _days_ahead(2)),
        (r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})", _iso),
        (
            rf"(?:{WEEKDAY},? )?(?:den )?(?P<day>[0-9]{{1,2}}) ?[./] ?(?P<month>[0-9]{{1,2}})(?: ?[./-] ?{_YEAR})?\.?",
            _numeric,
        ),
        (rf"(?:{WEEKDAY},? )?(?:den )?(?P<day>[0-9]{{1,2}}){_TH} ?(?:of )?{MONTH}(?:,? ?{_YEAR})?", _named_month),
        (rf"(?:{WEEKDAY},? )?{MONTH} (?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>[0-9]{{4}}))?", _named_month),
        (rf"(?:{WEEKDAY} )?(?:den |the )(?P<day>[0-9]{{1,2}}){_TH}", _day_of_month),
        (rf"(?:{WEEKDAY} )?(?P<day>[0-9]{{1,2}})\.", _day_of_month),
        (rf"(?:førstkommende |fyrstkomande |kommende |komande |coming )?{WEEKDAY}", _weekday),
        (rf"{_THIS} {WEEKDAY}|{WEEKDAY} (?:i )?{_THIS} {_A_WEEK}", _weekday_this_week),
        (rf"{_NEXT} {WEEKDAY}|{WEEKDAY} (?:i )?{_NEXT} {_A_WEEK}|{_NEXT} {_A_WEEK} {WEEKDAY}", _weekday_next_week),
        (rf"{WEEKDAY} (?:om|in) {COUNT} (?:{WEEKS})", _weekday_in_weeks),
        (
            rf"(?:{WEEKDAY},? (?:i )?)?{_END_OF}?(?:uke|veke|week|u|v)\.? ?(?P<week>[0-9]{{1,2}})(?:[ ,/]+{_YEAR})?",
            _numbered_week,
        ),
        (rf"{_THIS} {_A_WEEK}|{_END_OF}(?:{_THIS} |the )?{_A_WEEK}", _week_ahead(0)),
        (rf"{_END_OF}?{_NEXT} {_A_WEEK}", _week_ahead(1)),
        (rf"(?:(?:om|in) )?{COUNT} (?:{WORKING_DAYS})", _in_working_days),
        (rf"(?:(?:om|in) )?{COUNT} (?:{DAYS})", _in("days")),
        (rf"(?:(?:om|in) )?{COUNT} (?:{WEEKS})", _in("weeks")),
        (rf"(?:(?:om|in) )?{COUNT} (?:{MONTHS_LONG})", _in("months")),
        (rf"(?:(?:om|in) )?{COUNT} (?:{YEARS})", _in("years")),
        (rf"(?:i |in )?{_END_OF}?{MONTH}(?: {_YEAR})?", _month),
        (rf"(?:midten av|midt i|mid-?) ?{MONTH}", _middle_of_month),
        (rf"{_THIS} {_A_MONTH}|{_END_OF}(?:{_THIS} |the )?{_A_MONTH}|månedsskiftet|månadsskiftet", _months_ahead(0)),
        (rf"{_END_OF}?{_NEXT} {_A_MONTH}", _months_ahead(1)),
        (rf"i år|this year|{_END_OF}(?:året|the year)|årsslutt|år[se]nden?", _end_of_year),
    )
)
MEETING = regex.compile(r"(?:(?:det )?(?:neste|nest|next) )?(?:møte|møtet|meeting|nettverksmøte|nettverksmøtet)")
_CLOCK = regex.compile(
    r"(?P<rest>.*?),? ?(?:kl\.?|klokka|klokken|at) ?(?P<hour>[0-9]{1,2})(?:[.:]?(?P<minute>[0-9]{2}))?"
)
_LEAD = regex.compile(
    r"(?:(?P<before>før|before)|frist|innen|innan|senest|seinast|til|by|due|på|on|until|till|the next)\b:? ?"
)


@dataclass(frozen=True, slots=True)
class Read:
    """What was written, before it is known what day it is. `rule` is none for a time alone and for the meeting."""

    found: Found | None
    rule: Rule | None
    before: bool
    clock: tuple[int, int] | None
    to_meeting: bool = False

    def day(self, today: date) -> date:
        """Raises `NoSuchDay`, `WeekdayDiffers`."""
        if self.rule is None or self.found is None:
            return today
        span = self.rule(self.found, today)
        return days.working_day_before(span.first) if self.before and self.rule is not _season else span.last


def read(typed: str) -> Read | None:
    """None where it is no date. Raises `NoSuchDay` for an hour that the clock has not."""
    rest = " ".join(typed.casefold().split()).strip(" ,;!?")
    rest, clock = _take_clock(rest)
    rest, before = _take_lead(rest)
    if not rest:
        return Read(None, None, False, clock) if clock and not before else None
    if MEETING.fullmatch(rest):
        return Read(None, None, before, clock, to_meeting=True)
    for pattern, rule in RULES:
        if found := pattern.fullmatch(rest):
            return Read(found, rule, before, clock)
    return None


def _take_clock(rest: str) -> tuple[str, tuple[int, int] | None]:
    found = _CLOCK.fullmatch(rest)
    if found is None:
        return rest, None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if hour > 23 or minute > 59:
        raise NoSuchDay
    return found["rest"].strip(" ,"), (hour, minute)


def _take_lead(rest: str) -> tuple[str, bool]:
    before = False
    while found := _LEAD.match(rest):
        before = before or found["before"] is not None
        rest = rest[found.end() :]
    return rest, before
