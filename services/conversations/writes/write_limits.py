"""Rate limits of REST writes per user, over all replicas: the buckets are in the database."""

import asyncio
from collections.abc import Callable

import asyncpg
import structlog

from chassis.rate_limits import RateLimits
from services.conversations.store.errors import DATABASE_ERRORS
from services.conversations.store.write_buckets import take_write

TAKE_SECONDS = 0.5  # maximum delay of a write by the database; after that this replica counts alone

log = structlog.get_logger(__name__)


class WriteLimits:
    """`take` returns 0 if the write is allowed, else the seconds until it will be.

    Every allowed write is charged, even if it turns out to be a repeat or is rejected. A refusal is remembered, so that
    a flood of requests causes no flood of statements. While the database does not answer, the replica counts only
    its own writes, which then fail if the database stays down.
    """

    def __init__(self, *, pool: asyncpg.Pool, rate_per_second: float, burst: int, clock: Callable[[], float]) -> None:
        self._pool = pool
        self._rate = rate_per_second
        self._burst = burst
        self._clock = clock
        self._own = RateLimits(rate=rate_per_second, burst=burst)
        """Writes allowed here, and refusals by the database."""
        self._alone = False

    async def take(self, user_id: str) -> float:
        """Take one of the user's writes, if any is left."""
        if wait := self._own.take(user_id, self._clock()):
            return wait
        try:
            async with asyncio.timeout(TAKE_SECONDS):
                wait = await take_write(self._pool, user_id, rate_per_second=self._rate, burst=self._burst)
        except DATABASE_ERRORS as error:
            self._note(alone=True, reason=type(error).__name__)
            return 0.0
        self._note(alone=False)
        if wait > 0:
            # Taken before asking: answers come in any order, and what was granted is part of this wait already.
            self._own.give_back(user_id, self._clock())
            self._own.hold(user_id, wait, self._clock())
        return wait

    def _note(self, *, alone: bool, reason: str | None = None) -> None:
        """Log changes of state, not every write."""
        if alone and not self._alone:
            log.warning("write_limits.alone", reason=reason)
        elif self._alone and not alone:
            log.info("write_limits.shared")
        self._alone = alone
