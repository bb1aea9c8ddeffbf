"""What a description tells when its parts are put together.

Norwegian guidance on discussing cases anonymously (Helsedirektoratet, on helsepersonelloven § 23) treats a
description as
anonymous only where it fits four or five persons or more. A rare diagnosis with a place or an institution
suffices alone;
otherwise three kinds together, of which at least one says where or who: sex, age and diagnosis fit many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from functools import cache

import regex

from bot.guard.ages import age_hints
from bot.guard.find import Label, Mark, Outcome
from bot.guard.lexicon import endings, listed
from bot.guard.sheet import Sheet, Word

_ONLY = r"""(?i:\b(?:eneste|einaste|den[ ]ene|første[ ]kjente|sjelden|sjeldan|ultrasjelden
  |uvanlig[ ]diagnose|kun[ ](?:\d|to|tre|fire)\b[^.\n]{0,12}(?:i[ ]norge|kjente))\b)"""
_RESIDENCE = r"""(?i:\b(?:bor|bur|bosatt|busett|beboer|bebuar)[ ](?:alene|aleine|hjemme|heime|på|i|sammen
  |saman)\b|\basylmottak|\bsykehjem|\bsjukeheim|\bomsorgsbolig)"""

_WORKING = r"""(?i:\b(?:jobber|jobba|jobbar|jobbet|arbeider|arbeidar|arbeidet|arbeida|ansatt|tilsett)[ ]
  (?:\w{1,14}[ ]){0,2}?som[ ](?:(?:en|ein|ei)[ ])?(?:\w{1,14}[ ])?$)"""
_DESCRIBED = r"""(?i:\b(?:(?:en|ein|ei)[ ])?(?:(?:kjent|tidligere|tidlegare|nåværende|noverande|lokal|pensjonert
  |byens|bygdas|bygdens|kommunens)[ ]){1,2}$|\b(?:en|ein|ei)[ ]$)"""
_COPULA = r"(?i:\b(?:er|var|ble|blei|vart|blitt)[ ](?:(?:en|ein|ei)[ ])?(?:(?:pensjonert|tidligere|kjent|lokal)[ ])?$)"


class Kind(StrEnum):
    PLACE = "place"
    TRUST = "trust"
    SEX = "sex"
    AGE = "age"
    DIAGNOSIS = "diagnosis"
    RARE = "rare"
    PROFESSION = "profession"
    RESIDENCE = "residence"


_WEIGHTY = frozenset({Kind.PLACE, Kind.TRUST, Kind.RARE})
_TELLING = frozenset({Kind.PLACE, Kind.TRUST, Kind.PROFESSION, Kind.RESIDENCE})


def kinds(sheet: Sheet, marks: Iterable[Mark]) -> frozenset[Kind]:
    """What a text tells about a person, beyond what identifies alone."""
    return frozenset(_from_marks(marks)) | frozenset(_from_words(sheet))


def _from_marks(marks: Iterable[Mark]) -> Iterator[Kind]:
    for mark in marks:
        if mark.label is Label.LOC:
            yield Kind.PLACE
        elif mark.label is Label.UNIT:
            yield Kind.TRUST
        elif mark.label is Label.AGE:
            yield Kind.AGE


def _from_words(sheet: Sheet) -> Iterator[Kind]:
    words = {word.lower for word in sheet.words}
    if words & listed("sexes"):
        yield Kind.SEX
    if words & (listed("professions", "public_roles")):
        yield Kind.PROFESSION
    if any(True for _ in age_hints(sheet)):
        yield Kind.AGE
    if sheet.find(_RESIDENCE):
        yield Kind.RESIDENCE
    yield from _diagnoses(sheet, words)


def _diagnoses(sheet: Sheet, words: set[str]) -> Iterator[Kind]:
    if words & rare() or sheet.find(_ONLY):
        yield from (Kind.RARE, Kind.DIAGNOSIS)
    elif words & listed("eponyms") or any(word.endswith(endings("diagnosis_ends")) and len(word) > 6 for word in words):
        yield Kind.DIAGNOSIS


@cache
def rare() -> frozenset[str]:
    """Rare diagnoses, with a genitive or without ("Fabrys sykdom")."""
    return listed("rare") | {f"{name}s" for name in listed("rare")}


def telling(found: frozenset[Kind]) -> str | None:
    """Why these kinds together may fit too few persons, or None."""
    if Kind.RARE in found and found & {Kind.PLACE, Kind.TRUST}:
        return "combination.rare"
    if len(found - {Kind.RARE}) >= 3 and found & _TELLING:
        return "combination"
    return None


def combined(sheet: Sheet, marks: list[Mark], found: frozenset[Kind]) -> list[Mark]:
    """Places, institutions and professions are all found at once, so that one rewrite settles them. A profession
    is silent alone.
    """
    why = telling(found)
    if why is None and not (Kind.PROFESSION in found and found & _WEIGHTY):
        return marks
    weighed = [replace(mark, why=why) if why and _where(mark) else mark for mark in marks]
    return [*weighed, *_professions(sheet, marks)]


def _where(mark: Mark) -> bool:
    """A place or a named institution; a ward keeps its own explanation and rewrite."""
    return mark.label in {Label.LOC, Label.UNIT} and mark.outcome is Outcome.WARN and mark.why != "unit.ward"


def _professions(sheet: Sheet, marks: list[Mark]) -> Iterator[Mark]:
    """A profession weighs where it is the patient's or a relative's: a public role, "jobber som", "er prest"."""
    names = {mark.start: mark for mark in marks if mark.label is Label.NAME and mark.outcome is not Outcome.HINT}
    placed = {mark.start for mark in marks if mark.label in {Label.LOC, Label.UNIT}}
    for place, word in enumerate(sheet.words):
        if word.lower not in listed("professions", "public_roles") or _of_the_writer(sheet, place):
            continue
        working = _last(sheet, _WORKING, word.start)
        if working or word.lower in listed("public_roles") or _is_one(sheet, word, placed):
            described = working or _last(sheet, _DESCRIBED, word.start)
            start = described.start() if described else word.start
            named = names.get(word.end + 1)
            end = named.end if named and not working else word.end
            yield Mark(start, end, Label.UNIT, Outcome.WARN, "combination.profession")


def _last(sheet: Sheet, pattern: str, end: int) -> regex.Match[str] | None:
    return next(iter(sheet.find(pattern, max(0, end - 60), end)), None)


def _of_the_writer(sheet: Sheet, place: int) -> bool:
    """As in "jeg jobber som kommunelege": a colleague about themselves."""
    lead = {near.lower for near in sheet.words[max(0, place - 4) : place]}
    return bool(lead & {"jeg", "eg", "vi", "me", "undertegnede", "kollega", "mvh", "hilsen", "helsing"})


def _is_one(sheet: Sheet, word: Word, placed: set[int]) -> bool:
    """As in "er prest", or with its place: "organist på Ørland"; not those who treat."""
    if word.lower in listed("health_professions"):
        return False
    where = sheet.match(r"[ ](?i:i|på|ved|hos|fra|frå)[ ]", word.end)
    return _last(sheet, _COPULA, word.start) is not None or (where is not None and where.end() in placed)
