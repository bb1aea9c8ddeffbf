"""The sample of case questions: how much is noticed, and how quiet the guard is on clean ones."""

import json
from pathlib import Path

from bot.guard import Find, Outcome, read

SAMPLE = [json.loads(line) for line in Path(__file__).with_name("guard-sample.jsonl").read_text("utf-8").splitlines()]


def finds(text: str) -> list[Find]:
    return [find for find in read(text).finds if find.outcome is not Outcome.HINT]


def test_nearly_every_identifying_stretch_is_noticed() -> None:
    spans = [(row["text"], span) for row in SAMPLE for span in row["spans"]]
    noticed = [any(f.start < span["end"] and span["start"] < f.end for f in finds(text)) for text, span in spans]
    assert sum(noticed) / len(noticed) >= 0.95


def test_stretches_are_covered_to_their_full_extent() -> None:
    spans = [(row["text"], span) for row in SAMPLE for span in row["spans"]]
    covered = [any(f.start <= span["start"] and span["end"] <= f.end for f in finds(text)) for text, span in spans]
    assert sum(covered) / len(covered) >= 0.90


def test_clean_questions_stay_clean() -> None:
    flagged = [row["id"] for row in SAMPLE if row["kind"] == "clean" and finds(row["text"])]
    assert len(flagged) <= 1, flagged
