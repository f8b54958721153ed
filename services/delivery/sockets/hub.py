"""Who is connected here."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, Protocol, TypeVar


class Member(Protocol):
    """What the hub needs to know of a connection."""

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
        """A snapshot: connections may come and go while it is walked."""
        return iter([member for members in self._users.values() for member in members])

    @property
    def users(self) -> int:
        return len(self._users)

    def register(self, member: MemberT) -> list[MemberT]:
        """Frames reach `member` from now on. Gives back the user's sockets that are one too many, removed."""
        theirs = self._users.setdefault(member.user_id, [])
        theirs.append(member)
        self._size += 1
        displaced = theirs[: -self._max_per_user]
        for one in displaced:
            self.unregister(one)
        self.on_change(member.user_id)
        return displaced

    def unregister(self, member: MemberT) -> None:
        """Doing so twice is harmless."""
        theirs = self._users.get(member.user_id)
        if theirs is None or member not in theirs:
            return
        theirs.remove(member)
        self._size -= 1
        if not theirs:
            del self._users[member.user_id]
        self.on_change(member.user_id)

    def of(self, user_ids: Iterable[str]) -> list[MemberT]:
        """All sockets of these users. A snapshot, for one that is too slow leaves the hub while it is walked."""
        found: list[MemberT] = []
        for user_id in user_ids:
            theirs = self._users.get(user_id)
            if theirs is not None:
                found += theirs
        return found
