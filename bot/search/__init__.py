"""Finding again what the network has written: one index for all features, the same on both databases.

A feature says what it keeps with `index`, takes it out with `forget`, and tells by a `Searchable` of its own how a hit
is shown. Only what may lie open in the database is ever indexed (docs/threat-model.md): never a case's words.
"""

from bot.search.catching_up import catch_up
from bot.search.finding import MOST_HITS, Hit, find, still_visible
from bot.search.index import Entry, forget, index
from bot.search.words import MOST_READ, asked_for, warm

__all__ = [
    "MOST_HITS",
    "MOST_READ",
    "Entry",
    "Hit",
    "asked_for",
    "catch_up",
    "find",
    "forget",
    "index",
    "still_visible",
    "warm",
]
