"""Stores which positions the broker has confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass

import asyncpg

from services.conversations.domain import LoggedBatch
from services.conversations.store.pool import Reader

# Several processes confirm positions of one shard: a union loses none of them. In another epoch the same positions are
# of other events; the lock serializes this with the start of a new epoch.
CONFIRM = """
WITH present AS MATERIALIZED (SELECT FROM log_epoch WHERE epoch = $3 FOR SHARE)
UPDATE log_publications SET confirmed = confirmed + $2::text::int8multirange
FROM present WHERE shard = $1
"""

# Positions no longer in the log count as confirmed.
FORGET_TRUNCATED = """
UPDATE log_publications p SET confirmed = p.confirmed + int8multirange(int8range(0, s.floor_pos + 1))
FROM log_shards s
WHERE s.shard = p.shard AND NOT p.confirmed @> int8range(0, s.floor_pos + 1)
"""

# Only positions older than $2: the process that committed them has that long to publish them.
UNPUBLISHED = """
SELECT l.pos, l.payload, e.epoch
FROM log_publications p
JOIN log_shards s ON s.shard = p.shard
CROSS JOIN log_epoch e
CROSS JOIN LATERAL unnest(int8multirange(int8range(s.floor_pos + 1, s.head_pos + 1)) - p.confirmed) AS gap
CROSS JOIN LATERAL (
    SELECT pos, payload, created_at FROM event_log
    WHERE shard = p.shard AND pos >= lower(gap) AND pos < upper(gap)
    ORDER BY pos LIMIT $3
) AS l
WHERE p.shard = $1 AND l.created_at < clock_timestamp() - make_interval(secs => $2)
ORDER BY l.pos
LIMIT $3
"""

BACKLOG = """
SELECT s.shard, s.head_pos, e.epoch, coalesce(sum(upper(gap) - lower(gap)), 0)::bigint AS unpublished
FROM log_shards s
CROSS JOIN log_epoch e
JOIN log_publications p ON p.shard = s.shard
LEFT JOIN LATERAL unnest(int8multirange(int8range(s.floor_pos + 1, s.head_pos + 1)) - p.confirmed) AS gap ON true
GROUP BY s.shard, s.head_pos, e.epoch
ORDER BY s.shard
"""


@dataclass(frozen=True, slots=True)
class Backlog:
    """A shard's head, and its number of unconfirmed positions."""

    shard: int
    head: int
    epoch: str
    unpublished: int


async def confirm(reader: Reader, shard: int, positions: Iterable[int], *, epoch: str) -> None:
    """Mark positions as confirmed; ignored for an epoch that ended."""
    await reader.execute(CONFIRM, shard, ranges(positions), epoch)


async def forget_truncated(connection: asyncpg.Connection) -> None:
    """Mark positions no longer in the log as confirmed."""
    await connection.execute(FORGET_TRUNCATED)


async def read_backlog(connection: asyncpg.Connection) -> list[Backlog]:
    """Every shard's head and number of unconfirmed positions."""
    rows = await connection.fetch(BACKLOG)
    return [Backlog(row["shard"], row["head_pos"], row["epoch"], row["unpublished"]) for row in rows]


async def read_unpublished(
    connection: asyncpg.Connection, shard: int, *, older_than_seconds: float, limit: int
) -> list[LoggedBatch]:
    """The first unconfirmed positions older than the given age, ascending."""
    rows = await connection.fetch(UNPUBLISHED, shard, older_than_seconds, limit)
    return [LoggedBatch(shard, row["pos"], row["epoch"], row["payload"]) for row in rows]


def ranges(positions: Iterable[int]) -> str:
    """Positions as an int8multirange: [3, 4, 9] is {[3,5),[9,10)}."""
    found: list[list[int]] = []
    for position in sorted(positions):
        if found and position <= found[-1][1]:
            found[-1][1] = position + 1
        else:
            found.append([position, position + 1])
    return "{" + ",".join(f"[{first},{end})" for first, end in found) + "}"
