"""How many bytes a message takes on disk, and in the write-ahead log."""

import asyncio
from uuid import uuid4

import aiohttp
import asyncpg
import orjson

from benchmarks.load.target import Couple, Target

IN_FLIGHT = 4  # requests, so that batches fill as they do under load
_SIZES = """
SELECT pg_table_size('messages') AS "table",
       pg_relation_size('messages_pkey') AS primary_key,
       pg_indexes_size('messages') - pg_relation_size('messages_pkey') AS unique_index,
       pg_total_relation_size('conversations') AS conversations,
       (SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'event_log'::regclass)::bigint
           AS event_log,
       pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS write_ahead_log
"""


LASTING = ("table", "primary_key", "unique_index", "conversations")
"""The parts of `read_sizes` that keep their disk space after the log's retention."""


async def read_sizes(connection: asyncpg.Connection) -> dict[str, int]:
    """Bytes now, by what occupies them, without tidying up before."""
    row = await connection.fetchrow(_SIZES)
    assert row is not None
    return {name: int(size) for name, size in row.items()}


async def write(
    http: aiohttp.ClientSession, target: Target, couples: list[Couple], text: str, *, messages: int, batch: int
) -> None:
    """Store messages as delivery does it, of all couples in turn. Raises RuntimeError when one is refused."""
    batches = iter(
        [
            _command(couples[number % len(couples)], number, text)
            for number in range(first, min(first + batch, messages))
        ]
        for first in range(0, messages, batch)
    )

    async def send() -> None:
        for commands in batches:
            await _execute(http, target, commands)

    await asyncio.gather(*(send() for _ in range(IN_FLIGHT)))


def _command(couple: Couple, number: int, text: str) -> dict[str, str]:
    return {
        "kind": "send_message",
        "userId": couple.buyer_id if number % 3 else couple.seller_id,
        "conversationId": couple.conversation_id,
        "clientMessageId": str(uuid4()),  # as the web client makes them
        "content": text,
    }


async def _execute(http: aiohttp.ClientSession, target: Target, commands: list[dict[str, str]]) -> None:
    headers = {"Authorization": f"Bearer {target.service_token}", "Content-Type": "application/json"}
    url = f"{target.conversations_url}/internal/commands"
    async with http.post(url, data=orjson.dumps({"ttlMs": 30_000, "commands": commands}), headers=headers) as response:
        answer = orjson.loads(await response.read())
    if response.status != 200 or any(result["status"] != "stored" for result in answer["results"]):
        raise RuntimeError(f"not stored: {answer}")
