"""The writes that append to the log. Each is one call of a database function, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.conversations.command_kinds import BatchedCommand, CommandRules, SingleCommand
from services.conversations.domain import LoggedBatch, Rejected
from services.conversations.outcomes import Outcome

APPLY_COMMANDS = "SELECT * FROM apply_commands($1, $2, $3, $4, $5, $6, $7, $8, $9)"
START_CONVERSATION = "SELECT * FROM start_conversation($1, $2, $3, $4, $5)"
ANNOUNCE_CONVERSATIONS = "SELECT * FROM announce_conversations($1, $2)"
PROVE_WRITE = "SELECT prove_log_write($1)"


@dataclass(frozen=True, slots=True)
class Applied:
    """The outcomes of a batch, in order, and the log's new position, if any."""

    outcomes: list[Outcome]
    logged: LoggedBatch | None


@dataclass(frozen=True, slots=True)
class Started:
    """`status` is started or existing, with the conversation, or an error code."""

    status: str
    conversation_id: UUID | None
    retry_after_seconds: int | None


async def apply_commands(connection: asyncpg.Connection, shard: int, commands: Sequence[BatchedCommand]) -> Applied:
    """Execute commands of one shard in their order."""
    rows = await connection.fetch(APPLY_COMMANDS, shard, *_columns(commands))
    outcomes = [_outcome(row, command) for row, command in zip(rows, commands, strict=True)]
    return Applied(outcomes, _logged(shard, rows[0]))


async def execute_single(
    connection: asyncpg.Connection, shard: int, command: SingleCommand, rules: CommandRules
) -> tuple[Outcome, LoggedBatch | None]:
    """Execute one command by the database function of its kind."""
    arguments = (shard, command.user_id, command.conversation_id, *command.arguments(rules))
    (row,) = await connection.fetch(_call(command.kind, len(arguments)), *arguments)
    if row["code"] is not None:
        return Rejected(row["code"]), None
    return command.outcome(row), _logged(shard, row)


async def start_conversation(
    connection: asyncpg.Connection,
    shard: int,
    *,
    conversation_id: UUID,
    item_id: str,
    buyer_id: str,
    max_a_day: int | None = None,
) -> tuple[Started, LoggedBatch | None]:
    """Start a conversation, unless the buyer started `max_a_day` within 24 hours, or find the existing one."""
    (row,) = await connection.fetch(START_CONVERSATION, shard, conversation_id, item_id, buyer_id, max_a_day)
    started = Started(row["status"], row["conversation_id"], row["retry_after_seconds"])
    return started, _logged(shard, row)


async def announce_conversations(
    connection: asyncpg.Connection, shard: int, conversation_ids: Sequence[UUID]
) -> LoggedBatch | None:
    """Write a `conversation.updated` with the current data for each conversation."""
    row = await connection.fetchrow(ANNOUNCE_CONVERSATIONS, shard, conversation_ids)
    return None if row is None else _logged(shard, row)


async def prove_write(connection: asyncpg.Connection, shard: int) -> None:
    """Take the locks of a batch and write without changing anything."""
    await connection.execute(PROVE_WRITE, shard)


def _call(function: str, arguments: int) -> str:
    places = ", ".join(f"${place}" for place in range(1, arguments + 1))
    return f"SELECT * FROM {function}({places})"  # noqa: S608 - the name of a kind of command


def _columns(commands: Sequence[BatchedCommand]) -> list[Sequence[object] | None]:
    """The last one, of replies, is null if there are none."""
    *columns, reply_tos = zip(*(command.row() for command in commands), strict=True)
    return [*columns, reply_tos if any(reply_tos) else None]


def _outcome(row: asyncpg.Record, command: BatchedCommand) -> Outcome:
    return command.outcome(row) if row["code"] is None else Rejected(row["code"])


def _logged(shard: int, row: asyncpg.Record) -> LoggedBatch | None:
    if row["pos"] is None:
        return None
    return LoggedBatch(shard, row["pos"], row["epoch"], row["payload"])
