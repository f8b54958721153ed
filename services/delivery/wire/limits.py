"""How much one user, and one socket, may ask for. Does no I/O; the caller passes the time, in seconds."""

from collections import deque
from dataclasses import dataclass

from chassis.rate_limits import RateLimits


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


class LimitsByUser:
    """Buckets outlive the socket, so that reconnecting does not refill them.

    Frames protect this process and are counted here alone. Messages are limited over all replicas and REST: each one
    admitted here is charged when it is admitted, and each one that the log shows beyond those was admitted elsewhere
    and is charged when it arrives. So a burst may be exceeded for as long as the log needs to tell; the debt is paid
    back before anything else is granted.
    """

    def __init__(self, rates: Rates) -> None:
        self._frames = RateLimits(rate=rates.frames_per_second, burst=rates.frame_burst)
        self._messages = RateLimits(rate=rates.messages_per_second, burst=rates.message_burst)
        self._awaited: dict[str, int] = {}
        """Messages admitted here that the log has not shown yet. Only their number counts: a charge is a charge."""

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
        """The log shows a message of this user, whoever admitted it."""
        awaited = self._awaited.get(user_id, 0)
        if awaited == 0:
            self._messages.charge(user_id, now)
        elif awaited == 1:
            del self._awaited[user_id]
        else:
            self._awaited[user_id] = awaited - 1

    def message_not_logged(self, user_id: str, now: float) -> None:
        """One that was admitted here will not be on the log: a repeat, or refused. It stays charged.

        If another one was taken for it meanwhile, that one is charged now.
        """
        self.message_logged(user_id, now)

    def restart(self) -> None:
        """What is awaited may be in a part of the log that is never shown."""
        self._awaited.clear()
