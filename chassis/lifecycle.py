"""The life of a process: running, draining, stopped, and the exit code it ends with."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

EXIT_FAILED = 1
ABANDON_SECONDS = 1.0  # what a drain that is cut short gets to notice it

log = structlog.get_logger(__name__)

DrainCallback = Callable[[], Awaitable[None]]


class Lifecycle:
    """Asked to stop by a signal or by the death of a background task; then the server drains and ends."""

    def __init__(self) -> None:
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._drain_callbacks: list[DrainCallback] = []
        self.exit_code = 0

    @property
    def draining(self) -> bool:
        """The process will end; it takes no new long-lived work."""
        return self._stop.is_set()

    def on_drain(self, callback: DrainCallback) -> None:
        """Call `callback` once when draining begins, while requests are still answered."""
        self._drain_callbacks.append(callback)

    def stop(self, reason: str) -> None:
        """Begin to stop. Asked a second time, stop without finishing the drain."""
        if self._stop.is_set():
            self._hurry.set()
            return
        log.info("process.stopping", reason=reason)
        self._stop.set()

    def task_died(self, name: str, error: BaseException | None) -> None:
        """A background task ended by itself: the process stops loudly, with a failure's exit code."""
        log.critical("task.died", task=name, exc_info=error)
        self.fail(f"task {name} died")

    def fail(self, reason: str) -> None:
        """Stop with a failure's exit code."""
        self.exit_code = EXIT_FAILED
        if not self._stop.is_set():
            self.stop(reason)

    async def wait_for_stop(self) -> None:
        await self._stop.wait()

    async def drain(self, seconds: float) -> None:
        """Run the drain callbacks together, at most `seconds` and not beyond a second stop."""
        if not self._drain_callbacks:
            return
        draining = asyncio.create_task(self._call_back(), name="drain")
        hurry = asyncio.create_task(self._hurry.wait(), name="drain.hurry")
        await asyncio.wait((draining, hurry), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not draining.done():
            log.warning("drain.unfinished", seconds=seconds)
        draining.cancel()
        hurry.cancel()
        await asyncio.wait((draining, hurry), timeout=ABANDON_SECONDS)

    async def _call_back(self) -> None:
        await asyncio.gather(*(_drained(callback) for callback in self._drain_callbacks))


async def _drained(callback: DrainCallback) -> None:
    try:
        await callback()
    except Exception:
        # One resource that cannot drain must not keep the others from it.
        log.exception("drain.failed")
