"""What is said of signing in and out. Pure."""

from bot.chat.message import Message, Text, Tone, message
from bot.language import _, ngettext


def link(address: str) -> Message:
    return message(
        Text(address, opens=True),
        Text(_("Lenken virker én gang, i et kvarter, og bare for deg. Gi den ikke videre."), Tone.MUTED),
        title=_("Logg inn på nettsidene"),
    )


def signed_out(count: int) -> Message:
    if not count:
        return message(_("Du var ikke logget inn på nettsidene noe sted."))
    said = ngettext(
        "Du er logget ut av nettsidene, {count} sted.", "Du er logget ut av nettsidene, {count} steder.", count
    )
    return message(said.format(count=count))
