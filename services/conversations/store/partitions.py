"""Upkeep of the log's partitions: made ahead of time, dropped whole when their time is over."""

import re
from datetime import UTC, datetime, timedelta

import asyncpg
import structlog

AHEAD_HOURS = 48  # a leader that does not run for two days is noticed before the net is needed
UPKEEP_LOCK = 0x75706B656570  # "upkeep" in ASCII: any number that nothing else in the database uses
LOCK_SECONDS = 0.5  # attaching and dropping stops the log for a moment: rather try again later than for long
NAME = "event_log_{:%Y%m%d%H}"
_NAME_PATTERN = re.compile(r"event_log_(\d{10})")

PARTITIONS = """
SELECT c.relname AS name,
       upper_bound[1]::timestamptz AS ends_at
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
CROSS JOIN regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \\(''([^'']+)''\\)') AS upper_bound
WHERE i.inhparent = 'event_log'::regclass AND upper_bound IS NOT NULL
ORDER BY ends_at
"""

STRAYED = "SELECT EXISTS (SELECT FROM event_log_default WHERE created_at >= $1 AND created_at < $2)"

MOVE_STRAYED = """
WITH moved AS (DELETE FROM event_log_default WHERE created_at >= $1 AND created_at < $2 RETURNING *)
INSERT INTO {table} SELECT * FROM moved
"""

# Lock order: the shards' rows first, as every writer of the log does.
LOCK_SHARDS = "SELECT shard FROM log_shards ORDER BY shard FOR UPDATE"

# Said before the rows go, in the same transaction: a reader never finds a hole that is not announced as truncation.
RAISE_FLOOR = """
UPDATE log_shards s SET floor_pos = greatest(s.floor_pos, gone.pos)
FROM (SELECT shard, max(pos) AS pos FROM {table} WHERE created_at < $1 GROUP BY shard) AS gone
WHERE s.shard = gone.shard
"""

log = structlog.get_logger(__name__)


async def make_ahead(connection: asyncpg.Connection, *, hours: int) -> int:
    """Make the partitions of the next two days that are missing; returns how many were made."""
    covered = {row["ends_at"] for row in await connection.fetch(PARTITIONS)}
    made = 0
    now = datetime.now(UTC)
    start = _floor_of(now, hours)
    latest = max(covered, default=start)
    start = max(start, latest)
    while start < now + timedelta(hours=AHEAD_HOURS):
        end = _floor_of(start + timedelta(hours=hours), hours)
        made += await _make(connection, start, end if end > start else start + timedelta(hours=hours))
        start = end
    return made


async def drop_old(connection: asyncpg.Connection, *, retention_hours: int) -> int:
    """Drop what is older than the retention; returns how many partitions went."""
    limit = datetime.now(UTC) - timedelta(hours=retention_hours)
    gone = [row["name"] for row in await connection.fetch(PARTITIONS) if row["ends_at"] <= limit]
    for name in gone:
        async with connection.transaction():
            await _lock(connection)
            await connection.execute(RAISE_FLOOR.format(table=_checked(name)), limit)
            await connection.execute(f"DROP TABLE {_checked(name)}")
        log.info("log_partition.dropped", partition=name)
    await _empty_net(connection, limit)
    return len(gone)


async def _make(connection: asyncpg.Connection, start: datetime, end: datetime) -> bool:
    """False when somebody else has made it since we looked: `migrate` and a leader may be at it together."""
    name = _checked(NAME.format(start))
    bounds = f"FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
    async with connection.transaction():
        await _lock(connection)
        if await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", name):
            return False
        await connection.execute(f"CREATE TABLE {name} (LIKE event_log INCLUDING ALL)")
        if await connection.fetchval(STRAYED, start, end):
            await connection.execute(MOVE_STRAYED.format(table=name), start, end)
        await connection.execute(f"ALTER TABLE event_log ATTACH PARTITION {name} FOR VALUES {bounds}")
    log.info("log_partition.made", partition=name)
    return True


async def _empty_net(connection: asyncpg.Connection, limit: datetime) -> None:
    async with connection.transaction():
        await _lock(connection)
        await connection.execute(RAISE_FLOOR.format(table="event_log_default"), limit)
        await connection.execute("DELETE FROM event_log_default WHERE created_at < $1", limit)


async def _lock(connection: asyncpg.Connection) -> None:
    await connection.execute(f"SET LOCAL lock_timeout = '{int(LOCK_SECONDS * 1000)}ms'")
    await connection.execute("SELECT pg_advisory_xact_lock($1)", UPKEEP_LOCK)  # while there are no shards yet, too
    await connection.execute(LOCK_SHARDS)


def _floor_of(moment: datetime, hours: int) -> datetime:
    epoch_hours = int(moment.timestamp() // 3600)
    return datetime.fromtimestamp((epoch_hours - epoch_hours % hours) * 3600, tz=UTC)


def _checked(name: str) -> str:
    """Names are put into statements: only what this module makes passes."""
    if not _NAME_PATTERN.fullmatch(name):
        raise ValueError(f"not a partition of the log: {name}")
    return name
