"""Where the guard stays silent: colleagues addressed by @mention, and references to literature."""

from __future__ import annotations

from collections.abc import Iterator

from bot.guard.find import Label, Mark
from bot.guard.sheet import Sheet

_MENTION = r"""<@[\w|. \-]{1,80}>|<at(?:[ ]id="\d{1,6}")?>[^<\n]{1,80}</at>
  |(?<![\w.])@\p{L}[\p{L}\d._\-]{0,40}(?:[ ]\p{Lu}\p{Ll}[\p{L}\-]{0,30}){0,2}"""
_REFERENCE = r"""(?i:\b(?:pmid|pmcid|doi|isbn|issn|nct|eudract|isrctn|omim|mim|orpha|snomed(?:[ ]ct)?|loinc
  |atc|rs|nm_|np_|nc_|chr|ec)[ :\#]{0,2}\d[\d./()\-:;A-Za-z]{2,40})
  |\b(?:19|20)\d{2}-\d{6}-\d{2}(?:-\d{2})?\b
  |\b(?:19|20)\d{2}[ ]?;[ ]?\d{1,4}[ ]?(?:\(\d{1,4}(?:-\d{1,4})?\))?:[ ]?e?\d{1,7}(?:-\d{1,7})?
  |(?i:\b(?:retningslinje\w{0,6}|veileder\w{0,3}|rettleiar\w{0,3}|prosedyre\w{0,2}|revidert|publisert
  |versjon|guideline\w{0,1}|artikkel\w{0,3}|nejm|lancet|jama|bmj|oppdatert|utgave|utgåve|konsensus\w{0,8}
  |anbefaling\w{0,4}|rapport|utgitt|godkjent)
  (?:[ ](?:fra|frå|i|av|den|sist|ble|vart|of|from|version))?[ :,(]{1,2}(?:\d{1,2}\.?[ ]?)?
  (?:[\p{L}]{3,10}\.?|\d{1,2}\.)?[ ]?(?:19|20)\d{2})"""
_HARD = frozenset({Label.FNR, Label.EMAIL})


def quieted(sheet: Sheet, marks: list[Mark]) -> list[Mark]:
    """The marks that do not lie wholly within something silent; identity numbers and addresses are never
    silenced.
    """
    quiet = list(_stretches(sheet)) if marks else []
    return [mark for mark in marks if mark.label in _HARD or not _within(mark, quiet)]


def _stretches(sheet: Sheet) -> Iterator[tuple[int, int]]:
    if "@" in sheet.text or "<at" in sheet.text:
        yield from (match.span() for match in sheet.find(_MENTION))
    yield from (match.span() for match in sheet.find(_REFERENCE))


def _within(mark: Mark, stretches: list[tuple[int, int]]) -> bool:
    return any(start <= mark.start and mark.end <= end for start, end in stretches)
