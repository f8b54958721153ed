"""The part of a floor's run that counts, and what was done in it."""

import time

WARM_UP_SECONDS = 0.5


class Timings:
    """Pieces of work that ended after the warm-up and within `seconds` of its end."""

    def __init__(self, seconds: float, *, warm_up: float = WARM_UP_SECONDS) -> None:
        self.took: list[float] = []
        """How long each piece took, in seconds."""
        self._seconds = seconds
        self._since = time.perf_counter() + warm_up
        self._until = self._since + seconds

    @property
    def over(self) -> bool:
        return time.perf_counter() >= self._until

    @property
    def per_second(self) -> float:
        return len(self.took) / self._seconds

    def note(self, began: float) -> None:
        """A piece of work has just ended; it began at this time of `time.perf_counter`."""
        now = time.perf_counter()
        if self._since <= now < self._until:
            self.took.append(now - began)
