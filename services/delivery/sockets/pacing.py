"""Spreads bursts of work over many iterations of the event loop, so that other work is not delayed.

After a network failure thousands of sockets end, and thousands of handshakes arrive, at once. Handling all of them in
one iteration would delay messages, which need several iterations from sender to recipient, by seconds.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class Paced(Generic[ItemT]):
    """Handles items in order: at once, or in a later iteration when this one has used up its share."""

    def __init__(self, loop: asyncio.AbstractEventLoop, do: Callable[[ItemT], None], *, per_turn: int) -> None:
        self._loop = loop
        self._do = do
        self._per_turn = per_turn
        self._left = per_turn
        """How many more may be handled in this iteration."""
        self._waiting: deque[ItemT] = deque()

    def __len__(self) -> int:
        """The number of items left for later iterations."""
        return len(self._waiting)

    def add(self, item: ItemT) -> None:
        if self._left == self._per_turn:
            self._loop.call_soon(self._next_turn)
        if self._left > 0:
            self._left -= 1
            self._do(item)
        else:
            self._waiting.append(item)

    def _next_turn(self) -> None:
        self._left = self._per_turn
        if self._waiting:
            # Scheduled first, so that a failing item does not block the others forever.
            self._loop.call_soon(self._next_turn)
        for _ in range(min(self._per_turn, len(self._waiting))):
            self._left -= 1
            self._do(self._waiting.popleft())


class Turnstile:
    """Admits waiting tasks a few per iteration."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, per_turn: int) -> None:
        self._loop = loop
        self._paced = Paced(loop, _wake, per_turn=per_turn)

    async def go_through(self) -> None:
        """Wait in FIFO order; returns at once if nothing waits and the share is not used up."""
        place = self._loop.create_future()
        self._paced.add(place)
        await place


def _wake(place: asyncio.Future[None]) -> None:
    if not place.done():  # else the task has been cancelled
        place.set_result(None)
