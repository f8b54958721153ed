"""Delays between attempts: exponential, capped, with full jitter.

Full jitter spreads clients that lost the same server at the same moment
(https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
"""

import random
from collections.abc import Callable

_MAX_DOUBLINGS = 32  # beyond this every cap is reached; bounds the power


class Backoff:
    """Each delay is drawn from [0, min(cap, base * 2**n)) seconds; `reset` starts again at n = 0."""

    def __init__(
        self, *, base_seconds: float, cap_seconds: float, uniform: Callable[[], float] = random.random
    ) -> None:
        self._base = base_seconds
        self._cap = cap_seconds
        self._uniform = uniform
        self._attempts = 0

    def next_delay(self) -> float:
        ceiling = min(self._cap, self._base * 2.0 ** min(self._attempts, _MAX_DOUBLINGS))
        self._attempts += 1
        return self._uniform() * ceiling

    def reset(self) -> None:
        self._attempts = 0
