"""The sockets of each user on all replicas: one too many closes the oldest, wherever it is. Does no I/O.

Replicas tell each other about a user only while that user has more than a quarter of the limit, as far as they know. So
nearly nobody is ever told about, and replicas that say nothing hold at most a quarter each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from contracts.generated.catalogues import CloseCode
from contracts.generated.models import SocketsCountedEvent

QUIET_SHARE = 4  # of the limit one in so many sockets, per replica, is not told of
TELL_AGAIN_SECONDS = 30.0  # what is told may get lost
FORGET_SECONDS = 95.0  # a replica that is gone tells nothing any more
MAX_TOLD = 1000  # sockets in one event


class Socket(Protocol):
    """What is needed to know of a socket."""

    @property
    def opened_at(self) -> int:
        """Milliseconds of Unix time: replicas compare them."""

    def close(self, code: CloseCode) -> None:
        """Doing so twice is harmless."""


@dataclass(frozen=True, slots=True)
class _Told:
    opened_at: Sequence[int]
    at: float


class SocketsElsewhere:
    """`own` are a user's sockets here, the oldest first; `tell` lets all replicas know of them."""

    def __init__(
        self,
        *,
        replica: str,
        max_per_user: int,
        own: Callable[[str], Sequence[Socket]],
        tell: Callable[[str, list[int]], None],
        now: Callable[[], float],
    ) -> None:
        self._replica = replica
        self._max = max_per_user
        self._quiet = max_per_user // QUIET_SHARE
        self._own = own
        self._tell = tell
        self._now = now
        self._elsewhere: dict[str, dict[str, _Told]] = {}
        self._telling: set[str] = set()

    def changed(self, user_id: str) -> None:
        """A socket of this user was opened or has ended here."""
        own = self._own(user_id)
        if self._is_worth_telling(user_id, len(own)):
            self._telling.add(user_id)
            self._tell_of(user_id, own)
        elif user_id in self._telling:
            self._telling.discard(user_id)
            self._tell(user_id, [])
        self._close_the_oldest(user_id, own)

    def heard(self, event: SocketsCountedEvent) -> None:
        """Another replica tells of a user; those of our sockets that are older than the newest allowed are closed."""
        data = event.data
        if data.replica == self._replica:
            return
        told = self._elsewhere.setdefault(data.user_id, {})
        if data.opened_at:
            told[data.replica] = _Told(data.opened_at, self._now())
        else:
            told.pop(data.replica, None)
        if not told:
            del self._elsewhere[data.user_id]
        own = self._own(data.user_id)
        if data.user_id not in self._telling and self._is_worth_telling(data.user_id, len(own)):
            self._telling.add(data.user_id)
            self._tell_of(data.user_id, own)
        self._close_the_oldest(data.user_id, own)

    def repeat(self) -> None:
        """Tell again, and forget replicas that did not."""
        limit = self._now() - FORGET_SECONDS
        for user_id, told in list(self._elsewhere.items()):
            kept = {replica: one for replica, one in told.items() if one.at >= limit}
            if kept:
                self._elsewhere[user_id] = kept
            else:
                del self._elsewhere[user_id]
        for user_id in list(self._telling):
            self.changed(user_id)

    def known(self, user_id: str) -> int:
        """How many sockets of this user other replicas told of."""
        return sum(len(told.opened_at) for told in self._elsewhere.get(user_id, {}).values())

    def _is_worth_telling(self, user_id: str, own: int) -> bool:
        return own > 0 and own + self.known(user_id) > self._quiet

    def _tell_of(self, user_id: str, own: Sequence[Socket]) -> None:
        self._tell(user_id, [socket.opened_at for socket in own[-MAX_TOLD:]])

    def _close_the_oldest(self, user_id: str, own: Sequence[Socket]) -> None:
        """Every replica ranks all sockets alike, by age and at equal age by replica, and closes its own last ones."""
        if user_id not in self._elsewhere:
            return  # the hub sees to those of one replica
        others = [
            (opened_at, replica)
            for replica, told in self._elsewhere.get(user_id, {}).items()
            for opened_at in told.opened_at
        ]
        if len(own) + len(others) <= self._max:
            return
        for place, socket in enumerate(reversed(own)):  # so many of ours are newer
            newer = sum(other > (socket.opened_at, self._replica) for other in others)
            if place + newer >= self._max:
                socket.close(CloseCode.DISPLACED)
