"""The guard on the command line: one JSON text a line for programs, explanations for people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

from bot.guard.find import Find, Outcome, TooLong, Unreadable
from bot.guard.reader import read, rewrite
from bot.guard.wording import explain
from bot.language import _

_SIGN = {Outcome.BLOCK: "✗", Outcome.WARN: "!", Outcome.HINT: "·"}


def answer_lines(stdin: Iterable[str], stdout: TextIO) -> None:
    """Answers each `{"text": …}` at once with `[[start, end, label], …]`, or with `{"error": …}`, and goes
    on.
    """
    for line in stdin:
        stdout.write(json.dumps(_answer(line), ensure_ascii=False) + "\n")
        stdout.flush()


def _answer(line: str) -> list[list[int | str]] | dict[str, str]:
    try:
        text = json.loads(line)["text"]
        if not isinstance(text, str):
            raise TypeError
        return [
            [find.start, find.end, find.label.value] for find in read(text).finds if find.outcome is not Outcome.HINT
        ]
    except (TooLong, Unreadable) as error:
        return {"error": str(error)}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {"error": _('Linjen må være JSON: {"text": "…"}.')}


def explain_lines(stdin: Iterable[str], stdout: TextIO) -> None:
    """For people: each line of plain text with its finds, why, and a proposed rewrite, on their own
    terminal.
    """
    for line in stdin:
        text = line.rstrip("\n")
        try:
            _explain(text, stdout)
        except (TooLong, Unreadable) as error:
            stdout.write(f"{error}\n")
        stdout.flush()


def _explain(text: str, stdout: TextIO) -> None:
    reading = read(text)
    if not reading.finds:
        stdout.write(_("Fant ingenting. Du har taushetsplikt også når personvernsjekken ikke finner noe.") + "\n")
        return
    for find in reading.finds:
        stdout.write(_row(text, find) + "\n")
    stdout.write(_("Forslag: {text}").format(text=rewrite(text, reading)) + "\n")


def _row(text: str, find: Find) -> str:
    found = text[find.start : find.end]
    return f"{_SIGN[find.outcome]} {find.outcome.value:5} {find.label.value:5} «{found}» {explain(find)}"
