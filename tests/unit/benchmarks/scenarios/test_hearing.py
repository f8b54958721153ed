"""The figures of replicas that only hear."""

import pytest

from benchmarks.load.window import Measured
from benchmarks.scenarios.hearing import added, hearing_figures

UNIT = "us_per_message_per_replica"


def window(**used: float) -> Measured:
    """1,000 messages."""
    return Measured(1.0, 1_000, [], [], [], used=used, used_in_seconds=1.0, used_for=1_000)


def test_three_further_replicas_share_what_they_used_and_what_they_added_to_the_broker() -> None:
    heard = [window(further=0.3, rabbitmq=0.40), window(further=0.6, rabbitmq=0.42)]
    unheard = [window(further=0.0, rabbitmq=0.11), window(further=0.0, rabbitmq=0.11)]
    assert hearing_figures("hearing_200", heard, unheard) == {
        f"hearing_200.delivery_{UNIT}": pytest.approx(150.0),
        f"hearing_200.rabbitmq_{UNIT}": pytest.approx(100.0),
        f"hearing_200.rabbitmq_resolution_{UNIT}": pytest.approx(20 / 3),
    }


@pytest.mark.parametrize(
    ("having", "lacking", "found"),
    [
        ([110.0, 112.0], [80.0, 84.0], (29.0, 4.0)),
        ([53.0, 41.0], [50.0, 42.0], (1.0, 12.0)),
        ([40.0, 40.0], [50.0, 50.5], (-10.25, 10.25)),  # a negative difference is noise of its own size
    ],
)
def test_a_difference_is_resolved_beyond_the_range_of_equal_windows(
    having: list[float], lacking: list[float], found: tuple[float, float]
) -> None:
    assert added(having, lacking) == pytest.approx(found)


def test_unresolved_usage_is_recorded_as_the_resolution() -> None:
    heard = [window(further=0.3, rabbitmq=0.10), window(further=0.3, rabbitmq=0.13)]
    unheard = [window(further=0.0, rabbitmq=0.12), window(further=0.0, rabbitmq=0.12)]
    figures = hearing_figures("hearing_3000", heard, unheard)
    assert figures[f"hearing_3000.rabbitmq_{UNIT}"] == pytest.approx(10.0)
    assert figures[f"hearing_3000.rabbitmq_resolution_{UNIT}"] == figures[f"hearing_3000.rabbitmq_{UNIT}"]


def test_a_broker_that_cannot_be_measured_has_no_value() -> None:
    assert list(hearing_figures("hearing_200", [window(further=0.3)], [window(further=0.0)])) == [
        f"hearing_200.delivery_{UNIT}",
    ]
