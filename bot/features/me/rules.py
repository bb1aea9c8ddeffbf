"""How people write what they want for themselves: «20–07», «1.12–15.12 vara @ola», «nynorsk». Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import regex

from bot.availability import Quiet
from bot.chat.grammar import fold
from bot.clock import local_date
from bot.errors import Refusal
from bot.language import LANGUAGES
from bot.when import LONGEST, NotADate, understand
from bot.when.days import monday

LONGEST_ABSENCE = timedelta(days=400)
BEGUN_BEFORE = timedelta(days=60)  # «20.11–5.12» on 1 December has begun; longer ago is a slip of the hand


class NotQuietHours(Refusal):
    """Jeg forsto ikke stilletiden «{typed}». Skriv for eksempel «20–07» eller «20:30–7», eller «av»."""


class NotALanguage(Refusal):
    """Jeg kan bokmål, nynorsk og engelsk. Skriv «/meg språk nynorsk», eller «/meg språk som nettverket»."""


class EndsBeforeItBegins(Refusal):
    """Fraværet slutter før det begynner. Skriv første og siste dag, for eksempel «/meg borte 1.12–15.12»."""


class TooLongAway(Refusal):
    """Fraværet er på mer enn et år. Skriv en tidligere siste dag; du kan forlenge det siden."""


class NoSuchDeputy(Refusal):
    """Jeg finner ingen i nettverkene dine som heter «{typed}». Skriv navnet slik det står i medlemslista."""


class SeveralDeputies(Refusal):
    """Flere heter «{typed}»: {names}. Skriv hele navnet."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Away from the first day to the last, with the deputy's person id."""

    first: date
    last: date
    deputy: int | None = None


# Language

AS_NETWORK = ("som nettverket", "nettverket", "nettverk", "standard", "as the network", "network")
_CALLED = {"bokmaal": "nb", "norsk": "nb", "engelsk": "en", "english": "en", "nynorsk": "nn"}


def language(typed: str) -> str:
    """Its code; empty for «som nettverket». Raises `NotALanguage`."""
    word = " ".join(typed.split()).casefold()
    if word in AS_NETWORK:
        return ""
    called = {fold(name): code for code, name in LANGUAGES.items()} | {fold(w): c for w, c in _CALLED.items()}
    code = word if word in LANGUAGES else called.get(fold(word))
    if code is None:
        raise NotALanguage
    return code


# Quiet hours

_CLOCK = r"(?:kl\.?\s*)?(\d{1,2})(?:[:.]?(\d{2}))?"
_HOURS = regex.compile(rf"(?:fra\s+)?{_CLOCK}\s*(?:–|—|-|til|to)\s*{_CLOCK}", regex.IGNORECASE)
_OFF = ("av", "ingen", "nei", "slett", "fjern", "off", "none", "no")


def quiet(typed: str) -> Quiet | None:
    """None for «av». Raises `NotQuietHours`."""
    word = " ".join(typed.split()).casefold()
    if word in _OFF:
        return None
    found = _HOURS.fullmatch(word)
    if found is None:
        raise NotQuietHours(typed=typed[:LONGEST])
    try:
        start, end = (time(int(h) % 24, int(m or 0)) for h, m in ((found[1], found[2]), (found[3], found[4])))
    except ValueError as error:
        raise NotQuietHours(typed=typed[:LONGEST]) from error
    if start == end or int(found[1]) > 24 or int(found[3]) > 24:
        raise NotQuietHours(typed=typed[:LONGEST])
    return Quiet(start, end)


def stored(hours: Quiet | None) -> str:
    """As `quiet` reads it: what a button carries."""
    return f"{hours.start:%H:%M}-{hours.end:%H:%M}" if hours else "av"


# Absence

