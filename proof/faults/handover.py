"""How sockets move from a part that ends to those that stay: when each was closed, and when it was back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.load.crowd import Move

SILENCE_SECONDS = 2.0  # without a close: what comes after it is another part's end
BURST_SECONDS = 0.1


@dataclass(frozen=True)
class HandOver:
    """The moves that one part's end caused."""

    moves: Sequence[Move]

    @property
    def spread(self) -> float:
        """Seconds between the first close and the last."""
        return max(move.closed_at for move in self.moves) - min(move.closed_at for move in self.moves)

    @property
    def largest_burst(self) -> float:
        """The share that was closed within some tenth of a second."""
        return _most_within(BURST_SECONDS, [move.closed_at for move in self.moves]) / len(self.moves)

    @property
    def busiest_second(self) -> int:
        """Most people who were back within some second."""
        return _most_within(1.0, [move.back_at for move in self.moves])

    @property
    def longest_absence(self) -> float:
        """Seconds that somebody was without a socket."""
        return max(move.absence for move in self.moves)

    @property
    def codes(self) -> Counter[int | None]:
        """How many sockets were closed with each close code."""
        return Counter(move.code for move in self.moves)

    def __str__(self) -> str:
        codes = ", ".join(f"{code}: {count}" for code, count in self.codes.most_common())
        return (
            f"{len(self.moves)} sockets over {self.spread:.2f} s, at most {self.largest_burst:.0%} within"
            f" {BURST_SECONDS:g} s; back {self.busiest_second} in the busiest second, the last one after"
            f" {self.longest_absence:.2f} s (close codes {codes})"
        )


def hand_overs(moves: Sequence[Move]) -> list[HandOver]:
    """The moves in order, cut where nothing was closed for `SILENCE_SECONDS`."""
    parts: list[list[Move]] = []
    for move in sorted(moves, key=lambda move: move.closed_at):
        if not parts or move.closed_at - parts[-1][-1].closed_at > SILENCE_SECONDS:
            parts.append([])
        parts[-1].append(move)
    return [HandOver(part) for part in parts]


def _most_within(seconds: float, times: Sequence[float]) -> int:
    """The largest number of `times` in any interval of that length."""
    ordered, most, first = sorted(times), 0, 0
    for last, at in enumerate(ordered):
        while at - ordered[first] > seconds:
            first += 1
        most = max(most, last - first + 1)
    return most
