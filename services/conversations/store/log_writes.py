"""The writes that go through the log. Each is one call of a database function, which is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.conversations.domain import (
    Command,
    LoggedBatch,
    MessageStored,
    Outcome,
    ReadMarked,
    Rejected,
    SendMessage,
)

APPLY_COMMANDS = "SELECT * FROM apply_commands($1, $2, $3, $4, $5, $6, $7, $8)"
START_CONVERSATION = "SELECT * FROM start_conversation($1, $2, $3, $4, $5)"
ANNOUNCE_CONVERSATIONS = "SELECT * FROM announce_conversations($1, $2)"
PROVE_WRITE = "SELECT prove_log_write($1)"


@dataclass(frozen=True, slots=True)
class Applied:
    """The outcomes of a batch in its order, and the log's new position if there is one."""

    outcomes: list[Outcome]
    logged: LoggedBatch | None


@dataclass(frozen=True, slots=True)
class Started:
    """`status` is started or existing, which come with the conversation, or the code of a refusal."""

    status: str
    conversation_id: UUID | None
    retry_after_seconds: int | None


async def apply_commands(connection: asyncpg.Connection, shard: int, commands: Sequence[Command]) -> Applied:
    """Execute commands of one shard in their order."""
    rows = await connection.fetch(APPLY_COMMANDS, shard, *_columns(commands))
    outcomes = [_outcome(row, command) for row, command in zip(rows, commands, strict=True)]
    return Applied(outcomes, _logged(shard, rows[0]))


async def start_conversation(
    connection: asyncpg.Connection,
    shard: int,
    *,
    conversation_id: UUID,
    item_id: str,
    buyer_id: str,
    max_a_day: int | None = None,
) -> tuple[Started, LoggedBatch | None]:
    """Start a conversation, unless the buyer started `max_a_day` within 24 hours, or find the one there is."""
    (row,) = await connection.fetch(START_CONVERSATION, shard, conversation_id, item_id, buyer_id, max_a_day)
    started = Started(row["status"], row["conversation_id"], row["retry_after_seconds"])
    return started, _logged(shard, row)


async def announce_conversations(
    connection: asyncpg.Connection, shard: int, conversation_ids: Sequence[UUID]
) -> LoggedBatch | None:
    """Write a `conversation.updated` for each conversation, with what holds now."""
    row = await connection.fetchrow(ANNOUNCE_CONVERSATIONS, shard, conversation_ids)
    return None if row is None else _logged(shard, row)


async def prove_write(connection: asyncpg.Connection, shard: int) -> None:
    """Take the locks of a batch and write, but change nothing."""
    await connection.execute(PROVE_WRITE, shard)


def _columns(commands: Sequence[Command]) -> tuple[list[object], ...]:
    rows = [_row(command) for command in commands]
    return tuple(list(column) for column in zip(*rows, strict=True))


def _row(command: Command) -> tuple[object, ...]:
    if isinstance(command, SendMessage):
        return (
            "send_message",
            command.user_id,
            command.conversation_id,
            command.client_message_id,
            command.message_id,
            command.content,
            None,
        )
    return ("mark_read", command.user_id, command.conversation_id, None, None, None, command.seq)


def _outcome(row: asyncpg.Record, command: Command) -> Outcome:
    if row["status"] == "stored":
        message_id = row["message_id"]
        # A command that is tried again after a lost answer finds its own message: that is no duplicate.
        own = isinstance(command, SendMessage) and command.message_id == message_id
        return MessageStored(message_id, row["seq"], row["created_at"], row["duplicate"] and not own)
    if row["status"] == "read":
        return ReadMarked(row["last_read_seq"], row["last_seq"], row["advanced"])
    return Rejected(row["code"])


def _logged(shard: int, row: asyncpg.Record) -> LoggedBatch | None:
    if row["pos"] is None:
        return None
    return LoggedBatch(shard, row["pos"], row["epoch"], row["payload"])
