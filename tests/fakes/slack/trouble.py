"""Trouble on demand: the next calls of a method are limited, fail, hang, or lose their connection."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

if TYPE_CHECKING:
    from tests.fakes.slack.server import FakeSlack

Kind = Literal["limit", "fail", "refuse", "hang", "reset"]
BURST = 5  # chat.postMessage: "1 message per second per channel; short bursts are allowed": how short is not said


@dataclass(frozen=True)
class Fault:
    kind: Kind
    seconds: int = 1  # Retry-After, or how long it hangs
    status: int = 503
    error: str = "internal_error"
    after: bool = False  # the method is carried out first: only its answer is lost

    async def instead(self, slack: "FakeSlack", request: Request) -> Response:
        if self.kind == "limit":
            headers = {"Retry-After": str(self.seconds)}
            return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers=headers)
        if self.kind == "fail":
            return PlainTextResponse("<html>upstream trouble</html>", self.status, media_type="text/html")
        if self.kind == "refuse":
            return JSONResponse({"ok": False, "error": self.error})
        if self.kind == "hang":
            await slack.stopping_or(asyncio.sleep(self.seconds))
            return JSONResponse({"ok": False, "error": "request_timeout"})
        slack.reset(request)
        await asyncio.sleep(0)
        return PlainTextResponse("")


class Trouble:
    def __init__(self) -> None:
        self._next: dict[str, deque[Fault]] = {}
        self.strict_rates = False
        self._sent: dict[str, tuple[float, float]] = {}  # by channel: what is left of the burst, and when that was so

    def next(self, method: str, fault: Fault, times: int = 1) -> None:
        """The next `times` calls of `method` ("*": of any) meet this."""
        self._next.setdefault(method, deque()).extend([fault] * times)

    def limit(self, method: str, times: int = 1, retry_after: int = 1) -> None:
        self.next(method, Fault("limit", retry_after), times)

    def fail(self, method: str, times: int = 1, status: int = 503, *, after: bool = False) -> None:
        self.next(method, Fault("fail", status=status, after=after), times)

    def refuse(self, method: str, error: str, times: int = 1) -> None:
        self.next(method, Fault("refuse", error=error), times)

    def hang(self, method: str, times: int = 1, seconds: int = 60, *, after: bool = False) -> None:
        self.next(method, Fault("hang", seconds, after=after), times)

    def reset(self, method: str, times: int = 1, *, after: bool = False) -> None:
        """The connection is cut; with `after`, once the method has been carried out. aiohttp repeats a GET once by
        itself when a connection that it had kept is cut: to be noticed there, let it happen twice."""
        self.next(method, Fault("reset", after=after), times)

    def clear(self) -> None:
        self._next.clear()

    def of(self, method: str) -> Fault | None:
        for name in (method, "*"):
            if self._next.get(name):
                return self._next[name].popleft()
        return None

    def too_fast(self, method: str, channel: str, now: float) -> bool:
        """docs: rate limits, "posting messages": one a second and channel beyond a burst."""
        if not self.strict_rates or method != "chat.postMessage":
            return False
        left, when = self._sent.get(channel, (float(BURST), now))
        left = min(float(BURST), left + now - when)
        if left < 1:
            self._sent[channel] = (left, now)
            return True
        self._sent[channel] = (left - 1, now)
        return False
