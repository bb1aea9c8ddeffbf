"""What one person alone is told in a channel. It can have no files, and nobody can take it back: it is gone by itself
when they reload. In their own chat with us it is a message like others; but a case that they ask to see passes there
too, so that no copy outlives the case."""

import asyncio
import math
from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.slack import blocks
from adapters.slack.answering import Answering, answering
from adapters.slack.errors import NoAnswerInTime
from adapters.slack.inbound import is_direct
from bot.chat.message import Attachment, Message
from bot.chat.port import Account, Place
from bot.errors import ChatError, RateLimited, Rejected

if TYPE_CHECKING:
    from adapters.slack.chat import SlackChat

LATEST = 60.0  # seconds: an answer that would come later than that is no answer


async def whisper(chat: "SlackChat", place: Place, to: Account, message: Message) -> None:
    """What Slack does not take before it must have its acknowledgement is said after it: what was asked for is done by
    then. Raises `ChatError`."""
    try:
        await _say(chat, place, to, message)
    except (NoAnswerInTime, RateLimited) as error:
        asked, pause = answering.get(), error.after if isinstance(error, RateLimited) else 0.0
        if asked is None or pause > LATEST:
            raise
        chat.later(_say_late(chat, replace(asked, began=math.inf), pause, place, to, message))


async def _say_late(
    chat: "SlackChat", asked: Answering, pause: float, place: Place, to: Account, message: Message
) -> None:
    """Nobody waits any more."""
    await asyncio.sleep(pause)
    answering.set(asked)
    try:
        await _say(chat, place, to, message)
    except ChatError:
        await chat.post(await chat.direct(to), message, "")


async def _say(chat: "SlackChat", place: Place, to: Account, message: Message) -> None:
    if not message.of_case and is_direct(place.room) and (await chat.direct(to)).room == place.room:
        await chat.post(place, message, "")
        return
    if any(isinstance(part, Attachment) for part in message.parts):
        raise Rejected("a whisper has no files")
    for page in _pages(message):
        await _say_page(chat, place, to, page)


async def _say_page(chat: "SlackChat", place: Place, to: Account, page: blocks.Rendered) -> None:
    asked = answering.get()
    url = asked.response_url if asked and asked.may_answer(to.id, place.room) else ""
    if asked and url and asked.slash:
        await _respond(chat, url, place, page)
        return
    try:
        await chat.api.ask(
            chat.api.client.chat_postEphemeral(
                channel=place.room, user=to.id, thread_ts=place.thread, text=page.text, blocks=page.blocks
            )
        )
    except Rejected:  # we are not in that channel, perhaps
        if not url:
            raise
        await _respond(chat, url, place, page)


async def _respond(chat: "SlackChat", url: str, place: Place, page: blocks.Rendered) -> None:
    body = {"response_type": "ephemeral", "replace_original": False, "text": page.text, "blocks": page.blocks}
    await chat.api.respond(url, body | ({"thread_ts": place.thread} if place.thread else {}))


def _pages(message: Message) -> list[blocks.Rendered]:
    try:
        return blocks.pages(message)
    except blocks.TooMuch:
        raise Rejected("the message does not fit") from None
