"""Dates as people write them: "fredag", "1. des", "veke 50", "om 14 dager", "innen jul", "til neste møte".

Read in bokmål, nynorsk and English alike, whatever language the reader has chosen. What can be understood in two ways
is decided in `bot.when.days` (and docs/decisions/0010), and said back, so that whoever meant the other sees it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import regex

from bot.errors import Refusal
from bot.language import _, language
from bot.when import rules
from bot.when.days import NoSuchDay
from bot.when.rules import WeekdayDiffers

LONGEST = 60  # characters: no date is longer


class NotADate(Refusal):
    """Jeg forsto ikke fristen «{typed}». Skriv for eksempel «fredag», «1. des», «uke 50», «om 14 dager» eller
    {example}."""


class NoSuchDate(NotADate):
    """«{typed}» finnes ikke. Se over dag, måned, uke og klokkeslett, eller skriv for eksempel {example}."""


class WrongWeekday(NotADate):
    """«{typed}» stemmer ikke med kalenderen: datoen er {day}. Skriv bare dagen eller bare datoen."""


class PastDate(Refusal):
    """Fristen {due} er passert. Velg i dag eller senere."""


@dataclass(frozen=True, slots=True)
class When:
    """`day` is none where it is the next meeting's and none is planned; `at` is on the wall clock."""

    day: date | None
    at: time | None = None
    to_meeting: bool = False


def understand(typed: str, now: datetime, zone: str, meeting: date | None = None) -> When:
    """What somebody who writes this now (aware) in `zone` (an IANA name) means. Raises `NotADate`, `PastDate`."""
    local = now.astimezone(ZoneInfo(zone))
    shown, example = " ".join(typed.split())[:LONGEST], local.date().isoformat()
    try:
        read = rules.read(typed) if len(typed) <= 4 * LONGEST else None
        if read is None:
            raise NotADate(typed=shown, example=example)
        if read.to_meeting:
            return _at_meeting(meeting, read, local)
        day = read.day(local.date())
    except NoSuchDay:
        raise NoSuchDate(typed=shown, example=example) from None
    except WeekdayDiffers as error:
        raise WrongWeekday(typed=shown, day=say_day(error.day, local.date())) from None
    return _not_passed(day, read.clock, local, alone=read.rule is None)


def _not_passed(day: date, clock: tuple[int, int] | None, now: datetime, *, alone: bool) -> When:
    """A time alone that has passed today is tomorrow's."""
    at = time(*clock) if clock else None
    if at and day == now.date() and at <= now.time():
        if not alone:
            raise PastDate(due=say_when(When(day, at), now.date()))
        day += timedelta(days=1)
    if day < now.date():
        raise PastDate(due=say_day(day, now.date()))
    return When(day, at)


def _at_meeting(meeting: date | None, read: rules.Read, now: datetime) -> When:
    planned = meeting if meeting and meeting >= now.date() else None
    return When(planned, time(*read.clock) if read.clock else None, to_meeting=True)


def say_when(when: When, today: date | None = None) -> str:
    """«fredag 4. desember, uke 49», with the year where it is not the year of `today`."""
    if when.day is None:
        return _("til neste møte (datoen er ikke satt)")
    said = say_day(when.day, today, when.at)
    return _("til neste møte, {date}").format(date=said) if when.to_meeting else said


def say_day(day: date, today: date | None = None, at: time | None = None) -> str:
    """«fredag 4. desember kl. 09:00, uke 49»."""
    locale, dot = ("en_GB", "") if language() == "en" else (language(), ".")
    year = "" if today and today.year == day.year else " y"
    from babel.dates import format_date

    said = format_date(day, f"EEEE d{dot} MMMM{year}", locale)
    if at:
        said = _("{date} kl. {time}").format(date=said, time=at.strftime("%H:%M"))
    return _("{date}, uke {week}").format(date=said, week=day.isocalendar().week)


_MARKED = regex.compile(r"[\s,;–-]+(?:frist|due|deadline)\b:?\s*(?P<due>.+)", regex.IGNORECASE)
_HINTED = regex.compile(r"[\s,;–-]+(?P<due>(?:innen|innan|før|senest|seinast|til|by|before)\s.+)", regex.IGNORECASE)
_JOINT = regex.compile(r"(?:\s+(?:med|with))?[\s,;–-]*$")


def split_due(typed: str) -> tuple[str, str]:
    """What is to be done, and the words that say by when; those are empty where there are none.

    What follows "frist" is always meant as one. Without that word "innen …", "før …" or "til …" at the end is one
    only where it is a date: "Ring Kari før møtet med ledelsen" has none.
    """
    marked = list(_MARKED.finditer(typed, overlapped=True))
    if marked:
        return _JOINT.sub("", typed[: marked[-1].start()]).strip(), marked[-1]["due"].strip()
    for found in _HINTED.finditer(typed, overlapped=True):
        if _is_date(found["due"]):
            return typed[: found.start()].strip(), found["due"].strip()
    return typed.strip(), ""


def _is_date(typed: str) -> bool:
    try:
        return len(typed) <= LONGEST and rules.read(typed) is not None
    except NoSuchDay:
        return True
