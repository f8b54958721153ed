"""The connection pool for reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
from asyncpg.pool import PoolConnectionProxy

IDLE_SECONDS = 60.0  # seconds after which an unused connection is closed
CLOSE_SECONDS = 3.0

END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)  # later than any stored time: the position before a list's first page

# A statement runs on a connection or on a pool, which acquires one for it.
Reader = asyncpg.Connection | asyncpg.Pool

# A dedicated connection, or one acquired from a pool.
Lent = asyncpg.Connection | PoolConnectionProxy


@asynccontextmanager
async def open_pool(
    *, url: str, max_size: int, statement_cache_size: int, timeout_seconds: float
) -> AsyncIterator[asyncpg.Pool]:
    """A pool with timeouts on every wait. It connects lazily, so that the service can start before its database."""
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
