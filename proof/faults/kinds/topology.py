"""Somebody tidies up in the broker, or sets policies that lose messages: everything is consumed again afterwards."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import ClassVar

import aio_pika
from aio_pika.abc import AbstractChannel

from chassis.broker.topology import Exchange, Queue, Topology
from proof.faults.kinds.fault import Fault, Measured, Scene
from proof.faults.kinds.flows import marketplace_event_arrives, typing_arrives
from proof.faults.stage import Stage
from tests.kit.running.system import REPOSITORY

TOPOLOGY_FILE = REPOSITORY / "contracts" / "topology.json"
SENT_MEANWHILE = 50  # messages
CONSUMED_WITHIN_SECONDS = 30.0

Deed = Callable[[Stage], Awaitable[object]]


class _EverythingFlowsAgain(Fault):
    """Besides messages: typing, and the events of the marketplace. The round's end adds what notifications decide."""

    async def hold(self, scene: Scene) -> None:
        await scene.workload.until_acknowledged(SENT_MEANWHILE)
        await scene.workload.until_everybody_hears()

    async def verdict(self, scene: Scene) -> None:
        for what, arrives in (("an item event", marketplace_event_arrives), ("typing", typing_arrives)):
            waited = await arrives(scene.stage, scene.workload)
            scene.measured.append(Measured(f"{what} arrives again", waited, CONSUMED_WITHIN_SECONDS))


class TakenAway(_EverythingFlowsAgain):
    """A queue, an exchange or the bindings of a queue are deleted under the consumers' feet."""

    name = "topology"
    number = 19
    rounds = 30

    async def inject(self, scene: Scene) -> None:
        deeds = _deeds()
        scene.did = scene.turn(list(deeds))
        await deeds[scene.did](scene.stage)


class Policies(_EverythingFlowsAgain):
    """An operator's policy makes all queues expire, overflow or refuse what they hold; then it is cleared."""

    name = "policies"
    number = 20
    rounds = 20
    _POLICIES: ClassVar[dict[str, tuple[str, ...]]] = {
        "messages live for 1 ms": ("set_operator_policy", "test", ".*", '{"message-ttl": 1}', "--apply-to", "queues"),
        "queues hold one message": ("set_operator_policy", "test", ".*", '{"max-length": 1}', "--apply-to", "queues"),
        "full queues refuse": (
            *("set_policy", "test", ".*", '{"max-length": 1, "overflow": "reject-publish"}'),
            *("--apply-to", "queues"),
        ),
        "unused queues expire": ("set_operator_policy", "test", ".*", '{"expires": 1000}', "--apply-to", "queues"),
        "exchanges have an alternate": (
            *("set_policy", "test", ".*", '{"alternate-exchange": "amq.fanout"}'),
            *("--apply-to", "exchanges"),
        ),
    }

    async def inject(self, scene: Scene) -> None:
        scene.did = scene.turn(list(self._POLICIES))
        command = self._POLICIES[scene.did]
        self._clear = (command[0].replace("set", "clear"), "test")
        await scene.stage.rabbitmqctl(*command)

    async def heal(self, scene: Scene) -> None:
        await scene.stage.rabbitmqctl(*self._clear)


def _deeds() -> dict[str, Deed]:
    """Everything durable that the contract names, in every way it can go."""
    contract = Topology.model_validate_json(TOPOLOGY_FILE.read_bytes())
    deeds: dict[str, Deed] = {}
    for queue in contract.queues:
        deeds[f"queue {queue.name} deleted"] = partial(_delete_queue, queue)
        deeds[f"queue {queue.name} unbound"] = partial(_unbind, queue)
    for exchange in contract.exchanges:
        deeds[f"exchange {exchange.name} deleted"] = partial(_delete_exchange, exchange)
    return deeds


async def _delete_queue(queue: Queue, stage: Stage) -> None:
    await stage.rabbitmqctl("delete_queue", queue.name)


async def _delete_exchange(exchange: Exchange, stage: Stage) -> None:
    async with _channel(stage) as channel:
        await channel.exchange_delete(exchange.name)


async def _unbind(queue: Queue, stage: Stage) -> None:
    async with _channel(stage) as channel:
        there = await channel.get_queue(queue.name, ensure=False)
        for binding in queue.bindings:
            await there.unbind(binding.exchange, binding.routing_key)


@asynccontextmanager
async def _channel(stage: Stage) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(stage.system.rabbitmq.url) as connection:
        yield await connection.channel()
