"""The use cases behind REST and the internal API. Every write goes through the batcher of its shard."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

import asyncpg

from chassis.observability.tracing import NOT_TRACED, Span
from services.conversations.command_kinds import BatchedCommand, Command, CommandRules, SingleCommand
from services.conversations.domain import (
    OVERLOADED,
    TENANT,
    LoggedBatch,
    Rejected,
    new_id,
    new_id_in,
    placement,
    shard_of,
)
from services.conversations.outcomes import Executed, Outcome
from services.conversations.store import log_writes
from services.conversations.store.system_messages import Posted, post_system_message
from services.conversations.system_messages.rendering import SystemMessage
from services.conversations.writes.batcher import Batcher
from services.conversations.writes.pending import Refused

ANNOUNCE_CHUNK = 100  # conversations announced per position: a few milliseconds of the shard's time


@dataclass(frozen=True, slots=True)
class ConversationStarted:
    """A buyer's conversation about an item. `created`: this call created it."""

    conversation_id: UUID
    created: bool


class Commands:
    """Executes commands. Deadlines are seconds from now; no execution starts after them."""

    def __init__(
        self,
        batchers: Mapping[int, Batcher],
        *,
        max_commands: int,
        rules: CommandRules,
        max_conversations_a_day: int | None = None,
    ) -> None:
        self._batchers = batchers
        self._max_commands = max_commands
        self._rules = rules
        self._max_conversations_a_day = max_conversations_a_day

    @property
    def shards(self) -> int:
        """The number of shards."""
        return len(self._batchers)

    async def execute(self, commands: Sequence[Command], *, within: float, cause: Span = NOT_TRACED) -> Executed:
        """Execute commands; one outcome each, in the order given.

        Messages and read marks are executed in their order within each conversation, the other commands beside them.
        """
        deadline = asyncio.get_running_loop().time() + within
        batched: dict[int, list[int]] = {}
        singles: list[tuple[int, int, SingleCommand]] = []
        for index, command in enumerate(commands):
            shard = shard_of(command.conversation_id, self.shards)
            if isinstance(command, SingleCommand):
                singles.append((shard, index, command))
            else:
                batched.setdefault(shard, []).append(index)
        parts: list[tuple[list[int], Awaitable[Executed]]] = []
        for shard, indexes in batched.items():  # first: the others then join their transaction
            for part in _split(indexes, self._max_commands):
                group = cast("list[BatchedCommand]", [commands[index] for index in part])
                parts.append((part, self._submit(shard, group, deadline, cause)))
        parts += [([index], self._execute_single(shard, command, deadline)) for shard, index, command in singles]
        if len(parts) == 1:  # the usual case; without a task, the answer comes one loop iteration earlier
            return await parts[0][1]
        outcomes: list[Outcome] = [OVERLOADED] * len(commands)
        answers = await asyncio.gather(*(executed for _, executed in parts))
        for (part, _), answer in zip(parts, answers, strict=True):
            for index, outcome in zip(part, answer.outcomes, strict=True):
                outcomes[index] = outcome
        return Executed(outcomes, [batch for answer in answers for batch in answer.logged])

    async def execute_one(self, command: Command, *, within: float) -> Outcome:
        """Execute one command."""
        return (await self.execute([command], within=within)).outcomes[0]

    async def start_conversation(self, *, item_id: str, buyer_id: str, within: float) -> ConversationStarted | Rejected:
        """The buyer's conversation with an item's current seller, new or existing."""
        shard = placement(tenant=TENANT, item_id=item_id, buyer_id=buyer_id, shards=self.shards)
        conversation_id = new_id_in(shard, self.shards)

        async def write(connection: asyncpg.Connection) -> tuple[log_writes.Started, LoggedBatch | None]:
            return await log_writes.start_conversation(
                connection,
                shard,
                conversation_id=conversation_id,
                item_id=item_id,
                buyer_id=buyer_id,
                max_a_day=self._max_conversations_a_day,
            )

        deadline = asyncio.get_running_loop().time() + within
        try:
            started = await self._batchers[shard].write(write, deadline=deadline)
        except Refused as refused:
            return refused.rejected
        if started.conversation_id is None:
            return Rejected(started.status, retry_after_seconds=started.retry_after_seconds)
        return ConversationStarted(started.conversation_id, created=started.status == "started")

    async def post_system_message(
        self, conversation_id: UUID, message: SystemMessage, *, within: float
    ) -> Posted | Rejected:
        """Store a message of the marketplace, once per key. Raises Refused."""
        shard, message_id = shard_of(conversation_id, self.shards), new_id()

        async def write(connection: asyncpg.Connection) -> tuple[Posted | Rejected, LoggedBatch | None]:
            return await post_system_message(connection, shard, conversation_id, message_id, message)

        deadline = asyncio.get_running_loop().time() + within
        return await self._batchers[shard].write(write, deadline=deadline)

    async def announce(self, conversation_ids: Sequence[UUID], *, within: float) -> None:
        """Notify both participants of each conversation that its item or one of them changed. Raises Refused."""
        by_shard: dict[int, list[UUID]] = {}
        for conversation_id in conversation_ids:
            by_shard.setdefault(shard_of(conversation_id, self.shards), []).append(conversation_id)
        for shard, ids in by_shard.items():
            for start in range(0, len(ids), ANNOUNCE_CHUNK):
                await self._announce_chunk(shard, ids[start : start + ANNOUNCE_CHUNK], within)

    async def _announce_chunk(self, shard: int, ids: list[UUID], within: float) -> None:
        async def write(connection: asyncpg.Connection) -> tuple[None, LoggedBatch | None]:
            return None, await log_writes.announce_conversations(connection, shard, ids)

        deadline = asyncio.get_running_loop().time() + within
        await self._batchers[shard].write(write, deadline=deadline)

    async def _execute_single(self, shard: int, command: SingleCommand, deadline: float) -> Executed:
        if command.event in self._rules.withheld:
            return Executed([Rejected("not_enabled")])

        async def write(connection: asyncpg.Connection) -> tuple[Executed, LoggedBatch | None]:
            outcome, logged = await log_writes.execute_single(connection, shard, command, self._rules)
            return Executed([outcome], [] if logged is None else [logged]), logged

        try:
            return await self._batchers[shard].write(write, deadline=deadline, joins=True)
        except Refused as refused:
            return Executed([refused.rejected])

    async def _submit(self, shard: int, commands: list[BatchedCommand], deadline: float, cause: Span) -> Executed:
        try:
            return await self._batchers[shard].submit(commands, deadline=deadline, cause=cause)
        except Refused as refused:
            return Executed([refused.rejected] * len(commands))


def _split(indexes: list[int], size: int) -> list[list[int]]:
    return [indexes[start : start + size] for start in range(0, len(indexes), size)]
