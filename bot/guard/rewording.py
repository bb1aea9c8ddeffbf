"""What is proposed in place of a find, in the language of the text: bokmål or nynorsk."""

from __future__ import annotations

from collections.abc import Iterable

import regex

from bot.guard.ages import years
from bot.guard.dates import MONTHS
from bot.guard.find import Find, Label, Mark, Outcome
from bot.guard.lexicon import listed
from bot.guard.sheet import Sheet, compiled

_WHO = r"(?i:(?:mann|kvinne|kvinna|gutt|gut|jente|dame|herre|pasient|person)$)"
_FEASTS = (
    (("jul", "jol"), "i julen", "i jula"),
    (("påske", "skjærtorsdag", "langfredag", "palme"), "i påsken", "i påska"),
    (("pinse",), "i pinsen", "i pinsa"),
    (("nyttår",), "ved nyttår", "ved nyttår"),
    (("sankthans", "hans", "jonsok"), "i juni", "i juni"),
    (("himmelfart", "grunnlov"), "i mai", "i mai"),
    (("advent", "lucia"), "i desember", "i desember"),
)
_WORKING_NOW = ("jobber", "jobbar", "arbeider", "arbeidar", "works")
_EMPLOYED = ("ansatt", "tilsett")


def nynorsk(sheets: Iterable[Sheet]) -> bool:
    """Whether more of the function words are nynorsk's own than bokmål's own."""
    words = [word.lower for sheet in sheets for word in sheet.words]
    ours = sum(word in listed("nynorsk") for word in words)
    return ours > sum(word in listed("bokmaal") for word in words)


def instead(mark: Mark, sheet: Sheet, nn: bool) -> str:
    """The proposed replacement, which the guard itself would let through."""
    text = sheet.text[mark.start : mark.end]
    match mark.label:
        case Label.NAME:
            return _of_name(mark, sheet)
        case Label.DATE:
            return _of_date(text, nn)
        case Label.AGE:
            return _of_age(mark, text, nn)
        case Label.UNIT if mark.why == "combination.profession":
            return _of_profession(mark, sheet, nn)
    return _of_label(mark, nn)


def _of_label(mark: Mark, nn: bool) -> str:
    if mark.why == "place.street":
        return "[adresse fjerna]" if nn else "[adresse fjernet]"
    if mark.why == "unit.ward":
        return "avdelinga" if nn else "avdelingen"
    gone = "fjerna" if nn else "fjernet"
    article = "ein" if nn else "en"
    return {
        Label.PHONE: f"[telefonnummer {gone}]",
        Label.EMAIL: f"[e-post {gone}]",
        Label.FNR: f"[fødselsnummer {gone}]",
        Label.ID: f"[nummer {gone}]",
        Label.LOC: f"{article} kommune",
        Label.UNIT: f"{article} institusjon",
        Label.ROOM: "rommet",
        Label.FILE: f"[filnamn {gone}]" if nn else f"[filnavn {gone}]",
    }.get(mark.label, "[lenkje fjerna]" if nn else "[lenke fjernet]")


def _of_name(mark: Mark, sheet: Sheet) -> str:
    """After a relation the relation is enough; after a title or "heter" stands NN; else the patient."""
    if mark.why == "name.related" and sheet.text[mark.start - 1 : mark.start] == " ":
        return ""
    return "NN" if mark.why in {"name.titled", "name.called", "name.related"} else "pasienten"


def _of_profession(mark: Mark, sheet: Sheet, nn: bool) -> str:
    """As in "jobber som urmaker" → "er i arbeid"; a public role, or a trade after "er", by what stands there."""
    words = sheet.text[mark.start : mark.end].casefold().split()
    if words[0] in _WORKING_NOW:
        return "er i arbeid"
    if words[0] in _EMPLOYED:
        return "i arbeid"
    if words[0] in listed("working"):
        perfect = sheet.lead(mark.start)[-1:] in (["har"], ["hadde"])
        return (("vore" if nn else "vært") if perfect else "var") + " i arbeid"
    if words[-1] in listed("public_roles"):
        return "ein person i offentleg rolle" if nn else "en person i offentlig rolle"
    return "i arbeid"


def _of_date(text: str, nn: bool) -> str:
    year = compiled(r"(?<!\d)(?:19|20)\d{2}(?!\d)").search(text)
    if year:
        return f"i {year.group()}"
    month = _month_of(text)
    if month:
        return f"i {MONTHS[month - 1][0]}"
    lower = text.casefold()
    feasts = (feast for feast in _FEASTS if any(part in lower for part in feast[0]))
    return next((new if nn else old for _, old, new in feasts), "[dato fjerna]" if nn else "[dato fjernet]")


def _month_of(text: str) -> int | None:
    lower = text.casefold()
    for number, names in enumerate(MONTHS, start=1):
        if any(regex.search(rf"\b{name}\b", lower) for name in names):
            return number
    short = compiled(r"^(?:\d{1,2}\.?[ ]?-[ ]?)?\d{1,2}[./][ ]?(?P<m>\d{1,2})\.?$").match(text)
    return int(short["m"]) if short and 1 <= int(short["m"]) <= 12 else None


