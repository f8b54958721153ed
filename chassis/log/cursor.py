"""Where a reader stands in one shard's log, whatever order, repeats and losses its batches arrive in. Does no I/O."""

import re
from collections.abc import Sequence
from typing import Any, Generic, NamedTuple, TypeVar

MAX_HELD = 1000  # batches kept while a hole before them is filled; what is beyond is read from the log
MAX_REMEMBERED = 1000  # positions of a shard whose times are kept, some 100 bytes each

_TIME = re.compile(rb'"time":"([^"]*)"')
_TIME_WITHIN_BYTES = 400  # of a batch: nothing that a person wrote stands before it

BatchT = TypeVar("BatchT")


class Hole(NamedTuple):
    """Positions that exist and were not received: `after` < pos <= `up_to`."""

    after: int
    up_to: int


class ShardCursor(Generic[BatchT]):
    """Feed it batches as they come; it gives them back once each, in the order of their positions, without holes."""

    __slots__ = ("_held", "_known", "position")

    def __init__(self, position: int) -> None:
        self.position = position
        """The last position that was given back."""
        self._known = position
        self._held: dict[int, BatchT] = {}

    def feed(self, pos: int, batch: BatchT) -> list[tuple[int, BatchT]]:
        """What can be applied now: nothing for a repeat, or for a batch that must wait for one before it."""
        if pos != self.position + 1:
            self._hold(pos, batch)
            return []
        ready = [(pos, batch)]
        self.position = pos
        while self._held:
            following = self._held.pop(self.position + 1, None)
            if following is None:
                break
            self.position += 1
            ready.append((self.position, following))
        self._known = max(self._known, self.position)
        return ready

    def is_repeat(self, pos: int) -> bool:
        return pos <= self.position or pos in self._held

    def note(self, head: int) -> None:
        """The log is known to reach to `head`."""
        self._known = max(self._known, head)

    def trust(self, head: int) -> list[BatchT]:
        """The log itself says that it ends at `head`: forget, and return, what claimed to be beyond it."""
        self._known = max(head, self.position)
        return [self._held.pop(pos) for pos in sorted(self._held) if pos > head]

    @property
    def hole(self) -> Hole | None:
        """The first run of missing positions."""
        if self._known <= self.position:
            return None
        return Hole(self.position, min(self._held) - 1 if self._held else self._known)

    @property
    def lag(self) -> int:
        """Positions known to exist and not given back yet."""
        return self._known - self.position

    def _hold(self, pos: int, batch: BatchT) -> None:
        if pos <= self.position:
            return
        self.note(pos)
        if len(self._held) < MAX_HELD:
            self._held.setdefault(pos, batch)


class Applied:
    """When the latest positions of a shard were written, as their events say it.

    The same position with another time is another batch: the log went back and grew again.
    """

    __slots__ = ("_times",)

    def __init__(self) -> None:
        self._times: dict[int, str] = {}

    def note(self, pos: int, at: str | None) -> None:
        """Positions are applied in ascending order."""
        if at is None:
            return
        self._times[pos] = at
        if len(self._times) > MAX_REMEMBERED:
            del self._times[next(iter(self._times))]

    def at(self, pos: int) -> str | None:
        """None when it is not known, or not any more."""
        return self._times.get(pos)

    def contradicts(self, pos: int, at: str | None) -> bool:
        """Whether something else was applied at this position."""
        known = self._times.get(pos)
        return known is not None and at is not None and known != at


def time_of(entries: Sequence[Any]) -> str | None:
    """The time that the first event of a batch carries."""
    try:
        at = entries[0]["time"]
    except (LookupError, TypeError):
        return None
    return at if isinstance(at, str) else None


def time_in(body: bytes) -> str | None:
    """The same, of a batch that is not parsed."""
    match = _TIME.search(body, 0, _TIME_WITHIN_BYTES)
    return None if match is None else match[1].decode("ascii", "replace")
