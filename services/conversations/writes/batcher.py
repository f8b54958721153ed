"""Group commit: per shard one writer with one transaction in flight; the next takes all that arrived meanwhile."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

import asyncpg
import structlog

from chassis.backoff import Backoff
from chassis.health import NotReady
from chassis.observability.tracing import NOT_TRACED, NULL_TRACER, Span, Tracer
from services.conversations.command_kinds import BatchedCommand
from services.conversations.domain import OUTCOME_UNKNOWN, UNAVAILABLE
from services.conversations.metrics import BatchMetrics
from services.conversations.outcomes import Executed
from services.conversations.store.errors import CONNECTION_ERRORS, DATABASE_ERRORS
from services.conversations.store.log_writes import prove_write
from services.conversations.store.session import Session
from services.conversations.writes.pending import CommandGroup, Entry, Pending, Write, WriteEntry
from services.conversations.writes.transactions import OnLogged, Transactions
from services.conversations.writes.write_proof import WriteProof

IDLE_CHECK_SECONDS = 1.0  # how soon an idle writer notices that its connection is gone
PROOF_SECONDS = 1.5  # deadline to start a readiness write; a probe waits for two
RETRY_BASE_SECONDS = 0.02
RETRY_CAP_SECONDS = 0.5

log = structlog.get_logger(__name__)

ResultT = TypeVar("ResultT")


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
        self._shard = shard
        self._session = session
        self._pending = pending
        self._limits = limits
        self._metrics = metrics
        self._in_flight: list[Entry[object]] = []
        self._proof = WriteProof(self._prove)
        self._transactions = Transactions(
            shard=shard, on_logged=on_logged, on_applied=self._proof.succeeded, metrics=metrics, tracer=tracer
        )
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
                await self._transactions.execute(connection, entries)
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
