"""How often somebody may try to sign in, by the address that they come from and by the person that they are.

Counted in memory: each process counts for itself, and a restart forgets. A token of 256 bits is not found by trying
in any case; this keeps a crowd of tries from the database and from the provider.
"""

import math
import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from adapters.web.errors import TooManyTries

TRIES = RateLimitItemPerMinute(120)  # a whole hospital comes from one address on a Monday morning
FAILURES = RateLimitItemPerMinute(20, 5)
BY_PERSON = RateLimitItemPerMinute(10, 10)


class Knocks:
    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def knock(self, address: str) -> None:
        """One try. Raises `TooManyTries`."""
        if not await self._limiter.test(FAILURES, "failed", address):
            raise await self._wait(FAILURES, "failed", address)
        await self._hit(TRIES, "tried", address)

    async def failed(self, address: str) -> None:
        await self._limiter.hit(FAILURES, "failed", address)

    async def person(self, id: int) -> None:
        """One sign-in of a person, wherever from. Raises `TooManyTries`."""
        await self._hit(BY_PERSON, "person", str(id))

    async def _hit(self, limit: RateLimitItem, *who: str) -> None:
        if not await self._limiter.hit(limit, *who):
            raise await self._wait(limit, *who)

    async def _wait(self, limit: RateLimitItem, *who: str) -> TooManyTries:
        stats = await self._limiter.get_window_stats(limit, *who)
        seconds = max(1, math.ceil(stats.reset_time - time.time()))
        refusal = TooManyTries(minutes=str(math.ceil(seconds / 60)))
        refusal.headers = {"Retry-After": str(seconds)}
        return refusal