def _of_age(mark: Mark, text: str, nn: bool) -> str:
    if mark.outcome is not Outcome.HINT:
        return _of_old(text, nn)
    who = compiled(_WHO).search(text)
    band = age_band(years(text) or 0, nn)
    if "åring" in text.casefold():
        return f"person {band}"
    return f"{who.group()} {band}" if who else band


def _of_old(text: str, nn: bool) -> str:
    lower = text.casefold()
    if "åring" in lower:
        return "person over 90 år"
    old = "gammal" if nn else "gammel"
    return f"over 90 år {old}" if "årig" in lower or "gam" in lower else "over 90 år"


def age_band(age: int, nn: bool) -> str:
    """The band that fits many: decades for grown-ups, stages for children."""
    if age >= 20:
        return f"i {age // 10 * 10}-{'åra' if nn else 'årene'}"
    if age >= 13:
        return "i tenåra" if nn else "i tenårene"
    stage = "barneskole" if age >= 6 else "førskole"
    return f"i {stage.replace('skole', 'skule') if nn else stage}alder"


_NUMBERED = {Label.FNR, Label.PHONE, Label.EMAIL, Label.ID}
_OPENING = r"(?:^|\n|[.!?][ ])"
_CUE = rf"""(?P<lead>{_OPENING}|\(|[,;][ ])(?P<cue>(?i:(?:fnr|f\.?[ ]?nr|fødselsnr|fødselsnummer|personnr|personnummer
  |pnr|d-?nr|d-?nummer|tlf|tel|tlfnr|telefon|telefonnr|telefonnummer|mob|mobil|mobilnr|mobilnummer|e-?post|mail
  |npr|npr-id|npr-nr|pasient-?id|pasientnr|pasnr|journalnr|journalnummer|dips-nr)\.?[ ]?:?[ ]?)?)$"""
_AFTER = r"[ ]?(?:$|[.,;!?)\n])"
_DATE_LEAD = r"(?i:\b(?:den|på|om|i)[ ]|(?<=[ ])d\.[ ])$"
_FROM_LEAD = r"(?i:\b(?:fra|frå|til|siden|sidan|før|etter|mellom|innen|innan|pr\.?|per)[ ])$"
_SHORTENED = "iflg|tidl|spes|pas|tlf|avd|evt|resp|beh|adr|mob|jfr|inkl|ekskl|hhv|kir|med|dvs|spl|int|tab"
_SENTENCE = rf"(?:^|\n|(?<=[\p{{L}}\d)\]]{{3}})(?<!\b(?i:{_SHORTENED}))[.!?][ ]{{1,2}})[ \-]{{0,4}}$"


def applied(text: str, finds: Iterable[Find]) -> str:
    """The text with these proposals, and what stands around them made to fit."""
    for find in sorted(finds, key=lambda find: find.start, reverse=True):
        before, after = text[: find.start], text[find.end :]
        text = _without_cue(before, find, after) or _joined(before, find, after)
    return text


def _without_cue(before: str, find: Find, after: str) -> str | None:
    """A number that stands as its own phrase goes with its cue: ", fnr 158592 30047," leaves a comma."""
    if find.label not in _NUMBERED or not compiled(_AFTER).match(after):
        return None
    cue = compiled(_CUE).search(before, max(0, len(before) - 40))
    if cue is None or (cue.start() == 0 and len(before) > 40):
        return None
    kept, rest = before[: cue.start()], after.lstrip(" ")
    if cue["lead"] == "(":
        closed = rest.startswith(")")
        left = kept.rstrip(" ") + rest[1:] if closed else before[: cue.start() + 1] + rest.lstrip(".,; ")
    elif cue["lead"][:1] in {",", ";"}:
        left = kept + rest
    else:
        rest = rest.lstrip(".,;!? ")
        left = kept + cue["lead"] + rest[:1].upper() + rest[1:]
    return left.rstrip(" ") if left.strip(" .,;\n") else None


def _same_case_i(lead: regex.Match[str]) -> str:
    return "I " if lead.group()[0].isupper() else "i "


def _joined(before: str, find: Find, after: str) -> str:
    new = find.instead
    if not new and before.endswith(" ") and after[:1] in {" ", ",", ".", "", ")", "?", "!"}:
        return before[:-1] + after
    if new.endswith(" kommune"):
        before = compiled(r"(?<=\b)(?i:på)[ ]$").sub(_same_case_i, before)
    if find.label is Label.DATE and new[:2] in {"i ", "ve"}:
        lead = compiled(_DATE_LEAD).search(before, max(0, len(before) - 6))
        before = before[: lead.start()] if lead else before
        if new.startswith("i ") and compiled(_FROM_LEAD).search(before, max(0, len(before) - 9)):
            new = new[2:]
    if new[:1].isalpha() and compiled(_SENTENCE).search(before[-12:]):
        new = new[:1].upper() + new[1:]
    return before + new + after
