"""A figure beside the recorded one."""

from enum import Enum

from tests.bench.figures import Better, better

NOISE = 1.10
"""Runs of the same sources differ by a tenth …"""
NOISE_OF_TAILS = 1.35
"""… and in what only one message in a hundred or a thousand meets, by more."""
_TAILS = ("_p99_ms", "_p999_ms")


class Verdict(Enum):
    """How a figure moved."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    """Within the noise, or not a matter of better and worse."""


def compare(name: str, value: float, recorded: float) -> tuple[float, Verdict]:
    """The ratio of the figure to the recorded one, and what it means. What was 0 has a ratio of 1 or infinity."""
    ratio = value / recorded if recorded else (1.0 if value == recorded else float("inf"))
    noise = NOISE_OF_TAILS if name.endswith(_TAILS) else NOISE
    direction = better(name)
    if direction is Better.NEITHER or 1 / noise <= ratio <= noise:
        return ratio, Verdict.SAME
    return ratio, Verdict.BETTER if (ratio > 1) == (direction is Better.HIGHER) else Verdict.WORSE
