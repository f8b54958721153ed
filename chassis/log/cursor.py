"""A reader's position in one shard's log; handles batches out of order, duplicated or lost. Does no I/O."""

import re
from collections.abc import Sequence
from typing import Any, Generic, NamedTuple, TypeVar

MAX_HELD = 1000  # batches kept while a gap before them is filled; later ones are read from the log
MAX_REMEMBERED = 1000  # positions per shard whose times are kept, about 100 bytes each

_TIME = re.compile(rb'"time":"([^"]*)"')
_TIME_WITHIN_BYTES = 400  # the first time in a batch: no user's text comes before it

BatchT = TypeVar("BatchT")


class Gap(NamedTuple):
    """Positions that exist and were not received: `after` < pos <= `up_to`."""

    after: int
    up_to: int


class ShardCursor(Generic[BatchT]):
    """Takes batches as they arrive; returns each one once, in the order of positions, without gaps."""

    __slots__ = ("_held", "_known", "position")

    def __init__(self, position: int) -> None:
        self.position = position
        """The last position returned."""
        self._known = position
        self._held: dict[int, BatchT] = {}

    def feed(self, pos: int, batch: BatchT) -> list[tuple[int, BatchT]]:
        """The batches that can be applied now: none for a duplicate, or if an earlier batch is missing."""
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
        """Note that the log reaches `head`."""
        self._known = max(self._known, head)

    def trust(self, head: int) -> list[BatchT]:
        """The log itself ends at `head`: drop, and return, the batches beyond it."""
        self._known = max(head, self.position)
        return [self._held.pop(pos) for pos in sorted(self._held) if pos > head]

    @property
    def gap(self) -> Gap | None:
        """The first run of missing positions."""
        if self._known <= self.position:
            return None
        return Gap(self.position, min(self._held) - 1 if self._held else self._known)

    @property
    def lag(self) -> int:
        """The number of positions known to exist and not returned yet."""
        return self._known - self.position

    def _hold(self, pos: int, batch: BatchT) -> None:
        if pos <= self.position:
            return
        self.note(pos)
        if len(self._held) < MAX_HELD:
            self._held.setdefault(pos, batch)


class Applied:
    """The times of a shard's latest positions, from their events.

    The same position with a different time is a different batch: the log went back and grew again.
    """

    __slots__ = ("_times",)

    def __init__(self) -> None:
        self._times: dict[int, str] = {}

    def note(self, pos: int, at: str | None) -> None:
        """Record an applied position; positions must ascend."""
        if at is None:
            return
        self._times[pos] = at
        if len(self._times) > MAX_REMEMBERED:
            del self._times[next(iter(self._times))]

    def at(self, pos: int) -> str | None:
        """The time of a position; None if it is not kept."""
        return self._times.get(pos)

    def contradicts(self, pos: int, at: str | None) -> bool:
        """Whether a different batch was applied at this position."""
        known = self._times.get(pos)
        return known is not None and at is not None and known != at


def time_of(entries: Sequence[Any]) -> str | None:
    """The time of a batch's first event."""
    try:
        at = entries[0]["time"]
    except (LookupError, TypeError):
        return None
    return at if isinstance(at, str) else None


def time_in(body: bytes) -> str | None:
    """The same for an unparsed batch."""
    match = _TIME.search(body, 0, _TIME_WITHIN_BYTES)
    return None if match is None else match[1].decode("ascii", "replace")
