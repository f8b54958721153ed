"""Maintains the log's partitions: created ahead of time, dropped as a whole after the retention."""

import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import structlog

AHEAD_HOURS = 48  # an outage of the leader for two days is noticed before the default partition is needed
UPKEEP_LOCK = 0x75706B656570  # "upkeep" in ASCII: any number that nothing else in the database uses
LOCK_SECONDS = 0.5  # attaching and dropping block the log: give up quickly and retry later
NAME = "event_log_{:%Y%m%d%H}"
_NAME_PATTERN = re.compile(r"event_log_\d{10}(_\d+_[0-9a-f]+)?")
MOST_STRAYED_HOURS = 200  # per maintenance run: each may need a partition
MOST_COUNTED = 100_000
Span = tuple[datetime, datetime]

PARTITIONS = """
SELECT c.relname AS name, bounds[1]::timestamptz AS begins_at, bounds[2]::timestamptz AS ends_at
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
CROSS JOIN regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''([^'']+)''\\) TO \\(''([^'']+)''\\)') AS bounds
WHERE i.inhparent = 'event_log'::regclass AND bounds IS NOT NULL
ORDER BY ends_at
"""

# Rows carry the database's time, so its clock decides which partitions they need, not this machine's.
NOW = "SELECT clock_timestamp()"

# The hours of the rows in the default partition, oldest first: the clock was wrong, or a partition was dropped by hand.
STRAYED_HOURS = """
SELECT DISTINCT date_trunc('hour', created_at, 'UTC') AS hour FROM event_log_default ORDER BY hour LIMIT $1
"""

COUNT_STRAYED = "SELECT count(*) FROM (SELECT FROM event_log_default LIMIT $1) AS counted"

STRAYED = "SELECT EXISTS (SELECT FROM event_log_default WHERE created_at >= $1 AND created_at < $2)"

MOVE_STRAYED = """
WITH moved AS (DELETE FROM event_log_default WHERE created_at >= $1 AND created_at < $2 RETURNING *)
INSERT INTO {table} SELECT * FROM moved
"""

# Lock order: the shards' rows first, as every writer of the log does.
LOCK_SHARDS = "SELECT shard FROM log_shards ORDER BY shard FOR UPDATE"

# Recorded before the rows are dropped, in the same transaction, so that a reader never sees an unexplained gap.
RAISE_FLOOR = """
UPDATE log_shards s SET floor_pos = greatest(s.floor_pos, gone.pos)
FROM (SELECT shard, max(pos) AS pos FROM {table} WHERE created_at < $1 GROUP BY shard) AS gone
WHERE s.shard = gone.shard
"""

log = structlog.get_logger(__name__)


async def make_ahead(connection: asyncpg.Connection, *, hours: int) -> int:
    """Create the missing partitions for the next two days and for stray rows; returns their number."""
    now: datetime = await connection.fetchval(NOW)
    wanted = list(_spans(now, now + timedelta(hours=AHEAD_HOURS), hours))
    for row in await connection.fetch(STRAYED_HOURS, MOST_STRAYED_HOURS):
        wanted += _spans(row["hour"], row["hour"] + timedelta(hours=1), hours)
    covered = [(row["begins_at"], row["ends_at"]) for row in await connection.fetch(PARTITIONS)]
    made = 0
    for begin, end in sorted(set(wanted)):
        for gap in _uncovered(begin, end, covered):
            made += await _make(connection, *gap)
            covered.append(gap)
    return made


async def count_strayed(connection: asyncpg.Connection) -> int:
    """The number of rows in the default partition, counted up to a limit."""
    async with connection.transaction():
        await _bound_lock_wait(connection)
        strayed: int = await connection.fetchval(COUNT_STRAYED, MOST_COUNTED)
    return strayed


async def drop_old(connection: asyncpg.Connection, *, retention_hours: int) -> int:
    """Drop partitions older than the retention; returns their number."""
    limit = await connection.fetchval(NOW) - timedelta(hours=retention_hours)
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
    """False if it was created concurrently: `migrate` and a leader may run together."""
    name = _checked(NAME.format(start))
    bounds = f"FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
    async with connection.transaction():
        await _lock(connection)
        partitions = await connection.fetch(PARTITIONS)
        if any(row["begins_at"] < end and start < row["ends_at"] for row in partitions):
            return False
        if await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", name):
            # An operator detached it: its rows and its name are theirs.
            name = _checked(f"{name}_{int(start.timestamp())}_{secrets.token_hex(2)}")
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
    await _bound_lock_wait(connection)
    await connection.execute("SELECT pg_advisory_xact_lock($1)", UPKEEP_LOCK)  # also while no shards exist yet
    await connection.execute(LOCK_SHARDS)


async def _bound_lock_wait(connection: asyncpg.Connection) -> None:
    await connection.execute(f"SET LOCAL lock_timeout = '{int(LOCK_SECONDS * 1000)}ms'")


def _spans(begin: datetime, end: datetime, hours: int) -> Iterator[Span]:
    """The aligned spans of so many hours that cover a time."""
    start = _floor_of(begin, hours)
    while start < end:
        following = start + timedelta(hours=hours)
        yield start, following
        start = following


def _uncovered(begin: datetime, end: datetime, covered: Sequence[Span]) -> Iterator[Span]:
    """The parts of a span that no partition covers; existing partitions may span another number of hours."""
    for first, last in sorted(covered):
        if last <= begin or first >= end:
            continue
        if first > begin:
            yield begin, first
        begin = max(begin, last)
    if begin < end:
        yield begin, end


def _floor_of(moment: datetime, hours: int) -> datetime:
    epoch_hours = int(moment.timestamp() // 3600)
    return datetime.fromtimestamp((epoch_hours - epoch_hours % hours) * 3600, tz=UTC)


def _checked(name: str) -> str:
    """Names go into statements unescaped, so only those made by this module pass."""
    if not _NAME_PATTERN.fullmatch(name):
        raise ValueError(f"not a partition of the log: {name}")
    return name
