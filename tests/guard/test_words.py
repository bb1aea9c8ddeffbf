"""Single words in ordinary sentences: clinical ones are silent, given names are noticed."""

import random

import pytest

from bot.guard import Label, Outcome, read
from bot.guard.lexicon import FOLDER, clinical, doubtful

SILENT_FRAMES = (
    "Kan dette være {}, eller tenker dere noe annet?",
    "Pasient med {} siden ungdommen, nå verre.",
    "{} er forsøkt uten effekt.",
    "Vi vurderer {} som neste steg.",
    "Erfaring med {} hos eldre?",
)
NAME_FRAMES = (
    "Vi diskuterte {} på morgenmøtet, trenger råd om plasma.",
    "Skal {} ha prednisolon videre?",
    "I går var {} mye bedre etter transfusjonen.",
    "Jeg lurer på om {} tåler mer cellegift.",
)


def entries(name: str) -> list[str]:
    return (FOLDER / f"{name}.txt").read_text("utf-8").split("\n")[:-1]


def flagged(text: str) -> bool:
    return any(find.outcome is not Outcome.HINT for find in read(text).finds)


@pytest.mark.parametrize("kind", ["eponyms", "drugs", "genes"])
def test_clinical_names_in_ordinary_sentences_are_silent(kind: str) -> None:
    texts = [frame.format(word) for word in entries(kind) for frame in SILENT_FRAMES]
    loud = [text for text in texts if flagged(text)]
    assert len(loud) / len(texts) <= 0.005, loud[:10]


def test_most_single_given_names_are_noticed_without_a_cue() -> None:
    chance = random.Random(11)
    known = [n for n in entries("given") + entries("given_more") if n.casefold() not in clinical() and len(n) > 2]
    texts = [(name, chance.choice(NAME_FRAMES).format(name)) for name in known]
    noticed = [any(find.label in {Label.NAME, Label.LOC} for find in read(text).finds) for _, text in texts]
    assert sum(noticed) / len(noticed) >= 0.95


def test_lower_case_names_are_noticed_unless_they_are_words() -> None:
    known = [n for n in entries("given") if n.casefold() not in doubtful() | clinical() and len(n) > 3]
    noticed = [read(f"snakket med {name.casefold()} i går om prøvesvar").warned for name in known]
    assert sum(noticed) / len(noticed) >= 0.95
