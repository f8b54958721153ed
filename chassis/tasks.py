"""Background tasks with a name and an owner."""

import asyncio
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self

import structlog

CLOSE_SECONDS = 5.0  # time for a cancelled task to clean up
REPEAT_SECONDS = 1.0  # time after it is cancelled once more

log = structlog.get_logger(__name__)

OnDeath = Callable[[str, BaseException | None], None]


class BackgroundTasks:
    """Owns tasks that run until they are cancelled.

    A task that ends by itself, with or without an error, is dead: `on_death(name, error)` is called once for
    it. On leaving the `async with` block all tasks are cancelled and awaited; one that is started after that is
    cancelled before it runs.
    """

    def __init__(self, *, on_death: OnDeath) -> None:
        self._on_death = on_death
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work` until the owner closes; when it returns or raises before that, it is reported dead."""
        return self._start(name, work, lasting=True)

    def start_once(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work`, which may return; only an error is reported."""
        return self._start(name, work, lasting=False)

    async def close(self, timeout_seconds: float = CLOSE_SECONDS) -> None:
        """Cancel all tasks and wait for them, at most `timeout_seconds`; then cancel the remaining ones once more.

        The first cancellation may have been lost: before Python 3.12, asyncio.wait_for, which libraries use, loses one
        that comes at the same moment as the result.
        """
        self._closing = True
        left = set(self._tasks)
        for seconds in (timeout_seconds, REPEAT_SECONDS):
            for task in left:
                task.cancel()
            if left:
                _, left = await asyncio.wait(left, timeout=seconds)
        for task in left:
            log.error("task.stuck", task=task.get_name())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _start(self, name: str, work: Coroutine[Any, Any, None], *, lasting: bool) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(done, lasting=lasting))
        if self._closing:
            task.cancel()
        return task

    def _ended(self, task: asyncio.Task[None], *, lasting: bool) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if self._closing:
            if error is not None:
                log.error("task.failed_while_closing", task=task.get_name(), exc_info=error)
        elif error is not None or (lasting and not task.cancelled()):
            self._on_death(task.get_name(), error)
