"""How much one user, and one socket, may ask for. Does no I/O; the caller brings the time, in seconds."""

from collections import deque
from dataclasses import dataclass


class TokenBucket:
    """Allows `burst` at once and `rate` per second in the long run."""

    __slots__ = ("_at", "_burst", "_level", "_rate")

    def __init__(self, *, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._level = burst
        self._at = now

    def take(self, now: float) -> float:
        """Seconds to wait before trying again; 0.0 when it was granted."""
        self._refill(now)
        if self._level >= 1:
            self._level -= 1
            return 0.0
        return (1 - self._level) / self._rate

    def is_full(self, now: float) -> bool:
        """A full bucket remembers nothing."""
        self._refill(now)
        return self._level >= self._burst

    def _refill(self, now: float) -> None:
        self._level = min(self._burst, self._level + max(0.0, now - self._at) * self._rate)
        self._at = now


class Tally:
    """Has something happened more than `most` times within `seconds`?"""

    __slots__ = ("_seconds", "_times")

    def __init__(self, *, most: int, seconds: float) -> None:
        self._seconds = seconds
        self._times: deque[float] = deque(maxlen=most + 1)

    def add(self, now: float) -> bool:
        """Count one; True when that was one too many."""
        self._times.append(now)
        return len(self._times) == self._times.maxlen and now - self._times[0] <= self._seconds


@dataclass(frozen=True, slots=True)
class Rates:
    """What each user is granted, over all their sockets."""

    frames_per_second: float
    frame_burst: int
    messages_per_second: float
    message_burst: int


class UserLimits:
    """The buckets of one user."""

    __slots__ = ("frames", "messages")

    def __init__(self, rates: Rates, now: float) -> None:
        self.frames = TokenBucket(rate=rates.frames_per_second, burst=rates.frame_burst, now=now)
        self.messages = TokenBucket(rate=rates.messages_per_second, burst=rates.message_burst, now=now)

    def are_full(self, now: float) -> bool:
        return self.frames.is_full(now) and self.messages.is_full(now)


class LimitsByUser:
    """Buckets are made at the first frame and outlive the socket, so that reconnecting does not refill them."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._users: dict[str, UserLimits] = {}

    def __len__(self) -> int:
        return len(self._users)

    def of(self, user_id: str, now: float) -> UserLimits:
        limits = self._users.get(user_id)
        if limits is None:
            limits = self._users[user_id] = UserLimits(self._rates, now)
        return limits

    def sweep(self, now: float) -> None:
        """Drop the full ones: a new one would be the same."""
        self._users = {user: limits for user, limits in self._users.items() if not limits.are_full(now)}
