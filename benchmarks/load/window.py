"""The part of a run that counts: its messages, their latencies, and the processor time it took."""

import asyncio
import contextlib
import gc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from benchmarks.load.ledger import Ledger

DRAIN_SECONDS = 30.0
SETTLE_SECONDS = 0.2
POLL_SECONDS = 0.005

Meter = Callable[[], Mapping[str, float]]
"""Processor seconds used so far, by part."""


def no_meter() -> Mapping[str, float]:
    """The default: measures nothing."""
    return {}


@dataclass(frozen=True)
class Measured:
    """Of the messages that were due in the window. Latencies are seconds."""

    seconds: float
    completed: int
    """Messages received in the window, whenever they were due."""
    to_receipt: list[float]
    to_ack: list[float]
    sent_late: list[float]
    """How long after its time the load generator itself sent a message."""
    used: Mapping[str, float]
    """Processor seconds by part, from before the window until all had arrived."""
    used_in_seconds: float
    """How long that was."""
    used_for: int
    """How many messages were received in that time."""

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.completed / self.seconds


class Window:
    """From `begin` to `end`. The meter is read outside of it, for reading it holds everything up."""

    def __init__(self, ledger: Ledger, meter: Meter = no_meter) -> None:
        self._ledger, self._meter = ledger, meter
        self._before = self._read()
        self._received_before = self._completed = 0
        self._since = self._until = 0.0

    async def begin(self) -> None:
        """Let what came during the reading be worked off, and begin."""
        await asyncio.sleep(SETTLE_SECONDS)
        self._received_before = self._ledger.received_count
        self._since = self._ledger.clock()

    async def last(self, seconds: float) -> None:
        """So long at least, and until a message came: of a standstill there is nothing to measure."""
        await asyncio.sleep(seconds)
        await _until(lambda: self._ledger.received_count > self._received_before or bool(self._ledger.errors))

    def end(self) -> None:
        """Messages due from now on do not count."""
        self._until = self._ledger.clock()
        self._completed = self._ledger.received_count - self._received_before

    def measured(self) -> Measured:
        """The result, once what was due has arrived; what has not by now has waited until now."""
        ledger, now = self._ledger, self._ledger.clock()
        numbers = ledger.numbers_due(self._since, self._until)
        after = self._read()
        return Measured(
            seconds=self._until - self._since,
            completed=self._completed,
            to_receipt=ledger.latencies(numbers, ledger.received, now=now),
            to_ack=ledger.latencies(numbers, ledger.acknowledged, now=now),
            sent_late=ledger.latencies(numbers, ledger.sent, now=now),
            used={part: seconds - self._before.used[part] for part, seconds in after.used.items()},
            used_in_seconds=after.at - self._before.at,
            used_for=after.received - self._before.received,
        )

    def _read(self) -> "_Reading":
        return _Reading(self._meter(), self._ledger.clock(), self._ledger.received_count)


@dataclass(frozen=True)
class _Reading:
    used: Mapping[str, float]
    at: float
    received: int


async def drained(ledger: Ledger) -> None:
    """Wait until every message sent was acknowledged and received. Raises AssertionError if one was not."""
    await _until(lambda: not ledger.outstanding or bool(ledger.errors))
    assert not ledger.errors, f"{len(ledger.errors)} errors, the first: {ledger.errors[0].decode()}"
    assert not ledger.outstanding, f"{ledger.outstanding} of {ledger.sent_count} messages never arrived"


async def _until(condition: Callable[[], bool]) -> None:
    """Wait for it, but not for ever."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while not condition():  # noqa: ASYNC110 - counts kept by many sockets
                await asyncio.sleep(POLL_SECONDS)


@contextlib.contextmanager
def no_garbage_collection() -> Iterator[None]:
    """The load generator makes no cycles while it measures, and a collection of its many objects takes long."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
