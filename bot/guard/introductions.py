"""Names that a word before them introduces: "heter", "fru", "broren", "ho".

Whatever follows blocks, listed or not.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.guard.find import Mark, Outcome
from bot.guard.known_names import (
    Words,
    base,
    is_family,
    is_given,
    is_known,
    is_silent,
    looks_like_name,
    lower_run_from,
    name_mark,
    names_a_thing,
    next_to,
    run_from,
    sure_given,
)
from bot.guard.lexicon import ambiguous, clinical, listed, places
from bot.guard.sheet import Sheet, Word

_CALLED = r"""(?i:\b(?:heter|heiter|hete|hette|het|navn(?:et)?(?:[ ]er)?|namn(?:et)?(?:[ ]er)?
  |navnet[ ]hennes[ ]er|kalles|kallast|kalla|kalt|kalles[ ]for|ved[ ]navn|ved[ ]namn|med[ ]navn|døpt|named
  |called|name[ ]is|alias)\b)[ :\x22«']{1,3}(?:på[ ]pasienten[: ]{1,2}|(?:er|også|egentlig|eigentleg
  |opprinnelig|bare|nå|no)[ ])?"""

_CALLED_STARTS = (
    "heter",
    "heiter",
    "hete",
    "hette",
    "het",
    "navn",
    "namn",
    "kall",
    "kalt",
    "døpt",
    "name",
    "alias",
    "called",
)


def called(sheet: Sheet) -> Iterator[Mark]:
    """After "heter", "ved navn": a known name in any case, or anything capitalised that is not clinical."""
    if not sheet.begins(_CALLED_STARTS):
        return
    starts = {word.start: place for place, word in enumerate(sheet.words)}
    for match in sheet.find(_CALLED):
        place = starts.get(match.end())
        run = _introduced(sheet.words, place) if place is not None else []
        if place and not run and sheet.words[place - 1].lower in _NAMED_SO and _of_a_person(sheet.words[place - 2]):
            run = _shouted(sheet.words, place)
        if run:
            yield name_mark(run, Outcome.BLOCK, "name.called")


_NAMED_SO = frozenset({"heter", "heiter", "het", "kalles", "kallast"})


def _of_a_person(word: Word) -> bool:
    return word.lower.startswith("pas") or word.lower in listed("sexes", "relations")


def _shouted(words: Words, place: int) -> list[Word]:
    """A name in capitals that no list knows, where only a name can stand: "fru OLAVSRUD"."""
    word = words[place]
    fits = word.text.isupper() and len(word.text) > 3 and word.lower not in listed("abbreviations") | clinical()
    return [word] if fits else []


def introduced(sheet: Sheet) -> Iterator[Mark]:
    """After a title, a relation, or a pronoun or preposition that leads to a person."""
    for place in range(1, len(sheet.words)):
        cue, word = sheet.words[place - 1].lower, sheet.words[place]
        if cue in listed("titles") and word.gap in {" ", ". ", ".", ": ", ", "}:
            yield from _titled(sheet, place)
        elif cue in listed("relations") and word.gap in {" ", ", ", ": ", " ("}:
            yield from _related(sheet, place)
        elif cue in listed("person_leads") and word.gap == " ":
            yield from _led_to(sheet, place)


def _titled(sheet: Sheet, place: int) -> Iterator[Mark]:
    """Civil titles take any name, an eponym too; "pasienten" and "overlege" also stand before other words."""
    word, title = sheet.words[place], sheet.words[place - 1].lower
    civil = title in listed("civil_titles")
    if not civil and not _apposed(word, title):
        return
    run = _after_civil(sheet.words, place) if civil else _after_role(sheet.words, place)
    if run and not names_a_thing(sheet, run[-1].end):
        yield name_mark(run, Outcome.BLOCK, "name.titled")


def _apposed(word: Word, title: str) -> bool:
    """A comma is apposition only before a known name; a full stop must be an abbreviation's."""
    if "," in word.gap:
        return is_known(word)
    return "." not in word.gap or title in {"pas", "spl", "lis"}


def _after_civil(words: Words, place: int) -> list[Word]:
    run = _introduced(words, place)
    plain = is_family(words[place]) and words[place].lower not in listed("words")
    return run or ([words[place]] if plain else _shouted(words, place))


def _after_role(words: Words, place: int) -> list[Word]:
    if words[place].capital:
        return _strictly(words, place)
    return lower_run_from(words, place) if base(words[place]) in sure_given() else []


def _related(sheet: Sheet, place: int) -> Iterator[Mark]:
    """As in "broren Per", "broren per", "mor (Aisha)"; the second of "brødrene Per og Pål" leans on the first."""
    word = sheet.words[place]
    apposed = word.gap == " " or (is_given(word) and word.capital)
    if not apposed or (word.lower in places() and not is_given(word)):
        return
    run = _strictly(sheet.words, place)
    if run and not names_a_thing(sheet, run[-1].end):
        yield name_mark(run, Outcome.BLOCK, "name.related")
        yield from _another(sheet.words, place + len(run))


def _another(words: Words, place: int) -> Iterator[Mark]:
    following = next_to(words, place) if place < len(words) and words[place].lower == "og" else None
    if following and following.capital and is_given(following):
        yield name_mark(run_from(words, place + 1), Outcome.BLOCK, "name.related")


def _led_to(sheet: Sheet, place: int) -> Iterator[Mark]:
    """A pronoun, "ho Gunnvor", names her; "til Fatima" only may."""
    word = sheet.words[place]
    sure = word.capital and is_given(word) and not is_silent(word) and word.lower not in places()
    if sure and not names_a_thing(sheet, word.end):
        pronoun = sheet.words[place - 1].lower in {"hun", "han", "ho"}
        outcome = Outcome.BLOCK if pronoun else Outcome.WARN
        yield name_mark(run_from(sheet.words, place), outcome, "name.related")


def _introduced(words: Words, place: int) -> list[Word]:
    """The name that starts here: by its capital, an eponym too, or in lower case when the lists know it."""
    word = words[place]
    if not looks_like_name(word):
        return lower_run_from(words, place)
    thing = word.lower in listed("words", "drugs", "clinical", "genes", "relations", "titles")
    return [] if is_silent(word) and (thing or "-" in word.text) else run_from(words, place)


def _strictly(words: Words, place: int) -> list[Word]:
    """As above, where other words may stand as well: nothing clinical, no place, no preposition."""
    word = words[place]
    if looks_like_name(word):
        fits = is_known(word) or (word.lower not in places() and len(word.text) != 2 and "-" not in word.text)
        return run_from(words, place) if fits and not is_silent(word) else []
    if word.lower in listed("words") or _means_itself(words, place):
        return []
    return lower_run_from(words, place)


def _means_itself(words: Words, place: int) -> bool:
    """As in "mor per telefon", "far bo": an ordinary word, not a name."""
    following = next_to(words, place)
    lower = words[place].lower
    if lower == "per":
        return following is None or following.lower in listed("after_per")
    return lower in ambiguous() and (following is None or following.lower not in listed("said_of_persons"))
