"""Sentences of our own writing, each with the outcome it must have and the stretches that must be covered."""

import re
from pathlib import Path

import pytest

from bot.guard import Outcome, read

TABLE = Path(__file__).with_name("sentences.txt")


def rows() -> list[tuple[str, str]]:
    lines = (line for line in TABLE.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return [(outcome, text) for outcome, _, text in (line.partition(" | ") for line in lines)]


def unmarked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The sentence without its brackets, and where the brackets stood."""
    plain, spans = "", []
    for piece in re.split("(⟦[^⟧]*⟧)", text):
        bare = piece.strip("⟦⟧")
        if bare != piece:
            spans.append((len(plain), len(plain) + len(bare)))
        plain += bare
    return plain, spans


@pytest.mark.parametrize(("outcome", "text"), rows(), ids=[text for _, text in rows()])
def test_sentence_has_its_outcome_and_its_extents(outcome: str, text: str) -> None:
    plain, spans = unmarked(text)
    reading = read(plain)
    found = [find for find in reading.finds if find.outcome is not Outcome.HINT]
    assert outcome == ("block" if reading.blocked else "warn" if reading.warned else "silent")
    for start, end in spans:
        letters = [at for at in range(start, end) if plain[at].isalnum()]
        assert all(any(find.start <= at < find.end for find in found) for at in letters)
    for find in found:
        assert any(find.start < end and start < find.end for start, end in spans), find


def test_the_table_is_broad() -> None:
    outcomes = [outcome for outcome, _ in rows()]
    assert len(outcomes) >= 200
    assert min(outcomes.count(kind) for kind in ("block", "warn", "silent")) >= 40
