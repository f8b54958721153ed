"""Proves for readiness that writes succeed: by a recent batch, or by a write that changes nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from chassis.health import NotReady

PROVEN_SECONDS = 1.0  # how long a result holds, so that probes cost at most one write per second
FAILED_SECONDS = 10.0  # a full disk may accept a write that changes nothing and fail the next batch


class WriteProof:
    """`prove` writes, and raises if that fails; it may take longer than a probe waits."""

    def __init__(self, prove: Callable[[], Awaitable[None]], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._prove = prove
        self._clock = clock
        self._succeeded_at = self._failed_at = self._asked_at = float("-inf")
        self._asking: asyncio.Task[str | None] | None = None
        self._answer: str | None = None
        """Why the last proof failed."""

    def succeeded(self) -> None:
        """A batch was written."""
        self._succeeded_at = self._clock()
        self._failed_at = float("-inf")

    def failed(self) -> None:
        """A batch was not written, or its outcome is unknown."""
        self._failed_at = self._clock()

    async def check(self) -> None:
        """Raises NotReady."""
        now = self._clock()
        if now - self._failed_at < FAILED_SECONDS:
            raise NotReady("the last batch could not be written")
        if now - self._succeeded_at < PROVEN_SECONDS:
            return
        if self._asking is None and now - self._asked_at >= PROVEN_SECONDS:
            self._asked_at = now
            self._asking = asyncio.create_task(self._ask(), name="write_proof")
        reason = self._answer if self._asking is None else await asyncio.shield(self._asking)
        if reason is not None:
            raise NotReady(reason)

    def close(self) -> None:
        """Cancel a proof in progress."""
        if self._asking is not None:
            self._asking.cancel()

    async def _ask(self) -> str | None:
        try:
            await self._prove()
        except NotReady as not_ready:
            self._answer = str(not_ready)
        except Exception as error:
            # The error's text could contain addresses or data; its class says enough.
            self._answer = f"nothing can be written: {type(error).__name__}"
        else:
            self._answer = None
        finally:
            self._asking = None
        return self._answer
