"""The short form of the faults: each kind once, under load, with the checker's verdict."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from tests.faults.checker import violations
from tests.faults.workload import read_tables, talking
from tests.support.system import System, running_system

PAIRS = 6
BEFORE, DURING, AFTER = 150, 50, 150  # acknowledged messages


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    """Two delivery replicas, so that a client may come back to another one."""
    with running_system(delivery_replicas=2) as running:
        yield running


def kill_conversations(system: System) -> None:
    system.conversations.kill()
    system.conversations.start()


def kill_delivery(system: System) -> None:
    system.delivery[0].kill()
    system.delivery[0].start()


def restart_rabbitmq(system: System) -> None:
    system.rabbitmq.restart()


def kill_rabbitmq(system: System) -> None:
    system.rabbitmq.kill()
    system.rabbitmq.start()


def restart_postgres(system: System) -> None:
    system.postgres.restart()


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    "break_it", [kill_conversations, kill_delivery, restart_rabbitmq, kill_rabbitmq, restart_postgres]
)
async def test_nothing_acknowledged_is_lost_doubled_or_reordered(
    system: System, break_it: Callable[[System], None]
) -> None:
    """Break a part under load: the checker finds nothing, and the talk goes on."""
    async with talking(system, pairs=PAIRS, seed=sum(break_it.__name__.encode())) as workload:
        await workload.until_acknowledged(BEFORE)
        await asyncio.to_thread(break_it, system)
        await workload.until_acknowledged(AFTER)
        history = workload.history
    assert violations(history, await read_tables(system.database_url, workload.conversations)) == []


@pytest.mark.timeout(180)
async def test_without_a_broker_messages_are_acknowledged_and_arrive(system: System) -> None:
    """RabbitMQ is stopped: sends are acknowledged and reach the receiver, by polling."""
    async with talking(system, pairs=PAIRS, seed=42) as workload:
        await workload.until_acknowledged(BEFORE)
        await asyncio.to_thread(system.rabbitmq.stop)
        try:
            await workload.until_acknowledged(DURING)
            await workload.drain(await read_tables(system.database_url, workload.conversations))
        finally:
            await asyncio.to_thread(system.rabbitmq.start)
        await workload.until_acknowledged(AFTER)
        history = workload.history
    assert violations(history, await read_tables(system.database_url, workload.conversations)) == []
