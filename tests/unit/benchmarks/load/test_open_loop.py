"""The open loop tells the truth about a system, and a load generator, that stops for a while."""

import asyncio
import statistics
from typing import Any

import pytest

from benchmarks.load.ledger import Ledger
from benchmarks.load.open_loop import poisson_schedule, run_open_loop
from benchmarks.load.window import SETTLE_SECONDS, Measured
from tests.unit.benchmarks.load.virtual_time import VirtualTimeLoop, run_in_virtual_time

SCHEDULE = poisson_schedule(rate=100, seconds=10.0, senders=1, seed=1)


class FakeServer:
    """Answers at once, except that what is sent while it is stalled is answered when the stall is over."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._running = asyncio.Event()
        self._running.set()
        self._answering: set[asyncio.Task[None]] = set()
        self.most_outstanding = 0

    def say(self, number: int) -> None:
        id_ = self.ledger.note_sent(number)
        self.most_outstanding = max(self.most_outstanding, self.ledger.outstanding)
        task = asyncio.create_task(self._answer(b'"clientMessageId":"' + id_ + b'"'))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def stall(self, *, after: float, seconds: float) -> None:
        await asyncio.sleep(after)
        self._running.clear()
        await asyncio.sleep(seconds)
        self._running.set()

    async def _answer(self, body: bytes) -> None:
        await self._running.wait()
        self.ledger.note_received(body)
        self.ledger.note_acknowledged(body)


def test_a_schedule_has_its_rate_its_order_and_its_seed() -> None:
    """10,000 in 10 seconds, give or take four standard deviations; every sender is used."""
    schedule = poisson_schedule(rate=1000, seconds=10, senders=20, seed=7)
    moments = [due.seconds for due in schedule]
    assert 9_600 < len(schedule) < 10_400
    assert moments == sorted(moments)
    assert 0 < moments[0] < moments[-1] < 10
    assert {due.sender for due in schedule} == set(range(20))
    assert schedule == poisson_schedule(rate=1000, seconds=10, senders=20, seed=7)
    assert schedule != poisson_schedule(rate=1000, seconds=10, senders=20, seed=8)


def play(
    *,
    stalled: tuple[float, float] = (0.0, 0.0),
    generator_stalls: float = 0.0,
    warm_up: float = 0.0,
    server: type[FakeServer] = FakeServer,
    **options: Any,
) -> tuple[FakeServer, Measured]:
    """The schedule on a server that is stalled after so many seconds, for so many."""

    async def run(loop: VirtualTimeLoop) -> tuple[FakeServer, Measured]:
        playing = server(Ledger("run", clock=loop.time))
        stalling = asyncio.create_task(playing.stall(after=stalled[0], seconds=stalled[1]))
        loop.call_later(2.5, loop.advance, generator_stalls)
        measured = await run_open_loop([playing], playing.ledger, SCHEDULE, warm_up=warm_up, **options)
        await stalling
        return playing, measured

    return run_in_virtual_time(run)


def test_a_stalled_server_shows_in_the_percentiles() -> None:
    """It answers nothing for half of the time, so half of the messages wait, up to so long.

    A loop that waits for each answer before it sends the next message would have had one slow message per sender.
    """
    _, measured = play(stalled=(2.5, 5.0))
    tenths = statistics.quantiles(measured.to_receipt, n=10)
    assert tenths[3] < 0.01
    assert tenths[6] > 1.0
    assert tenths[8] > 3.5


def test_a_stalled_load_generator_shows_as_well() -> None:
    """Nothing is sent for five seconds; what was due then counts from when it was due."""
    _, measured = play(generator_stalls=5.0)
    assert statistics.quantiles(measured.to_receipt, n=10)[8] > 3.5
    assert max(measured.sent_late) > 4.9


def test_waiting_messages_are_bounded_and_sent_late() -> None:
    """A server that answers nothing until the schedule is over gets 50 messages; the others go when it is back."""
    server, measured = play(stalled=(0.0, 12.0), max_outstanding=50)
    assert server.most_outstanding == 50
    assert server.ledger.received_count == len(SCHEDULE)
    assert measured.completed == 0
    assert min(measured.to_receipt) > 2.0


def test_messages_not_sent_in_time_are_given_up_and_count_as_late() -> None:
    """The run ends although the server does not answer for a minute."""
    server, measured = play(stalled=(0.0, 20.0), max_outstanding=50, grace=1.0)
    assert server.ledger.sent_count == 50
    assert len(measured.to_receipt) > 800
    assert min(measured.to_receipt) > 10.0


def test_the_warm_up_does_not_count() -> None:
    """Nor does what was due while the meter was read."""
    _, measured = play(warm_up=4.0)
    due_later = sum(due.seconds >= 4.0 + SETTLE_SECONDS for due in SCHEDULE)
    assert len(measured.to_receipt) == pytest.approx(due_later, abs=2)


def test_a_lost_message_ends_the_run_with_an_error() -> None:
    class Loses(FakeServer):
        async def _answer(self, body: bytes) -> None:
            if not body.endswith(b'-3"'):
                await super()._answer(body)

    with pytest.raises(AssertionError, match="1 of"):
        play(server=Loses)
