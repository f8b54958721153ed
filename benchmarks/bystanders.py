"""A few people who keep talking while something happens to others, timed by a separate process.

In the process that plays a crowd their messages would wait for the crowd's work, and that would be measured.
"""

import asyncio
import contextlib
import multiprocessing
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import NamedTuple

import aiohttp
import uvloop

from benchmarks.couple import introduce
from benchmarks.load.sockets import ERROR, NEW_MESSAGE, SocketClient, open_socket
from benchmarks.load.target import Target

PAIRS = 5
MESSAGES_PER_SECOND = 50.0  # of all of them together
SETTLE_SECONDS = 30.0  # time for the last messages to arrive
STOP_SECONDS = 60.0
_MARK = b'"content":"at '


class Delivered(NamedTuple):
    """One message. Times are `time.monotonic`, which all processes of a machine share."""

    due_at: float
    """When it was to be sent. It counts from here, so that waiting to be sent is not left out."""
    received_at: float


class Bystanders:
    """The process that plays them."""

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
    pairs = [await _open_pair(target, number) for number in range(PAIRS)]
    told = asyncio.Event()
    asyncio.get_running_loop().add_reader(pipe.fileno(), told.set)
    pipe.send((None, []))
    sent = await _talk(pairs, told)
    async with asyncio.timeout(SETTLE_SECONDS):
        while sum(_settled(*pair) for pair in pairs) < sent:  # noqa: ASYNC110 - nothing announces the last one
            await asyncio.sleep(0.01)
    if refused := [error for speaker, _ in pairs for error in speaker.refused]:
        raise RuntimeError(f"{len(refused)} of {sent} messages were refused: {refused[0].decode()}")
    with contextlib.suppress(OSError):  # no longer needed
        pipe.send((None, [one for _, listener in pairs for one in listener.delivered]))


async def _talk(pairs: list[tuple["_Speaker", "_Listener"]], told: asyncio.Event) -> int:
    """Send at the given rate, however slow the answers are; returns how many were sent."""
    began, sent = time.monotonic(), 0
    while not told.is_set():
        due_at = began + sent / MESSAGES_PER_SECOND
        if (pause := due_at - time.monotonic()) > 0:
            await asyncio.sleep(pause)
        speaker, _ = pairs[sent % len(pairs)]
        speaker.say(due_at)
        sent += 1
    return sent


def _settled(speaker: "_Speaker", listener: "_Listener") -> int:
    return len(speaker.refused) + len(listener.delivered)


class _Speaker(SocketClient):
    def __init__(self, conversation_id: str) -> None:
        super().__init__()
        self.refused: list[bytes] = []
        self._head = b'{"type":"send_message","conversationId":"%b","message":"at ' % conversation_id.encode()

    def on_body(self, body: bytes) -> None:
        if body.startswith(ERROR):
            self.refused.append(body)

    def say(self, due_at: float) -> None:
        self.send(self._head + b'%.6f"}' % due_at)


class _Listener(SocketClient):
    def __init__(self) -> None:
        super().__init__()
        self.delivered: list[Delivered] = []

    def on_body(self, body: bytes) -> None:
        if body.startswith(NEW_MESSAGE):
            _, _, rest = body.partition(_MARK)
            self.delivered.append(Delivered(float(rest.partition(b'"')[0]), time.monotonic()))


async def _open_pair(target: Target, number: int) -> tuple[_Speaker, _Listener]:
    async with aiohttp.ClientSession() as http:
        couple = await introduce(http, target, f"bystander-{number}")
    speaker, listener = _Speaker(couple.conversation_id), _Listener()
    await open_socket(target, couple.buyer_id, speaker)
    await open_socket(target, couple.seller_id, listener)
    return speaker, listener
