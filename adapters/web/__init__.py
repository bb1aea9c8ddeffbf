"""A chat in the browser: the demo, and a way in for networks with neither Slack nor Teams.

An adapter like the others, and its own chat server besides: rooms and messages are in its own tables.
"""

from adapters.web.chat import WebChat
from bot.core import Core

__all__ = ["WebChat", "create"]


def create(core: Core) -> WebChat:
    return WebChat(core)
