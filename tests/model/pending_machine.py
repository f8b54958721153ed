"""The queue before a shard's writer, against any order of arrivals, deadlines, impatient callers and answers."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.conversations.command_kinds import MarkRead
from services.conversations.domain import OUTCOME_UNKNOWN, UNAVAILABLE, Rejected
from services.conversations.writes.pending import CommandGroup, Entry, Pending, Refused

MAX_COMMANDS, MAX_BYTES = 12, 1200
BATCH_COMMANDS, BATCH_BYTES = 6, 500
COMMAND = MarkRead(user_id="ann", conversation_id=UUID(int=1), seq=None)
some = st.integers(0, 11)


@dataclass
class Waiting:
    """One caller's entry, and what the caller may be told."""

    number: int
    entry: Entry[list[object]]
    executed: bool = False


class Queue(RuleBasedStateMachine):
    """First come, first served, within the bounds; who is told `unavailable` was never executed."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()  # never run: futures and timers need one
        self.pending = Pending(max_commands=MAX_COMMANDS, max_bytes=MAX_BYTES)
        self.queued: list[Waiting] = []
        self.taken: list[Waiting] = []
        self.all: list[Waiting] = []

    @rule(commands=st.integers(1, 5), size=st.integers(1, 300), single=st.sampled_from([False, False, True]))
    def arrive(self, commands: int, size: int, single: bool) -> None:
        future: asyncio.Future[list[object]] = self.loop.create_future()
        deadline = self.loop.time() + 1000
        entry: Entry[list[object]] = (
            Entry(deadline, future, 1, 0)
            if single
            else CommandGroup(deadline, future, commands, size, group=[COMMAND] * commands)  # type: ignore[arg-type, assignment]  # the outcomes do not matter here
        )
        waiting = Waiting(len(self.all), entry)
        room = self.pending.commands + entry.commands <= MAX_COMMANDS
        room = room and self.pending.size_bytes + entry.size_bytes <= MAX_BYTES
        try:
            self.pending.put(entry)
        except Refused:
            assert not room, "refused although there was room"
        else:
            assert room, "taken beyond the bound"
            self.queued.append(waiting)
            self.all.append(waiting)

    @rule(which=some)
    def deadline_passes(self, which: int) -> None:
        if self.all:
            self.all[which % len(self.all)].entry.expire()

    @rule(which=some)
    def caller_leaves(self, which: int) -> None:
        if self.all:
            self.all[which % len(self.all)].entry.future.cancel()

    @rule()
    def take(self) -> None:
        """The writer takes the next batch, and begins it."""
        if self.taken:
            return
        entries = self.pending.take(max_commands=BATCH_COMMANDS, max_bytes=BATCH_BYTES)
        by_entry = {id(waiting.entry): waiting for waiting in self.queued}
        self.taken = [by_entry[id(entry)] for entry in entries]
        passed = self.queued[: self.queued.index(self.taken[-1]) + 1] if self.taken else self.queued
        assert [one.number for one in passed if not one.entry.future.done()] == [one.number for one in self.taken]
        self.queued = self.queued[len(passed) :]
        while self.pending.commands < sum(waiting.entry.commands for waiting in self.queued):
            gone = self.queued.pop(0)
            assert gone.entry.future.done(), "dropped without an answer"
        if len(entries) > 1:
            assert all(entry.joins for entry in entries)
            assert sum(entry.commands for entry in entries) <= BATCH_COMMANDS
            assert sum(entry.size_bytes for entry in entries) <= BATCH_BYTES

    @rule(fate=st.sampled_from(["answered", "lost", "refused"]))
    def execute(self, fate: str) -> None:
        begun = [waiting for waiting in self.taken if waiting.entry.begin()]
        for waiting in begun:
            waiting.executed = waiting.executed or fate != "refused"
            if fate == "answered":
                waiting.entry.answer([])
        self.taken = [waiting for waiting in begun if not waiting.entry.future.done()]

    @rule()
    def give_up(self) -> None:
        """As the writer does: what may have been done is not called undone."""
        for waiting in self.taken:
            waiting.entry.refuse(OUTCOME_UNKNOWN if waiting.executed else UNAVAILABLE)
        self.taken = []

    @invariant()
    def nothing_told_undone_was_done(self) -> None:
        for waiting in self.all:
            if waiting.executed:
                assert _told(waiting.entry) not in (UNAVAILABLE, None) or not waiting.entry.future.done()

    @invariant()
    def the_sums_are_right(self) -> None:
        assert self.pending.commands == sum(waiting.entry.commands for waiting in self.queued)
        assert self.pending.size_bytes == sum(waiting.entry.size_bytes for waiting in self.queued)

    def teardown(self) -> None:
        """The process ends: everybody who still waits is told."""
        self.give_up()
        self.pending.refuse_all(UNAVAILABLE)
        assert all(waiting.entry.future.done() for waiting in self.all)
        for waiting in self.all:
            _told(waiting.entry)
        self.loop.close()


def _told(entry: Entry[list[object]]) -> Rejected | str | None:
    """What the caller learnt; None while there is nothing."""
    future = entry.future
    if not future.done():
        return None
    if future.cancelled():
        return "left"
    error = future.exception()
    if error is None:
        return "answered"
    assert isinstance(error, Refused)
    return error.rejected
