"""«Personvernsjekk» on a message that stands in the chat: what it may give away, told to the one who asks alone."""

from bot import guard
from bot.chat.inbound import Press
from bot.chat.message import CopyText, Message, Part, Text, Tone, message
from bot.check import Checked, check
from bot.feature import Context
from bot.language import _
from bot.places import Purpose


async def check_message(context: Context, event: Press) -> Message:
    """Nothing of it is stored. Raises `TextTooLong`, `CheckNotFinished`."""
    title = _("Personvernsjekk")
    if not event.text.strip():
        return message(_("Meldingen har ingen tekst å lese."), title=title)
    checked = check({"text": event.text})
    reading = checked.readings["text"]
    if not reading.finds:
        return message(
            _("Jeg fant ingenting som peker ut noen. Les den selv en gang til: jeg finner ikke alt."), title=title
        )
    found = dict.fromkeys(guard.explain(find) for find in reading.finds)
    said = _("Meldingen kan avsløre hvem noen er:")
    remove = _("Er den din: åpne menyen på meldingen, og rediger eller slett den. Ellers be den som skrev den.")
    parts = [Text(said, Tone.WARNING), *(Text(each) for each in found), *_proposal(context, event, checked)]
    return message(*parts, Text(remove, Tone.MUTED), title=title)


def _proposal(context: Context, event: Press, checked: Checked) -> list[Part]:
    """Not in a case room, nor in a 1:1 chat: there the words may be a case's, which are not said again outside it."""
    if context.room is None or context.room.purpose == Purpose.CASES:
        return []
    rewritten = checked.rewritten["text"]
    return [CopyText(_("Forslag uten det"), rewritten)] if rewritten != event.text else []
