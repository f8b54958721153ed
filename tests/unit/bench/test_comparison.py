"""Whether a figure moved, and which way."""

import pytest

from tests.bench.comparison import Verdict, compare
from tests.bench.figures import Better, better


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("a.throughput_messages_per_second", 120, Verdict.BETTER),
        ("a.throughput_messages_per_second", 80, Verdict.WORSE),
        ("a.throughput_messages_per_second", 109, Verdict.SAME),
        ("a.receipt_p50_ms", 80, Verdict.BETTER),
        ("a.receipt_p50_ms", 120, Verdict.WORSE),
        ("a.receipt_p99_ms", 120, Verdict.SAME),
        ("a.receipt_p99_ms", 140, Verdict.WORSE),
        ("a.sockets_count", 500, Verdict.SAME),
    ],
)
def test_a_ratio_is_read_by_what_the_figure_measures(name: str, value: float, verdict: Verdict) -> None:
    """Against a record of 100: rates should grow, times shrink, tails may wander further, and counts mean nothing."""
    assert compare(name, value, 100) == (value / 100, verdict)


def test_a_figure_that_was_nothing_has_no_finite_ratio() -> None:
    assert compare("a.lost_errors", 0, 0) == (1.0, Verdict.SAME)
    assert compare("a.lost_errors", 1, 0) == (float("inf"), Verdict.WORSE)


def test_the_longest_ending_decides() -> None:
    """`_messages_per_second` is no time in seconds."""
    assert better("a.throughput_messages_per_second") is Better.HIGHER
    assert better("a.back_seconds") is Better.LOWER


def test_a_figure_without_a_unit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a\.speed"):
        better("a.speed")
