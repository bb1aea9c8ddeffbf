"""Identity numbers, telephone numbers and cued ids.

The shape alone decides whether a number is noticed. Control digits only choose the wording: people mistype,
test data is
drawn from synthetic series (month + 80, + 40 or + 65), and from 2032 the first control digit is given up
(Skatteetaten).
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.guard.find import Label, Mark, Outcome
from bot.guard.lexicon import listed
from bot.guard.sheet import Sheet
from bot.guard.spoken import spoken_numbers

_GAP = r"[ ._/\-]{1,3}"
_ELEVEN = rf"""(?=\d)(?<![\d,.])(?<!\d[ ./\-])(?:
    \d{{11}}
  | \d{{6}}(?:{_GAP}|[ ]?[*x:,][ ]?)\d{{5}}
  | \d{{6}}(?:{_GAP})\d{{3}}{_GAP}\d{{2}}
  | \d{{6}}\d{{3}}{_GAP}\d{{2}}
  | \d{{2}}{_GAP}\d{{2}}{_GAP}\d{{2}}(?:{_GAP})?\d{{3}}[ .\-]?\d{{2}}
  | \d{{2}}[./\-]\d{{2}}[./\-](?:19|20)\d{{2}}{_GAP}\d{{5}}
  | \d{{4}}{_GAP}\d{{4}}{_GAP}\d{{3}}
  | \d{{3}}{_GAP}\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{2}}
  | (?:\d{_GAP}){{10}}\d
  )(?![\d])(?!,\d)"""
_MASKED = r"(?<!\d)(?:[0-3489]\d)[ .]?\d{2}[ .]?\d{2}[ \-]?[*xX]{3,5}(?!\w)"
_NORDIC = r"(?<![\d\-])(?:(?:19|20)\d{6}|\d{6})[\-+]\d{4}(?![\d\-])"
_ACCOUNT = r"(?<![\d.])\d{4}[ .]\d{2}[ .]\d{5}(?![\d])"
_FNR_CUE = r"""(?i:\b(?:fnr|f\.?[ ]?nr|fødselsn(?:umme)?r|fødsels-?[ ]?og[ ]personnummer|fødenummer
  |fødselsnummeret
  |personn(?:umme)?r|pers\.?[ ]?nr|pnr|[dh]-?[ ]?n(?:umme)?r|dnr|hjelpenummer|nødnummer|fellesnummer
  |id-?nummer|cpr|ssn)
  \b[.:]?(?:[ ](?:er|var|til[ ]\w{1,20}|hans|hennes|hennar))?[ :=]{0,3})"""
_CUED_FNR = rf"{_FNR_CUE}(?P<n>\d(?:[ ./_\-]{{0,3}}\d){{8,11}})(?!\d)"
_SHORT_FNR = rf"{_FNR_CUE}(?P<n>\d(?:[ ./_\-]{{0,2}}\d){{4,7}})(?!\d)"

_FNR_ENDS = ("nr", "nummer", "nummeret", "cpr", "ssn")
_ID_HEADS = frozenset(
    {"npr", "eqs", "dips", "epj", "hpr", "mrn", "nissy", "duf", "npe", "avvik", "avviksmelding", "biobank"}
    | {"accession", "pacs", "sak", "ref", "rekv", "nav"}
)
_ID_ENDS = ("id", "nr", "nummer", "no")
_ID_CUE = r"""(?i:\b(?:(?:npr|eqs|dips|epj|hpr|mrn|nissy|duf|npe|avvik|avviksmelding|biobank|accession|pacs
  |passnummer|kontonummer|skiltnummer|nav-sak|\p{L}{3,15}-id|sak|ref|rekv)\.?(?:[ \-]?(?:id|nr|nummer|no))?
  |(?:pasient|pas|patient|journal|rekv|rekvisisjons?|remiss|prøve|lab|henvisnings?|avviks|saks|studie
  |deltaker|inklusjons?|pass|ris|konto|reg|bil|ordre|arkiv|serie|opphold[s]?
  |episode|kontakt|referanse|ref|blodpose|tappe|record|forløps?)[ .\-]{0,2}(?:id|nr|nummer|no))\b)"""
_ID = rf"""{_ID_CUE}[.,:;\#=\- ]{{0,3}}(?i:\b(?:sak|nr|nummer|id|er|var|med|ref)\b[.:,\#= ]{{0,3}}){{0,2}}
  (?P<n>[A-ZÆØÅ]{{0,4}}[\-/]?\d[\dA-Z]{{1,11}}(?:[\-/.]?[\dA-Z]{{1,12}}){{0,4}}(?:[ ]\d{{3,5}}(?![\d.,]
  |[ ]?\p{{L}})){{0,4}}|\d{{2}}(?:[ ]\d{{2}}){{1,4}}(?![\d,.]|[ ]?\p{{L}}))(?![\w/])"""
_CASE_NO = r"(?<![\w\-/.])(?:19|20)\d{2}[\-/]\d{5,7}(?![\w/\-])"

_PLUS = r"(?<![\w+])(?:\+|00)[1-9]\d{0,2}[ ]?(?:\(0\))?(?:[ .\-()]{0,2}\d){6,12}(?!\d)"
_GROUPED = r"""(?=[2-9])(?<![\d,./+\-])(?<!\d[ ])(?:[2-9]\d{2}[ .\-]\d{2}[ .\-]\d{3}|[2-9]\d(?:[ .\-]\d{2}){3}
  |[49]\d{3}[ ]\d{4}|[49]\d{2}[ ]\d{5})
  (?![\d/])(?![ ]\d{2,3}\b)(?![.,]\d)"""
_EIGHT = r"(?=[2-9])(?<![\w.,/+\-])[2-9]\d{7}(?![\w/])(?![.,]\d)"
_DATE_SHAPE = r"""(?:(?:0?[1-9]|[12]\d|3[01])(?P<sep>[./\-])(?:0?[1-9]|1[0-2])(?P=sep)(?:(?:19|20)\d{2}|\d{2})
  |(?:19|20)\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?!\d|[.\-]\d|[ ]\d{2}(?!\d))"""
_CUED_PHONE = r"""(?i:\b(?:telefon(?:en|nr|nummer|nummeret)?|tlf|tel|tlfnr|mob|mobil(?:en|nr|nummer
  |telefon)?|ring(?:e|er|es)?|ringt|sms|calling(?:en)?
  |nå(?:s|es)?|når|kontakt(?:es|telefon)?|direktenummer|internnummer|internnr|linje|phone|call|cell|whatsapp
  |signal|nummer(?:et)?|vipps|fax|faks)\b)
  [^\n\d+]{0,28}(?P<n>(?:\+|00)?\d(?:[ .\-()]{0,2}\d){4,13})(?![\d])"""
_BORN_LEAD = r"(?i:\b(?:f\.|født|fødd|født[ ]den|fødselsdato:?|dob)[ ]?$)"
_SHORT_PHONE = r"""(?i:\b(?:telefon|tlf|tel|tlfnr|calling|internnummer|internnr|direktenummer
  |linje)\b)[ .:]{0,3}(?:nr\.?[ ])?(?P<n>\d{4,5})(?![\d.,/])"""

_MEASURE = r"""[ ]?(?i:pmol|nmol|µmol|umol|mmol|mol|kopier|copies|cop|ie\b|iu\b|u/|e/|kiu|µg|ug|mg|ng|pg|g/
  |g\b|ml|l\b|%|x[ ]?10|celler|per[ ]ml|kr\b|kroner|bp|basepar|reads|cfu|kb\b|kcal|enheter)"""
_ANALYSIS_ENDS = (
    "-rna",
    "-dna",
    "kopier",
    "virus",
    "virusmengde",
    "probnp",
    "trombocytter",
    "verdi",
    "verdien",
    "målt",
)


def identity_numbers(sheet: Sheet) -> Iterator[Mark]:
    """National identity, D-, H- and synthetic numbers, their Nordic kin, and numbers half masked."""
    for match in sheet.find(_ELEVEN):
        digits = _digits(match.group())[-11:]
        yield Mark(*match.span(), Label.FNR, Outcome.BLOCK, "fnr.valid" if passes(digits) else "fnr.like")
    for pattern in (_MASKED, _NORDIC):
        for match in sheet.find(pattern):
            yield Mark(*match.span(), Label.FNR, Outcome.BLOCK, "fnr.like")
    for pattern in (_CUED_FNR, _SHORT_FNR) if sheet.has_digits and sheet.ends(_FNR_ENDS) else ():
        for match in sheet.find(pattern):
            yield Mark(*match.span("n"), Label.FNR, Outcome.BLOCK, "fnr.like")
    for start, end, digits in spoken_numbers(sheet):
        if len(digits) == 11:
            yield Mark(start, end, Label.FNR, Outcome.BLOCK, "fnr.like")


def passes(digits: str) -> bool:
    """Whether both control digits hold (weights from Skatteetaten)."""
    numbers = [int(digit) for digit in digits]
    first = sum(a * b for a, b in zip((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), numbers[:10], strict=True)) % 11
    second = sum(a * b for a, b in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), numbers, strict=True)) % 11
    return first == 0 and second == 0


def cued_ids(sheet: Sheet) -> Iterator[Mark]:
    """Numbers that lead back to a record: NPR, EQS, journal, requisition, case numbers."""
    for match in sheet.find(_ID) if sheet.has_digits and (sheet.says(_ID_HEADS) or sheet.ends(_ID_ENDS)) else ():
        digits, cue = _digits(match["n"]), match.group().casefold()
        if len(digits) >= (6 if cue.startswith(("sak", "ref")) else 3):
            why = "id.patient" if cue.startswith(("pas", "npr", "patient", "mrn", "duf")) else "id.cued"
            yield Mark(*match.span("n"), Label.ID, Outcome.BLOCK, why)
    for pattern in (_CASE_NO, _ACCOUNT):
        for match in sheet.find(pattern):
            yield Mark(*match.span(), Label.ID, Outcome.BLOCK, "id.shape")


def phones(sheet: Sheet) -> Iterator[Mark]:
    for match in sheet.find(_CUED_PHONE):
        if _is_date(sheet, match.start("n")):
            continue
        if (8 <= len(_digits(match["n"])) <= 13 and not _measured(sheet, *match.span("n"))) or (
            len(_digits(match["n"])) == 5 and sheet.find(_SHORT_PHONE, *match.span())
        ):
            yield _phone(match.span("n"), "phone.cued")
    for match in sheet.find(_SHORT_PHONE):
        yield _phone(match.span("n"), "phone.cued")
    for match in sheet.find(_PLUS):
        if len(_digits(match.group())) >= 8:
            yield _phone(match.span(), "phone.shape")
    for pattern in (_GROUPED, _EIGHT):
        for match in sheet.find(pattern):
            if not _measured(sheet, *match.span()):
                yield _phone(match.span(), "phone.shape")
    for start, end, digits in spoken_numbers(sheet):
        if len(digits) == 8:
            yield _phone((start, end), "phone.spoken")


def _is_date(sheet: Sheet, start: int) -> bool:
    """What is shaped as a date, or follows "født", is a date, whatever cue stands further off."""
    shaped = sheet.match(_DATE_SHAPE, start) is not None
    return shaped or bool(sheet.find(_BORN_LEAD, max(0, start - 20), start))


def _phone(span: tuple[int, int], why: str) -> Mark:
    return Mark(*span, Label.PHONE, Outcome.BLOCK, why)


def _measured(sheet: Sheet, start: int, end: int) -> bool:
    """A laboratory value may have eight digits; its unit or its analysis gives it away."""
    if sheet.match(_MEASURE, end):
        return True
    lead = [word for word in sheet.lead(start) if word not in {"på", "var", "er", "over", "ca"}]
    return bool(lead) and (lead[-1] in listed("analyses") or lead[-1].endswith(_ANALYSIS_ENDS))


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
