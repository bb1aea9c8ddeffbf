"""Which day is meant. Pure: `today` comes in, and every rule says what it decides where people could mean either.

A deadline that names a stretch of time (a week, a month, "innen jul") is its last working day: who has "uke 50" has
the whole of week 50, and nobody is reminded on a Sunday.
"""

from calendar import monthrange
from datetime import MAXYEAR, date, timedelta

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

from bot.clock import is_working_day

FRIDAY = 4
LAST_YEAR = 2100  # later than that is a slip of the hand


class NoSuchDay(Exception):
    """Thirtieth of February, week 53 where there is none, or further away than anybody plans."""


def last_working_day(first: date, last: date) -> date:
    """The last in that stretch; `last` itself where it has none."""
    day = last
    while day >= first:
        if is_working_day(day):
            return day
        day -= timedelta(days=1)
    return last


def working_day_before(day: date) -> date:
    day -= timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def coming_weekday(today: date, weekday: int) -> date:
    """«fredag»: the next one that comes. On a Friday it is a week ahead, since who means today says «i dag»."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def weekday_of_next_week(today: date, weekday: int) -> date:
    """«neste fredag»: of next week, also on a Tuesday (the first that comes is «fredag»)."""
    return monday(today) + timedelta(days=7 + weekday)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def end_of_week(monday_of_it: date) -> date:
    """Friday, or the working day before it where it is a holiday."""
    return last_working_day(monday_of_it, monday_of_it + timedelta(days=FRIDAY))


def end_of_month(year: int, month: int) -> date:
    checked(year, month, 1)
    return last_working_day(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def checked(year: int, month: int, day: int) -> date:
    if not 1 <= year <= LAST_YEAR:
        raise NoSuchDay
    try:
        return date(year, month, day)
    except ValueError as error:
        raise NoSuchDay from error


def year_of(written: str) -> int:
    """«26» is 2026."""
    return int(written) + (2000 if len(written) <= 2 else 0)


def next_date(today: date, day: int, month: int) -> date:
    """A date without a year: this year's, or the next that comes where it has passed. «29.2» waits for a leap year."""
    for year in range(today.year, today.year + 9):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise NoSuchDay


def next_day_of_month(today: date, day: int) -> date:
    """«den 15.»: of this month, or of the next that has such a day."""
    first = today.replace(day=1)
    for ahead in range(13):
        month = first + relativedelta(months=ahead)
        if day <= monthrange(month.year, month.month)[1] and month.replace(day=day) >= today:
            return month.replace(day=day)
    raise NoSuchDay


def monday_of_week(year: int, week: int) -> date:
    """ISO 8601. Raises `NoSuchDay`: most years have no week 53."""
    try:
        return date.fromisocalendar(year, week, 1)
    except ValueError as error:
        raise NoSuchDay from error


def next_week_numbered(today: date, week: int, weekday: int | None) -> date:
    """«uke 50»: this year's, or the next year's where it has passed; never further away, so that «uke 53» is refused
    where neither has one."""
    year = today.isocalendar().year
    for candidate in (year, year + 1):
        try:
            found = day_in_week(monday_of_week(candidate, week), weekday)
        except NoSuchDay:
            continue
        if found >= today:
            return found
    raise NoSuchDay


def day_in_week(monday_of_it: date, weekday: int | None) -> date:
    return end_of_week(monday_of_it) if weekday is None else monday_of_it + timedelta(days=weekday)


def next_month_named(today: date, month: int) -> date:
    """«desember»: its last working day."""
    for year in (today.year, today.year + 1):
        found = end_of_month(year, month)
        if found >= today:
            return found
    raise NoSuchDay


def later(today: date, **by: int) -> date:
    try:
        found = today + relativedelta(**by)  # type: ignore[arg-type]
    except (ValueError, OverflowError) as error:
        raise NoSuchDay from error
    if found.year > min(LAST_YEAR, MAXYEAR):
        raise NoSuchDay
    return found


# What begins when people are away. Each gives the first day off in a year; what is due "before" it is due on the
# working day before, and so is "innen jul".


def christmas(year: int) -> date:
    return date(year, 12, 24)


def new_year(year: int) -> date:
    return date(year + 1, 1, 1)


def easter_holiday(year: int) -> date:
    """Palm Sunday's weekend: in the three working days of that week most are away."""
    return easter(year) - timedelta(days=8)


def whitsun(year: int) -> date:
    return easter(year) + timedelta(days=48)


def ascension(year: int) -> date:
    return easter(year) + timedelta(days=39)


def national_day(year: int) -> date:
    return date(year, 5, 17)


def summer(year: int) -> date:
    """July: the common holiday."""
    return date(year, 7, 1)


SEASONS = {
    "jul": christmas,
    "jula": christmas,
    "julen": christmas,
    "juleferien": christmas,
    "christmas": christmas,
    "nyttår": new_year,
    "årsskiftet": new_year,
    "new year": new_year,
    "påske": easter_holiday,
    "påska": easter_holiday,
    "påsken": easter_holiday,
    "easter": easter_holiday,
    "pinse": whitsun,
    "pinsa": whitsun,
    "pinsen": whitsun,
    "whitsun": whitsun,
    "kristi himmelfart": ascension,
    "kristi himmelfartsdag": ascension,
    "ascension day": ascension,
    "17. mai": national_day,
    "sommeren": summer,
    "sommaren": summer,
    "sommerferien": summer,
    "sommarferien": summer,
    "ferien": summer,
    "summer": summer,
}


def before_season(today: date, season: str) -> date:
    for year in (today.year - 1, today.year, today.year + 1):  # New Year's day of last year's season may be to come
        found = working_day_before(SEASONS[season](year))
        if found >= today:
            return found
    raise NoSuchDay
