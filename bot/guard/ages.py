"""Ages. Above 89 few are left of one age in a place, so they warn; up to 89 a band is offered, and nothing
insisted on.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.guard.find import Label, Mark, Outcome
from bot.guard.sheet import Sheet
from bot.guard.spoken import cardinals

_OLD = r"(?:9\d|1[01]\d)"
_PAST = r"""[ ]?(?i:siden|sidan|tilbake|etter|før\b|ago|sine|overlevelse|oppfølg|kontroll|levetid|varighet
  |behandling)"""
_AGO = r"[ ]?(?i:siden|sidan|tilbake|ago|overlevelse|oppfølg)"
_OLD_AGE = rf"""(?=\d)(?<![\d.,/\-+]){_OLD}(?:[ ]?(?i:år(?:s|ig|ige|ing|ingen|a)?\b(?:[ ]gam(?:mel|melt|al))?
  |åring\w{{0,3}}|å\b|y/?o\b|years?(?:[ ]old)?)|[ ]?-[ ]?(?i:år(?:ig|ige|ing|ingen|ings|ing)?|years?-old
  |åring(?:en|s)?)\b)"""
_AT_AGE = rf"""(?i:\b(?:alder(?:en)?(?:[ ]på|[ ]av|:)?|kvinne|kvinna|mann|dame|fru|herre|bestemor|bestefar
  |mor|far|pasient(?:en)?|pas)[ ]?[,(]?[ ]?(?:på[ ])?)(?P<n>{_OLD})(?=[ ]?[,).;?!\n]|$|[ ]?(?i:med|og|som
  |fra|frå|innlagt))(?!,\d|\.\d)"""
_TURNED = rf"""(?i:\b(?:fylte|fyller|fyll|fylt|runda|rundet|ble|blir|blei|snart|nesten
  |nettopp)[ ])(?P<n>{_OLD})(?=[ ]?[,.;)]|[ ]?(?i:år|i[ ]|og))(?!,\d|\.\d)"""
_ABOUT = r"(?i:\b(?:over|under|minst|enn|fylt[ ]mer[ ]enn|>|≥|<|≤|til|for|i|etter|siste|på)[ ]{0,1}$)|[><≥≤][ ]?$"
_ONE = r"(?:en|ein|ett|eitt|to|tre|fire|fem|seks|sju|syv|åtte|ni|ti|elleve|tolv|tretten|fjorten|femten)"
_SPELT_OLD = rf"""(?i:\b(?:(?P<h>(?:ett[ ]?|eitt[ ]?)?hundre(?:[ ]?og[ ]?{_ONE})?)|(?P<n>nitti[ \-]?(?:en
  |ein|to|tre|fire|fem|seks|sju|syv|åtte|ni)?|(?:en|to|tre|fire|fem|seks|sju|syv|åtte|ni)ognitti))
  (?P<y>[ \-]?år(?:ig|ing|ingen|s|a)?(?:[ ]gam(?:mel|al|melt))?)?\b)"""
_BEING = r"""(?i:\b(?:er|var|blir|ble|blei|vart|fylte|fyller|på|alder(?:en)?|alder[ ]av|snart|nesten|ho|han
  |hun|dame|kvinne|mann|mor|far)[ ]$)"""
_ENDED = r"[ ]?(?:$|[.,;)]|(?i:og|men|med|år|da|når|ved|i[ ]dag|nå|no)\b)"
_WHO = r"(?:mann|kvinne|kvinna|gutt|gut|jente|dame|herre|pasient|person)"
_HINTED = rf"""(?=\d|[Pp][åÅ])(?<![\d.,/\-+])(?:(?i:på[ ]))?(?P<n>[1-8]?\d)(?:[ ]?(?i:år(?:[ ]gam(?:mel|al|melt))?)\b
  |[ ]?-?[ ]?(?i:årig|åring|årige)\b)(?P<who>[ ]{_WHO}\b)?"""
_BARE = rf"\b(?i:{_WHO}|pas)(?:en)?[ ]?[,(]?[ ]?(?P<n>[1-8]\d)(?=[ ]?[,).]|[ ](?i:med|som|fra|frå)\b)(?![.,]\d)"


_NAMED_AGE = rf"\p{{Lu}}\p{{Ll}}{{2,20}},[ ](?P<n>{_OLD})(?=,)"


def ages(sheet: Sheet) -> Iterator[Mark]:
    for match in sheet.find(_OLD_AGE):
        if not sheet.match(_AGO, match.end()) and not _about(sheet, match.start()):
            yield _old(match.span())
    for pattern in (_AT_AGE, _TURNED, _NAMED_AGE):
        for match in sheet.find(pattern):
            if not sheet.match(r"[ ]?(?i:mg|%|prosent|kg|ml|/|\w{0,4}mol)", match.end("n")):
                yield _old(match.span("n"))
    yield from _spelt(sheet)


def _about(sheet: Sheet, start: int) -> bool:
    """Already a band ("over 90 år"), or no age at all ("for 95 år siden")."""
    near = sheet.before(start, 14)
    return near.endswith(
        (
            "over ",
            "under ",
            "> ",
            "< ",
            ">",
            "<",
            "≥",
            "≥ ",
            "minst ",
            "enn ",
            "eldre enn ",
            "i ",
            "for ",
            "etter ",
        )
    )


def _spelt(sheet: Sheet) -> Iterator[Mark]:
    if not ("hundre" in sheet.lower or "nitti" in sheet.lower):
        return
    for match in sheet.find(_SPELT_OLD):
        told = sheet.find(_BEING, max(0, match.start() - 24), match.start()) and sheet.match(_ENDED, match.end())
        if (match["y"] or told) and not _about(sheet, match.start()):
            yield _old(match.span())


def _old(span: tuple[int, int]) -> Mark:
    return Mark(*span, Label.AGE, Outcome.WARN, "age.old")


def age_hints(sheet: Sheet) -> Iterator[Mark]:
    """Exact ages up to 89; also what a combination counts as "exact age"."""
    if not sheet.has_digits:
        return
    for match in sheet.find(_HINTED):
        if not sheet.match(_PAST, match.end()) and not sheet.find(_ABOUT, max(0, match.start() - 16), match.start()):
            yield Mark(*match.span(), Label.AGE, Outcome.HINT, "age.exact")
    for match in sheet.find(_BARE):
        yield Mark(*match.span("n"), Label.AGE, Outcome.HINT, "age.exact")


def years(text: str) -> int | None:
    """The age that a stretch of text states, in figures or in words."""
    figures = "".join(char if char.isdigit() else " " for char in text).split()
    if figures:
        return int(figures[0]) if len(figures[0]) <= 3 else None
    return next((cardinals()[word] for word in text.casefold().split() if word in cardinals()), None)
