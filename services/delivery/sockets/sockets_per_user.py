"""Limits each user's sockets over all replicas: one too many closes the oldest, wherever it is. Does no I/O.

Replicas announce a user's sockets to each other only while the known total is more than a quarter of the limit. So
announcements are rare, and a replica that announces nothing holds at most a quarter of the limit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from contracts.generated.catalogues import CloseCode
from contracts.generated.models import SocketsCountedEvent

QUIET_SHARE = 4  # a replica announces a user beyond 1/n of the limit
TELL_AGAIN_SECONDS = 30.0  # announcements may get lost
FORGET_SECONDS = 95.0  # a replica that sends nothing for this long is gone
MAX_TOLD = 1000  # sockets in one event


class Socket(Protocol):
    """The fields of a socket that are compared here."""

    @property
    def opened_at(self) -> int:
        """Unix time in milliseconds, comparable between replicas."""

    def close(self, code: CloseCode) -> None:
        """Idempotent."""


@dataclass(frozen=True, slots=True)
class _Told:
    opened_at: Sequence[int]
    at: float


class SocketsElsewhere:
    """`own` returns a user's sockets here, oldest first; `tell` announces them to all replicas."""

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
        """Handle an announcement of another replica: close those of our sockets that exceed the limit."""
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
        """Repeat our announcements, and forget replicas that stopped repeating theirs."""
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
        """The number of this user's sockets that other replicas announced."""
        return sum(len(told.opened_at) for told in self._elsewhere.get(user_id, {}).values())

    def _is_worth_telling(self, user_id: str, own: int) -> bool:
        return own > 0 and own + self.known(user_id) > self._quiet

    def _tell_of(self, user_id: str, own: Sequence[Socket]) -> None:
        self._tell(user_id, [socket.opened_at for socket in own[-MAX_TOLD:]])

    def _close_the_oldest(self, user_id: str, own: Sequence[Socket]) -> None:
        """Close our excess sockets: every replica ranks all sockets in the same order, by age, then by replica."""
        if user_id not in self._elsewhere:
            return  # the hub enforces the limit within this replica
        others = [
            (opened_at, replica)
            for replica, told in self._elsewhere.get(user_id, {}).items()
            for opened_at in told.opened_at
        ]
        if len(own) + len(others) <= self._max:
            return
        for place, socket in enumerate(reversed(own)):  # number of our sockets that are newer
            newer = sum(other > (socket.opened_at, self._replica) for other in others)
            if place + newer >= self._max:
                socket.close(CloseCode.DISPLACED)
