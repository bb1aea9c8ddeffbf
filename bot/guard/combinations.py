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

from bot.guard.ages import age_hints
from bot.guard.find import Label, Mark, Outcome
from bot.guard.lexicon import endings, listed
from bot.guard.sheet import Sheet

_ONLY = r"""(?i:\b(?:eneste|einaste|den[ ]ene|første[ ]kjente|sjelden|sjeldan|ultrasjelden
  |uvanlig[ ]diagnose|kun[ ](?:\d|to|tre|fire)\b[^.\n]{0,12}(?:i[ ]norge|kjente))\b)"""
_RESIDENCE = r"""(?i:\b(?:bor|bur|bosatt|busett|beboer|bebuar)[ ](?:alene|aleine|hjemme|heime|på|i|sammen
  |saman)\b|\basylmottak|\bsykehjem|\bsjukeheim|\bomsorgsbolig)"""


class Kind(StrEnum):
    PLACE = "place"
    TRUST = "trust"
    SEX = "sex"
    AGE = "age"
    DIAGNOSIS = "diagnosis"
    RARE = "rare"
    PROFESSION = "profession"
    RESIDENCE = "residence"


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
    if words & listed("professions"):
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
    """Places and institutions say that it is the combination; where there are none, the profession warns,
    silent alone.
    """
    why = telling(found)
    if why is None:
        return marks
    weighed = [
        replace(mark, why=why) if mark.label in {Label.LOC, Label.UNIT} and mark.outcome is Outcome.WARN else mark
        for mark in marks
    ]
    return weighed if found & {Kind.PLACE, Kind.TRUST} else [*weighed, *_professions(sheet)]


def _professions(sheet: Sheet) -> Iterator[Mark]:
    """A profession weighs where it is the patient's: with a place, a public role, or "jobber som"."""
    for place, word in enumerate(sheet.words):
        if word.lower not in listed("professions"):
            continue
        lead = [near.lower for near in sheet.words[max(0, place - 3) : place]]
        if word.lower in listed("public_roles") or ("som" in lead and set(lead) & listed("working")):
            yield Mark(word.start, word.end, Label.UNIT, Outcome.WARN, "combination.profession")
