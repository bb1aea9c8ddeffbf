"""Places, addresses, institutions, wards, rooms and beds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import regex

from bot.guard.find import Label, Mark, Outcome
from bot.guard.lexicon import clinical, doubtful, family, given, listed, loose_places, placed, places, silent
from bot.guard.sheet import Sheet, Word

_WAY = r"(?:gata|gate|gaten|veien|vegen|vei|veg|allé|alleen|allmenning(?:en)?)"
_SITE = r"""(?:gt\.?|vn\.?|plass|plassen|stien|bakken|svingen|tunet|ringen|kroken|haugen|lia|åsen|brygga
  |kaia|torget|løkka|marka|terrasse|terrassen|hagen|stubben|smauet|geilen|lunden|faret|jordet|toppen
  |stranda)"""
_NUMBER = r"\d{1,4}(?:[ ]?[A-Za-zÆØÅ](?![\p{L}.]))?"
_POST = r"(?:,?[ ]{1,2}(?:[NH][ \-]?)?\d{4}[ ]\p{Lu}[\p{L}\-]{1,24}(?:[ ]i[ ]\p{Lu}\p{L}{1,20})?)?"
_STREET = rf"""(?:(?<![\p{{L}}\d])
  (?:\p{{Lu}}[\p{{L}}.\-]{{1,24}}s?[ ]){{0,2}}\p{{Lu}}?[\p{{L}}\-]{{2,28}}{_WAY}[ ]{_NUMBER}
  |(?<![\p{{L}}\d])(?:\p{{Lu}}[\p{{L}}.\-]{{1,24}}[ ]){{1,3}}(?i:gate|gata|gt\.?|vei|veg|vei(?:en)?|plass
  |allé|terrasse|vn\.?)[ ]{_NUMBER}
  |(?<![\p{{L}}\d])\p{{Lu}}\p{{L}}{{2,20}}(?:gt|vn|v)\.[ ]{_NUMBER}
  |(?<=(?i:\b(?:i|på|til|adresse|adressen
  |adr\.)[ :]{{1,2}}))\p{{Lu}}[\p{{L}}\-]{{2,28}}{_SITE}[ ]{_NUMBER})(?![\d/%]|[ ]?(?:mg|ml|mm|cm|kg|år
  |%)){_POST}"""
_POSTBOX = rf"(?i:\bpostboks[ ]\d{{1,5}}){_POST}"
_POSTAL = r"(?<![\d\-/.])(?:[NH][ \-]?)?(?P<z>\d{4})[ ](?P<p>\p{Lu}[\p{L}\-]{1,24})(?:[ ]i[ ]\p{Lu}\p{L}{1,20})?"
_BARE_STREET = r"""(?<=(?i:\b(?:i|på|fra|frå|ved|til)[ ]))\p{Lu}[\p{L}\-]{3,24}(?:gata|gaten|gate|veien
  |vegen|gårdsvei)\b(?![ ]\d)"""
_LIVING = (
    "bor|bur|bodde|budde|bosatt|busett|busatt|oppvokst|oppvaksen|hjemmehørende|kommer|kjem|opprinnelig|opphavleg"
    "|innflyttet|flyttet|flytta|lives|hjemme|heime|ferierer|jobber|arbeider|kjente|kjent|familie|slekt|gård|hytte"
)
_LIVES = rf"""(?i:\b(?:{_LIVING}|eneste[ ]\w{{2,20}})
  [ ](?:\w{{2,12}}[ ]){{0,2}}?(?:i|på|fra|frå|til|in|from|utenfor|ved|nær)[ ])(?P<p>\p{{Lu}}[\p{{L}}\-']{{1,28}}
  (?:[ ](?:i|og)[ ]\p{{Lu}}[\p{{L}}\-]{{2,24}})?)"""
_LIVES_CUES = frozenset([*_LIVING.split("|"), "eneste"])
_PARISH = "kommune|herad|prestegjeld|bygdelag|kommunestyre|tettsted|sogn"
_KOMMUNE = rf"""(?P<p>\p{{Lu}}[\p{{L}}\-]{{1,24}}(?:[ ](?:og[ ])?\p{{Lu}}[\p{{L}}\-]{{2,24}})?s?)[ ]
  (?i:{_PARISH})\b"""
_KOMMUNE_CUES = frozenset(_PARISH.split("|"))
_MET = r"""(?i:\b(?:takk[ ]for[ ](?:sist|sidan[ ]sist)|\w{0,20}(?:kurs|kurset|møte|møtet|kongress|kongressen
  |konferanse|konferansen|seminar|seminaret|samling|samlinga|samlingen|fagdag|fagdagen|symposium|symposiet))
  (?:[ ]\w{1,14}){0,2}[ ](?:i|på)[ ]$)"""
_MET_CUES = ("takk", "kurs", "møte", "kongress", "konferans", "seminar", "samling", "fagdag", "symposi")
_PATIENT = ("pasient", "pas", "barnet", "innlagt", "operert", "henvis", "bor", "bur", "født", "fødd")
_PLACE_END = r"""(?:vik|vika|viken|nes|neset|øy|øya|øyene|dalen|fjord|fjorden|fjordbotn|stad|heim|sund
  |sundet|havn|hamn|vær|voll|åsen|bygd|bygda|strand|stranda|botn|eid|eidet|jok|mark|marka|fors|foss|fossen
  |berget|haugen|grenda|landet|vågen|våg|sjøen|skogen|lia|elv|elva|bu|bruk|holmen|skjær|skog|vatn|vannet
  |vatnet|jávri|johka|njárga|suolu|vuotna)"""
_SHAPED = rf"(?<=(?i:\b(?:i|på|fra|frå|ved|til|nær|utenfor)[ ]))\p{{Lu}}\p{{Ll}}{{1,20}}{_PLACE_END}\b(?![\-])"

_NAMED_UNIT = r"""(?:(?:\p{Lu}[\p{L}.\-]{1,28}[ ]){1,3}
  (?i:\p{L}{0,14}sykehus\w{0,2}|\p{L}{0,14}sjukehus\w{0,2}|hospital|sykehjem\w{0,3}|sjukeheim\w{0,2}
  |sjukehus|legesenter\w{0,2}|legekontor\w{0,2}|legevakt\w{0,2}|dps|bup|helsehus\w{0,2}|helsestasjon\w{0,2}
  |omsorgssenter\w{0,2}|omsorgsbolig\w{0,3}
  |bo-[ ]og[ ]\w{5,20}|bosenter\w{0,2}|bokollektiv|behandlingssenter|rehabiliteringssenter\w{0,2}|aldershjem
  |eldresenter|apotek\w{0,2}|barneskole|ungdomsskole|ungdomsskule|skole|skule|videregående(?:[ ]skole)?
  |vidaregåande(?:[ ]skule)?|vgs|folkehøgskole|barnehage|barnehave|fengsel\w{0,2}|asylmottak|mottakssenter
  |krisesenter|medisinske[ ]senter
  |distriktspsykiatriske[ ]senter|klinikk|klinikken|poliklinikk|rusklinikk|verft|kirke|menighet|bedehus
  |politidistrikt|lensmannskontor|hf|helseforetak|helseføretak)\b)"""
_UNIT_BEFORE = r"""(?:(?i:sykehuset|sjukehuset|helse|lokalsykehuset|hospitalet|sykehjemmet
  |universitetssykehuset|universitetet)[ ](?:i[ ])?(?!(?i:vest|nord|midt|sør-øst
  |midt-norge)\b)(?P<u>\p{Lu}[\p{L}\-]{2,24})(?:[ ](?:og[ ])?\p{Lu}[\p{L}\-]{2,24}){0,2})"""
_UNIT_JOINED = r"""(?<![\p{L}\-])\p{Lu}[\p{L}\-]{2,24}(?:sykehuset|sjukehuset|hospitalet|klinikken
  |sykehjemmet|sjukeheimen|hjemmet|senteret|skolen|skulen|barnehagen|legesenter|sykehjem|legekontor
  |ungdomsskole|skole|barnehage|videregående)\b(?!-)"""
_SAINT = r"\bSt\.?[ ]?Olavs?(?:[ ](?i:hospital|sykehus))?\b|\bSankt[ ]Olavs?\b"
_WARD = r"""(?i:(?<![\p{L}])(?:(?:[a-zæøå]{3,24})?post(?:en)?|sengepost(?:en)?|avd\.?|avdeling(?:en)?
  |seksjon|intensiv(?:en|avdelingen)?|tun|gruppe|etasje|enhet)[ ]?(?:nr\.?[ ]?)?
  (?:\d{1,2}(?:(?-i:[ ]?[A-ZÆØÅ])|[a-zæøå])?(?!\p{L})|[A-ZÆØÅ][ \-]?\d{1,2}|(?-i:[A-ZÆØÅ]))
  (?:[ ](?:nord|sør|øst|vest|syd)\b)?(?![\p{L}\d%/]|[.,\-]\d|[ ]?(?:mg|ml|døgn|dag|uke|timer|år|mnd)))"""
_WARD_CUES = ("avd", "seksjon", "intensiv", "tun", "gruppe", "etasje", "enhet")
_NO_WARD = r"""(?i:(?:gruppe|seksjon|enhet|tun|etasje))[ ]?\d{1,2}[ ]?\p{L}?[.,]|(?i:gruppe)[ ]?(?:[1-5]|\p{L})
  (?!\p{L})"""
_ROOM = r"""(?i:(?<![\p{L}\-])(?:rom(?:met|nr|nummer)?|sengeplass|seng(?:en)?|stue|bed|room|pasientrom
  |isolat|enerom|luftsmitteisolat|vindusseng|plass)[ ]?(?:nr\.?|nummer)?[ ]?[A-Z]?\-?\d{1,4}
  (?:[.\-/]\d{1,3})?(?:(?-i:[ ]?[A-H]|[a-h])(?![\p{L}.])|[ ](?:vindu|dør)\b)?)(?![\d%]|[ ]?(?i:mg|ml|g\b
  |døgn|uker|stk|pas))"""
_ROOM_CUES = ("rom", "seng", "stue", "bed", "room", "pasientrom", "isolat", "enerom", "luftsm", "vindu", "plass")
_POSTED = r"""(?i:[ ,]{1,2}(?:på[ ]|ved[ ])?(?P<w>[a-zæøå]{2,24}(?:posten|avdelingen|avd\.?|post|intensiven
  |overvåkningen|observasjonen|mottaket|barsel|føden)))(?!\p{L})"""
_EMPLOYED = (
    "jobber|jobba|jobbar|arbeider|arbeidar|ansatt|tilsett|sjef|leder|leiar|lærer|lærar|elev|student|assistent"
    "|vaktmester|spiller|trener|rektor|ingeniør|sykepleier|operatør|går"
)
_WORKS_CUES = frozenset(_EMPLOYED.split("|"))
_WORKS = rf"""(?i:\b(?:{_EMPLOYED})[ ]
  (?:\w{{2,14}}[ ]){{0,2}}?(?:på|i|hos|ved|for)[ ])(?P<o>(?:\p{{Lu}}\p{{L}}[\p{{L}}\d\-&]{{1,24}})
  (?:[ ]\p{{Lu}}[\p{{L}}\d\-&]{{1,24}}){{0,2}}(?:[ ](?:AS|ASA|skole|skule|vgs|barnehage|verft))?)"""


_WAY_ENDS = ("gata", "gaten", "gate", "veien", "vegen", "gårdsvei")
_STREET_ENDS = (
    *("gata", "gate", "gaten", "veien", "vegen", "vei", "veg", "allé", "alleen", "allmenning", "allmenningen"),
    *("gt", "vn", "v", "plass", "plassen", "stien", "bakken", "svingen", "tunet", "ringen", "kroken", "haugen", "lia"),
    *("åsen", "brygga", "kaia", "torget", "løkka", "marka", "terrasse", "terrassen", "hagen", "stubben", "smauet"),
    *("geilen", "lunden", "faret", "jordet", "toppen", "stranda"),
)


@cache
def _heads() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Places of several words by their first, the longest first."""
    heads: dict[str, list[tuple[str, ...]]] = {}
    for place in places():
        parts = tuple(place.split())
        if len(parts) > 1:
            heads.setdefault(parts[0], []).append(parts)
    return {head: tuple(sorted(found, key=len, reverse=True)) for head, found in heads.items()}


def addresses(sheet: Sheet) -> Iterator[Mark]:
    for pattern in _streets(sheet):
        for match in sheet.find(pattern):
            if match.group().split()[0].casefold() not in listed("not_streets"):
                yield Mark(*match.span(), Label.LOC, Outcome.BLOCK, "place.street")
    for match in sheet.find(_POSTAL) if sheet.has_digits else ():
        if match["p"].casefold() in places() and match["p"].casefold() not in listed("words"):
            yield Mark(*match.span(), Label.LOC, Outcome.WARN, "place.postal")
    for match in sheet.find(_BARE_STREET) if sheet.ends(_WAY_ENDS) else ():
        if match.group().casefold() not in listed("not_streets"):
            yield Mark(*match.span(), Label.LOC, Outcome.WARN, "place.street_only")


def _streets(sheet: Sheet) -> Iterator[str]:
    if any(word.endswith(_STREET_ENDS) for word in sheet.counted):
        yield _STREET
    if "postboks" in sheet.tokens:
        yield _POSTBOX


def located(sheet: Sheet) -> Iterator[Mark]:
    """Places, but not where colleagues met: "Takk for sist i Bergen"."""
    meeting = any(cue in sheet.lower for cue in _MET_CUES)
    for mark in _located(sheet):
        if not (meeting and _only_met(sheet, mark.start)):
            yield mark


def _only_met(sheet: Sheet, start: int) -> bool:
    if not sheet.find(_MET, max(0, start - 60), start):
        return False
    sentence = _sentence(sheet, start)
    persons = listed("sexes", "relations")
    return not any(word.lower in persons or word.lower.startswith(_PATIENT) for word in sentence)


def _sentence(sheet: Sheet, at: int) -> list[Word]:
    """The words of the sentence that stands here."""
    words: list[Word] = []
    for word in sheet.words:
        if word.opens:
            if word.start > at:
                break
            words = []
        words.append(word)
    return words


def _located(sheet: Sheet) -> Iterator[Mark]:
    """Places: known ones anywhere, ambiguous ones after a preposition, unknown ones after "bor i" and its
    like.
    """
    yield from _known(sheet, sheet.words)
    for pattern, cues in ((_LIVES, _LIVES_CUES), (_KOMMUNE, _KOMMUNE_CUES)):
        for match in sheet.find(pattern) if sheet.says(cues) else ():
            word = match["p"].split()[0].casefold()
            if word not in silent() and not (word in given() and word not in places()) and not match["p"].isupper():
                yield Mark(match.start("p"), match.end(), Label.LOC, Outcome.WARN, "place")
    for match in sheet.find(_SHAPED):
        if match.group().casefold() not in silent() and match.group().casefold() not in given():
            yield Mark(*match.span(), Label.LOC, Outcome.WARN, "place")


def _known(sheet: Sheet, words: Sequence[Word]) -> Iterator[Mark]:
    for place, word in enumerate(words):
        if not (word.text[0].isupper() or _cued(words, place)):
            continue
        end = _extent(words, place)
        if end is not None and not sheet.match(
            r"-\p{Ll}|[ ]Canaria|[ ](?i:syndrom|kriteri|score|skår|scale|coma|undersøkelsen|studien|virus)",
            words[end].end,
        ):
            yield Mark(word.start, words[end].end, Label.LOC, Outcome.WARN, "place")


def _extent(words: Sequence[Word], place: int) -> int | None:
    """The last word of the place that begins here."""
    for parts in _heads().get(words[place].lower, ()):
        here = [word.lower for word in words[place : place + len(parts)]]
        if here == list(parts) and words[place].text[0].isupper():
            return place + len(parts) - 1
    name = words[place].lower
    if name not in places():
        name = name[:-1] if name.endswith("s") and name[:-1] in places() else ""
    return place if name and _is_place(words, place, name) else None


def _is_place(words: Sequence[Word], place: int, name: str) -> bool:
    word = words[place]
    if word.text.islower():
        return name not in doubtful() and len(name) > 3
    if name in clinical() or len(name) < 2 or (word.text.isupper() and len(name) < 5):
        return False
    return name not in loose_places() or (_cued(words, place) and word.gap == " ")


def _cued(words: Sequence[Word], place: int) -> bool:
    return place > 0 and words[place].gap == " " and words[place - 1].lower in listed("before_places")


def units(sheet: Sheet) -> Iterator[Mark]:
    """Named institutions. Unnamed ones ("lungeposten") are silent, unless a bed or a number goes with
    them.
    """
    for pattern in (_NAMED_UNIT, _UNIT_BEFORE, _UNIT_JOINED, _SAINT):
        for match in sheet.find(pattern):
            start = match.start() + (_past_openers(match.group()) if pattern is _NAMED_UNIT else 0)
            if (
                start < match.end()
                and not _trusts(sheet, start, match)
                and not _general(sheet.text[start : match.end()])
            ):
                yield Mark(start, match.end(), Label.UNIT, Outcome.WARN, "unit")
    for word in sheet.words:
        if _hospital(word) and (word.lower not in family() or not word.opens):
            yield Mark(word.start, word.end, Label.UNIT, Outcome.WARN, "unit")
    for match in sheet.find(_WORKS) if sheet.says(_WORKS_CUES) else ():
        first = match["o"].split()[0].casefold()
        if first not in silent() and first not in places() and not match["o"].isupper():
            yield Mark(*match.span("o"), Label.UNIT, Outcome.WARN, "unit.employer")


def _hospital(word: Word) -> bool:
    """A hospital known by one word; abbreviations only in capitals."""
    name = word.lower.removesuffix("s")
    listed_so = word.lower in listed("hospitals") or name in listed("hospitals")
    return listed_so and (word.text.isupper() or (word.text[0].isupper() and len(word.text) > 3))


def _past_openers(text: str) -> int:
    """How far into a match ordinary words go: "Ved Stord sjukehus" names only the hospital."""
    skipped, words = 0, text.split(" ")
    for word, following in zip(words, [*words[1:], ""], strict=True):
        named = following.casefold() in listed("hospitals") or following.casefold() in placed()
        if word.casefold() not in listed("words") and (not named or word.casefold() in placed()):
            return skipped
        skipped += len(word) + 1
    return len(text)


def _trusts(sheet: Sheet, start: int, match: regex.Match[str]) -> bool:
    """As in "Flertallet HF", "HF-ene": helseforetak at large, with no more than an opening word before."""
    words = sheet.text[start : match.end()].split()
    if words[-1].casefold() not in {"hf", "helseforetak", "helseføretak"}:
        return False
    if sheet.text[match.end() : match.end() + 1] == "-":
        return True
    opening = len(words) == 2 and any(word.start == start and word.opens for word in sheet.words)
    name = words[0].casefold()
    named = name in placed() or name in listed("hospitals") or name.endswith(("sykehuset", "sykehus", "sjukehus"))
    return opening and not named


def _general(text: str) -> bool:
    """As in "Kirurgisk poliklinikk", "Hjertesenteret": every hospital has one."""
    words = text.casefold().split()
    common = words[0].startswith(("kompetanse", "legevakt")) or words[-1].endswith("poliklinikken")
    return common or all(_unnamed(word) for word in words)


def _unnamed(word: str) -> bool:
    return word in listed("general_units") or (word in silent() and word not in listed("hospitals"))


def rooms(sheet: Sheet) -> Iterator[Mark]:
    for match in sheet.find(_ROOM) if sheet.has_digits and sheet.begins(_ROOM_CUES) else ():
        yield Mark(*match.span(), Label.ROOM, Outcome.WARN, "room")
        posted = sheet.match(_POSTED, match.end())
        if posted:
            yield Mark(*posted.span("w"), Label.UNIT, Outcome.WARN, "unit.ward")
    warded = sheet.begins(_WARD_CUES) or any("post" in token for token in sheet.tokens)
    for match in sheet.find(_WARD) if warded else ():
        if not sheet.match(_NO_WARD, match.start()):
            yield Mark(*match.span(), Label.UNIT, Outcome.WARN, "unit.ward")
