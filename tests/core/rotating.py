"""A rotation in a process of its own that is killed at one commit: `python -m tests.core.rotating`."""

import asyncio
import base64
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot.rotation import rotate
from bot.vault import Ledger, Vault
from storage import Database

OLD, NEW, OTHER = b"o" * 32, b"n" * 32, b"x" * 32


class KilledAt(Database):
    """SIGKILL before or after one commit: "before 2"."""

    def __init__(self, url: str, point: str) -> None:
        super().__init__(url)
        self._point, self._commits = point, count(1)

    @asynccontextmanager
    async def transaction(self, patience: float = 1.0) -> AsyncIterator[AsyncSession]:
        number = next(self._commits)
        async with super().transaction(patience) as session:
            yield session
            self._reached(f"before {number}")
        self._reached(f"after {number}")

    def _reached(self, point: str) -> None:
        if point == self._point:
            os.kill(os.getpid(), signal.SIGKILL)


def keys(**by_name: bytes) -> str:
    """As FAGTRAAD_KEYS has them, newest first."""
    return ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in by_name.items())


async def main(url: str, point: str) -> None:
    await rotate(KilledAt(url, point), Vault({"new": NEW, "old": OLD}, Ledger(Path("unused"))), batch=5)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
