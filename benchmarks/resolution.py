"""The effect of a cause on a metric, from windows with and without it, and the smallest difference they can resolve."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean


@dataclass(frozen=True)
class Added:
    """In the unit of the figure."""

    difference: float
    """Of the means; below `resolution` it says nothing."""
    resolution: float
    """Never negative."""

    @property
    def upper_bound(self) -> float:
        """The difference where it was resolved, otherwise the resolution: not below 0, nor below what was measured."""
        return max(self.difference, self.resolution)


def added(having: Sequence[float], lacking: Sequence[float]) -> Added:
    """Windows of one kind should be the same, so that their range is noise; so is a negative difference, all of it."""
    difference = mean(having) - mean(lacking)
    return Added(difference, max(_range(having), _range(lacking), -difference))


def _range(values: Sequence[float]) -> float:
    return max(values) - min(values)
