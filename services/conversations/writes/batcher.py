"""Group commit: per shard one writer with one transaction in flight; the next takes all that arrived meanwhile."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar

import asyncpg
import structlog

from chassis.backoff import Backoff
from chassis.health import NotReady
from chassis.observability.tracing import NOT_TRACED, NULL_TRACER, Span, Tracer
from services.conversations.command_kinds import BatchedCommand, Executed, Outcome
from services.conversations.domain import INTERNAL_ERROR, OUTCOME_UNKNOWN, UNAVAILABLE, LoggedBatch
from services.conversations.metrics import BatchMetrics
from services.conversations.store.errors import CONNECTION_ERRORS, DATABASE_ERRORS
from services.conversations.store.log_writes import apply_commands, prove_write
from services.conversations.store.session import Session
from services.conversations.writes.pending import CommandGroup, Entry, Pending, Write, WriteEntry
from services.conversations.writes.write_proof import WriteProof

IDLE_CHECK_SECONDS = 1.0  # how soon an idle writer notices that its connection is gone
PROOF_SECONDS = 1.5  # deadline to start a readiness write; a probe waits for two
RETRY_BASE_SECONDS = 0.02
RETRY_CAP_SECONDS = 0.5

log = structlog.get_logger(__name__)

ResultT = TypeVar("ResultT")

Apply = Callable[[asyncpg.Connection, Sequence[BatchedCommand], str | None], Awaitable[Executed]]
OnLogged = Callable[[LoggedBatch], None]

# The database rejects the statement itself: repeating it cannot help, repeating its parts may.
_REFUSED_DATA = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    ValueError,  # asyncpg could not encode it
)


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """The limits of a transaction, and how long to retry after a lost answer."""

    max_commands: int
    max_bytes: int
    outcome_bound_seconds: float


class Attempt(Enum):
    """The result of one attempt."""

    ANSWERED = "the database did it"
    ROLLED_BACK = "the database answered that it did not"
    LOST = "no answer: it may have done it"


class Batcher:
    """Writes one shard's log, in the order of arrival.

    A command past its deadline is never started. One that was started is repeated until the database answers, at most
    `outcome_bound_seconds` past its deadline: repeating is safe, because messages and conversations keep their ids.
    `on_logged` is called with each written batch, in the order of positions.
    """

    def __init__(
        self,
        *,
        shard: int,
        session: Session,
        pending: Pending,
        limits: BatchLimits,
        on_logged: OnLogged,
        metrics: BatchMetrics,
        tracer: Tracer = NULL_TRACER,
    ) -> None:
        self._tracer = tracer
        self._shard = shard
        self._session = session
        self._pending = pending
        self._limits = limits
        self._on_logged = on_logged
        self._metrics = metrics
        self._in_flight: list[Entry[object]] = []
        self._proof = WriteProof(self._prove)
        metrics.watch_queue(lambda: pending.commands, limit=pending.max_commands)

    async def submit(
        self, commands: Sequence[BatchedCommand], *, deadline: float, cause: Span = NOT_TRACED
    ) -> Executed:
        """Execute commands in order, at most `max_commands` of them; `deadline` is loop time. Raises Refused."""
        size_bytes = sum(command.size_bytes for command in commands)
        future: asyncio.Future[Executed] = asyncio.get_running_loop().create_future()
        self._pending.put(CommandGroup(deadline, future, len(commands), size_bytes, group=commands, cause=cause))
        return await future

    async def write(self, write: Write[ResultT], *, deadline: float, joins: bool = False) -> ResultT:
        """Run a statement that can be repeated safely, between two batches. Raises Refused.

        One that `joins` may be executed in the transaction of a batch, behind its commands.
        """
        future: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        self._pending.put(WriteEntry(deadline, future, 1, 0, write=write, joins=joins))  # type: ignore[arg-type]  # of any result
        return await future

    async def check(self) -> None:
        """For readiness: a write succeeds, on the same path as all writes. Raises NotReady."""
        if not self._session.is_open:
            raise NotReady("no connection for writing")
        await self._proof.check()

    async def run(self) -> None:
        """Process the queue until cancelled."""
        try:
            await self._try_to_connect()
            while True:
                await self._something_waits()
                entries = self._pending.take(max_commands=self._limits.max_commands, max_bytes=self._limits.max_bytes)
                await self._execute(entries)
        finally:
            self._abandon()
            self._proof.close()
            await self._session.close()

    async def _prove(self) -> None:
        """Write without changing anything."""
        reason = await self.write(self._try_to_prove, deadline=asyncio.get_running_loop().time() + PROOF_SECONDS)
        if reason is not None:
            raise NotReady(f"nothing can be written: {reason}")

    async def _try_to_prove(self, connection: asyncpg.Connection) -> tuple[str | None, None]:
        """Returns why it failed; not retried, because no message depends on it."""
        try:
            await prove_write(connection, self._shard)
        except asyncpg.PostgresError as error:
            return type(error).__name__, None
        return None, None

    async def _something_waits(self) -> None:
        """Wait for work; meanwhile keep the connection open, so that the first command need not wait for it."""
        while True:
            try:
                async with asyncio.timeout(IDLE_CHECK_SECONDS):
                    return await self._pending.arrived()
            except TimeoutError:
                await self._try_to_connect()

    async def _execute(self, entries: list[Entry[object]]) -> None:
        """Answer entries: with the database's result, or with an unknown outcome."""
        backoff = Backoff(base_seconds=RETRY_BASE_SECONDS, cap_seconds=RETRY_CAP_SECONDS)
        answer_lost = False
        while True:
            connection = await self._try_to_connect()
            if connection is not None:
                entries = [entry for entry in entries if entry.begin()]
                attempt = await self._try(connection, entries)
                if attempt is Attempt.ANSWERED:
                    return
                answer_lost = answer_lost or attempt is Attempt.LOST
            if self._too_late(entries):
                for entry in entries:
                    entry.refuse(OUTCOME_UNKNOWN if answer_lost else UNAVAILABLE)
                return
            await asyncio.sleep(backoff.next_delay())

    async def _try_to_connect(self) -> asyncpg.Connection | None:
        try:
            return await self._session.connection()
        except DATABASE_ERRORS as error:
            self._failed("batcher.disconnected", error)
            return None

    async def _try(self, connection: asyncpg.Connection, entries: list[Entry[object]]) -> Attempt:
        self._in_flight = entries
        try:
            if entries:
                await self._write(connection, entries)
        except asyncpg.QueryCanceledError as error:  # its own time limit; the transaction is rolled back
            self._failed("batch.refused", error)
            return Attempt.ROLLED_BACK
        except CONNECTION_ERRORS as error:  # while waiting for the answer
            self._failed("batch.lost", error)
            return Attempt.LOST
        except asyncpg.PostgresError as error:
            self._failed("batch.refused", error)
            return Attempt.ROLLED_BACK
        else:
            return Attempt.ANSWERED
        finally:
            self._in_flight = []

    async def _write(self, connection: asyncpg.Connection, entries: list[Entry[object]]) -> None:
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
            self._proof.succeeded()
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

    def _failed(self, event: str, error: BaseException) -> None:
        if any(isinstance(entry, CommandGroup) for entry in self._in_flight):
            self._proof.failed()
        log.warning(event, shard=self._shard, error=type(error).__name__)
        self._metrics.failed()
        self._session.drop()  # its state is unknown; use a fresh one

    def _too_late(self, entries: list[Entry[object]]) -> bool:
        waiting = [entry for entry in entries if not entry.future.done()]
        if not waiting:
            return True
        if not any(entry.begun for entry in waiting):
            return False  # their own timers reject them
        latest = max(entry.deadline for entry in waiting)
        return asyncio.get_running_loop().time() > latest + self._limits.outcome_bound_seconds

    def _abandon(self) -> None:
        """On shutdown, fail every waiting caller."""
        for entry in self._in_flight:
            entry.refuse(OUTCOME_UNKNOWN if entry.begun else UNAVAILABLE)
        self._pending.refuse_all(UNAVAILABLE)


def _distribute(executed: Executed, groups: list[CommandGroup]) -> None:
    """Give each caller its outcomes. Only a sole caller gets the batch: a shared one contains others' messages."""
    if len(groups) == 1:
        groups[0].answer(executed)
        return
    start = 0
    for entry in groups:
        entry.answer(Executed(executed.outcomes[start : start + entry.commands]))
        start += entry.commands
