"""What a person decides for themselves: language, quiet hours, absence and deputy."""

from bot.feature import CommandWord, Feature
from bot.features.me import handlers

FEATURE = Feature(
    name="me",
    commands=(
        CommandWord(
            "meg",
            ("mine", "innstillinger", "innstillingar", "settings", "me"),
            "/meg · /meg borte 1.12–15.12 vara @NAVN · /meg stille 20–07 · /meg språk nynorsk",
            "Språk, stilletid, fravær og vara",
            handlers.command,
        ),
    ),
    presses={
        "me.show": handlers.show,
        "me.ask_language": handlers.ask_language,
        "me.language": handlers.choose_language,
        "me.ask_quiet": handlers.ask_quiet,
        "me.quiet": handlers.choose_quiet,
        "me.ask_absence": handlers.ask_absence,
        "me.remove_absence": handlers.remove_absence,
        "me.absent_again": handlers.absent_again,
    },
    forms={
        "me.ask_language": handlers.submit_language,
        "me.ask_quiet": handlers.submit_quiet,
        "me.ask_absence": handlers.submit_absence,
    },
    mine=handlers.mine,
    receipts={
        "me.language": handlers.language_receipt,
        "me.quiet": handlers.quiet_receipt,
        "me.absent": handlers.absence_receipt,
        "me.back": handlers.removed_receipt,
    },
)
