"""Runs as files, the report and the plot."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import record as module
from benchmarks.pages.performance_tables import RECORDED
from benchmarks.plot import latency_plot
from benchmarks.quiet import Disturbance
from benchmarks.record import Record, Run, current_commit, facts_of
from benchmarks.report import summary, table

QUIET, BUSY = (
    Run(datetime(2026, 3, 14, 9, 26, tzinfo=UTC), "abc1234", Disturbance(others, stolen_cores=0.5))
    for others in (0.05, 0.25)
)
RUN = Record({"pairs_50.throughput_messages_per_second": 1234.567, "pairs_50.receipt_p50_ms": 4.0}, {"cores_count": 2})


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Flat, with the facts under their own names, four digits of each figure."""
    path = tmp_path / "deep" / "bench.json"
    RUN.write(path)
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "about.cores_count": 2,
        "pairs_50.throughput_messages_per_second": 1235,
        "pairs_50.receipt_p50_ms": 4.0,
    }
    assert Record.read(path) == Record({**RUN.figures, "pairs_50.throughput_messages_per_second": 1235}, RUN.facts)


def test_a_run_of_some_scenarios_replaces_only_theirs() -> None:
    """All figures of a subject go, also those that are not measured any more; scenarios stay in their order."""
    before = Record({"idle.sockets_count": 5, "pairs_50.old_ms": 1, "pairs_50.receipt_p50_ms": 9}, {"idle.ran": "then"})
    after = before.updated_by(Record({"pairs_50.receipt_p50_ms": 4}, {"pairs.ran": "now"}))
    assert list(after.figures.items()) == [("pairs_50.receipt_p50_ms", 4), ("idle.sockets_count", 5)]
    assert after.facts == {"idle.ran": "then", "pairs.ran": "now"}


def test_facts_say_what_was_measured_where_and_when_each_scenario_ran() -> None:
    facts = facts_of({"pairs": QUIET, "idle": BUSY})
    assert {"processor", "cores_count", "memory_mib", "system", "python"} <= set(facts)
    assert facts["pairs.ran"] == "2026-03-14 09:26 UTC, abc1234, others used 0.05 cores, the host stole 0.50"
    assert "NOT QUIET" in str(facts["idle.ran"])


@pytest.mark.parametrize("changed", ["services", "deploy", "benchmarks", "benchmarks/load"])
def test_a_commit_has_a_plus_when_what_measures_or_is_measured_differs(
    changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New files count as well, other folders do not."""
    monkeypatch.setattr(module, "REPOSITORY", tmp_path)
    person = ("-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false")
    for command in (("init", "-q"), (*person, "commit", "-q", "--allow-empty", "-m", "m")):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").touch()
    assert not current_commit().endswith("+")
    (tmp_path / changed).mkdir(parents=True)
    (tmp_path / changed / "new.py").touch()
    assert current_commit().endswith("+")


def test_the_table_shows_goal_and_record_beside_each_metric() -> None:
    lines = table(RUN.figures, Record({"pairs_50.receipt_p50_ms": 8.0}, {})).splitlines()
    throughput = next(line for line in lines if "throughput" in line)
    assert "≥ 10,000" in throughput
    assert "NOT MET" in throughput
    p50 = next(line for line in lines if "p50" in line)
    assert " met" in p50
    assert "0.50× better" in p50


def test_a_metric_that_moved_with_the_floors_is_not_better() -> None:
    """The machine was twice as fast, and so was everything."""
    figures = {"floors.echo_50_messages_per_second": 100.0, "pairs_50.receipt_p50_ms": 4.0}
    recorded = Record({"floors.echo_50_messages_per_second": 50.0, "pairs_50.receipt_p50_ms": 8.0}, {})
    line = next(line for line in table(figures, recorded).splitlines() if "pairs_50" in line)
    assert line.endswith("0.50×")
    assert "the floors are 2.00 times as fast" in summary(figures, recorded, {})


def test_a_quick_run_is_not_judged() -> None:
    recorded = Record({"pairs_50.receipt_p50_ms": 8.0}, {})
    line = table({"pairs_50.receipt_p50_ms": 4.0}, recorded, quick=True).splitlines()[-1]
    assert line.endswith("quick: rough")
    assert "met" not in line
    assert "better" not in line
    assert summary(RUN.figures, recorded, {}, quick=True).splitlines() == [
        "quick: rough; compared neither with goals nor with the record"
    ]


def test_the_summary_counts_goals_and_names_rates_that_were_not_reached() -> None:
    lines = summary({**RUN.figures, "open_loop_6000.received_percent_of_target": 62.0}, None, {}).splitlines()
    assert lines == ["1 of 2 goals met (16 in all)", "target rate not reached: open_loop_6000"]


def test_the_summary_warns_of_scenarios_beside_which_others_were_busy() -> None:
    lines = summary(RUN.figures, None, {"pairs": QUIET, "idle": BUSY}).splitlines()
    assert lines[1:] == ["WARNING: idle: others used 0.25 cores (above 0.1: NOT QUIET), the host stole 0.50"]


def test_without_floors_the_summary_says_so() -> None:
    assert "run them too" in summary(RUN.figures, RUN, {})


def test_the_recorded_plot_is_current() -> None:
    """Three percentiles of four rates, of which the highest was not carried."""
    recorded = Record.read(RECORDED)
    assert recorded is not None
    assert latency_plot(recorded.figures) == RECORDED.with_suffix(".svg").read_text(encoding="utf-8")


def test_one_rate_makes_no_plot() -> None:
    assert latency_plot({"open_loop_200.receipt_p50_ms": 2.0}) is None
