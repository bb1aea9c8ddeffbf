"""Decisions about cases: no I/O, no clock."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot import guard
from bot.clock import MORNING, at_wall_clock, local_date, working_days_later
from bot.language import _

_CODE = re.compile(r"[^\W\d_]{1,12}-\d{2}-\d{3,}")
CONTACTS_AFTER = 3  # working days without an answer
LEADER_AFTER = 7

LONGEST = {"title": 150, "background": 3000, "question": 3000, "reason": 500}  # characters

AGE_BANDS = (
    "0-0",
    "1-5",
    "6-12",
    "13-17",
    "18-29",
    *(f"{age}-{age + 9}" for age in range(30, 80, 10)),
    "80-",
)


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """What the asker typed, before anything is stored."""

    title: str = ""
    background: str = ""
    question: str = ""
    age_band: str = ""
    wanted_by: str = ""  # as typed: an ISO date, or empty
    asked: tuple[int, ...] = ()
    affirmed: bool = False
    reason: str = ""  # of an appeal

    @property
    def texts(self) -> dict[str, str]:
        return {"title": self.title, "background": self.background, "question": self.question}

    def with_texts(self, texts: Mapping[str, str]) -> "CaseDraft":
        return replace(self, title=texts["title"], background=texts["background"], question=texts["question"])


def missing(draft: CaseDraft, today: date) -> dict[str, str]:
    """What must be mended before the check is worth making, by field."""
    problems = {}
    if not draft.title.strip():
        problems["title"] = _("Skriv en kort tittel.")
    if not draft.question.strip():
        problems["question"] = _("Skriv hva du lurer på.")
    for field, longest in LONGEST.items():
        if len(getattr(draft, field)) > longest:
            problems[field] = _("Kort ned til {longest} tegn.").format(longest=longest)
    if draft.age_band not in ("", *AGE_BANDS):
        problems["age_band"] = _("Velg en av aldersgruppene.")
    if draft.wanted_by and (problem := _date_problem(draft.wanted_by, today)):
        problems["wanted_by"] = problem
    if not draft.affirmed:
        problems["affirmed"] = _("Du må bekrefte dette for å kunne spørre.")
    return problems


def _date_problem(typed: str, today: date) -> str | None:
    try:
        wanted = date.fromisoformat(typed)
    except ValueError:
        return _("Skriv datoen som år-måned-dag, for eksempel {example}.").format(example=today.isoformat())
    return _("Datoen er passert. Velg i dag eller senere.") if wanted < today else None


def is_code(typed: str) -> bool:
    """Whether this is written as a case's code is: "BLOD-26-014"."""
    return bool(_CODE.fullmatch(typed))


def age_band_label(band: str) -> str:
    """«30-årene» for "30-39"."""
    first, _dash, last = band.partition("-")
    if band == "0-0":
        return _("under 1 år")
    if not last:
        return _("{age} år og eldre").format(age=first)
    if int(first) >= 30:
        return _("{age}-årene").format(age=first)
    return _("{first}–{last} år").format(first=first, last=last)


def may_be_appealed(blocking: Sequence[guard.Find]) -> bool:
    """An appeal never releases an identity number."""
    return bool(blocking) and all(find.label is not guard.Label.FNR for find in blocking)


def escalations(opened: datetime, wanted_by: date | None, zone: str) -> tuple[datetime, datetime]:
    """When an unanswered case goes to the contacts and to the leader: 08:00 of a working day, aware UTC.

    A case wanted sooner than the contacts would hear goes to them on the day it is wanted (or the last working
    day before), though never on the day it was asked.
    """
    asked_on = local_date(opened, zone)
    contacts = working_days_later(asked_on, CONTACTS_AFTER)
    if wanted_by is not None and asked_on < wanted_by < contacts:
        contacts = min(contacts, working_days_later(wanted_by, 0))
    leader = working_days_later(asked_on, LEADER_AFTER)
    return at_wall_clock(contacts, MORNING, zone), at_wall_clock(leader, MORNING, zone)


def not_before(due: datetime, now: datetime, zone: str) -> datetime:
    """`due` where it is still to come, else 08:00 of the next working day."""
    if due > now:
        return due
    return at_wall_clock(working_days_later(local_date(now, zone), 1), MORNING, zone)


def by_workplace(workplaces: Sequence[str]) -> list[tuple[str, int]]:
    """How many answers from each, most first, then by name."""
    return sorted(Counter(workplaces).items(), key=lambda pair: (-pair[1], pair[0]))
