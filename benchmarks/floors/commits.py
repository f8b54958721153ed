"""The limits of PostgreSQL: messages inserted with one log row per transaction, and nothing else."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from benchmarks.floors.sample import client_message_id, log_payload
from benchmarks.floors.timings import Timings
from benchmarks.load.talker import TEXT

CONVERSATIONS = 50
# Tables of their own with the product's columns, checks and indexes, so that nothing else is written.
CREATE_MESSAGES = "CREATE TABLE floor_messages (LIKE messages INCLUDING ALL)"
CREATE_LOG = "CREATE TABLE floor_log (LIKE event_log INCLUDING ALL)"
INSERT = """
WITH stored AS (
    INSERT INTO floor_messages
        (conversation_id, seq, id, sender_role, client_message_id, content, created_at, event_pos)
    SELECT conversation_id, seq, id, 'buyer', client_message_id, content, now(), seq
    FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[])
        AS given (conversation_id, seq, id, client_message_id, content)
)
INSERT INTO floor_log (shard, pos, created_at, payload) VALUES (0, $6, now(), $7)
"""


async def prepare(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(CREATE_MESSAGES)
        await connection.execute(CREATE_LOG)
    finally:
        await connection.close()


async def commit_batches(database_url: str, *, batch: int, connections: int, seconds: float) -> Timings:
    """Each connection stores one batch after the other; of each transaction, how long it took."""
    opened = [await asyncpg.connect(database_url) for _ in range(connections)]
    try:
        timings, positions = Timings(seconds), itertools.count(time.time_ns())
        await asyncio.gather(*(_commit(one, batch, positions, timings) for one in opened))
    finally:
        for connection in opened:
            await connection.close()
    return timings


async def _commit(connection: asyncpg.Connection, batch: int, positions: Iterator[int], timings: Timings) -> None:
    statement = await connection.prepare(INSERT)
    conversations: list[UUID] = [uuid7() for _ in range(CONVERSATIONS)]
    payload, texts = log_payload(batch).decode(), [TEXT] * batch
    stored = 0
    while not timings.over:
        began = time.perf_counter()
        numbers = range(stored, stored + batch)
        await statement.fetch(
            [conversations[number % CONVERSATIONS] for number in numbers],
            [number + 1 for number in numbers],
            [uuid7() for _ in numbers],
            [client_message_id(number) for number in numbers],
            texts,
            next(positions),
            payload,
        )
        timings.note(began)
        stored += batch
