"""What a set of latencies says."""

import pytest

from benchmarks.percentiles import latency_figures, percentile


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50), (0.99, 99), (0.999, 100), (0.501, 51), (1.0, 100), (0.0, 1), (0.01, 1)]
)
def test_a_percentile_is_the_least_value_that_enough_others_do_not_exceed(share: float, expected: int) -> None:
    """Nearest rank: of 1 … 100, p50 is 50 and p99.9 is the greatest."""
    assert percentile(range(1, 101), share) == expected


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_latencies_become_milliseconds_whatever_their_order() -> None:
    found = latency_figures("pairs_1.receipt", [0.003, 0.001, 0.002], names=("p50", "p999"))
    assert found == {"pairs_1.receipt_p50_ms": pytest.approx(2.0), "pairs_1.receipt_p999_ms": pytest.approx(3.0)}


def test_no_latencies_give_no_metric() -> None:
    """Better none than one that looks measured."""
    assert latency_figures("pairs_1.receipt", []) == {}
