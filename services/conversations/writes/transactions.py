"""The transactions of a shard's writer: a batch of commands, and the writes that join it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import asyncpg
import structlog

from chassis.observability.tracing import Tracer
from services.conversations.command_kinds import BatchedCommand
from services.conversations.domain import INTERNAL_ERROR, LoggedBatch
from services.conversations.metrics import BatchMetrics
from services.conversations.outcomes import Executed, Outcome
from services.conversations.store.log_writes import apply_commands
from services.conversations.writes.pending import CommandGroup, Entry, WriteEntry

log = structlog.get_logger(__name__)

Apply = Callable[[asyncpg.Connection, Sequence[BatchedCommand], str | None], Awaitable[Executed]]
OnLogged = Callable[[LoggedBatch], None]

# The database rejects the statement itself: repeating it cannot help, repeating its parts may.
_REFUSED_DATA = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    ValueError,  # asyncpg could not encode it
)


class Transactions:
    """Executes what was taken from the queue, and answers it once it is committed.

    `on_logged` is called with each written batch, in the order of positions; `on_applied` after each batch of commands.
    """

    def __init__(
        self,
        *,
        shard: int,
        on_logged: OnLogged,
        on_applied: Callable[[], None],
        metrics: BatchMetrics,
        tracer: Tracer,
    ) -> None:
        self._shard = shard
        self._on_logged = on_logged
        self._on_applied = on_applied
        self._metrics = metrics
        self._tracer = tracer

    async def execute(self, connection: asyncpg.Connection, entries: Sequence[Entry[object]]) -> None:
        """Execute entries and answer them, those that join each other together. Raises the errors of asyncpg."""
        groups = [entry for entry in entries if isinstance(entry, CommandGroup)]
        writes = [entry for entry in entries if isinstance(entry, WriteEntry)]
        if len(writes) > 1 or (groups and writes):
            try:
                return await self._write_together(connection, groups, writes)
            except _REFUSED_DATA as error:  # rolled back: one by one, so that no other suffers
                log.warning("batch.separated", shard=self._shard, error=type(error).__name__)
        if groups:
            began = time.perf_counter()
            executed = await self._apply_groups(connection, groups, self._apply)
            self._committed(groups, executed, executed.outcomes, began)
        for entry in writes:
            began = time.perf_counter()
            try:
                result, logged = await entry.write(connection)
            except _REFUSED_DATA as error:
                log.error("write.refused", shard=self._shard, error=type(error).__name__)  # noqa: TRY400 - may quote a message
                entry.refuse(INTERNAL_ERROR)
                continue
            self._tell(logged)
            if isinstance(result, Executed):
                self._metrics.committed(result.outcomes, time.perf_counter() - began)
            entry.answer(result)
        return None

    async def _write_together(
        self, connection: asyncpg.Connection, groups: list[CommandGroup], writes: list[WriteEntry]
    ) -> None:
        """In one transaction: for a commit of its own, each write would let the next batch wait."""
        began = time.perf_counter()
        executed = Executed([])
        async with connection.transaction():
            if groups:
                executed = await self._apply_groups(connection, groups, self._apply_once)
            written = [await entry.write(connection) for entry in writes]
        for logged in (*executed.logged, *(batch for _, batch in written)):
            self._tell(logged)
        outcomes = [outcome for result, _ in written if isinstance(result, Executed) for outcome in result.outcomes]
        self._committed(groups, executed, [*executed.outcomes, *outcomes], began)
        for entry, (result, _) in zip(writes, written, strict=True):
            entry.answer(result)

    def _committed(self, groups: list[CommandGroup], executed: Executed, outcomes: list[Outcome], began: float) -> None:
        """Answer the groups, and count all outcomes of the transaction."""
        if groups:
            _distribute(executed, groups)
            self._on_applied()
        seconds = time.perf_counter() - began
        self._metrics.committed(outcomes, seconds)
        log.debug("batch.committed", shard=self._shard, commands=len(outcomes), ms=round(seconds * 1000, 2))

    async def _apply_groups(
        self, connection: asyncpg.Connection, groups: Sequence[CommandGroup], apply: Apply
    ) -> Executed:
        commands = [command for entry in groups for command in entry.group]
        causes = (entry.cause for entry in groups)
        span = self._tracer.follow("apply_commands", causes, shard=self._shard, commands=len(commands))
        error: str | None = "no answer"
        try:
            executed = await apply(connection, commands, span.traceparent)
            error = None
        finally:
            span.end(error=error)
        return executed

    async def _apply(
        self, connection: asyncpg.Connection, commands: Sequence[BatchedCommand], traceparent: str | None
    ) -> Executed:
        """Run one transaction; if the database rejects the data, run one for each half, down to the bad row."""
        try:
            applied = await self._apply_once(connection, commands, traceparent)
        except _REFUSED_DATA as error:
            if len(commands) == 1:
                # Not the error itself: its text may quote a message.
                log.error("command.refused", shard=self._shard, error=type(error).__name__)  # noqa: TRY400 - see above
                return Executed([INTERNAL_ERROR])
            middle = len(commands) // 2
            first = await self._apply(connection, commands[:middle], traceparent)
            second = await self._apply(connection, commands[middle:], traceparent)
            return Executed(first.outcomes + second.outcomes, [*first.logged, *second.logged])
        for logged in applied.logged:
            self._tell(logged)
        return applied

    async def _apply_once(
        self, connection: asyncpg.Connection, commands: Sequence[BatchedCommand], traceparent: str | None
    ) -> Executed:
        applied = await apply_commands(connection, self._shard, commands)
        logged = applied.logged
        if logged is None:
            return Executed(applied.outcomes)
        return Executed(applied.outcomes, [logged if traceparent is None else replace(logged, traceparent=traceparent)])

    def _tell(self, logged: LoggedBatch | None) -> None:
        """Deferred by one loop iteration: callers get their answers first, which may contain the batch."""
        if logged is not None:
            asyncio.get_running_loop().call_soon(self._on_logged, logged)


def _distribute(executed: Executed, groups: list[CommandGroup]) -> None:
    """Give each caller its outcomes. Only a sole caller gets the batch: a shared one contains others' messages."""
    if len(groups) == 1:
        groups[0].answer(executed)
        return
    start = 0
    for entry in groups:
        entry.answer(Executed(executed.outcomes[start : start + entry.commands]))
        start += entry.commands
