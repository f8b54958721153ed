"""A log that somebody else has locked, so that its writers wait."""

import contextlib
from collections.abc import AsyncIterator

import asyncpg

from tests.kit.conversations import until

# The leader may wait for the log as well, which tells nothing of commands.
WAITING_WRITERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'conversations.batcher.%' AND wait_event_type = 'Lock'
"""


@contextlib.asynccontextmanager
async def locked_log(url: str) -> AsyncIterator[None]:
    """Nothing is written until the end of the block."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM log_shards FOR UPDATE")
            yield
    finally:
        await connection.close()


async def until_a_writer_waits(url: str) -> None:
    """The statement has been sent, and the database holds it up."""
    watcher = await asyncpg.connect(url)
    try:
        await until(lambda: watcher.fetchval(WAITING_WRITERS), bool)
    finally:
        await watcher.close()
