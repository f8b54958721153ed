"""What a starting process keeps of the log's end, and when it keeps nothing."""

from typing import cast

import pytest

from chassis.log.reader import LogReader, LogTruncated, LogUnavailable, Page
from contracts.generated.models import LogHeads, ShardHead
from services.delivery.log.recent_events import Recent
from services.delivery.log.sync_token import WHOLE_BATCH, EventPosition
from services.delivery.log.warm_up import WARM_UP_BATCHES, WarmUp
from tests.kit.log_events import log_batch

EPOCH = "e1"
PAGE_BATCHES = 3


class Log:
    """A shard whose log goes to `end`."""

    def __init__(self, end: int, *, epoch: str = EPOCH) -> None:
        self.end = end
        self.epoch = epoch
        self.asked: list[int] = []
        self.error: Exception | None = None

    async def page(self, _shard: int, *, after: int) -> Page:
        self.asked.append(after)
        if self.error is not None and len(self.asked) > 1:
            raise self.error
        last = min(after + PAGE_BATCHES, self.end)
        batches = [(pos, log_batch(pos=pos)) for pos in range(after + 1, last + 1)]
        return Page(self.epoch, self.end, batches)


def heads(head: int, *, floor: int = 0) -> LogHeads:
    return LogHeads(epoch=EPOCH, shards=[ShardHead(shard=0, head=head, floor=floor)])


def recall_of(log: Log, recent: Recent) -> WarmUp:
    return WarmUp(reader=cast(LogReader, log), recent=recent, now=lambda: 0.0)


@pytest.fixture
def recent() -> Recent:
    return Recent(seconds=60, max_bytes=1_000_000)


def reach(recent: Recent, pos: int) -> bool:
    return recent.reaches_back_to({0: EventPosition(pos, WHOLE_BATCH)})


async def test_all_from_the_floor_to_the_head(recent: Recent) -> None:
    """What was committed after the heads were asked is left to the live stream."""
    log = Log(12)
    assert await recall_of(log, recent).warm_up(heads(10, floor=4))
    assert log.asked == [4, 7]
    assert len(recent) == 6
    assert reach(recent, 4)
    assert not reach(recent, 3)


async def test_a_long_log_is_not_read_from_its_beginning(recent: Recent) -> None:
    log = Log(WARM_UP_BATCHES * 3)
    log.error = LogUnavailable("enough")
    await recall_of(log, recent).warm_up(heads(log.end))
    assert log.asked[0] == log.end - WARM_UP_BATCHES


async def test_an_empty_log_is_not_read(recent: Recent) -> None:
    log = Log(0)
    assert await recall_of(log, recent).warm_up(heads(0))
    assert log.asked == []


@pytest.mark.parametrize("error", [LogTruncated(), LogUnavailable("status 503")])
async def test_a_partial_recall_is_not_kept(recent: Recent, error: Exception) -> None:
    """The newest is missing then."""
    log = Log(10)
    log.error = error
    assert not await recall_of(log, recent).warm_up(heads(10))


@pytest.mark.parametrize("log", [Log(10, epoch="e2"), Log(5)], ids=["another epoch", "shorter than its head"])
async def test_a_log_that_changed_meanwhile_is_not_kept(recent: Recent, log: Log) -> None:
    assert not await recall_of(log, recent).warm_up(heads(10))


async def test_without_room_nothing_is_requested() -> None:
    log = Log(10)
    assert not await recall_of(log, Recent(seconds=60, max_bytes=0)).warm_up(heads(10))
    assert log.asked == []
