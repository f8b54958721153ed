"""Promises that hold under schedules nobody would think of. `make model` tries others, and many more of them."""

from collections.abc import Iterator

import pytest
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.model.machines import MACHINES
from tests.model.profiles import quiet, short


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with quiet():
        yield


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("machine", "examples"), MACHINES.items())
def test_every_schedule_keeps_the_guarantees(machine: type[RuleBasedStateMachine], examples: int) -> None:
    """Bounded, for every day. `python -m tests.model --short` shrinks a schedule that breaks one."""
    run_state_machine_as_test(machine, settings=short(examples))
