"""The port without a platform: for tests and stories. Everything is kept in memory and can be looked at."""

from adapters.memory.chat import MemoryChat
from bot.core import Core

__all__ = ["MemoryChat", "create"]


def create(core: Core) -> MemoryChat:
    return MemoryChat(core.clock)
