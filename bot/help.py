"""What Fagtråd says of itself, and what it says when it did not understand."""

from bot.chat.message import Button, Buttons, Facts, Message, message
from bot.feature import CommandWord, Features
from bot.language import _, quoted, say_list

RUN_COMMAND = "fagtraad.command"
ROOT = "fagtraad"  # what every other command may be written after, where a platform wants them registered
_BETWEEN = " · "  # between the ways to write a command, in its usage


def help_message(features: Features, *, registered: bool = False) -> Message:
    """`registered`: a slash begins only the commands that the platform was told of, so the rest are said after the
    root's."""
    return message(
        _("Jeg passer på det som skjer mellom møtene. Knappene gjør det meste; dette kan du også skrive:"),
        Facts(tuple(_said(command, registered=registered) for command in features.commands)),
        Buttons(tuple(Button(_(shortcut.label), shortcut.does) for shortcut in features.shortcuts)),
        title=_("Hjelp"),
    )


def _said(command: CommandWord, *, registered: bool) -> tuple[str, str]:
    """How it is written, in every way, and what it does."""
    usage, does = _(command.usage), _(command.help)
    if not registered:
        return usage, does
    first = usage.split()[0]
    own = f"/{command.slash}" if command.slash else f"/{ROOT} {first.removeprefix('/')}"
    ways = [own + way.removeprefix(first) if way.startswith(first) else way for way in usage.split(_BETWEEN)]
    return _BETWEEN.join(ways), does.replace(f"{first} ", f"{own} ")


def not_understood(meant: list[str]) -> Message:
    """`meant` are words of ours, nearest first; may be empty."""
    if not meant:
        return message(_("Det forsto jeg ikke."), Buttons((Button(_("Vis hva jeg kan"), RUN_COMMAND, "hjelp"),)))
    return message(
        _("Mente du {words}?").format(words=say_list([quoted(word) for word in meant])),
        Buttons(tuple(Button(f"/{word}", RUN_COMMAND, word) for word in meant)),
    )
