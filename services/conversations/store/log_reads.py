"""Reads the log: heads, pages, consumers' cursors."""

from dataclasses import dataclass

import asyncpg

from contracts.generated.limits import MAX_EVENT_IDX
from services.conversations.store.pool import Reader

HEADS = """
SELECT e.epoch, s.shard, s.head_pos, s.floor_pos
FROM log_shards s CROSS JOIN log_epoch e
ORDER BY s.shard
"""

# The running size decides: a page ends before the batch that would exceed the limit, but never before its first.
PAGE = """
SELECT pos, payload
FROM (
    SELECT pos, payload, sum(octet_length(payload)) OVER (ORDER BY pos) - octet_length(payload) AS bytes_before
    FROM (
        SELECT pos, payload FROM event_log WHERE shard = $1 AND pos > $2 AND pos <= $3 ORDER BY pos LIMIT $4
    ) AS candidates
) AS measured
WHERE bytes_before = 0 OR bytes_before + octet_length(payload) <= $5
ORDER BY pos
"""

CURSOR = "SELECT epoch, shard, pos FROM consumer_cursors WHERE consumer = $1 ORDER BY shard"

# Current epoch only, and no position past the head. Within an epoch a cursor only moves forward; a new epoch resets it.
PUT_CURSOR = """
INSERT INTO consumer_cursors (consumer, shard, pos, epoch)
SELECT $1, p.shard, p.pos, $2
FROM log_epoch e
CROSS JOIN unnest($3::integer[], $4::bigint[]) AS p (shard, pos)
JOIN log_shards s ON s.shard = p.shard AND s.head_pos >= p.pos
WHERE e.epoch = $2
ON CONFLICT (consumer, shard) DO UPDATE
SET pos = CASE WHEN consumer_cursors.epoch = excluded.epoch THEN greatest(consumer_cursors.pos, excluded.pos)
               ELSE excluded.pos END,
    epoch = excluded.epoch,
    updated_at = now()
RETURNING shard
"""


@dataclass(frozen=True, slots=True)
class ShardHead:
    """A shard's head, and the position after which its log can still be read."""

    shard: int
    head: int
    floor: int


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of all shards, and the log's epoch."""

    epoch: str
    shards: list[ShardHead]

    def of(self, shard: int) -> ShardHead | None:
        """The head of one shard, if it exists."""
        return next((head for head in self.shards if head.shard == shard), None)

    def token(self) -> str:
        """The sync token of a client that has received everything up to the heads."""
        return ".".join((self.epoch, *(f"{head.shard}-{head.head}-{MAX_EVENT_IDX}" for head in self.shards)))


@dataclass(frozen=True, slots=True)
class Cursor:
    """A consumer's progress: positions by shard."""

    epoch: str
    positions: dict[int, int]


async def read_heads(reader: Reader) -> Heads:
    """The heads of all shards, in one snapshot."""
    rows = await reader.fetch(HEADS)
    if not rows:
        raise asyncpg.UndefinedTableError("the log has no shards: run `migrate`")
    heads = [ShardHead(row["shard"], row["head_pos"], row["floor_pos"]) for row in rows]
    return Heads(rows[0]["epoch"], heads)


async def read_page(
    reader: Reader, *, shard: int, after: int, up_to: int, limit: int, max_bytes: int
) -> list[tuple[int, str]]:
    """Positions and their payloads, ascending: at most `limit` and about `max_bytes`, but one at least if any."""
    rows = await reader.fetch(PAGE, shard, after, up_to, limit, max_bytes)
    return [(row["pos"], row["payload"]) for row in rows]


async def read_cursor(reader: Reader, consumer: str) -> Cursor | None:
    """The cursor that the consumer stored last."""
    rows = await reader.fetch(CURSOR, consumer)
    if not rows:
        return None
    return Cursor(rows[0]["epoch"], {row["shard"]: row["pos"] for row in rows})


async def put_cursor(reader: Reader, consumer: str, cursor: Cursor) -> bool:
    """Store the consumer's cursor; False if its positions are not in the current log."""
    stored = await reader.fetch(
        PUT_CURSOR, consumer, cursor.epoch, list(cursor.positions), list(cursor.positions.values())
    )
    return len(stored) == len(cursor.positions)
