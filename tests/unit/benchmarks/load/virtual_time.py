"""An event loop whose time passes only by waiting: seconds of it take no time, and every run is the same."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Nothing comes from outside; where the loop would sleep, its clock jumps."""

    def __init__(self) -> None:
        self._now = 1_000.0
        super().__init__(_Jumping(self.advance))

    def time(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass while nothing else happens."""
        self._now += seconds


class _Jumping(selectors.DefaultSelector):
    def __init__(self, advance: Callable[[float], None]) -> None:
        super().__init__()
        self._advance = advance

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("everybody waits for something that never happens")
        self._advance(max(timeout, 0.0))
        return []


def run_in_virtual_time(play: Callable[[VirtualTimeLoop], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualTimeLoop)
        return runner.run(play(loop))
