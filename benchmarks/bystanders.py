"""A few people who keep talking while something happens to others, timed by a separate process.

In the process that plays a crowd their messages would wait for the crowd's work, and that would be measured.
"""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator
from typing import NamedTuple

from benchmarks.load.aside import Aside
from benchmarks.load.ledger import Ledger
from benchmarks.load.pairs import connect_pairs
from benchmarks.load.talker import Talker
from benchmarks.load.target import Target
from benchmarks.load.window import drained

PAIRS = 5
MESSAGES_PER_SECOND = 50.0  # of all of them together


class Delivered(NamedTuple):
    """One message. Times are `time.monotonic`, which all processes of a machine share."""

    due_at: float
    """When it was to be sent. It counts from here, so that waiting to be sent is not left out."""
    received_at: float


@contextlib.asynccontextmanager
async def bystanders(target: Target) -> AsyncIterator[Aside]:
    """People who already talk when the block begins; `stop` says what was delivered since."""
    people = Aside(Bystanders)
    try:
        await people.do("begin", target=target)
        yield people
    finally:
        await people.end()


class Bystanders:
    """Their messages are those of one ledger. The people are the same each time, the messages are not."""

    def __init__(self) -> None:
        self._ledger = Ledger(uuid.uuid4().hex, clock=time.monotonic)
        self._stopping = asyncio.Event()
        self._talk: asyncio.Task[None]

    async def begin(self, *, target: Target) -> None:
        talkers = await connect_pairs(target, self._ledger, Talker, pairs=PAIRS, name="bystander")
        self._talk = asyncio.create_task(self._talk_on(talkers[::2]))

    async def stop(self) -> list[Delivered]:
        """Raises AssertionError when a message was refused or lost."""
        self._stopping.set()
        await self._talk
        await drained(self._ledger)
        return [Delivered(*times) for times in zip(self._ledger.due, self._ledger.received, strict=True)]

    async def _talk_on(self, speakers: list[Talker]) -> None:
        """Send at the given rate, however slow the answers are."""
        ledger = self._ledger
        began, sent = ledger.clock(), 0
        while not self._stopping.is_set():
            number = ledger.plan(began + sent / MESSAGES_PER_SECOND)
            if (pause := ledger.due[number] - ledger.clock()) > 0:
                await asyncio.sleep(pause)
            speakers[sent % len(speakers)].say(number)
            sent += 1
