"""The guard (Personvernsjekk): reads Norwegian text for what identifies a person.

It says what it found, never that a text is anonymous. It keeps nothing, logs nothing, and its errors hold
no text.
"""

from bot.guard.find import Find, Label, Outcome, Profile, Reading, TooLong, Unreadable
from bot.guard.reader import read, read_fields, rewrite, warm
from bot.guard.wording import explain

__all__ = [
    "Find",
    "Label",
    "Outcome",
    "Profile",
    "Reading",
    "TooLong",
    "Unreadable",
    "explain",
    "read",
    "read_fields",
    "rewrite",
    "warm",
]
