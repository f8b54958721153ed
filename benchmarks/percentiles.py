"""Percentiles of latencies."""

from collections.abc import Mapping, Sequence

from benchmarks.figures import Figures

PERCENTILES: Mapping[str, float] = {"p50": 0.5, "p99": 0.99, "p999": 0.999}


def percentile(ordered: Sequence[float], share: float) -> float:
    """The least of the ordered values that at least `share` of them do not exceed (nearest rank: no interpolation)."""
    if not ordered:
        raise ValueError("no values")
    rank = -int(-share * len(ordered) // 1)  # rounded up
    return ordered[max(rank, 1) - 1]


def latency_figures(subject: str, seconds: Sequence[float], *, names: Sequence[str] = ("p50", "p99")) -> Figures:
    """`<subject>_p50_ms` and so on, of latencies in seconds; nothing when there are none."""
    ordered = sorted(seconds)
    return {f"{subject}_{name}_ms": 1000 * percentile(ordered, PERCENTILES[name]) for name in names if ordered}
