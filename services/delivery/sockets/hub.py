"""The open connections of this replica, by user."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, Protocol, TypeVar


class Member(Protocol):
    """The hub's view of a connection."""

    @property
    def user_id(self) -> str: ...


MemberT = TypeVar("MemberT", bound=Member)


class Hub(Generic[MemberT]):
    """Connections by user, each user's oldest first."""

    def __init__(self, *, max_per_user: int, on_change: Callable[[str], None] = lambda _: None) -> None:
        self.on_change = on_change
        """Called with a user's id when a socket of theirs was opened or has ended."""
        self._max_per_user = max_per_user
        self._users: dict[str, list[MemberT]] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[MemberT]:
        """Iterates over a snapshot: connections may open and close meanwhile."""
        return iter([member for members in self._users.values() for member in members])

    @property
    def users(self) -> int:
        return len(self._users)

    def register(self, member: MemberT) -> list[MemberT]:
        """Deliver frames to `member` from now on. Removes and returns the user's sockets beyond the limit."""
        theirs = self._users.setdefault(member.user_id, [])
        theirs.append(member)
        self._size += 1
        displaced = theirs[: -self._max_per_user]
        for one in displaced:
            self.unregister(one)
        self.on_change(member.user_id)
        return displaced

    def unregister(self, member: MemberT) -> None:
        """Idempotent."""
        theirs = self._users.get(member.user_id)
        if theirs is None or member not in theirs:
            return
        theirs.remove(member)
        self._size -= 1
        if not theirs:
            del self._users[member.user_id]
        self.on_change(member.user_id)

    def of(self, user_ids: Iterable[str]) -> list[MemberT]:
        """A snapshot of these users' sockets: a slow client leaves the hub during iteration."""
        found: list[MemberT] = []
        for user_id in user_ids:
            theirs = self._users.get(user_id)
            if theirs is not None:
                found += theirs
        return found
