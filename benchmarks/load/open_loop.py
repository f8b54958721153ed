"""The open loop: messages go out at times that were fixed before, however slowly the system answers."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from benchmarks.load.ledger import Ledger
from benchmarks.load.window import Measured, Meter, Window, drained, no_garbage_collection, no_meter

TICK_SECONDS = 0.001  # the event loop's timers are no finer, and waiting for less would keep a core busy
MAX_OUTSTANDING = 5_000  # messages; the system refuses at 10,000
GRACE_SECONDS = 5.0  # after the last due time; what was not sent by then is not sent any more


class Sender(Protocol):
    def say(self, number: int) -> None: ...


@dataclass(frozen=True)
class Due:
    """One message of a schedule."""

    seconds: float
    """After the start."""
    sender: int
    """Whose message it is: an index."""


def poisson_schedule(*, rate: float, seconds: float, senders: int, seed: int) -> list[Due]:
    """Independent arrivals, on average `rate` per second; the same seed gives the same schedule."""
    chance = random.Random(seed)  # noqa: S311 - to be played again
    schedule: list[Due] = []
    moment = chance.expovariate(rate)
    while moment < seconds:
        schedule.append(Due(moment, chance.randrange(senders)))
        moment += chance.expovariate(rate)
    return schedule


async def run_open_loop(
    senders: Sequence[Sender],
    ledger: Ledger,
    schedule: Sequence[Due],
    *,
    warm_up: float,
    grace: float = GRACE_SECONDS,
    max_outstanding: int = MAX_OUTSTANDING,
    meter: Meter = no_meter,
) -> Measured:
    """Play a schedule; what is due in the first `warm_up` seconds does not count.

    It ends in bounded time whatever the system does: with `max_outstanding` messages under way the next ones wait (and
    their latency grows), and `grace` after the last one was due the rest is given up, as late as it is by then.
    """
    with no_garbage_collection():
        began = ledger.clock()
        numbers = [ledger.plan(began + due.seconds) for due in schedule]
        last = ledger.due[numbers[-1]]
        sending = asyncio.create_task(
            _send(senders, ledger, schedule, numbers, until=last + grace, max_outstanding=max_outstanding)
        )
        await asyncio.sleep(began + warm_up - ledger.clock())
        window = Window(ledger, meter)
        await window.begin()
        await asyncio.sleep(last - ledger.clock())
        window.end()
        await sending
        await drained(ledger)
        return window.measured()


async def _send(
    senders: Sequence[Sender],
    ledger: Ledger,
    schedule: Sequence[Due],
    numbers: Sequence[int],
    *,
    until: float,
    max_outstanding: int,
) -> None:
    for due, number in zip(schedule, numbers, strict=True):
        while (wait := ledger.due[number] - ledger.clock()) > 0:  # noqa: ASYNC110 - waits for a point in time
            await asyncio.sleep(max(wait, TICK_SECONDS))
        while ledger.outstanding >= max_outstanding:
            if ledger.clock() > until:
                return
            await asyncio.sleep(TICK_SECONDS)
        senders[due.sender].say(number)
