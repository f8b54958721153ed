"""The capacity model and the tables of docs/performance.md."""

from pathlib import Path

import pytest

from docs.capacity import KERNEL_KIB_PER_SOCKET, Costs, Plan
from docs.performance_tables import with_tables
from tests.bench.record import Record

FIGURES = {
    "idle.memory_kib_per_socket": 3.0,
    "idle.heartbeat_cores": 0.15,
    "idle.sockets_count": 15_000.0,
    "pairs_200.delivery_us_per_message": 100.0,
    "pairs_200.postgresql_us_per_message": 80.0,
    "pairs_200.conversations_us_per_message": 60.0,
    "pairs_200.rabbitmq_us_per_message": 40.0,
    "replicas_1.delivery_cores": 0.2,
    "replicas_2.delivery_cores": 0.23,
    "replicas_1.rabbitmq_cores": 0.1,
    "replicas_2.rabbitmq_cores": 0.11,
    "bytes.stored_bytes_per_message": 400.0,
}


def costs() -> Costs:
    found = Costs.of(FIGURES)
    assert found is not None
    return found


def test_a_further_replica_costs_what_it_added_per_message() -> None:
    """At 1,000 messages a second, 0.03 cores are 30 µs a message."""
    assert costs().hearing == pytest.approx(30e-6)
    assert costs().carrying_on == pytest.approx(10e-6)


def test_ten_million_sockets_are_500_processes_in_32_cells() -> None:
    plan = Plan(10_000_000, costs())
    assert (plan.replicas, plan.cells, plan.messages) == (500, 32, 50_000)
    assert plan.messages_of_cell == pytest.approx(50_000 * (2 - 1 / 32) / 32)
    assert plan.postgresql_cores == pytest.approx(4.0)
    assert plan.memory_gib == pytest.approx(10_000_000 * (3.0 + KERNEL_KIB_PER_SOCKET) / 2**20)


def test_within_one_cell_every_replica_hears_every_message_once() -> None:
    """100,000 sockets: five processes; each tells about its 100 messages a second and hears 400 others."""
    plan = Plan(100_000, costs())
    assert (plan.replicas, plan.cells, plan.messages_of_cell) == (5, 1, 500)
    assert plan.replica_cores == pytest.approx(20_000 * 10e-6 + 100 * 100e-6 + 400 * 30e-6)
    assert plan.broker_cores == pytest.approx(500 * (40e-6 + 4 * 10e-6))


def test_without_all_scenarios_there_is_no_model() -> None:
    assert Costs.of({name: value for name, value in FIGURES.items() if not name.startswith("idle")}) is None


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
