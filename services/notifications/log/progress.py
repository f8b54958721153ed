"""This consumer's cursor, stored by `conversations` across restarts."""

import asyncio
from collections.abc import Mapping

import structlog

from chassis.health import NotReady
from chassis.log.reader import LogReader, LogUnavailable
from contracts.generated.models import LogCursor, LogHeads
from services.notifications.decider import Decider
from services.notifications.metrics import ServiceMetrics

CONSUMER = "notifications"  # the name under which `conversations` keeps the cursor
FINAL_STORE_SECONDS = 3.0  # part of the time a process has for stopping

log = structlog.get_logger(__name__)


class Progress:
    """Restores the cursor when this process becomes the active consumer, and stores it while it is.

    Decisions since the last store are repeated after a crash, but not after a clean stop.
    """

    def __init__(self, *, reader: LogReader, decider: Decider, metrics: ServiceMetrics, store_seconds: float) -> None:
        self._reader = reader
        self._decider = decider
        self._metrics = metrics
        self._store_seconds = store_seconds
        self._stored: tuple[str, Mapping[int, int]] | None = None
        self._failed = ""
        """Why the last attempt to store failed."""

    async def restore(self) -> None:
        """Start the decider where the last consumer left off. Raises LogUnavailable."""
        stored = await self._reader.cursor(CONSUMER)
        heads = await self._reader.heads(stands=self._decider.stands() if self._decider.epoch else None)
        lost = positions_lost(heads, stored)
        if lost:
            self._metrics.truncated.inc(lost)
            log.error("log.truncated", positions=lost)
        await self._decider.start(heads.epoch, start_positions(heads, stored))

    async def check(self) -> None:
        """For readiness: the cursor is being stored."""
        if self._failed:
            raise NotReady(f"the cursor was not stored: {self._failed}")

    async def run(self) -> None:
        """Store the cursor periodically, if it has moved."""
        while True:
            await asyncio.sleep(self._store_seconds)
            await self.store()

    async def store_finally(self) -> None:
        """The last store of a clean stop."""
        try:
            async with asyncio.timeout(FINAL_STORE_SECONDS):
                await self.store()
        except TimeoutError:
            log.warning("cursor.not_stored", reason="timeout")

    async def store(self) -> None:
        """Store the cursor. A failure is only logged: the next attempt stores more."""
        epoch, positions = self._decider.epoch, self._decider.positions
        if not self._decider.started or (epoch, positions) == self._stored:
            return
        try:
            await self._reader.store_cursor(CONSUMER, self._decider.stands())
        except LogUnavailable as error:
            self._metrics.stores.labels("failed").inc()
            log.warning("cursor.not_stored", reason=str(error))
            self._failed = str(error)
        else:
            self._failed = ""
            self._stored = (epoch, positions)
            self._metrics.stores.labels("stored").inc()


def start_positions(heads: LogHeads, stored: LogCursor | None) -> dict[int, int]:
    """The start of each shard: after the last decision, else at the oldest position in the log.

    A cursor of another epoch still counts. The epoch changes when positions may have gone back, and the cursor, stored
    in the same database, went back with them: it refers to events that the log contained then, and contains now.
    """
    known = _positions(stored)
    return {
        shard.shard: min(max(known.get(shard.shard, shard.floor), shard.floor), shard.head) for shard in heads.shards
    }


def positions_lost(heads: LogHeads, stored: LogCursor | None) -> int:
    """The number of positions after the stored cursor that are no longer in the log."""
    known = _positions(stored)
    return sum(max(0, shard.floor - known[shard.shard]) for shard in heads.shards if shard.shard in known)


def _positions(stored: LogCursor | None) -> dict[int, int]:
    return {} if stored is None else {entry.shard: entry.pos for entry in stored.positions}
