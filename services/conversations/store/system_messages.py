"""Stores system messages. One call of a database function, in one transaction."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg
import orjson

from services.conversations.domain import LoggedBatch, Rejected
from services.conversations.system_messages.rendering import SystemMessage

POST = "SELECT * FROM post_system_message($1, $2, $3, $4, $5, $6)"


@dataclass(frozen=True, slots=True)
class Posted:
    """The message is committed. `duplicate`: it already was before this call."""

    message: str
    """A Message of the contracts, as JSON."""
    duplicate: bool


async def post_system_message(
    connection: asyncpg.Connection, shard: int, conversation_id: UUID, message_id: UUID, message: SystemMessage
) -> tuple[Posted | Rejected, LoggedBatch | None]:
    """Store a message once per key. Repeat it with the same id if its outcome got lost."""
    extras = orjson.dumps({"kind": message.kind, "card": message.card, "_": {"posted": message.digest}}).decode()
    (row,) = await connection.fetch(POST, shard, conversation_id, message_id, message.key, message.content, extras)
    if row["code"] is not None:
        return Rejected(row["code"]), None
    logged = None if row["pos"] is None else LoggedBatch(shard, row["pos"], row["epoch"], row["payload"])
    return Posted(row["message"], row["duplicate"]), logged
