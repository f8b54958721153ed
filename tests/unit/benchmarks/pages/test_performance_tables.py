"""The tables of docs/performance.md."""

from pathlib import Path

import pytest

from benchmarks.pages.performance_tables import with_tables
from benchmarks.record import Record
from tests.unit.benchmarks.pages.record import FIGURES


def made(name: str, figures: dict[str, float], folder: Path) -> list[list[str]]:
    """The cells of one table, by row."""
    Record(figures, {}).write(folder / "bench.json")
    page = with_tables(f"<!-- begin {name} -->\n<!-- end {name} -->\n", folder / "bench.json")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines()[1:-1]]


def row(table: list[list[str]], name: str) -> list[str]:
    return next(cells for cells in table if name in cells)


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
    assert made("capacity", old, tmp_path) == [["Not measured yet."]]


def test_capacity_names_shards_and_processes_and_marks_bounds(tmp_path: Path) -> None:
    table = made("capacity", FIGURES, tmp_path)
    assert row(table, "log shards")[1:] == ["1", "1", "1", "1"]
    assert row(table, "delivery processes")[1:] == ["2", "3", "5", "15"]
    assert row(table, "conversations, processes")[1:] == ["2", "2", "2", "2"]
    assert not row(table, "broker, cores")[1].startswith("≤")
    assert row(table, "broker, cores")[4].startswith("≤ ")


def test_the_machine_is_shown_with_the_date_of_the_record(tmp_path: Path) -> None:
    facts: dict[str, str | int] = {
        "cores_count": 2,
        "floors.ran": "2026-11-23 14:55 UTC, c234878",
        "idle.ran": "2026-11-24 09:00 UTC, c2",
    }
    Record({}, facts).write(tmp_path / "bench.json")
    page = with_tables("<!-- begin machine -->\n<!-- end machine -->\n", tmp_path / "bench.json")
    assert "| cores_count | 2 |\n| recorded | 2026-11-23 14:55 UTC |\n<!-- end" in page
