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
    assert made.startswith("before\n<!-- begin goals -->\n| Figure |")
    assert made.endswith("<!-- end goals -->\nafter\n")
    assert "old" not in made
    assert "| ≤ 5 ms | 4 | met |" in made
    assert with_tables(made, tmp_path / "bench.json") == made


def test_a_mark_that_nothing_belongs_to_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="nonsense"):
        with_tables("<!-- begin nonsense -->\n<!-- end nonsense -->", tmp_path / "none.json")


@pytest.mark.parametrize("name", ["costs_of_a_message", "capacity", "cells"])
def test_a_record_without_all_scenarios_makes_no_model(name: str, tmp_path: Path) -> None:
    old = {figure: value for figure, value in FIGURES.items() if not figure.startswith("hearing")}
    assert made(name, old, tmp_path) == [["Not measured yet."]]


def test_a_cost_that_was_not_resolved_is_shown_as_a_bound(tmp_path: Path) -> None:
    table = made("costs_of_a_message", FIGURES, tmp_path)
    assert row(table, "broker: to a further replica")[3:6] == ["90", "≤ 16.3", "≤ 4"]
    assert row(table, "delivery: heard where it concerns nobody")[3:6] == ["400", "82.9", "30"]
    assert row(table, "notifications")[3:6] == ["500", "150", "55"]


def test_capacity_says_how_many_shards_and_processes_there_must_be(tmp_path: Path) -> None:
    table = made("capacity", FIGURES, tmp_path)
    assert row(table, "log shards")[1:] == ["1", "1", "2", "15"]
    assert row(table, "conversations, processes")[1:3] == ["2", "2"]
    assert row(table, "broker of a cell, cores")[1] == "0.0245"
    assert row(table, "broker of a cell, cores")[4].startswith("≤ ")


def test_a_message_weighs_on_the_network_what_the_sample_weighs(tmp_path: Path) -> None:
    assert row(made("network", {}, tmp_path), "published, to each replica of its cells")[1] == "560"
