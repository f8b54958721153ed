"""Whether a figure moved, and which way."""

import pytest

from benchmarks.comparison import Verdict, compare, machine_speed
from benchmarks.figures import Better, better


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
def test_the_direction_of_a_ratio_depends_on_the_metric(name: str, value: float, verdict: Verdict) -> None:
    """Against a record of 100: rates should grow, times shrink, tails may wander further, and counts mean nothing."""
    assert compare(name, value, 100) == (value / 100, verdict)


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("pairs_50.throughput_messages_per_second", 200, Verdict.SAME),
        ("pairs_50.throughput_messages_per_second", 100, Verdict.WORSE),
        ("pairs_50.receipt_p50_ms", 50, Verdict.SAME),
        ("storm.back_seconds", 100, Verdict.WORSE),
        ("pairs_50.delivery_us_per_message", 30, Verdict.BETTER),
        ("bytes.stored_bytes_per_message", 100, Verdict.SAME),
        ("open_loop_200.throughput_messages_per_second", 100, Verdict.SAME),
        ("plain_open_loop_1000.throughput_messages_per_second", 100, Verdict.SAME),
        ("floors.commit_1_p50_ms", 20, Verdict.SAME),
    ],
)
def test_on_a_machine_that_is_twice_as_fast_more_is_expected(name: str, value: float, verdict: Verdict) -> None:
    """Of rates and times; sizes and fixed rates stay, and floors are the machine itself."""
    assert compare(name, value, 100, speed=2.0) == (value / 100, verdict)


def test_the_machine_is_as_fast_as_the_rates_of_its_floors_in_the_geometric_mean() -> None:
    """Eight times one rate and half the other: twice as fast. Times, sizes and what only one has do not count."""
    recorded = {
        "floors.echo_50_messages_per_second": 100.0,
        "floors.commit_batches_of_50_messages_per_second": 100.0,
        "floors.echo_1_p50_ms": 1.0,
        "floors.aiohttp_kib_per_idle_socket": 1.0,
        "pairs_1.throughput_messages_per_second": 1.0,
    }
    figures = dict.fromkeys(recorded, 9.0) | {
        "floors.echo_50_messages_per_second": 800.0,
        "floors.commit_batches_of_50_messages_per_second": 50.0,
    }
    assert machine_speed({**figures, "floors.new_messages_per_second": 5.0}, recorded) == pytest.approx(2.0)


def test_without_floors_the_machines_speed_is_unknown() -> None:
    assert machine_speed({"pairs_1.receipt_p50_ms": 1.0}, {"pairs_1.receipt_p50_ms": 1.0}) is None


def test_a_metric_that_was_zero_has_no_finite_ratio() -> None:
    assert compare("a.lost_errors", 0, 0) == (1.0, Verdict.SAME)
    assert compare("a.lost_errors", 1, 0) == (float("inf"), Verdict.WORSE)


def test_the_longest_ending_decides() -> None:
    """`_messages_per_second` is no time in seconds."""
    assert better("a.throughput_messages_per_second") is Better.HIGHER
    assert better("a.back_seconds") is Better.LOWER


def test_a_metric_without_a_unit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a\.speed"):
        better("a.speed")
