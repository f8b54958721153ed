"""The connection pool for reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
from asyncpg.pool import PoolConnectionProxy

IDLE_SECONDS = 60.0  # after which an unused connection is closed
CLOSE_SECONDS = 3.0

END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)  # later than any time stored: where a list's first page begins

# A statement runs the same on a connection and on a pool, which lends one for the statement.
Reader = asyncpg.Connection | asyncpg.Pool

# A connection of one's own, or lent by a pool.
Lent = asyncpg.Connection | PoolConnectionProxy


@asynccontextmanager
async def open_pool(
    *, url: str, max_size: int, statement_cache_size: int, timeout_seconds: float
) -> AsyncIterator[asyncpg.Pool]:
    """A pool whose every wait is bounded. It connects when used, so that the service may start before its database."""
    pool = await asyncpg.create_pool(
        url,
        min_size=0,
        max_size=max_size,
        statement_cache_size=statement_cache_size,
        timeout=timeout_seconds,
        command_timeout=timeout_seconds,
        max_inactive_connection_lifetime=IDLE_SECONDS,
        server_settings={"application_name": "conversations.read"},
    )
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await pool.close()
        except TimeoutError:
            pool.terminate()