_DEPUTY = regex.compile(
    r"^(?P<days>.*?)(?:[\s,]+(?:med\s+|with\s+)?(?:vara|vikar|stedfortreder|stadfortredar|deputy)\b:?\s*|[\s,]+(?=@))"
    r"(?P<deputy>\S.*)$",
    regex.IGNORECASE,
)
_ISO = r"\d{4}-\d{2}-\d{2}"
_TWO_ISO = regex.compile(rf"({_ISO})\s*(?:–|—|-|til|to)\s*({_ISO})", regex.IGNORECASE)
_BETWEEN = regex.compile(r"\s*(?:–|—|-|\b(?:til og med|til|t\.o\.m\.|tom|to)(?=\s))\s*", regex.IGNORECASE)
_WEEK = regex.compile(r"(?:uke|veke|week)\b.*", regex.IGNORECASE)


def split_deputy(typed: str) -> tuple[str, str]:
    """The days, and who stands in; that is empty where nobody is named."""
    found = _DEPUTY.match(" ".join(typed.split()))
    return (found["days"], found["deputy"].lstrip("@")) if found else (typed.strip(), "")


def days(typed: str, now: datetime, zone: str) -> Stay:
    """«1.12–15.12», «fredag», «uke 51», «til mandag» (from today). Raises `NotADate`, `EndsBeforeItBegins`."""
    begins, ends = _two_ends(typed)
    today = local_date(now, zone)
    first = _day(begins, now, zone) if begins else today
    last = _day(ends, now, zone)
    if _WEEK.fullmatch(begins):
        first = monday(first)
    if _WEEK.fullmatch(ends):
        last = monday(last) + timedelta(days=6)
    return checked(_begun(first, last, today), last, today)


def _two_ends(typed: str) -> tuple[str, str]:
    typed = " ".join(typed.split()).removeprefix("fra ").removeprefix("from ")
    if found := regex.fullmatch(_ISO, typed):
        return typed, typed
    if found := _TWO_ISO.fullmatch(typed):
        return found[1], found[2]
    begins, *rest = _BETWEEN.split(typed, maxsplit=1)
    ends = rest[0] if rest else begins
    if (week := _WEEK.fullmatch(begins)) and ends.isdecimal():
        ends = f"{week[0].split()[0]} {ends}"  # «uke 51–52»
    return begins, ends


def _day(typed: str, now: datetime, zone: str) -> date:
    found = understand(typed, now, zone).day
    if found is None:  # the next meeting: nobody is away until an unknown day
        raise NotADate(typed=typed[:LONGEST], example=local_date(now, zone).isoformat())
    return found


def _begun(first: date, last: date, today: date) -> date:
    """A first day without a year that has passed was understood as next year's."""
    if first <= last:
        return first
    try:
        before = first.replace(year=first.year - 1)
    except ValueError:  # 29 February
        return first
    return before if today - BEGUN_BEFORE <= before <= last else first


def checked(first: date, last: date, today: date) -> Stay:
    if last < first or last < today:
        raise EndsBeforeItBegins
    if last - first > LONGEST_ABSENCE:
        raise TooLongAway
    return Stay(first, last)


def deputy(typed: str, colleagues: Mapping[int, str]) -> int:
    """Who is called that: by the whole name, or by its beginning. Raises `NoSuchDeputy`, `SeveralDeputies`."""
    wanted = _folded(typed)
    folded = {person: _folded(name) for person, name in colleagues.items()}
    whole = [person for person, name in folded.items() if name == wanted]
    beginning = [person for person, name in folded.items() if name[: len(wanted)] == wanted]
    for found in (whole, beginning):
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(colleagues[person] for person in found)
            raise SeveralDeputies(typed=typed[:LONGEST], names=names)
    raise NoSuchDeputy(typed=typed[:LONGEST])


def _folded(name: str) -> list[str]:
    return [fold(word) for word in name.split()]


# The words after /meg

_WISHES = {
    "borte": ("borte", "fravær", "fråvær", "vekk", "ferie", "permisjon", "away", "absent"),
    "stille": ("stille", "stilletid", "ro", "quiet"),
    "språk": ("språk", "mål", "language"),
}


def wish(typed: str) -> tuple[str, str]:
    """Which of the three it begins with, and what follows; the first is empty where it is none of them."""
    first, *rest = typed.split(None, 1) or [""]
    for word, called in _WISHES.items():
        if fold(first) in map(fold, called):
            return word, rest[0].strip() if rest else ""
    return "", typed
