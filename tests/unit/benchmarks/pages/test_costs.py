"""What a message costs at a rate, by what was measured at others."""

import pytest

from benchmarks.pages.costs import CostOfMessage, Costs
from tests.unit.benchmarks.pages.record import FIGURES, costs

COST = CostOfMessage([(200.0, 1e-3), (1_000.0, 3e-4), (3_000.0, 2e-4)])


@pytest.mark.parametrize(
    ("rate", "cost"),
    [
        (1, 1e-3),
        (200, 1e-3),
        (600, 0.25 / 600),  # halfway between 0.2 and 0.3 cores
        (1_000, 3e-4),
        (2_000, 0.45 / 2_000),
        (3_000, 2e-4),
        (50_000, 2e-4),
    ],
)
def test_between_rates_the_cores_are_interpolated_and_outside_the_nearest_cost_holds(rate: float, cost: float) -> None:
    assert COST.at(rate) == pytest.approx(cost)


def test_a_message_is_never_dearer_at_a_higher_rate_if_it_was_not_measured_so() -> None:
    at = [COST.at(rate) for rate in range(1, 5_000, 7)]
    assert at == sorted(at, reverse=True)


def test_rates_are_sorted_whichever_run_was_faster() -> None:
    slow = costs(**{"pairs_200.throughput_messages_per_second": 2_000.0})
    assert [rate for rate, _ in slow.telling.measured] == [200.0, 1_000.0, 2_000.0, 3_000.0]


def test_receiving_is_cheaper_than_sending_if_recorded_so() -> None:
    found = costs()
    assert all(found.hearing.at(rate) < found.telling.at(rate) for rate in range(1, 5_000, 7))


def test_an_unresolved_value_is_a_bound_at_its_rate_and_below_it() -> None:
    found = costs()
    assert found.unresolved_rates == {3_000}
    assert not any(found.carrying_on_is_bound(rate) for rate in (50, 200))
    assert all(found.carrying_on_is_bound(rate) for rate in (201, 3_000, 9_000))


def test_an_unresolved_value_at_the_low_rate_is_a_bound_up_to_the_next_rate() -> None:
    found = costs(
        **{
            "hearing_200.rabbitmq_resolution_us_per_message_per_replica": 90.0,
            "hearing_3000.rabbitmq_resolution_us_per_message_per_replica": 1.0,
        }
    )
    assert all(found.carrying_on_is_bound(rate) for rate in (50, 200, 2_999))
    assert not any(found.carrying_on_is_bound(rate) for rate in (3_000, 9_000))


def test_a_value_resolved_everywhere_is_not_a_bound() -> None:
    found = costs(**{"hearing_3000.rabbitmq_resolution_us_per_message_per_replica": 1.0})
    assert not any(found.carrying_on_is_bound(rate) for rate in (50, 200, 3_000, 9_000))


@pytest.mark.parametrize("scenario", ["idle", "hearing", "pairs", "open_loop", "bytes", "floors"])
def test_without_all_scenarios_there_are_no_costs(scenario: str) -> None:
    assert Costs.of({name: value for name, value in FIGURES.items() if not name.startswith(scenario)}) is None
