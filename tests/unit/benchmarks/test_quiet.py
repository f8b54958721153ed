"""Whether other processes were busy meanwhile."""

import os
from dataclasses import astuple
from types import SimpleNamespace

import psutil
import pytest

from benchmarks import quiet
from benchmarks.quiet import QUIET_CORES, Disturbance, QuietWatch

IDLE = os.times_result((5, 1, 10, 2, 0))
BEFORE = {"user": 50, "nice": 1, "system": 20, "steal": 9}


@pytest.mark.parametrize(
    ("before", "after", "ours", "expected"),
    [
        # Processes used 15 s of two cores: 3 s were ours, 8 s our children's, 4 s somebody else's.
        (BEFORE, {"user": 59, "nice": 2, "system": 25, "steal": 9}, os.times_result((7, 2, 17, 3, 0)), (0.4, 0.0)),
        # The host took 2 s, and 3 s went to interrupts: no process did anything.
        (BEFORE, {**BEFORE, "irq": 3, "steal": 11}, IDLE, (0.0, 0.2)),
        # A system that counts less.
        ({"user": 50, "system": 20}, {"user": 53, "system": 21}, IDLE, (0.4, 0.0)),
    ],
)
def test_usage_outside_our_process_tree_belongs_to_others_and_steal_time_is_separate(
    monkeypatch: pytest.MonkeyPatch,
    before: dict[str, float],
    after: dict[str, float],
    ours: os.times_result,
    expected: tuple[float, float],
) -> None:
    """In 10 seconds."""
    state = SimpleNamespace(seconds=100.0, machine=before, ours=IDLE)
    monkeypatch.setattr(quiet, "time", SimpleNamespace(monotonic=lambda: state.seconds))
    monkeypatch.setattr(psutil, "cpu_times", lambda: SimpleNamespace(**state.machine))
    monkeypatch.setattr(os, "times", lambda: state.ours)
    watch = QuietWatch()
    state.seconds, state.machine, state.ours = 110.0, after, ours
    assert astuple(watch.disturbance()) == pytest.approx(expected)


def test_others_that_are_busy_are_warned_of_and_what_is_stolen_is_not() -> None:
    assert Disturbance(QUIET_CORES, stolen_cores=0.5).text == "others used 0.10 cores, the host stole 0.50"
    assert (
        Disturbance(0.25, stolen_cores=0).text == "others used 0.25 cores (above 0.1: NOT QUIET), the host stole 0.00"
    )
