"""What to do where a platform lacks something: decided once, here. Private → 1:1 chat → refuse; edit → reply."""

import structlog

from bot.chat.message import Button, Buttons, Form, Message, Tone, message
from bot.chat.port import Account, Can, Chat, Place, Posted
from bot.errors import ChatError
from bot.language import _

log = structlog.get_logger()


async def post(chat: Chat, place: Place, said: Message, key: str) -> Posted:
    return await chat.post(place, said, key)


async def edit(chat: Chat, posted: Posted, said: Message) -> None:
    """Change a message; where messages cannot be changed, say the new one in its thread."""
    if Can.EDIT in chat.can:
        await chat.edit(posted, said)
    else:
        await chat.post(posted.in_thread, said, f"edit:{posted.ref}")


async def delete(chat: Chat, posted: Posted) -> None:
    """Remove one of our own messages; where that cannot be done, empty it."""
    if Can.DELETE in chat.can:
        await chat.delete(posted)
    elif Can.EDIT in chat.can:
        await chat.edit(posted, message(_("Slettet.")))


async def tell(chat: Chat, place: Place, to: Account, said: Message, key: str) -> bool:
    """Say something that only one person may see: there and then, else in the 1:1 chat, else not at all.

    Never in the room. Returns whether it was said.
    """
    try:
        if Can.WHISPER in chat.can:
            await chat.whisper(place, to, said)
            return True
    except ChatError as error:
        log.info("not whispered, trying the 1:1 chat", chat=chat.name, error=type(error).__name__)
    try:
        await chat.post(await chat.direct(to), said, key)
    except ChatError as error:
        log.warning("private answer not delivered", chat=chat.name, error=type(error).__name__)
        return False
    return True


async def tell_directly(chat: Chat, place: Place, to: Account, said: Message, key: str) -> None:
    """Say something in the 1:1 chat and nowhere else; whoever asked for it in a room is told there that it came."""
    try:
        direct = await chat.direct(to)
        await chat.post(direct, said, key)
    except ChatError as error:
        log.warning("1:1 message not delivered", chat=chat.name, error=type(error).__name__)
        failed = _("Jeg fikk ikke skrevet til deg alene. Åpne en samtale med meg, og prøv igjen der.")
        await tell(chat, place, to, message(failed), f"not-{key}")
        return
    if direct.room != place.room:
        await tell(chat, place, to, message(_("Jeg har svart deg i en melding til deg alene.")), f"told-{key}")


async def show_home(chat: Chat, to: Account, said: Message) -> None:
    """A person's own page, where the platform has one; where it has none, nobody has opened it."""
    if Can.HOME in chat.can:
        await chat.home(to, said)


async def ask(chat: Chat, opener: object, place: Place, to: Account, form: Form, key: str) -> None:
    """Open a form. Where there is no way to open one from here, say privately where there is."""
    try:
        if Can.FORMS in chat.can and opener is not None:
            await chat.ask(opener, form)
            return
    except ChatError as error:  # what opens a form lives for seconds
        log.info("form not opened, offering it", chat=chat.name, error=type(error).__name__)
    hint = _("Trykk på knappen «{title}» for å åpne skjemaet.").format(title=form.title)
    button = Buttons((Button(form.title, form.does, form.carries, Tone.STRONG),))
    await tell(chat, place, to, message(hint, button), key)
