"""Dates, in figures and in words. A birth date with its cue blocks, other dates warn, years and weekdays
are silent.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from bot.guard.find import Label, Mark, Outcome
from bot.guard.lexicon import listed
from bot.guard.sheet import Sheet

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:(?:19|20)\d{2}|\d{2})"
MONTHS = (
    ("januar", "january", "januari", "jan"),
    ("februar", "february", "februari", "feb", "febr"),
    ("mars", "march", "mar", "mrs"),
    ("april", "apr"),
    ("mai", "may", "maj"),
    ("juni", "june", "jun"),
    ("juli", "july", "jul"),
    ("august", "augusti", "aug"),
    ("september", "sept", "sep"),
    ("oktober", "october", "okt", "oct"),
    ("november", "nov"),
    ("desember", "december", "des", "dec"),
)
_NAMED = "(?i:" + "|".join(sorted((name for names in MONTHS for name in names), key=len, reverse=True)) + r")\b\.?"
_ORDINAL = r"""(?i:første|fyrste|andre|annen|tredje|fjerde|femte|sjette|sjuende|syvende|åttende|niende
  |tiende|ellevte|tolvte|trettende|fjortende|femtende
  |sekstende|syttende|attende|nittende|tjuende|tyvende|tjue(?:første|andre|tredje|fjerde|femte|sjette
  |sjuende|syvende|åttende|niende)|trettiende|trettiførste|tredevte)"""
_SPELT_YEAR = r"(?i:(?:nitten|tjue|to[ ]?tusen)[ \-]?(?:hundre)?[ \-]?(?:og)?[ \-]?\p{L}{0,16})"
_TAIL = rf"(?:(?:,?[ ]?[\-']?[ ]?|[ ]){_YEAR}(?![\d:.,]\d|\d|[ ]?(?:mg|ml|mm|år|%))|[ ]{_SPELT_YEAR}\b)?"
_WORDED = rf"""(?=\d)(?<![\d,./\-])(?:{_DAY}\.?[ ]?(?:[\-/]|og|til)[ ]?)?{_DAY}(?:\.|st|nd|rd|th|\.?-?(?:de|te
  |ende))?[ ]?(?:of[ ])?{_NAMED}{_TAIL}"""
_SPELT = rf"""(?<![\d,./\-])(?:(?=\d){_DAY}\.?[ ]?(?:[\-/]|og|til)[ ]?)?{_ORDINAL}[ ]{_NAMED}{_TAIL}"""
_NAMED_FIRST = rf"""\b(?i:january|february|march|april|may|june|july|august|september|october|november
  |december|jan|feb|apr|aug|sept|oct|nov|dec)\.?[ ]{_DAY}(?:st|nd|rd|th)?(?:,?[ ](?:19
  |20)\d{{2}})?(?![\d.,]\d|\d|[ ]?(?:mg|ml|%))"""
_MONTH_YEAR = rf"(?<!\d\.[ ])(?<!\d[ ])\b{_NAMED}(?:[ ](?:i[ ])?|[\-/'])(?:(?:19|20)\d{{2}}|(?<=[\-/'])\d{{2}})(?!\d)"
_MONTH_WORDS = frozenset(name for names in MONTHS for name in names)
_MONTH_STEMS = tuple(f"{joint}{name}" for joint in ("de", "te", "nde") for name in _MONTH_WORDS)
_HOLIDAY_ENDS = ("dag", "dagen", "aften", "afta", "aftan", "hans", "sanktans", "sankthans", "advent", "luciadagen")
_HOLIDAY = r"""(?=[1-5]|[a-zæøåA-ZÆØÅ])
  (?i:(?<![\d.,])[1-5]\.[ ]?(?:jule?dag|påskedag|pinsedag|nyttårsdag|søndag[ ]i[ ]advent)
  (?:en)?|\b(?:første|fyrste|andre|annen|tredje)[ ](?:jule?dag|påskedag|pinsedag|nyttårsdag)(?:en)?
  |\b(?:lille)?(?:julaften|julafta|jolaftan|nyttårsaften|nyttårsafta|påskeaften|påskeafta|pinseaften
  |skjærtorsdag|langfredag|palmesøndag|sankthansaften|sankthansafta|sankthans|jonsokaftan
  |kristi[ ]himmelfartsdag|grunnlovsdagen|luciadagen|st\.?[ ]?hans(?:aften|afta|dag(?:en)?)?)\b)
  (?:[ ](?:19|20)\d{2}\b)?"""
_FULL = rf"""(?=\d)(?<![\d/.\-])(?<![\d],)(?:
    {_DAY}(?P<s>[./\-]|[ ]?[.\-/][ ])(?:{_MONTH})(?P=s){_YEAR}
  | {_DAY}\.[ ]?{_MONTH}\.?[ ]?[\-'][ ]?{_YEAR} | {_DAY}[/]{_MONTH}[ ]?[\-\-'.][ ]?{_YEAR}
  | {_DAY}[/]{_MONTH}[ ](?:19|20)\d{{2}}
  | {_DAY}[ ]{_MONTH}[ ](?:19|20)\d{{2}}
  | (?:19|20)\d{{2}}(?P<t>[.\-/]){_MONTH}(?P=t){_DAY}
  )(?![\d%/]|[.,\-]\d)"""
_RANGE = rf"(?=\d)(?<![\d/.\-,]){_DAY}\.?(?:{_MONTH}\.)?[ ]?-[ ]?{_DAY}[./]{_MONTH}(?:\.|[./]{_YEAR})(?!\d)"
_AMERICAN = r"(?=\d)(?<![\d/])(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/(?:19|20)?\d{2}(?![\d/])"
_SLASH = rf"(?=\d)(?<![\d/.,\-])(?P<d>{_DAY})/(?P<m>{_MONTH})(?![\d/%]|[.,]\d)"
_DOT = rf"(?=\d)(?<![\d/.,\-])(?P<d>{_DAY})\.[ ]?(?P<m>{_MONTH})\.?(?![\d/%]|[.,]\d)"
_COMPACT = r"""(?<!\d)(?:(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])
  (?:0[1-9]|1[0-2])(?:19|20)?\d{2})(?!\d|[ \-]\d)"""
_BORN_ONLY = rf"(?=\d)(?<![\d/.,\-]){_DAY}[ ]{_MONTH}[ ]{_YEAR}(?!\d)"
_BORN_IN = rf"{_NAMED}[ ]'?\d{{2}}(?!\d)"
_BORN = r"""(?i:\b(?:f\.?(?:dato|d\.?|ødt|ødd|ødd[ ]den)?|født(?:[ ](?:den|dato))?|fødd|född|fødselsdato
  (?:en)?|fødselsdag(?:en)?|dob|d\.o\.b\.?|born(?:[ ]on)?|date[ ]of[ ]birth|bursdag|gebursdag|f[ ]?dato)
  [.:]?[ ]?(?:den|er|var|hans|hennes|på|i|on|the|:)?[ ]?$)"""
_BORN_WORDS = frozenset({"f", "fdato", "fd", "d", "dob", "born", "birth", "bursdag", "gebursdag", "dato", "ødt"})
_FOR = frozenset({"for", "med", "av"})
_WHEN_ENDS = ("ert", "sjon", "skopi", "grafi", "dato", "dag", "lagt", "skrevet", "skriven")
_PART_OF = r"""[ ]?(?i:av\b|kriteri|poeng|punkt|mm\b|mg|ml|%|mmhg|g/|g\b|mmol|deler|dose|styrke|kraft|pas
  |del\b|tabl|ganger|x\b|ledd|lymfeknut|glandler|noder|kvadrant|segment|stikk|µ|cm|mnd|år|uker|timer|dager
  |døgn|ml|kg|i[ ](?:kraft|styrke)|bilyd|systolisk)"""


def dates(sheet: Sheet) -> Iterator[Mark]:
    yield from _in_words(sheet)
    if sheet.has_digits:
        yield from _in_figures(sheet)
        yield from _days_without_year(sheet)
        yield from _compact_births(sheet)


def _in_words(sheet: Sheet) -> Iterator[Mark]:
    monthly = sheet.says(_MONTH_WORDS) or sheet.ends(_MONTH_STEMS)
    festive = sheet.ends(_HOLIDAY_ENDS)
    for pattern in (*((_WORDED, _SPELT, _NAMED_FIRST) if monthly else ()), *((_HOLIDAY,) if festive else ())):
        for match in sheet.find(pattern):
            if match.group().casefold() not in _NEVER:
                yield _dated(sheet, match)
    for match in sheet.find(_MONTH_YEAR) if monthly and sheet.has_digits else ():
        yield Mark(*match.span(), Label.DATE, Outcome.WARN, "date.month")


_NEVER = frozenset({"andre mai"})


def _in_figures(sheet: Sheet) -> Iterator[Mark]:
    for pattern in (_FULL, _RANGE):
        for match in sheet.find(pattern):
            if not _numbered(sheet, match.start()):
                yield _dated(sheet, match)
    for match in sheet.find(_AMERICAN):
        if not _numbered(sheet, match.start()):
            yield _dated(sheet, match)


def _days_without_year(sheet: Sheet) -> Iterator[Mark]:
    """A figure such as "3/5" may be a date or a fraction: a cue decides, else a day too large for a numerator."""
    for match in sheet.find(_SLASH):
        if _is_day(sheet, match, alone=int(match["d"]) > 12 or match["m"].startswith("0")):
            yield _dated(sheet, match)
    for match in sheet.find(_DOT):
        if _is_day(sheet, match, alone=False) and (match.group().endswith(".") or _told(sheet, match.start())):
            yield _dated(sheet, match)


def _is_day(sheet: Sheet, match: regex.Match[str], alone: bool) -> bool:
    start, end = match.span()
    if sheet.match(_PART_OF, end) or _numbered(sheet, start):
        return False
    return alone or _told(sheet, start) or _born(sheet, start)


def _told(sheet: Sheet, start: int) -> bool:
    """A word before it says that something happened then: "operert 3/5", "kontroll den 3/5"."""
    lead = sheet.lead(start)
    near = lead[-1] if lead else ""
    if _told_before(sheet, start):
        return True
    return near in listed("before_dates") or near.endswith(_WHEN_ENDS) or "hos" in lead[-2:-1]


def _told_before(sheet: Sheet, start: int) -> bool:
    """The cue may stand further off: "innlagt hos oss 9/9", "operert på Aker 14.6", but not "innlagt, kraft 4/5"."""
    near = sheet.before(start)
    if near[-1:] != " " or any(sign in near[-2:] for sign in ".,:;=()<>"):
        return False
    words = near.split()[-4:]
    cued = max((place for place, word in enumerate(words) if word in listed("happened_once")), default=-1)
    between = words[cued + 1 :]
    if cued < 0 or not between or not all(word.isalpha() for word in between):
        return False
    where = listed("where_it_happened")
    if between[0] not in where and not (between[0] in _FOR and sheet.match(r"\d{1,2}/", start)):
        return False
    counted = listed("analyses", "counted") | (listed("before_fractions") - where)
    return counted.isdisjoint(between)


def _born(sheet: Sheet, start: int) -> bool:
    return bool(sheet.find(_BORN, max(0, start - 40), start))


def _numbered(sheet: Sheet, start: int) -> bool:
    """Chapters, versions, scores and measurements have figures of the same shape."""
    return sheet.lead(start)[-1:] != [] and sheet.lead(start)[-1] in listed("before_fractions")


def _compact_births(sheet: Sheet) -> Iterator[Mark]:
    born = sheet.says(_BORN_WORDS) or sheet.begins(("født", "fødd", "född", "fødsels"))
    for pattern in (_BORN_ONLY, _BORN_IN) if born else ():
        for match in sheet.find(pattern):
            if _born(sheet, match.start()):
                yield _dated(sheet, match)
    for match in sheet.find(_COMPACT):
        if _born(sheet, match.start()):
            yield _dated(sheet, match)
        elif _told(sheet, match.start()) and (
            len(match.group()) == 8 or sheet.lead(match.start())[-1] in listed("before_stamps")
        ):
            yield Mark(*match.span(), Label.DATE, Outcome.WARN, "date")


def _dated(sheet: Sheet, match: regex.Match[str]) -> Mark:
    end = match.start() + len(match.group().rstrip())
    if _born(sheet, match.start()):
        return Mark(match.start(), end, Label.DATE, Outcome.BLOCK, "date.born")
    return Mark(match.start(), end, Label.DATE, Outcome.WARN, "date")
