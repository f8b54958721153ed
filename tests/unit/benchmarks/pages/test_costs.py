"""What a message costs at a rate, by what was measured at others."""

import pytest

from benchmarks.pages.costs import CostOfMessage, Costs
from tests.unit.benchmarks.pages.record import FIGURES, costs

COST = CostOfMessage([(200.0, 1e-3), (1_000.0, 3e-4), (3_000.0, 2e-4)])


def test_rates_are_sorted_whichever_run_was_faster() -> None:
    slow = costs(**{"pairs_200.throughput_messages_per_second": 2_000.0})
    assert [rate for rate, _ in slow.own["delivery"].measured] == [200.0, 1_000.0, 2_000.0, 3_000.0]


@pytest.mark.parametrize(
    ("resolutions", "bounds"),
    [
        ({200: 10.0, 3_000: 4.0}, {201, 3_000, 9_000}),
        ({200: 90.0, 3_000: 1.0}, {50, 200, 201}),
        ({200: 10.0, 3_000: 1.0}, set()),
    ],
)
def test_an_unresolved_value_is_a_bound_up_to_the_rates_that_were_resolved(
    resolutions: dict[int, float], bounds: set[int]
) -> None:
    """The recorded values are 90 and 4 µs."""
    found = costs(
        **{
            f"hearing_{rate}.rabbitmq_resolution_us_per_message_per_replica": resolution
            for rate, resolution in resolutions.items()
        }
    )
    assert {rate for rate in (50, 200, 201, 3_000, 9_000) if found.further_is_bound(rate)} == bounds


@pytest.mark.parametrize("scenario", ["idle", "hearing", "pairs", "open_loop", "bytes", "floors"])
def test_without_all_scenarios_there_are_no_costs(scenario: str) -> None:
    assert Costs.of({name: value for name, value in FIGURES.items() if not name.startswith(scenario)}) is None
