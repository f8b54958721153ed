"""What the parts that follow the log tell each other: the consumer, the stream, and the follower."""

import asyncio
from collections.abc import Callable

FRESH_SECONDS = 3.0  # beacons come every second: without one for this long, nothing is pushed any more
CONFIRMED_SECONDS = 5.0  # how long a successful poll vouches for the stream


class Feed:
    """The state of the log's two ways to us: pushed by the broker, and read from `conversations`."""

    def __init__(self, *, now: Callable[[], float]) -> None:
        self.hole = asyncio.Event()
        """The stream has a hole to fill."""
        self.doubt = asyncio.Event()
        """Batches may be missing: ask the log how far it goes."""
        self._now = now
        self._consuming_since: float | None = None
        self._beacon_at = float("-inf")
        self._confirmed_at = float("-inf")

    def consuming_began(self) -> None:
        """Our queue is bound and read."""
        self._consuming_since = self._now()
        self.doubt.set()

    def consuming_ended(self) -> None:
        self._consuming_since = None
        self.doubt.set()

    def beacon_seen(self) -> None:
        self._beacon_at = self._now()

    def log_answered(self) -> None:
        """We asked the log how far it goes, and agree with it."""
        self._confirmed_at = self._now()

    @property
    def consuming(self) -> bool:
        return self._consuming_since is not None

    @property
    def consuming_seconds(self) -> float:
        """For how long our queue has been read."""
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
        """Whatever is committed reaches us, pushed or read."""
        return self.live or self._now() - self._confirmed_at < CONFIRMED_SECONDS
