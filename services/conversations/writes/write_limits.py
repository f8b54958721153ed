"""How often each user may write by REST, over all replicas: the count is kept in the database."""

import asyncio
from collections.abc import Callable

import asyncpg
import structlog

from chassis.rate_limits import RateLimits
from services.conversations.store.errors import DATABASE_ERRORS
from services.conversations.store.write_limits import take_write

TAKE_SECONDS = 0.5  # longer than this the database does not delay a write; then this replica counts alone

log = structlog.get_logger(__name__)


class WriteLimits:
    """`take` returns 0 when the write is allowed, else the seconds until it will be.

    Every write is charged when it is allowed, whatever comes of it: repeats and refused ones too. A refusal is
    remembered, so that a flood of requests is no flood of statements. While the database does not answer, the replica
    counts what it allowed itself: the write itself will tell what the database makes of it.
    """

    def __init__(self, *, pool: asyncpg.Pool, rate_per_second: float, burst: int, clock: Callable[[], float]) -> None:
        self._pool = pool
        self._rate = rate_per_second
        self._burst = burst
        self._clock = clock
        self._own = RateLimits(rate=rate_per_second, burst=burst)
        """What was allowed here, and what the database refused."""
        self._alone = False

    async def take(self, user_id: str) -> float:
        """Use one of the user's writes if there is one."""
        if wait := self._own.wait(user_id, self._clock()):
            return wait
        try:
            async with asyncio.timeout(TAKE_SECONDS):
                wait = await take_write(self._pool, user_id, rate_per_second=self._rate, burst=self._burst)
        except DATABASE_ERRORS as error:
            self._note(alone=True, reason=type(error).__name__)
            return self._own.take(user_id, self._clock())
        self._note(alone=False)
        if wait > 0:
            self._own.hold(user_id, wait, self._clock())
        else:
            self._own.charge(user_id, self._clock())
        return wait

    def _note(self, *, alone: bool, reason: str | None = None) -> None:
        """Logged when it changes, not for every write."""
        if alone and not self._alone:
            log.warning("write_limits.alone", reason=reason)
        elif self._alone and not alone:
            log.info("write_limits.shared")
        self._alone = alone
