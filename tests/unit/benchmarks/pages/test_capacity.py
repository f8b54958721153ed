"""What so many sockets need, and whether it makes sense."""

from itertools import pairwise

import pytest

from benchmarks.floors.sample import log_payload
from benchmarks.pages.capacity import (
    BUSY,
    KERNEL_KIB_PER_SOCKET,
    PUBLISHED_BYTES_PER_MESSAGE,
    REPLICAS_PER_CELL,
    Plan,
    cell_of,
)
from tests.unit.benchmarks.pages.record import FIGURES, costs

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)


def test_ten_million_sockets_are_500_processes_in_32_cells() -> None:
    plan = Plan(10_000_000, costs())
    assert (plan.replicas, plan.cells, plan.messages) == (500, 32, 50_000)
    assert plan.messages_of_cell == pytest.approx(50_000 * (2 - 1 / 32) / 32)
    assert plan.memory_gib == pytest.approx(10_000_000 * (3.0 + KERNEL_KIB_PER_SOCKET) / 2**20)


def test_a_shard_is_planned_half_full_of_what_conversations_and_postgresql_do_in_turn() -> None:
    """62 + 80 µs a message in full batches are 7,042 a second; bare PostgreSQL would do 20,000."""
    plan = Plan(10_000_000, costs())
    assert plan.shards == 15
    assert plan.messages_of_shard <= BUSY / 142e-6
    assert plan.postgresql_cores == pytest.approx(50_000 * costs().storing.at(50_000 / 15))


def test_no_shard_does_more_than_bare_postgresql() -> None:
    slow_disk = costs(**{"floors.commit_batches_of_50_messages_per_second": 1_000.0})
    assert Plan(10_000_000, slow_disk).shards == 100


def test_within_one_cell_every_replica_hears_every_message_once() -> None:
    """100,000 sockets: five processes; each hears 500 messages a second, 100 of them of its own people."""
    plan, found = Plan(100_000, costs()), costs()
    cell = plan.cell
    assert (plan.replicas, plan.cells, cell.messages) == (5, 1, 500)
    beyond = found.telling.at(100) - found.hearing.at(100)
    assert cell.replica_cores == pytest.approx(20_000 * 10e-6 + 500 * found.hearing.at(500) + 100 * beyond)
    assert cell.broker_cores == pytest.approx(500 * (found.carrying.at(500) + 4 * found.carrying_on.at(500)))


def test_at_worst_each_shard_brings_a_cell_small_batches() -> None:
    large, found = Plan(10_000_000, costs()), costs()
    share = large.messages_of_cell / large.shards
    assert large.cell_at_worst.hearing_cores == pytest.approx(large.messages_of_cell * found.hearing.at(share))
    assert large.cell_at_worst.broker_cores > large.cell.broker_cores
    assert Plan(100_000, costs()).cell_at_worst == Plan(100_000, costs()).cell


def test_a_small_system_pays_for_small_batches() -> None:
    small, large = Plan(10_000, costs()), Plan(600_000, costs())
    assert small.conversations_cores / small.messages > 5 * large.conversations_cores / large.messages
    assert small.postgresql_cores == pytest.approx(50 * 800e-6)


def test_more_replicas_always_cost_the_broker_and_each_other_more() -> None:
    cells = [cell_of(replicas, costs()) for replicas in range(1, 65)]
    for few, more in pairwise(cells):
        assert more.broker_cores > few.broker_cores
        assert more.replica_cores > few.replica_cores
        assert more.published_mib_per_second > few.published_mib_per_second


def test_more_replicas_cost_the_broker_more_even_where_no_difference_was_resolved() -> None:
    bound = {
        f"hearing_{rate}.rabbitmq{what}_us_per_message_per_replica": 2.0
        for rate in (200, 3_000)
        for what in ("", "_resolution")
    }
    cells = [cell_of(replicas, costs(**bound)) for replicas in (1, 2, 16)]
    assert cells[0].broker_cores < cells[1].broker_cores < cells[2].broker_cores


def test_more_sockets_never_need_less() -> None:
    plans = [Plan(sockets, costs()) for sockets in SIZES]
    for few, more in pairwise(plans):
        assert more.machine_cores > few.machine_cores
        assert more.shards >= few.shards
        assert more.conversations_processes >= few.conversations_processes >= 2


def test_notifications_are_in_the_cores() -> None:
    dear = {name: value + 1_000.0 for name, value in FIGURES.items() if name.endswith("notifications_us_per_message")}
    assert Plan(1_000_000, costs(**dear)).machine_cores == pytest.approx(
        Plan(1_000_000, costs()).machine_cores + 5_000 * 1_000e-6 / BUSY, abs=1
    )


def test_a_cell_is_as_large_as_rates_were_measured() -> None:
    fastest = costs().carrying.measured[-1][0]
    assert cell_of(REPLICAS_PER_CELL, costs()).messages <= fastest < cell_of(2 * REPLICAS_PER_CELL, costs()).messages


def test_a_published_message_is_its_share_of_a_batch() -> None:
    alone = len(log_payload(1))
    assert alone <= PUBLISHED_BYTES_PER_MESSAGE < 1.02 * alone
