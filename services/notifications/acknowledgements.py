"""Acknowledges the messages of a channel in strides.

To a quorum queue an acknowledgement is a command to agree upon and to store, so one for each message would cost more
than the message.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine

from aio_pika.abc import AbstractIncomingMessage

SETTLE_SECONDS = 5.0  # it only writes to a socket; longer means that the link is dead
PAUSE_SECONDS = 0.05  # between two strides; a crash repeats more than that anyway, for the cursor is stored less often


class Acknowledgements:
    """What the broker still waits for on one channel; run `run` as a task, and `flush` before the channel is left.

    On a link that is lost nothing can be settled: `on_broken` is told, the broker delivers the messages again, and they
    are dropped as repeats.
    """

    def __init__(self, *, most: int, on_broken: Callable[[str], None]) -> None:
        self._most = most
        """Messages that are dealt with and may wait to be acknowledged; less than the prefetch."""
        self._on_broken = on_broken
        self._open: dict[int, None] = {}
        """Tags of messages that are not dealt with. The channel numbers messages in the order of arrival."""
        self._done: dict[int, AbstractIncomingMessage] = {}
        self._some = asyncio.Event()
        self._many = asyncio.Event()

    def expect(self, message: AbstractIncomingMessage) -> None:
        """A message came, and will be acknowledged or rejected."""
        self._open[_tag(message)] = None

    def acknowledge(self, message: AbstractIncomingMessage) -> None:
        """It is dealt with."""
        tag = _tag(message)
        del self._open[tag]
        self._done[tag] = message
        self._some.set()
        if len(self._done) >= self._most:
            self._many.set()

    async def reject(self, message: AbstractIncomingMessage) -> None:
        """It goes to the dead-letter queue, at once."""
        del self._open[_tag(message)]
        await self._settle(message.reject())

    async def run(self) -> None:
        """Tell the broker at once, and then again after a pause, until cancelled."""
        while True:
            await self._some.wait()
            await self.flush()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PAUSE_SECONDS):
                    await self._many.wait()

    async def flush(self) -> None:
        """Tell the broker what is dealt with: with one command up to the first message that is not."""
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
            # The library raises many kinds for one fact: this channel is gone.
            self._on_broken(f"cannot acknowledge: {type(error).__name__}")


def _tag(message: AbstractIncomingMessage) -> int:
    assert message.delivery_tag is not None  # noqa: S101 - only `no_ack` consumers get messages without one
    return message.delivery_tag
