"""The lifecycle of a process: running, draining, stopped, and its exit code."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

EXIT_FAILED = 1
ABANDON_SECONDS = 1.0  # time for a drain that is cut short to react

log = structlog.get_logger(__name__)

DrainCallback = Callable[[], Awaitable[None]]


class Lifecycle:
    """Coordinates shutdown: a signal or a dead background task stops the process; the server then drains and ends."""

    def __init__(self) -> None:
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._drain_callbacks: list[DrainCallback] = []
        self.exit_code = 0

    @property
    def draining(self) -> bool:
        """Whether the process is shutting down and takes no new long-lived work."""
        return self._stop.is_set()

    def on_drain(self, callback: DrainCallback) -> None:
        """Register `callback` to run once when draining begins, while requests are still answered."""
        self._drain_callbacks.append(callback)

    def stop(self, reason: str) -> None:
        """Begin to stop. A second call stops without finishing the drain."""
        if self._stop.is_set():
            self._hurry.set()
            return
        log.info("process.stopping", reason=reason)
        self._stop.set()

    def task_died(self, name: str, error: BaseException | None) -> None:
        """A background task ended by itself: stop with a log line and a failure exit code."""
        log.critical("task.died", task=name, exc_info=error)
        self.fail(f"task {name} died")

    def fail(self, reason: str) -> None:
        """Stop with a failure exit code."""
        self.exit_code = EXIT_FAILED
        if not self._stop.is_set():
            self.stop(reason)

    async def wait_for_stop(self) -> None:
        await self._stop.wait()

    async def drain(self, seconds: float) -> None:
        """Run the drain callbacks concurrently, for at most `seconds` or until a second stop."""
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
        # One resource that fails to drain must not block the others.
        log.exception("drain.failed")
