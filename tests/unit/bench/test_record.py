"""Runs as files, the report and the plot."""

import json
from pathlib import Path
from xml.etree import ElementTree

from tests.bench.plot import latency_plot
from tests.bench.record import Record, facts_of
from tests.bench.report import summary, table

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


def test_there_need_not_be_a_record(tmp_path: Path) -> None:
    assert Record.read(tmp_path / "none.json") is None


def test_a_run_of_some_scenarios_replaces_only_theirs() -> None:
    """All figures of a subject go, also those that are not measured any more; scenarios stay in their order."""
    before = Record({"idle.sockets_count": 5, "pairs_50.old_ms": 1, "pairs_50.receipt_p50_ms": 9}, {"idle.ran": "then"})
    after = before.updated_by(Record({"pairs_50.receipt_p50_ms": 4}, {"pairs.ran": "now"}))
    assert list(after.figures.items()) == [("pairs_50.receipt_p50_ms", 4), ("idle.sockets_count", 5)]
    assert after.facts == {"idle.ran": "then", "pairs.ran": "now"}


def test_facts_say_what_was_measured_where_and_when() -> None:
    facts = facts_of({"pairs": 0.125}, quick=True)
    assert {"processor", "cores_count", "memory_mib", "system", "python"} <= set(facts)
    assert str(facts["pairs.ran"]).endswith(", quick, others used 0.12 cores")


def test_the_table_sets_goal_and_record_beside_each_figure() -> None:
    lines = table(RUN.figures, Record({"pairs_50.receipt_p50_ms": 8.0}, {})).splitlines()
    throughput = next(line for line in lines if "throughput" in line)
    assert "≥ 10,000" in throughput
    assert "NOT MET" in throughput
    p50 = next(line for line in lines if "p50" in line)
    assert " met" in p50
    assert "0.50× better" in p50


def test_the_summary_counts_goals_and_names_rates_that_were_not_reached() -> None:
    lines = summary({**RUN.figures, "open_loop_6000.received_percent_of_target": 62.0}).splitlines()
    assert lines[0].startswith("1 of 2 goals met")
    assert lines[1] == "target rate not reached: open_loop_6000"


def test_the_plot_has_a_line_for_each_percentile() -> None:
    """It is well-formed, and higher latency is higher up."""
    figures = {
        f"open_loop_{rate}.receipt_{name}_ms": latency
        for rate, latencies in ((200, (2.0, 5.0, 8.0)), (3000, (4.0, 20.0, 300.0)))
        for name, latency in zip(("p50", "p99", "p999"), latencies, strict=True)
    }
    plot = latency_plot(figures)
    assert plot is not None
    lines = ElementTree.fromstring(plot).findall("{http://www.w3.org/2000/svg}polyline")  # noqa: S314 - our own
    last_heights = [float(line.get("points", "").split(",")[-1]) for line in lines]
    assert len(last_heights) == 3
    assert last_heights == sorted(last_heights, reverse=True)


def test_one_rate_makes_no_plot() -> None:
    assert latency_plot({"open_loop_200.receipt_p50_ms": 2.0}) is None
