"""A few people who keep talking while something happens to others, timed by a separate process.

In the process that plays a crowd their messages would wait for the crowd's work, and that would be measured.
"""

import asyncio
import contextlib
import multiprocessing
import time
import uuid
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from typing import NamedTuple

import uvloop

from benchmarks.load.ledger import Ledger
from benchmarks.load.pairs import connect_pairs
from benchmarks.load.talker import Talker
from benchmarks.load.target import Target
from benchmarks.load.window import drained

PAIRS = 5
MESSAGES_PER_SECOND = 50.0  # of all of them together
STOP_SECONDS = 60.0


class Delivered(NamedTuple):
    """One message. Times are `time.monotonic`, which all processes of a machine share."""

    due_at: float
    """When it was to be sent. It counts from here, so that waiting to be sent is not left out."""
    received_at: float


class Bystanders:
    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def stop(self) -> list[Delivered]:
        """Stop them; what was delivered since they began. Raises RuntimeError when something was refused or lost."""
        self._pipe.send("stop")
        return _answer(self._pipe)


@contextlib.contextmanager
def bystanders(target: Target) -> Iterator[Bystanders]:
    """People who already talk when the block begins."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_play, args=(target, theirs), name="bystanders", daemon=True)
    process.start()
    theirs.close()
    try:
        _answer(ours)
        yield Bystanders(ours)
    finally:
        ours.close()  # ends them, if nobody stopped them
        process.join(STOP_SECONDS)
        process.close()


def _answer(pipe: Connection) -> list[Delivered]:
    if not pipe.poll(STOP_SECONDS):
        raise RuntimeError("the bystanders do not answer")
    failure, delivered = pipe.recv()
    if failure is not None:
        raise RuntimeError(f"the bystanders failed: {failure}")
    return [Delivered(*times) for times in delivered]


def _play(target: Target, pipe: Connection) -> None:
    try:
        uvloop.run(_talk_until_told(target, pipe))
    except Exception as error:
        pipe.send((repr(error), []))


async def _talk_until_told(target: Target, pipe: Connection) -> None:
    ledger = Ledger(uuid.uuid4().hex, clock=time.monotonic)  # the people are the same each time, their messages are not
    talkers = await connect_pairs(target, ledger, Talker, pairs=PAIRS, name="bystander")
    told = asyncio.Event()
    asyncio.get_running_loop().add_reader(pipe.fileno(), told.set)
    pipe.send((None, []))
    await _talk(talkers[::2], ledger, told)
    await drained(ledger)
    with contextlib.suppress(OSError):  # no longer needed
        pipe.send((None, list(zip(ledger.due, ledger.received, strict=True))))


async def _talk(speakers: Sequence[Talker], ledger: Ledger, told: asyncio.Event) -> None:
    """Send at the given rate, however slow the answers are."""
    began, sent = ledger.clock(), 0
    while not told.is_set():
        number = ledger.plan(began + sent / MESSAGES_PER_SECOND)
        if (pause := ledger.due[number] - ledger.clock()) > 0:
            await asyncio.sleep(pause)
        speakers[sent % len(speakers)].say(number)
        sent += 1
