"""The tables of docs/performance.md; that they follow from the recorded run, the check of generated pages says."""

from pathlib import Path

import pytest

from benchmarks.pages.performance_tables import with_tables
from benchmarks.record import Record
from tests.unit.benchmarks.pages.record import FIGURES


def test_tables_stand_between_their_marks_and_nothing_else_changes(tmp_path: Path) -> None:
    page = "before\n<!-- begin goals -->\nold\n<!-- end goals -->\nafter\n"
    Record({"pairs_50.receipt_p50_ms": 4.0}, {}).write(tmp_path / "bench.json")
    made = with_tables(page, tmp_path / "bench.json")
    assert made.startswith("before\n<!-- begin goals -->\n|  | Goal |")
    assert made.endswith("<!-- end goals -->\nafter\n")
    assert "old" not in made
    assert "| ≤ 5 ms | 4 | met |" in made
    assert with_tables(made, tmp_path / "bench.json") == made


def test_a_mark_without_a_table_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="nonsense"):
        with_tables("<!-- begin nonsense -->\n<!-- end nonsense -->", tmp_path / "none.json")


def test_a_record_without_all_scenarios_makes_no_model(tmp_path: Path) -> None:
    old = {figure: value for figure, value in FIGURES.items() if not figure.startswith("hearing")}
    Record(old, {}).write(tmp_path / "bench.json")
    page = "<!-- begin capacity -->\n<!-- end capacity -->\n"
    assert with_tables(page, tmp_path / "bench.json").splitlines()[1:-1] == ["Not measured yet."]
