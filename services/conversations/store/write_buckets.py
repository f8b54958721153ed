"""The token bucket of REST writes per user, shared by all replicas."""

import asyncpg

from services.conversations.store.pool import Reader

TAKE_WRITE = "SELECT take_write($1, $2, $3)"
FORGET_RESTED = "DELETE FROM write_limits WHERE spent_until < clock_timestamp()"


async def take_write(connection: Reader, user_id: str, *, rate_per_second: float, burst: int) -> float:
    """Take one write from a user's bucket. Returns the seconds to wait; 0.0 if it was granted."""
    wait: float = await connection.fetchval(TAKE_WRITE, user_id, rate_per_second, burst)
    return wait


async def forget_rested(connection: asyncpg.Connection) -> None:
    """Delete the rows of users whose buckets are full."""
    await connection.execute(FORGET_RESTED)
