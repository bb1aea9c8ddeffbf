"""What Fagtråd says of itself, and what it says when it did not understand."""

from bot.chat.message import Button, Buttons, Facts, Message, message
from bot.feature import Features
from bot.language import _, quoted, say_list

RUN_COMMAND = "fagtraad.command"


def help_message(features: Features) -> Message:
    return message(
        _("Jeg passer på det som skjer mellom møtene. Knappene gjør det meste; dette kan du også skrive:"),
        Facts(tuple((_(command.usage), _(command.help)) for command in features.commands)),
        Buttons(tuple(Button(_(shortcut.label), shortcut.does) for shortcut in features.shortcuts)),
        title=_("Hjelp"),
    )


def not_understood(meant: list[str]) -> Message:
    """`meant` are words of ours, nearest first; may be empty."""
    if not meant:
        return message(_("Det forsto jeg ikke."), Buttons((Button(_("Vis hva jeg kan"), RUN_COMMAND, "hjelp"),)))
    return message(
        _("Mente du {words}?").format(words=say_list([quoted(word) for word in meant])),
        Buttons(tuple(Button(f"/{word}", RUN_COMMAND, word) for word in meant)),
    )
