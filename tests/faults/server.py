"""A chat platform in small, on 127.0.0.1, that counts what arrives. It speaks HTTP, one request a
connection."""

import asyncio
import json
from collections import Counter
from contextlib import asynccontextmanager

from bot.errors import RateLimited, Rejected, Unreachable


class ChatServer:
    """`answers_after`: seconds between accepting a message and saying so. `storm`: 429 for each room's first
    requests; `broken` counts requests that came before a `Retry-After` was over."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, str]] = []  # room, key
        self.answers_after = 0.0
        self.storm = 0
        self.retry_after = 0.2
        self.broken = 0
        self.port = 0
        self._refused: Counter[str] = Counter()
        self._not_before: dict[str, float] = {}

    @property
    def counts(self) -> Counter[str]:
        return Counter(key for _, key in self.arrived)

    @asynccontextmanager
    async def running(self):
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = int(head.lower().partition("content-length:")[2].split("\r\n")[0])
            status, answer = await self._answer(head.split(" ")[1], json.loads(await reader.readexactly(length)))
            body = json.dumps(answer).encode()
            writer.write(f"HTTP/1.1 {status} -\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client was killed
        finally:
            writer.close()

    async def _answer(self, path: str, asked: dict[str, str]) -> tuple[int, object]:
        if path == "/find":
            return 200, asked["key"] in self.counts
        now = asyncio.get_running_loop().time()
        room = asked["room"]
        if now < self._not_before.get(room, 0.0):
            self.broken += 1
        if self._refused[room] < self.storm:
            self._refused[room] += 1
            self._not_before[room] = now + self.retry_after
            return 429, self.retry_after
        self.arrived.append((room, asked["key"]))
        if self.answers_after:
            await asyncio.sleep(self.answers_after)
        return 200, True


async def request(port: int, path: str, **asked: str) -> object:
    """What an adapter does: one request, its errors translated at the border."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError as error:
        raise Unreachable from error
    try:
        body = json.dumps(asked).encode()
        writer.write(f"POST {path} HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        answer = await reader.read()
    finally:
        writer.close()
    head, _, answered = answer.partition(b"\r\n\r\n")
    match head.split(b" ")[1:2]:
        case [b"200"]:
            return json.loads(answered)
        case [b"429"]:
            raise RateLimited(json.loads(answered))
        case []:
            raise Unreachable
        case _:
            raise Rejected
