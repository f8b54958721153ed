"""Reads batches that the broker did not deliver from the log."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from chassis.backoff import Backoff
from chassis.broker.link import BrokerUnavailable
from chassis.log.cursor import Gap, time_of
from chassis.log.reader import LogReader, LogTruncated, LogUnavailable, Page
from services.notifications.decider import Decider, Verdict
from services.notifications.events import AnyEvent, BatchMessage, Poison, read_entry
from services.notifications.log.dead_letters import DeadLetters
from services.notifications.metrics import ServiceMetrics
from services.notifications.receipts import LogReceipt

_LOG_RECEIPT = LogReceipt()

log = structlog.get_logger(__name__)


class GapFiller:
    """Woken by the decider; retries until a gap is filled, without blocking anything else."""

    def __init__(
        self,
        *,
        decider: Decider,
        reader: LogReader,
        dead_letters: DeadLetters,
        metrics: ServiceMetrics,
        grace_seconds: float,
        on_position_lost: Callable[[str], None],
        backoff: Backoff | None = None,
    ) -> None:
        self._decider = decider
        self._reader = reader
        self._dead_letters = dead_letters
        self._metrics = metrics
        self._grace_seconds = grace_seconds
        self._on_position_lost = on_position_lost
        self._backoff = backoff or Backoff(base_seconds=0.25, cap_seconds=5)
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Report a gap."""
        self._awake.set()

    async def run(self) -> None:
        while True:
            await self._awake.wait()
            await asyncio.sleep(self._grace_seconds)  # the batch may only be late
            self._awake.clear()
            try:
                for shard in list(self._decider.gaps):
                    await self._fill(shard)
            except (LogUnavailable, BrokerUnavailable) as error:
                delay = self._backoff.next_delay()
                log.warning("hole.not_filled", reason=str(error), retry_ms=round(delay * 1000))
                self._awake.set()
                await asyncio.sleep(delay)
            else:
                self._backoff.reset()

    async def _fill(self, shard: int) -> None:
        while (gap := self._decider.gaps.get(shard)) is not None:
            page = await self._read(shard, gap)
            if page is None:
                return
            for pos, entries in page.batches:
                await self._take(page.epoch, shard, pos, entries)
            if page.head < gap.up_to:
                await self._decider.trust(shard, page.head)
            if self._decider.gaps.get(shard) == gap:
                raise LogUnavailable("a page that does not begin after our position")

    async def _read(self, shard: int, gap: Gap) -> Page | None:
        """None if our position in the log is lost and must be restored."""
        try:
            page = await self._reader.page(shard, after=gap.after, limit=gap.up_to - gap.after)
        except LogTruncated:
            self._on_position_lost("the log no longer reaches back to our position")
            return None
        if page.epoch != self._decider.epoch:
            self._on_position_lost("the log's epoch changed")
            return None
        if page.head < gap.after:
            await self._reader.heads(stands=self._decider.stands())  # lets the log begin a new epoch
            self._on_position_lost("the log ends before our position")
            return None
        return page

    async def _take(self, epoch: str, shard: int, pos: int, entries: list[Any]) -> None:
        events = [event for entry in entries if (event := await self._valid(entry, shard, pos)) is not None]
        message = BatchMessage(epoch=epoch, shard=shard, pos=pos, events=events, at=time_of(entries))
        if await self._decider.take(message, _LOG_RECEIPT) is Verdict.TAKEN:
            self._metrics.filled.inc()
            log.debug("hole.filled", shard=shard, pos=pos)

    async def _valid(self, entry: object, shard: int, pos: int) -> AnyEvent | None:
        """The event; None if it is invalid and was dead-lettered, as the log has no better copy."""
        try:
            return read_entry(entry)
        except Poison as poison:
            reason = f"{poison.reason}_in_log"
            await self._dead_letters.publish(entry, shard=shard, pos=pos, reason=reason)
            self._metrics.dead_lettered.labels(reason).inc()
            log.warning("event.dead_lettered", reason=reason, shard=shard, pos=pos)
            return None
