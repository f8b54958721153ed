"""Waiting for conditions, so that no test sleeps for a guessed time."""

import asyncio
import time
from collections.abc import Callable

_POLL_SECONDS = 0.01


async def eventually(condition: Callable[[], bool], *, within: float) -> float:
    """Wait until `condition()` holds and return how many seconds that took. Raises TimeoutError."""
    began = time.monotonic()
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - any condition, also one that no event announces
            await asyncio.sleep(_POLL_SECONDS)
    return time.monotonic() - began
