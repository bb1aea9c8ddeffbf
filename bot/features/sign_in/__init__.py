"""The way from the chat to the web pages: a single-use link in the 1:1 chat, and out again everywhere."""

from bot.feature import CommandWord, Feature
from bot.features.sign_in import handlers
from bot.features.sign_in.handlers import command, is_meant

__all__ = ["FEATURE", "command", "is_meant"]

FEATURE = Feature(
    name="sign_in",
    commands=(
        CommandWord(
            handlers.WORD,
            ("login", "logginn", "innlogging", "pålogging"),
            "/logg inn · /logg ut",
            "Få en lenke til nettsidene, eller logg ut overalt",
            command,
        ),
    ),
    presses={
        "sign_in.link": handlers.link,
        "sign_in.out_everywhere": handlers.out_everywhere,
    },
)
