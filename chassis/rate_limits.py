"""Token buckets, one per key. Does no I/O; the caller passes the time, in seconds.

A bucket may go into debt, for usage elsewhere that this process could not refuse.
"""

from dataclasses import dataclass

from cachetools import LRUCache

MAX_KEYS = 50_000  # about 15 MB; beyond this the least recently used are dropped, and start again with a full bucket
MAX_DEBT_BURSTS = 4  # limits how long a backlog that arrives at once can lock a user out


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


class RateLimits:
    """One bucket per key. Waits are exact: after that many seconds one is granted, unless another took it meanwhile."""

    def __init__(self, *, rate: float, burst: float) -> None:
        self._rate = rate  # per second
        self._burst = float(burst)
        self._buckets: LRUCache[str, _Bucket] = LRUCache(MAX_KEYS)

    def wait(self, key: str, now: float) -> float:
        """Seconds until one would be granted, 0.0 for immediately. Takes nothing."""
        bucket = self._buckets.get(key)
        if bucket is None:
            return 0.0
        self._refill(bucket, now)
        return 0.0 if bucket.level >= 1 else (1 - bucket.level) / self._rate

    def take(self, key: str, now: float) -> float:
        """Take one. Returns the seconds to wait; 0.0 if it was granted."""
        bucket = self._use(key, now)
        if bucket.level < 1:
            return (1 - bucket.level) / self._rate
        bucket.level -= 1
        return 0.0

    def give_back(self, key: str, now: float) -> None:
        """Undo a `take` that was granted."""
        bucket = self._use(key, now)
        bucket.level = min(bucket.level + 1, self._burst)

    def charge(self, key: str, now: float) -> None:
        """Charge one that has already happened, granted or not."""
        bucket = self._use(key, now)
        bucket.level = max(bucket.level - 1, -MAX_DEBT_BURSTS * self._burst)

    def hold(self, key: str, seconds: float, now: float) -> None:
        """Grant nothing for this long, because an authority over all replicas refused."""
        bucket = self._use(key, now)
        bucket.level = min(bucket.level, 1 - seconds * self._rate)

    def _use(self, key: str, now: float) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(self._burst, now)
        else:
            self._refill(bucket, now)
        return bucket

    def _refill(self, bucket: _Bucket, now: float) -> None:
        bucket.level = min(self._burst, bucket.level + max(0.0, now - bucket.at) * self._rate)
        bucket.at = now
