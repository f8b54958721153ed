"""State shared by the consumer, the stream and the follower."""

import asyncio
from collections.abc import Callable

FRESH_SECONDS = 3.0  # beacons come every second: without one for this long, the broker counts as silent
CONFIRMED_SECONDS = 5.0  # how long a successful poll proves the stream current


class Feed:
    """The state of both sources of the log: pushed by the broker, and read from `conversations`."""

    def __init__(self, *, now: Callable[[], float]) -> None:
        self.gap = asyncio.Event()
        """Set when the stream has a gap to fill."""
        self.doubt = asyncio.Event()
        """Set when batches may be missing and the log's heads must be read."""
        self._now = now
        self._consuming_since: float | None = None
        self._beacon_at = float("-inf")
        self._confirmed_at = float("-inf")

    def consuming_began(self) -> None:
        """Our queue is bound and consumed."""
        self._consuming_since = self._now()
        self.doubt.set()

    def consuming_ended(self) -> None:
        self._consuming_since = None
        self.doubt.set()

    def beacon_seen(self) -> None:
        self._beacon_at = self._now()

    def log_answered(self) -> None:
        """The log's heads were read and match our positions."""
        self._confirmed_at = self._now()

    @property
    def consuming(self) -> bool:
        return self._consuming_since is not None

    @property
    def consuming_seconds(self) -> float:
        """Seconds since consuming began."""
        return 0.0 if self._consuming_since is None else self._now() - self._consuming_since

    @property
    def beacon_age(self) -> float:
        """Seconds since the last beacon."""
        return self._now() - self._beacon_at

    @property
    def live(self) -> bool:
        """The broker pushes to us, and its beacons prove it."""
        return self.consuming and self.beacon_age < FRESH_SECONDS

    @property
    def following(self) -> bool:
        """Committed events reach us, pushed or polled."""
        return self.live or self._now() - self._confirmed_at < CONFIRMED_SECONDS
