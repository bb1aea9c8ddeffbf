"""Personvernsjekken as the forms use it: what is typed is read before anything is stored or posted."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot import guard
from bot.errors import Refusal
from bot.guard import Find, Outcome, Profile, Reading
from bot.language import quoted

OUTCOMES = ("passed", "blocked", "refused")
counts: Counter[str] = Counter()
"""How often each has come since this process began, for `bot.metrics`. "refused": could not be read to its end."""


class TextTooLong(Refusal):
    """Teksten er for lang for personvernsjekken. Kort den ned til under 10 000 tegn i hvert felt."""


class CheckNotFinished(Refusal):
    """Personvernsjekken ble ikke ferdig med teksten, og da sendes ingenting. Prøv med en kortere eller enklere
    tekst."""


@dataclass(frozen=True, slots=True)
class Checked:
    texts: Mapping[str, str]
    readings: Mapping[str, Reading]

    @property
    def blocked(self) -> dict[str, str]:
        """Why the text cannot stand, by field."""
        return {field: " ".join(found) for field, found in self._explained({Outcome.BLOCK}).items()}

    @property
    def notes(self) -> dict[str, tuple[str, ...]]:
        """What else was found, by field: to be confirmed, or only offered."""
        return self._explained({Outcome.WARN, Outcome.HINT})

    @property
    def everything(self) -> dict[str, tuple[str, ...]]:
        return self._explained(set(Outcome))

    @property
    def rewritten(self) -> dict[str, str]:
        return {field: guard.rewrite(text, self.readings[field]) for field, text in self.texts.items()}

    def finds(self, outcome: Outcome) -> list[tuple[str, Find]]:
        """(what was found, how) of every field."""
        return [
            (self.texts[field][find.start : find.end], find)
            for field, reading in self.readings.items()
            for find in reading.finds
            if find.outcome is outcome
        ]

    def marks(self, mark: Callable[[str], str]) -> frozenset[str]:
        """Names everything that warns without its text (`Vault.mark`), so that a confirmation holds for just what
        was shown."""
        return frozenset(mark(f"{find.why}|{text}") for text, find in self.finds(Outcome.WARN))

    def _explained(self, outcomes: set[Outcome]) -> dict[str, tuple[str, ...]]:
        """In plain words, with what was found: for the writer's own form, never for a room or a log."""
        explained = {
            field: tuple(
                dict.fromkeys(
                    f"{quoted(self.texts[field][find.start : find.end])}: {guard.explain(find)}"
                    for find in reading.finds
                    if find.outcome in outcomes
                )
            )
            for field, reading in self.readings.items()
        }
        return {field: found for field, found in explained.items() if found}


def check(texts: Mapping[str, str], profile: Profile = Profile.CASE) -> Checked:
    """Read the fields of one form together, since kinds that are harmless apart can point to a person together.

    Raises `TextTooLong` and `CheckNotFinished`: what could not be read is not let through.
    """
    outcome = "refused"
    try:
        checked = Checked(texts, guard.read_fields(texts, profile))
        outcome = "blocked" if checked.finds(Outcome.BLOCK) else "passed"
    except guard.TooLong as error:
        raise TextTooLong from error
    except guard.Unreadable as error:
        raise CheckNotFinished from error
    finally:
        counts[outcome] += 1
    return checked
