"""What counts of a floor's run."""

from types import SimpleNamespace

import pytest

from benchmarks.floors import timings as module
from benchmarks.floors.timings import Timings


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """The time, as the test says."""
    clock = {"seconds": 100.0}
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: clock["seconds"]))
    return clock


def test_only_what_ends_after_the_warm_up_and_in_time_counts(now: dict[str, float]) -> None:
    """A warm-up of 1 s, then 2 s: of four pieces of work the middle two end in them."""
    timings = Timings(2.0, warm_up=1.0)
    for ended, began in ((100.5, 100.0), (101.5, 100.5), (102.5, 102.0), (103.5, 102.5)):
        now["seconds"] = ended
        timings.note(began)
        assert timings.over == (ended > 103)
    assert timings.took == [1.0, 0.5]
    assert timings.per_second == 1.0
