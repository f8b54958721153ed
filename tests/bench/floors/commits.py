"""What PostgreSQL can do: messages inserted with one row of the log per transaction, and nothing else."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from tests.bench.floors.sample import client_message_id, log_payload
from tests.load.talker import TEXT

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


@dataclass
class Committed:
    """How many messages were stored in how long, and how long each transaction took, in seconds."""

    messages: int = 0
    seconds: float = 0.0
    took: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


async def prepare(database_url: str) -> None:
    """Make the tables."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(CREATE_MESSAGES)
        await connection.execute(CREATE_LOG)
    finally:
        await connection.close()


async def commit_batches(database_url: str, *, batch: int, connections: int, seconds: float) -> Committed:
    """Each connection stores one batch after the other."""
    committed, positions = Committed(), itertools.count(time.time_ns())
    opened = [await asyncpg.connect(database_url) for _ in range(connections)]
    try:
        began = time.perf_counter()
        await asyncio.gather(*(_commit(one, batch, began + seconds, positions, committed) for one in opened))
        committed.seconds = time.perf_counter() - began
    finally:
        for connection in opened:
            await connection.close()
    return committed


async def _commit(
    connection: asyncpg.Connection, batch: int, until: float, positions: Iterator[int], committed: Committed
) -> None:
    statement = await connection.prepare(INSERT)
    conversations: list[UUID] = [uuid7() for _ in range(CONVERSATIONS)]
    payload, texts = log_payload(batch).decode(), [TEXT] * batch
    stored = 0
    while (began := time.perf_counter()) < until:
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
        committed.took.append(time.perf_counter() - began)
        stored += batch
        committed.messages += batch
