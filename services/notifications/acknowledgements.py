"""Acknowledges the messages of a channel in groups.

A quorum queue replicates and stores every acknowledgement, so one per message would cost more than the message.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine

from aio_pika.abc import AbstractIncomingMessage

SETTLE_SECONDS = 5.0  # it only writes to a socket; a longer wait means that the link is dead
PAUSE_SECONDS = 0.05  # between two groups; a crash repeats more anyway, because the cursor is stored less often


class Acknowledgements:
    """The outstanding acknowledgements of one channel; run `run` as a task, and `flush` before leaving the channel.

    On a lost link nothing can be acknowledged: `on_broken` is called, the broker redelivers the messages, and they are
    dropped as duplicates.
    """

    def __init__(self, *, most: int, on_broken: Callable[[str], None]) -> None:
        self._most = most
        """Processed messages that may wait for their acknowledgement; less than the prefetch."""
        self._on_broken = on_broken
        self._open: dict[int, None] = {}
        """Tags of unprocessed messages. The channel numbers messages in the order of arrival."""
        self._done: dict[int, AbstractIncomingMessage] = {}
        self._some = asyncio.Event()
        self._many = asyncio.Event()

    def expect(self, message: AbstractIncomingMessage) -> None:
        """Register a message that will be acknowledged or rejected."""
        self._open[_tag(message)] = None

    def acknowledge(self, message: AbstractIncomingMessage) -> None:
        """Mark a message as processed."""
        tag = _tag(message)
        del self._open[tag]
        self._done[tag] = message
        self._some.set()
        if len(self._done) >= self._most:
            self._many.set()

    async def reject(self, message: AbstractIncomingMessage) -> None:
        """Send a message to the dead-letter queue, at once."""
        del self._open[_tag(message)]
        await self._settle(message.reject())

    async def run(self) -> None:
        """Acknowledge at once, then again after each pause, until cancelled."""
        while True:
            await self._some.wait()
            await self.flush()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PAUSE_SECONDS):
                    await self._many.wait()

    async def flush(self) -> None:
        """Acknowledge processed messages: with one command up to the first unprocessed one."""
        done, self._done = self._done, {}
        self._some.clear()
        self._many.clear()
        first_open = next(iter(self._open), None)
        together = [tag for tag in done if first_open is None or tag < first_open]
        if together:
            await self._settle(done.pop(max(together)).ack(multiple=True))
        for tag in done.keys() - set(together):
            await self._settle(done[tag].ack())

    async def _settle(self, settled: Coroutine[None, None, None]) -> None:
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                await settled
        except Exception as error:
            # The library raises many exception types for a closed channel.
            self._on_broken(f"cannot acknowledge: {type(error).__name__}")


def _tag(message: AbstractIncomingMessage) -> int:
    assert message.delivery_tag is not None  # noqa: S101 - only messages of `no_ack` consumers lack a tag
    return message.delivery_tag
