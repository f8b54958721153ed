"""Rate limits per user and per socket. Does no I/O; the caller passes the time, in seconds."""

from collections import deque
from dataclasses import dataclass

from chassis.rate_limits import RateLimits


class Tally:
    """Detects more than `most` occurrences within `seconds`."""

    __slots__ = ("_seconds", "_times")

    def __init__(self, *, most: int, seconds: float) -> None:
        self._seconds = seconds
        self._times: deque[float] = deque(maxlen=most + 1)

    def add(self, now: float) -> bool:
        """Count one; True if that exceeds the limit."""
        self._times.append(now)
        return len(self._times) == self._times.maxlen and now - self._times[0] <= self._seconds


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates granted to each user, over all their sockets."""

    frames_per_second: float
    frame_burst: int
    messages_per_second: float
    message_burst: int


class LimitsByUser:
    """Buckets outlive the socket, so that reconnecting does not refill them.

    The frame limit protects this process and counts only its own frames. Messages are limited over all replicas and
    REST: a message admitted here is charged at once, and a message admitted elsewhere when it arrives from the log.
    So a burst may be exceeded until the log catches up; the debt is paid back before anything else is granted.
    """

    def __init__(self, rates: Rates) -> None:
        self._frames = RateLimits(rate=rates.frames_per_second, burst=rates.frame_burst)
        self._messages = RateLimits(rate=rates.messages_per_second, burst=rates.message_burst)
        self._awaited: dict[str, int] = {}
        """Number of messages admitted here that have not arrived from the log yet."""

    def take_frame(self, user_id: str, now: float) -> float:
        """Seconds to wait before the next frame; 0.0 when this one was granted."""
        return self._frames.take(user_id, now)

    def admit_message(self, user_id: str, now: float) -> float:
        """Seconds to wait before the next message; 0.0 when this one was granted."""
        wait = self._messages.take(user_id, now)
        if not wait:
            self._awaited[user_id] = self._awaited.get(user_id, 0) + 1
        return wait

    def message_logged(self, user_id: str, now: float) -> None:
        """A message of this user arrived from the log, whichever replica admitted it."""
        awaited = self._awaited.get(user_id, 0)
        if awaited == 0:
            self._messages.charge(user_id, now)
        elif awaited == 1:
            del self._awaited[user_id]
        else:
            self._awaited[user_id] = awaited - 1

    def message_not_logged(self, user_id: str, now: float) -> None:
        """A message admitted here will not appear in the log: a repeat, or rejected. It stays charged.

        If another message was mistaken for it meanwhile, that one is charged now.
        """
        self.message_logged(user_id, now)

    def restart(self) -> None:
        """Expect no messages any more: they may be in a skipped part of the log."""
        self._awaited.clear()
