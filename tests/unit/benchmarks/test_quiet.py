"""Whether other processes were busy meanwhile."""

import os
from dataclasses import astuple
from types import SimpleNamespace
from typing import NamedTuple

import psutil
import pytest

from benchmarks import quiet
from benchmarks.quiet import QUIET_CORES, Disturbance, QuietWatch


class MachineTimes(NamedTuple):
    """As psutil gives them on Linux, in seconds."""

    user: float
    nice: float
    system: float
    idle: float
    iowait: float
    irq: float
    softirq: float
    steal: float


class OtherTimes(NamedTuple):
    """As psutil gives them where there is less to tell."""

    user: float
    system: float
    idle: float


class Clock:
    """Time passes as the test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, machine: MachineTimes | OtherTimes) -> None:
        self.seconds, self.machine, self.ours = 100.0, machine, os.times_result((5, 1, 10, 2, 0))
        monkeypatch.setattr(quiet, "time", SimpleNamespace(monotonic=lambda: self.seconds))
        monkeypatch.setattr(psutil, "cpu_times", lambda: self.machine)
        monkeypatch.setattr(os, "times", lambda: self.ours)


def test_usage_outside_our_process_tree_belongs_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """In 10 s processes used 15 s of two cores: 3 s were ours, 8 s our children's, 4 s somebody else's."""
    clock = Clock(monkeypatch, MachineTimes(50, 1, 20, 500, 30, 2, 7, 9))
    watch = QuietWatch()
    clock.seconds, clock.machine = 110.0, MachineTimes(59, 2, 25, 504, 31, 2, 7, 9)
    clock.ours = os.times_result((7, 2, 17, 3, 0))
    assert astuple(watch.disturbance()) == pytest.approx((0.4, 0.0))


def test_steal_time_is_separate_and_interrupts_belong_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """In 10 s the host took 2 s, and 3 s went to interrupts: no process did anything."""
    clock = Clock(monkeypatch, MachineTimes(50, 1, 20, 500, 30, 2, 7, 9))
    watch = QuietWatch()
    clock.seconds, clock.machine = 110.0, MachineTimes(50, 1, 20, 514, 31, 3, 9, 11)
    assert astuple(watch.disturbance()) == pytest.approx((0.0, 0.2))


def test_a_system_with_fewer_counters_is_watched_too(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, OtherTimes(50, 20, 500))
    watch = QuietWatch()
    clock.seconds, clock.machine = 110.0, OtherTimes(53, 21, 510)
    assert astuple(watch.disturbance()) == pytest.approx((0.4, 0.0))


def test_others_that_are_busy_are_warned_of_and_what_is_stolen_is_not() -> None:
    assert Disturbance(QUIET_CORES, stolen_cores=0.5).text == "others used 0.10 cores, the host stole 0.50"
    assert (
        Disturbance(0.25, stolen_cores=0).text == "others used 0.25 cores (above 0.1: NOT QUIET), the host stole 0.00"
    )
