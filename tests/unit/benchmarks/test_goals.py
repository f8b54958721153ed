"""Goals and floors."""

import pytest

from benchmarks.goals import FLOORS, GOALS, Goal, of_floor
from benchmarks.scenarios import SCENARIOS, load


def test_a_rate_must_reach_its_goal_and_a_time_must_stay_below() -> None:
    rate, time = Goal("a.x_per_second", 10, "x/s", ""), Goal("a.x_ms", 10, "ms", "")
    assert [rate.met(value) for value in (9.9, 10, 11)] == [False, True, True]
    assert [time.met(value) for value in (9.9, 10, 11)] == [True, True, False]
    assert (rate.text, time.text) == ("≥ 10 x/s", "≤ 10 ms")


def test_every_goal_belongs_to_a_scenario() -> None:
    """The first part of a figure's name begins with the scenario that measures it."""
    for goal in GOALS:
        assert goal.figure.partition(".")[0].startswith(SCENARIOS), goal.figure


def test_the_meaning_of_a_floor_depends_on_the_metric() -> None:
    figures = dict.fromkeys(FLOORS, 50.0) | dict.fromkeys(FLOORS.values(), 100.0)
    assert of_floor("pairs_50.throughput_messages_per_second", figures) == "50 % of the floor"
    assert of_floor("pairs_1.receipt_p50_ms", figures) == "0.5× the floor"


def test_without_a_floor_nothing_is_said() -> None:
    assert of_floor("storm.back_seconds", {"storm.back_seconds": 3}) == ""
    assert of_floor("pairs_1.receipt_p50_ms", {"pairs_1.receipt_p50_ms": 3}) == ""


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_is_there(name: str) -> None:
    """It can be run, and says in a line what it measures."""
    scenario = load(name)
    assert callable(scenario.run)
    assert scenario.__doc__
