"""Whether other processes were busy meanwhile."""

import os
from types import SimpleNamespace
from typing import NamedTuple

import psutil
import pytest

from tests.bench import quiet


class MachineTimes(NamedTuple):
    """As psutil gives them on Linux, in seconds."""

    user: float
    system: float
    idle: float
    iowait: float


def test_what_is_neither_ours_nor_our_childrens_is_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """In 10 s the machine was busy for 15 s of two cores: 3 s were ours, 8 s our children's, 4 s somebody else's."""
    now = {"seconds": 100.0, "machine": MachineTimes(50, 20, 500, 30), "ours": os.times_result((5, 1, 10, 2, 0))}
    monkeypatch.setattr(quiet, "time", SimpleNamespace(monotonic=lambda: now["seconds"]))
    monkeypatch.setattr(psutil, "cpu_times", lambda: now["machine"])
    monkeypatch.setattr(os, "times", lambda: now["ours"])
    others = quiet.OtherProcesses()
    now |= {"seconds": 110.0, "machine": MachineTimes(60, 25, 504, 31), "ours": os.times_result((7, 2, 17, 3, 0))}
    assert others.cores() == pytest.approx(0.4)
