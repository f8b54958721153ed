"""Spreads the work of a crowd over many turns of the event loop, so that it keeps nobody else waiting.

After a cut thousands of sockets end, and thousands of handshakes lie ready, at once. Were all that done in one turn, a
message, which needs some turns on its way from sender to recipient, would take seconds.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class Paced(Generic[ItemT]):
    """Does something to each item, in the order they come: at once, or in a later turn when this one has had enough."""

    def __init__(self, loop: asyncio.AbstractEventLoop, do: Callable[[ItemT], None], *, per_turn: int) -> None:
        self._loop = loop
        self._do = do
        self._per_turn = per_turn
        self._left = per_turn
        """How many more may be done in this turn."""
        self._waiting: deque[ItemT] = deque()

    def __len__(self) -> int:
        """How many wait for a later turn."""
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
            # First of all, so that one item that fails does not keep the others waiting for ever.
            self._loop.call_soon(self._next_turn)
        for _ in range(min(self._per_turn, len(self._waiting))):
            self._left -= 1
            self._do(self._waiting.popleft())


class Turnstile:
    """Where tasks wait until it is their turn."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, per_turn: int) -> None:
        self._loop = loop
        self._paced = Paced(loop, _wake, per_turn=per_turn)

    async def go_through(self) -> None:
        """First come, first served; whoever need not wait does not."""
        place = self._loop.create_future()
        self._paced.add(place)
        await place


def _wake(place: asyncio.Future[None]) -> None:
    if not place.done():  # else the task has been cancelled
        place.set_result(None)
