"""What a text's words are to the search: the same function for what is kept and for what is asked, on both databases.

Pure. A word is lowered, freed of accents (æ, ø and å are letters and stay), written as in bokmål where nynorsk has
another form, and stemmed. What is typed without æ, ø and å finds words with them; not the other way round, since who
types «lår» does not mean «lar».
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from bot.chat.grammar import fold

RULES = 1
"""Raise it with any change here that makes other words of the same text: `fagtraad db upgrade` then indexes anew."""

LONGEST_WORD = 40  # characters; the rest of a longer one is cut off on both sides
MOST_WORDS = 12  # of a question; those after them are not searched for
MOST_READ = 2000  # characters of a question that are read at all
BEGINS, ENDS = 3, 4  # letters from which a word is found by its beginning («slag» in «slagprosedyren») and its end
HALVES = (3, 4)  # letters of the first and last part at least, where a compound is looked for as two words

_INVISIBLE = {0x00AD: None, 0x200B: None, 0x200C: None, 0x200D: None, 0x2060: None, 0xFEFF: None}
_DASHES = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2212), "-")
_LETTERS = str.maketrans({"ä": "æ", "ö": "ø", "đ": "d", "ŧ": "t", "ŋ": "n"})
_NORWEGIAN = frozenset("æøå")

# Nynorsk forms that do not meet the bokmål ones by stemming: (how the word begins, the same in bokmål).
_BOKMAAL = (
    ("auge", "øye"),
    ("augo", "øye"),
    ("bløding", "blødning"),
    ("føretak", "foretak"),
    ("heime", "hjemme"),
    ("heim", "hjem"),
    ("helseføretak", "helseforetak"),
    ("hjarte", "hjerte"),
    ("hovud", "hode"),
    ("mjølk", "melk"),
    ("oppgåv", "oppgav"),
    ("saman", "sammen"),
    ("samanlikn", "sammenlign"),
    ("sjeldan", "sjelden"),
    ("sjuk", "syk"),
    ("tryggleik", "sikkerhet"),
    ("tilråd", "anbefal"),
    ("utgreiing", "utredning"),
    ("veke", "uke"),
    ("øyre", "øre"),
)
# Words that say nothing of what is asked about. They are found too, where a question has no others.
_SILENT = (
    "alle at av begge bare ble blei bli blir da dag de deg dei deira den denne der dere deres det dette di din "
    "disse du eg ei ein eit eitt eller elles en enn er et ett etter for fordi fra frå før gjør gjer ha hadde han "
    "har hennes her hun ho hva hvem hver hvilken hvis hvor hvordan hvorfor i ikke ikkje ingen inn ja jeg kan "
    "kanskje kom kor korleis korfor kva kvar kven kvifor kunne man mange med meg mellom men mer meir mest mi min "
    "mot mye mykje må nei no nokon nokre noe noen noko nå når og også om opp oss over på samme seg selv sidan "
    "siden sin sine skal skulle slik so som spurt spør så til ut uten utan var ved vere være vi vil ville vår å "
    "a and any anyone are as asked by does has have how in is it of on or that the this to was what when where "
    "which who with"
)
_STOP = frozenset(_SILENT.split())


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word of a question: each alternative is a stem in bytes, so that both databases compare alike."""

    whole: frozenset[bytes]
    begins: frozenset[bytes]
    ends: frozenset[bytes]  # written backwards
    halves: frozenset[tuple[bytes, bytes]]  # a compound as two words, both of which must be there

    @property
    def hangs_on(self) -> frozenset[bytes]:
        """Stems that must be somewhere at all for `halves` to be worth looking for."""
        return frozenset(half for pair in self.halves for half in pair)


def kept(text: str) -> frozenset[bytes]:
    """Every stem by which a text is found."""
    return frozenset(form.encode() for word in _words(text) for form in _forms(_stem(word)))


def wanted(question: str) -> list[Wanted]:
    """The words of a question that say something, at most `MOST_WORDS`; where none does, all of them."""
    words = asked_for(question)
    return [_wanted(word) for word in words]


def asked_for(question: str) -> list[str]:
    """The same as a person reads them."""
    every = list(dict.fromkeys(_words(question[:MOST_READ])))
    telling = [word for word in every if word not in _STOP]
    return list(islice(telling or every, MOST_WORDS))


def backwards(stem: bytes) -> bytes:
    """The letters in the opposite order, to find a word by its end."""
    return stem.decode()[::-1].encode()


def _wanted(word: str) -> Wanted:
    stem = _stem(word)
    forms = {stem} if _NORWEGIAN & set(word) else {stem, fold(stem)}
    parts = forms if word.isalpha() else set()
    return Wanted(
        frozenset(form.encode() for form in forms),
        frozenset(form.encode() for form in parts if len(form) >= BEGINS),
        frozenset(form[::-1].encode() for form in parts if len(word) >= ENDS),
        frozenset(_halves(word)) if word.isalpha() else frozenset(),
    )


def _halves(word: str) -> Iterator[tuple[bytes, bytes]]:
    """Every way to read a word as two, with or without a letter that binds them («blødning|s|risiko»)."""
    first, last = HALVES
    for at in range(first, len(word) - last + 1):
        left, right = word[:at], _stem(word[at:]).encode()
        yield _stem(left).encode(), right
        if len(left) > first and left[-1] in "se":
            yield _stem(left[:-1]).encode(), right


def _forms(stem: str) -> set[str]:
    return {stem, fold(stem)} - {""}


def _words(text: str) -> Iterator[str]:
    """Each word, and one that hangs together by a dash or a stroke («AV-blokk», «12/26») both in parts and whole."""
    for found in _word_pattern().findall(_plain(text)):
        parts = found.replace("/", "-").split("-")
        yield from (part[:LONGEST_WORD] for part in parts)
        if len(parts) > 1:
            yield "".join(parts)[:LONGEST_WORD]


def _plain(text: str) -> str:
    lowered = unicodedata.normalize("NFKC", text.translate(_INVISIBLE).translate(_DASHES)).casefold()
    composed = unicodedata.normalize("NFC", lowered).translate(_LETTERS)
    return "".join(_bare(letter) for letter in composed)


def _bare(letter: str) -> str:
    if letter.isascii() or letter in _NORWEGIAN:
        return letter
    return "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))


def _in_bokmaal(word: str) -> str:
    for nynorsk, bokmaal in _BOKMAAL:
        if word.startswith(nynorsk):
            return bokmaal + word[len(nynorsk) :]
    return word


def _stem(word: str) -> str:
    bokmaal = _in_bokmaal(word)
    stem: str = _stemmer().stemWord(bokmaal)
    return stem or bokmaal


def warm() -> None:
    """For a thread at start, so that nobody's search waits for it."""
    _stemmer()
    _word_pattern()


@cache
def _word_pattern() -> Any:
    import regex

    return regex.compile(r"[^\W_]+(?:[-/][^\W_]+)*")


@cache
def _stemmer() -> Any:
    import snowballstemmer  # 0.2 s: brings the stemmers of thirty languages

    return snowballstemmer.stemmer("norwegian")
