"""The queue before a shard's writer: bounded, in order, with deadlines."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import asyncpg

from chassis.observability.tracing import NOT_TRACED, Span
from services.conversations.command_kinds import BatchedCommand
from services.conversations.domain import OVERLOADED, UNAVAILABLE, LoggedBatch, Rejected
from services.conversations.outcomes import Executed

ResultT = TypeVar("ResultT")

Write = Callable[[asyncpg.Connection], Awaitable[tuple[ResultT, LoggedBatch | None]]]
"""A statement with its result, and what it added to the log."""


class Refused(Exception):
    """A write got no result; `rejected` says what is known about it."""

    def __init__(self, rejected: Rejected) -> None:
        self.rejected = rejected
        super().__init__(rejected.code)


@dataclass(eq=False, slots=True)
class Entry(Generic[ResultT]):
    """A queued write. Past its deadline (loop time) it is rejected, unless its execution has started."""

    deadline: float
    future: "asyncio.Future[ResultT]"
    commands: int
    size_bytes: int
    joins: bool = False
    """Whether others may be executed in the same transaction."""
    begun: bool = False
    timer: asyncio.TimerHandle | None = None

    def begin(self) -> bool:
        """Mark it as started: from now on the database decides its outcome. False if its deadline has passed."""
        if self.future.done():
            return False
        self.begun = True
        return True

    def answer(self, result: ResultT) -> None:
        """Give the waiting caller its result, if it still waits."""
        self._stop_timer()
        if not self.future.done():
            self.future.set_result(result)

    def refuse(self, rejected: Rejected) -> None:
        """Give the waiting caller an error."""
        self._stop_timer()
        if not self.future.done():
            self.future.set_exception(Refused(rejected))

    def expire(self) -> None:
        """Reject the entry at its deadline."""
        if not self.begun:
            self.refuse(UNAVAILABLE)

    def _stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()


@dataclass(eq=False, slots=True)
class CommandGroup(Entry[Executed]):
    """Commands of one caller, which are answered together."""

    joins: bool = True
    group: Sequence[BatchedCommand] = field(default_factory=tuple)
    cause: Span = NOT_TRACED
    """The span of the request they came with."""


@dataclass(eq=False, slots=True, kw_only=True)
class WriteEntry(Entry[object]):
    """A statement that must not run concurrently with a batch of its shard."""

    write: Write[object]


class Pending:
    """A FIFO queue of entries. A full queue rejects: callers never wait for room."""

    def __init__(self, *, max_commands: int, max_bytes: int) -> None:
        self.max_commands = max_commands
        self._max_bytes = max_bytes
        self._entries: deque[Entry[object]] = deque()
        self._arrived = asyncio.Event()
        self.commands = 0
        self.size_bytes = 0

    def put(self, entry: Entry[ResultT]) -> None:
        """Queue an entry. Raises Refused (`overloaded`)."""
        if self.commands + entry.commands > self.max_commands or self.size_bytes + entry.size_bytes > self._max_bytes:
            raise Refused(OVERLOADED)
        entry.timer = entry.future.get_loop().call_at(entry.deadline, entry.expire)
        self._entries.append(entry)  # type: ignore[arg-type]  # a queue of entries of any result
        self.commands += entry.commands
        self.size_bytes += entry.size_bytes
        self._arrived.set()

    async def arrived(self) -> None:
        """Wait until the queue has an entry."""
        await self._arrived.wait()

    def take(self, *, max_commands: int, max_bytes: int) -> list[Entry[object]]:
        """The next entries that go together: those that join others, within the limits; or one that does not."""
        taken: list[Entry[object]] = []
        commands = size_bytes = 0
        while self._entries:
            entry = self._entries[0]
            commands, size_bytes = commands + entry.commands, size_bytes + entry.size_bytes
            full = commands > max_commands or size_bytes > max_bytes
            if taken and (full or not entry.joins):
                break
            self._pop()
            if entry.future.done():  # its deadline passed, or its caller is gone
                commands, size_bytes = commands - entry.commands, size_bytes - entry.size_bytes
                continue
            taken.append(entry)
            if not entry.joins:
                break
        if not self._entries:
            self._arrived.clear()
        return taken

    def refuse_all(self, rejected: Rejected) -> None:
        """Reject all queued entries, on shutdown."""
        while self._entries:
            self._pop().refuse(rejected)
        self._arrived.clear()

    def _pop(self) -> Entry[object]:
        entry = self._entries.popleft()
        self.commands -= entry.commands
        self.size_bytes -= entry.size_bytes
        return entry
