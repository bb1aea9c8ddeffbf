"""Inbound → links and sessions → answer."""

from bot import sessions, signin
from bot.chat import grammar
from bot.chat.inbound import Command, Press
from bot.feature import Answer, Context
from bot.features.sign_in import cards

WORD = "logg"


def is_meant(words: str) -> bool:
    """Whether what stands after `/fagtraad` is about this: `/fagtraad logg inn`."""
    return grammar.fold(grammar.split(words)[0]) == WORD


async def command(context: Context, event: Command, rest: str) -> Answer:
    """`/logg inn` and `/logg ut`; the latter everywhere, since a chat does not know which browser is meant."""
    first, _rest = grammar.split(rest)
    return await _out(context) if grammar.fold(first) in ("ut", "out", "av") else await _link(context)


async def link(context: Context, event: Press) -> Answer:
    return await _link(context)


async def out_everywhere(context: Context, event: Press) -> Answer:
    return await _out(context)


async def _link(context: Context) -> Answer:
    """Into the 1:1 chat, never a room, and never with a notice: the token is kept nowhere but in that message."""
    signin.require_pages(context.public_url)
    token = await signin.new_link(context.session, context.person.id, context.now)
    context.afterwards.direct.append(cards.link(signin.address(context.public_url, token)))
    return None


async def _out(context: Context) -> Answer:
    ended = await sessions.end_all(context.session, context.person.id, context.now)
    return cards.signed_out(ended)
