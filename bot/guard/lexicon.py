"""The word lists, read when first asked for. Their sources are in `lexicon/README.md`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "lexicon"


@cache
def listed(*names: str) -> frozenset[str]:
    """All entries of the named lists, in lower case."""
    lines = (line for name in names for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines())
    return frozenset(line.strip().casefold() for line in lines if line.strip())


@cache
def endings(name: str) -> tuple[str, ...]:
    """A list for `endswith` and `startswith`."""
    return tuple(sorted(listed(name)))


@cache
def given() -> frozenset[str]:
    return listed("given", "given_more")


@cache
def family() -> frozenset[str]:
    return listed("family", "family_more")


@cache
def ambiguous() -> frozenset[str]:
    return listed("ambiguous") | listed("words")


@cache
def clinical() -> frozenset[str]:
    """Words that are capitalised in clinical text without naming anybody; compounds count in parts too."""
    whole = listed("eponyms", "drugs", "genes", "clinical")
    return whole | {part for word in whole for part in word.split("-") if len(part) > 3}


@cache
def silent() -> frozenset[str]:
    """Words that are never a name without a title before them."""
    sure = clinical() | listed("words", "relations", "titles", "professions", "hospitals")
    return sure - (given() - ambiguous() - listed("eponyms", "drugs"))


@cache
def places() -> frozenset[str]:
    """Places; towns that Statistics Norway joins with a slash, or tells apart in brackets, are taken
    apart.
    """
    towns = {part.split(" (")[0].strip() for town in listed("towns") for part in town.split("/")}
    return frozenset(listed("places") | towns) - listed("not_places")


@cache
def loose_places() -> frozenset[str]:
    """Places that are also words or given names: only a preposition makes them places."""
    return listed("loose_places") | (places() & (given() | ambiguous() | listed("words")))


@cache
def placed() -> frozenset[str]:
    """Every place, loose ones too."""
    return places() | loose_places()


@cache
def doubtful() -> frozenset[str]:
    """Names with another meaning, be it a word or a place."""
    return ambiguous() | loose_places()
