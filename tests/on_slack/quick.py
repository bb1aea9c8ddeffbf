"""uvicorn for tests: it stands up and goes away at once. Its own looks ten times a second whether it should, and then
waits another tenth, which a thousand tests would feel."""

import asyncio
import contextlib
from collections.abc import Iterator
from socket import socket

import pytest

from tests.fakes.slack import listening

LOOK = 0.005  # seconds


@contextlib.contextmanager
def quick_servers() -> Iterator[None]:
    """What listens from here on, in tests and in the fake."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listening, "_Server", QuickServer)
        yield


class QuickServer(listening._Server):
    async def main_loop(self) -> None:
        while not self.should_exit:
            await asyncio.sleep(LOOK)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Who is being answered is answered, for at most a second; idle connections are closed."""
        for server in self.servers:
            server.close()
        for each in sockets or []:
            each.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while self.server_state.connections or self.server_state.tasks:
                    await asyncio.sleep(LOOK)
        for task in self.server_state.tasks:
            task.cancel()
