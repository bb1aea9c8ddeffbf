"""What members write themselves in a room is read too: the writer alone is told, and the privacy contact's list gets
an entry without text."""

from bot.feature import CommandWord, Feature
from bot.features.privacy import handlers

FEATURE = Feature(
    name="privacy",
    commands=(
        CommandWord(
            "personvern",
            ("avvik", "personvernsjekk", "brudd"),
            "/personvern",
            "For personvernkontakten: mulige brudd, uten tekst",
            handlers.command,
        ),
    ),
    notices=handlers.NOTICES,
    said=handlers.heard,
    deleted=handlers.deleted,
)
