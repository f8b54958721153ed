"""Where a consumer begins."""

import pytest

from contracts.generated.models import LogCursor, LogHeads, ShardHead, ShardPosition
from services.notifications.log.progress import positions_lost, start_positions


def heads(*shards: tuple[int, int], epoch: str = "e2") -> LogHeads:
    """Shards as (floor, head)."""
    numbered = [ShardHead(shard=number, floor=floor, head=head) for number, (floor, head) in enumerate(shards)]
    return LogHeads(epoch=epoch, shards=numbered)


def cursor(*positions: int, epoch: str = "e2") -> LogCursor:
    entries = [ShardPosition(shard=shard, pos=pos) for shard, pos in enumerate(positions)]
    return LogCursor(epoch=epoch, positions=entries)


@pytest.mark.parametrize(
    ("log", "stored", "expected"),
    [
        (heads((0, 9)), None, {0: 0}),
        (heads((4, 9)), None, {0: 4}),
        (heads((4, 9)), cursor(7), {0: 7}),
        (heads((4, 9)), cursor(2), {0: 4}),
        (heads((0, 9), (0, 5)), cursor(7), {0: 7, 1: 0}),
        (heads((0, 9)), cursor(7, 3), {0: 7}),
        (heads((0, 9)), cursor(8, epoch="e1"), {0: 8}),
        (heads((0, 9)), cursor(12, epoch="e1"), {0: 9}),
    ],
    ids=[
        "the first time: all that the log holds",
        "the first time: the log was shortened",
        "after the last one",
        "the log was shortened past the last one",
        "a new shard",
        "a shard that is gone",
        "restored from a backup, the cursor with it",
        "restored from a backup, the cursor not",
    ],
)
def test_a_start_continues_after_the_last_decision_within_the_log(
    log: LogHeads, stored: LogCursor | None, expected: dict[int, int]
) -> None:
    """Never before what was decided, never beyond the log."""
    assert start_positions(log, stored) == expected


def test_truncated_positions_are_counted() -> None:
    """Positions between the cursor and the floor; the first time nothing is lost."""
    assert positions_lost(heads((4, 9), (0, 5)), cursor(1, 3)) == 3
    assert positions_lost(heads((4, 9)), cursor(7)) == 0
    assert positions_lost(heads((4, 9)), None) == 0
