"""Persons' names without an introduction.

A given name with a family name blocks. A single known name warns, unless it is also a word, an eponym, a drug
or a place: those wait until the grammar, or a cue (see `introductions`), decides.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.guard.find import Mark, Outcome
from bot.guard.known_names import (
    Words,
    aged,
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
from bot.guard.lexicon import ambiguous, clinical, doubtful, endings, given, listed, placed, places
from bot.guard.sheet import Sheet, Word

_AUTHORS = r"""(?i:(?:[ ]\p{Lu}{1,3})?,?[ ]{1,2}(?:et[ ]al|og[ ]medarb|og[ ]kolleger|m\.?fl
  |\(?(?:19|20)\d{2}\)))"""


def capitalised(sheet: Sheet) -> Iterator[Mark]:
    place = 0
    while place < len(sheet.words):
        if _may_begin(sheet.words, place):
            run = run_from(sheet.words, place)
            yield from _weighed(sheet, place, run)
            place += len(run)
        else:
            place += 1


def _may_begin(words: Words, place: int) -> bool:
    word = words[place]
    led = not is_silent(word) or _leads_a_name(words, place) or (is_given(word) and _speaks(words, place))
    return looks_like_name(word) and led


def _leads_a_name(words: Words, place: int) -> bool:
    """An ordinary word that is also a given name, before another name: "Dag Erik", "Liv Solheim"."""
    following = next_to(words, place)
    if following is None or words[place].lower not in given():
        return False
    return following.capital and not is_silent(following) and _pair(words[place], following)


def _pair(first: Word, second: Word) -> bool:
    """An ambiguous name stands by what follows it: "Dag Erik", but not "Dag Haukeland"."""
    if first.lower not in listed("words"):
        return is_known(first) and is_known(second)
    plain = second.lower not in doubtful() and second.lower not in clinical()
    return is_given(second) or (is_family(second) and plain)


def _weighed(sheet: Sheet, place: int, run: list[Word]) -> Iterator[Mark]:
    """The authors of a reference are silent; what only opens the sentence is left out."""
    if sheet.match(_AUTHORS, run[-1].end):
        return
    while len(run) > 1 and _only_opens(run[0], run[1]):
        run, place = run[1:], place + 1
    written_out = sum(len(word.text) > 1 for word in run)
    if written_out >= 2:
        yield from _full(sheet, run)
    elif written_out:
        yield from _single(sheet, place, run)


def _only_opens(first: Word, second: Word) -> bool:
    if first.lower in placed() and not is_known(first):
        return True
    if not first.opens:
        return False
    return (first.lower in ambiguous() and not _pair(first, second)) or (not is_known(first) and is_given(second))


def _full(sheet: Sheet, run: Words) -> Iterator[Mark]:
    """Given and family name; the lists must know one of them, or an age must follow."""
    first, rest = run[0], run[1:]
    if not names_a_thing(sheet, run[-1].end):
        if is_given(first):
            yield name_mark(run, Outcome.BLOCK, "name.full")
        elif any(map(_may_be_family, rest)):
            if not _heading(run):
                sure = not first.opens or is_family(first)
                yield name_mark(run, Outcome.BLOCK if sure else Outcome.WARN, "name.full")
        elif _family_first(run) or aged(sheet, run[-1].end):
            yield name_mark(run, Outcome.WARN, "name.full")


def _family_first(run: Words) -> bool:
    return is_family(run[0]) and run[0].lower not in doubtful()


def _may_be_family(word: Word) -> bool:
    return is_known(word) or (len(word.text) > 4 and word.lower.endswith(endings("family_ends")))


def _heading(run: Words) -> bool:
    """An unknown word that opens the sentence, before a place or a word: "Innkalling Bergen"."""
    if len(run) > 2 or not run[0].opens or is_family(run[0]):
        return False
    return run[1].lower in doubtful() or run[1].lower in places()


def _single(sheet: Sheet, place: int, run: Words) -> Iterator[Mark]:
    """One name, perhaps with an initial."""
    word = next(word for word in run if len(word.text) > 1)
    if names_a_thing(sheet, word.end) or _too_little(word):
        return
    if is_given(word) and (len(run) > 1 or _given_alone(sheet, place, word)):
        yield name_mark(run, Outcome.WARN, "name.given")
    elif _is_surname(word) and _family_alone(sheet, place, word, initialled=len(run) > 1):
        yield name_mark(run, Outcome.WARN, "name.family")


def _too_little(word: Word) -> bool:
    name = base(word)
    unsure = len(name) == 2 and name not in listed("short_names") and not is_given(word)
    return unsure or (name in clinical() and name not in given())


def _given_alone(sheet: Sheet, place: int, word: Word) -> bool:
    """Sure names always; words of two meanings only where the sentence treats them as a person."""
    if base(word) in places() and _located(sheet.words, place):
        return False
    if base(word) not in ambiguous() and word.lower not in clinical():
        return True
    if _speaks(sheet.words, place) or _paired(sheet.words, place):
        return True
    if word.lower in listed("words") or (word.opens and word.lower in listed("openers")):
        return False
    return _acts(sheet, place, word) or (not word.opens and _deliberate(sheet, place, word))


def _speaks(words: Words, place: int) -> bool:
    """What follows is said of people only: "Line orker ikke", "Bakke fortalte"."""
    following = next_to(words, place)
    return following is not None and following.text.islower() and following.lower in listed("human_verbs")


def _paired(words: Words, place: int) -> bool:
    """Beside another given name: "Anders og Line"; the first of two only where the second is sure."""
    if place > 1 and words[place].gap == " " and words[place - 1].lower in {"og", "samt"}:
        return words[place - 2].capital and is_given(words[place - 2])
    if place + 2 >= len(words) or words[place + 1].lower != "og" or words[place + 1].gap != " ":
        return False
    return words[place + 2].capital and words[place + 2].lower in sure_given()


def _acts(sheet: Sheet, place: int, word: Word) -> bool:
    """As in "Siv ringte", or "Odd, 54 år"."""
    following = next_to(sheet.words, place)
    return (following is not None and following.lower in listed("said_of_persons")) or aged(sheet, word.end)


def _deliberate(sheet: Sheet, place: int, word: Word) -> bool:
    """A capital in mid-sentence is meant, unless a figure or a compound follows ("Dag 3")."""
    lone = place + 1 >= len(sheet.words) or len(word.text) <= 2 or word.gap != " "
    return not lone and not sheet.match(r"[ ]?[\d:=%/]|-", word.end)


def _is_surname(word: Word) -> bool:
    sure_end = len(word.text) > 6 and word.lower.endswith(endings("sure_family_ends"))
    return is_family(word) or sure_end


def _family_alone(sheet: Sheet, place: int, word: Word, initialled: bool) -> bool:
    name, led = base(word), _led_to_person(sheet.words, place)
    if name not in places() and name not in listed("words") and _speaks(sheet.words, place):
        return True
    if name in placed() and (_located(sheet.words, place) or not (initialled or led)):
        return False
    if initialled:
        return True
    if word.opens:
        owning = name != word.lower and len(name) > 4
        return name not in ambiguous() and (owning or _acts(sheet, place, word))
    plain = (name not in ambiguous() or led) and not word.text.isupper()
    return plain and not sheet.match(r"-|[ ]?[\d:=%]", word.end)


def _located(words: Words, place: int) -> bool:
    return place > 0 and words[place - 1].lower in listed("before_places")


def _led_to_person(words: Words, place: int) -> bool:
    """As in "sett av Haugen", "konferert med Bakken": a capital after such a word is a person's."""
    return place > 0 and words[place].gap == " " and words[place - 1].lower in listed("before_persons")


def in_lower_case(sheet: Sheet) -> Iterator[Mark]:
    """Two known names side by side, one of them sure; or a single sure given name."""
    for place, word in enumerate(sheet.words):
        if not word.text.islower() or not is_given(word):
            continue
        following = next_to(sheet.words, place)
        if following and following.text.islower() and _pair_in_lower_case(word, following):
            run = lower_run_from(sheet.words, place)
            run = run if len(run) > 1 else [word, following]
            yield name_mark(run, Outcome.BLOCK if is_family(following) else Outcome.WARN, "name.lower")
        elif base(word) in sure_given():
            yield name_mark([word], Outcome.WARN, "name.lower")


def _pair_in_lower_case(first: Word, second: Word) -> bool:
    if second.lower in clinical() or {first.lower, second.lower} & listed("words"):
        return False
    if base(second) in sure_given():
        return True
    plain = second.lower not in doubtful() or (is_family(second) and second.lower not in ambiguous())
    return base(first) in sure_given() and is_known(second) and plain
