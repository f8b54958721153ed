"""Where a reader stands in one shard's log, whatever order, repeats and losses its batches arrive in. Does no I/O."""

from typing import Generic, NamedTuple, TypeVar

MAX_HELD = 1000  # batches kept while a hole before them is filled; what is beyond is read from the log

BatchT = TypeVar("BatchT")


class Hole(NamedTuple):
    """Positions that exist and were not received: `after` < pos <= `up_to`."""

    after: int
    up_to: int


class Cursor(Generic[BatchT]):
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

    def trust(self, head: int) -> None:
        """The log itself says that it ends at `head`: forget what claimed to be beyond it."""
        self._known = max(head, self.position)
        self._held = {pos: batch for pos, batch in self._held.items() if pos <= head}

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
