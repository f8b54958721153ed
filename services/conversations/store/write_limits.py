"""The writes by REST that each user has left, over all replicas."""

import asyncpg

from services.conversations.store.pool import Reader

TAKE_WRITE = "SELECT take_write($1, $2, $3)"
FORGET_RESTED = "DELETE FROM write_limits WHERE spent_until < clock_timestamp()"


async def take_write(connection: Reader, user_id: str, *, rate_per_second: float, burst: int) -> float:
    """Take one write of a user's if there is one left. Returns the seconds to wait; 0.0 when it was granted."""
    wait: float = await connection.fetchval(TAKE_WRITE, user_id, rate_per_second, burst)
    return wait


async def forget_rested(connection: asyncpg.Connection) -> None:
    """Drop the rows of users who have all their writes left."""
    await connection.execute(FORGET_RESTED)
