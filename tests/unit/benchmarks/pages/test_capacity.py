"""What so many sockets need, and whether it makes sense."""

from itertools import pairwise

import pytest

from benchmarks.pages.capacity import BUSY, Plan
from tests.unit.benchmarks.pages.record import FIGURES, costs

SIZES = (10_000, 50_000, 100_000, 300_000)


def test_a_shard_is_planned_half_full_of_what_conversations_and_postgresql_do_in_turn() -> None:
    """62 + 80 µs a message in full batches are 7,042 a second; bare PostgreSQL would do 20,000."""
    plan = Plan(10_000_000, costs())
    assert plan.shards == 15
    assert plan.messages_of_shard <= BUSY / 142e-6
    assert plan.postgresql_cores == pytest.approx(50_000 * costs().own["postgresql"].at(50_000 / 15))


def test_no_shard_does_more_than_bare_postgresql() -> None:
    slow_disk = costs(**{"floors.commit_batches_of_50_messages_per_second": 1_000.0})
    assert Plan(10_000_000, slow_disk).shards == 100


def test_every_replica_receives_every_message_once() -> None:
    """100,000 sockets: five processes; each receives 500 messages a second, 100 of them of its own people."""
    plan, found = Plan(100_000, costs()), costs()
    assert (plan.replicas, plan.messages) == (5, 500)
    beyond = found.own["delivery"].at(100) - found.further["delivery"].at(100)
    assert plan.replica_cores == pytest.approx(20_000 * 10e-6 + 500 * found.further["delivery"].at(500) + 100 * beyond)
    assert plan.broker_cores == pytest.approx(
        500 * (found.own["rabbitmq"].at(500) + 4 * found.further["rabbitmq"].at(500))
    )


def test_more_sockets_never_need_less() -> None:
    plans = [Plan(sockets, costs()) for sockets in SIZES]
    for few, more in pairwise(plans):
        assert more.machine_cores > few.machine_cores
        assert more.broker_cores > few.broker_cores
        assert more.shards >= few.shards
        assert more.conversations_processes >= few.conversations_processes >= 2


def test_notifications_are_in_the_cores() -> None:
    dear = {name: value + 1_000.0 for name, value in FIGURES.items() if name.endswith("notifications_us_per_message")}
    assert Plan(100_000, costs(**dear)).machine_cores == pytest.approx(
        Plan(100_000, costs()).machine_cores + 500 * 1_000e-6 / BUSY, abs=1
    )
