"""Reads the end of the log into memory before this process begins to follow it.

Clients of a replica that stopped reconnect to another one, often to its successor, with a token seconds old. With
the end of the log in memory, a successor answers all of them without a query.
"""

import asyncio
from collections.abc import Callable

import structlog

from chassis.log.reader import LogReader, LogTruncated, LogUnavailable
from contracts.generated.models import LogHeads, ShardHead
from services.delivery.log.event_batch import parse_valid
from services.delivery.log.recent_events import Recent
from services.delivery.log.sync_token import WHOLE_BATCH, EventPosition, Positions

WARM_UP_BATCHES = 2000  # per shard: 20 s of a busy log, hours of a quiet one
WARM_UP_SECONDS = 3.0  # a replica must not become ready late because of this

log = structlog.get_logger(__name__)


class WarmUp:
    """Fills `recent` from the end of the log."""

    def __init__(self, *, reader: LogReader, recent: Recent, now: Callable[[], float]) -> None:
        self._reader = reader
        self._recent = recent
        self._now = now

    async def warm_up(self, heads: LogHeads) -> bool:
        """Read up to `heads`; False if that failed and the memory must be cleared."""
        if self._recent.keeps_nothing:
            return False
        beginnings = {shard.shard: _beginning(shard) for shard in heads.shards}
        places = {shard: EventPosition(pos, WHOLE_BATCH) for shard, pos in beginnings.items()}
        self._recent.restart(Positions(heads.epoch, places))
        try:
            async with asyncio.timeout(WARM_UP_SECONDS):
                for shard in heads.shards:
                    await self._read(shard, heads.epoch, after=beginnings[shard.shard])
        except (LogUnavailable, LogTruncated, TimeoutError) as error:
            log.warning("log.not_recalled", reason=str(error) or type(error).__name__)
            return False
        log.info("log.recalled", events=len(self._recent))
        return True

    async def _read(self, shard: ShardHead, epoch: str, *, after: int) -> None:
        while after < shard.head:
            page = await self._reader.page(shard.shard, after=after)
            if page.epoch != epoch or not page.batches:
                raise LogUnavailable("a page of another log")
            now = self._now()
            for pos, entries in page.batches:
                if pos > shard.head:  # the live stream delivers it
                    return
                for event in parse_valid(entries)[0].events:
                    self._recent.add(shard.shard, pos, event, now)
                after = pos


def _beginning(shard: ShardHead) -> int:
    return max(shard.floor, shard.head - WARM_UP_BATCHES)
