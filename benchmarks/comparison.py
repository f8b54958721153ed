"""A figure beside the recorded one."""

import re
from collections.abc import Iterable
from enum import Enum
from math import exp, log

from benchmarks.figures import Better, Figures, better

NOISE = 1.10
"""A smaller change, beside how the machine's speed changed, is not called one …"""
NOISE_OF_TAILS = 1.35
"""… nor in what only one message in a hundred or a thousand meets. A greater one may still be chance: only runs in
turns, of both sources, tell."""
_TAILS = ("_p99_ms", "_p999_ms")
_FLOORS = "floors."
_RATE = "_per_second"
_TIMES = ("_ms", "_us", "_us_per_message", "_us_per_message_per_replica", "_us_per_socket", "_seconds", "_cores")
_OF_FIXED_RATE = re.compile(r"\w*(open_loop|replicas)_\d+\.throughput_messages_per_second")


class Verdict(Enum):
    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    """Within the noise, or not a matter of better and worse."""


def machine_speed(figures: Figures, recorded: Figures) -> float | None:
    """How fast the machine was, to when the record was made: the geometric mean of the floors that both have.

    Of their rates, above 1 is faster. What takes a single thing at a time is left out: it depends on how soon an idle
    core wakes up, and moves by several times. None when they have no rate in common.
    """
    return _geometric_mean(
        figures[name] / recorded[name]
        for name in figures.keys() & recorded.keys()
        if name.startswith(_FLOORS) and name.endswith(_RATE) and figures[name]  # 0: a busy machine did nothing in time
    )


def compare(name: str, value: float, recorded: float, *, speed: float = 1.0) -> tuple[float, Verdict]:
    """The ratio of the figure to the recorded one, and what it means on a machine that is `speed` times as fast.

    What was 0 has a ratio of 1 or infinity. Floors are not judged: they are the machine.
    """
    ratio = value / recorded if recorded else (1.0 if value == recorded else float("inf"))
    beside_machine = ratio / _expected(name, speed)
    noise = NOISE_OF_TAILS if name.endswith(_TAILS) else NOISE
    direction = better(name)
    if direction is Better.NEITHER or name.startswith(_FLOORS) or 1 / noise <= beside_machine <= noise:
        return ratio, Verdict.SAME
    return ratio, Verdict.BETTER if (beside_machine > 1) == (direction is Better.HIGHER) else Verdict.WORSE


def _expected(name: str, speed: float) -> float:
    """The ratio of a figure that did nothing but follow the machine: sizes, counts and fixed rates do not."""
    if name.endswith(_TIMES) and not name.endswith(_RATE):
        return 1 / speed
    return speed if name.endswith(_RATE) and not _OF_FIXED_RATE.fullmatch(name) else 1.0


def _geometric_mean(ratios: Iterable[float]) -> float | None:
    logarithms = [log(ratio) for ratio in ratios]
    return exp(sum(logarithms) / len(logarithms)) if logarithms else None
