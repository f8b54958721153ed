"""The log's epoch: it changes when positions may have gone back, and all clients and consumers start afresh."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from services.conversations.store.pool import Reader

FOLLOW_HISTORY = "SELECT follow_log_history()"
EPOCH = "SELECT epoch, previous, reason FROM log_epoch"
CHECK_CLAIM = "SELECT check_log_claim($1, $2, $3, $4)"
LOCK_SHARDS = "SELECT shard FROM log_shards ORDER BY shard FOR UPDATE"
BEGIN = "SELECT begin_log_epoch(fresh_log_epoch(), 'operator')"


@dataclass(frozen=True, slots=True)
class Epoch:
    """The current epoch, the previous one, and why that one ended: history, rolled_back or operator."""

    name: str
    previous: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A consumer's last applied position of a shard; `at` is the time in that position's events."""

    shard: int
    pos: int
    at: str | None


async def follow_history(connection: asyncpg.Connection) -> Epoch | None:
    """Begin a new epoch if the database's history changed. Returns the current epoch, if any."""
    await connection.execute(FOLLOW_HISTORY)
    row = await connection.fetchrow(EPOCH)
    return None if row is None else Epoch(row["epoch"], row["previous"], row["reason"])


async def check_claims(reader: Reader, epoch: str, claims: Sequence[Claim]) -> None:
    """Begin a new epoch if the log does not contain what a consumer has applied in this epoch."""
    shards, positions = [claim.shard for claim in claims], [claim.pos for claim in claims]
    await reader.execute(CHECK_CLAIM, epoch, shards, positions, [claim.at for claim in claims])


async def begin_epoch(connection: asyncpg.Connection) -> str:
    """Begin a new epoch at an operator's request."""
    async with connection.transaction():
        await connection.execute(LOCK_SHARDS)
        epoch: str = await connection.fetchval(BEGIN)
    return epoch
