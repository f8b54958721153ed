"""Exchanges and durable queues, described as data and declared idempotently."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import ChannelNotFoundEntity, ChannelPreconditionFailed
from pydantic import BaseModel, ConfigDict, Field

from chassis.broker.link import TopologyError, open_channel

TOPOLOGY_FILE = Path(__file__).parents[2] / "contracts" / "topology.json"
MARKETPLACE_EVENTS = "marketplace.events"  # an exchange declared only by its consumers
DECLARE_SECONDS = 10.0  # a quorum queue elects its leader before answering

ResultT = TypeVar("ResultT")


class _Described(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Exchange(_Described):
    name: str
    type: str
    durable: bool


class Binding(_Described):
    exchange: str
    routing_key: str = Field(alias="routingKey")


class Queue(_Described):
    name: str
    durable: bool
    exclusive: bool = False
    arguments: dict[str, str | int | bool] = Field(default_factory=dict)
    bindings: tuple[Binding, ...] = ()


class Topology(_Described):
    """`Topology.model_validate_json(text)` reads a document; unknown members are documentation and ignored."""

    exchanges: tuple[Exchange, ...]
    queues: tuple[Queue, ...] = ()

    def without(self, exchange: str) -> "Topology":
        """The topology without an exchange and its bindings.

        The exchange's owner is then the first to notice its deletion, and can report that events may be lost.
        """
        return Topology(
            exchanges=tuple(known for known in self.exchanges if known.name != exchange),
            queues=tuple(queue for queue in self.queues if all(bound.exchange != exchange for bound in queue.bindings)),
        )


class TopologyMismatch(TopologyError):
    """The broker has an exchange or queue of this name with different properties: an operator must resolve it."""


class TopologyMissing(TopologyError):
    """A declared exchange or queue is gone."""


async def declare_topology(connection: AbstractConnection, topology: Topology) -> None:
    """Declare everything, or confirm that it exists. Raises TopologyMismatch, TimeoutError."""
    async with _declaring(connection) as channel:
        await _declare(channel, topology)


async def confirm_topology(connection: AbstractConnection, topology: Topology) -> None:
    """Check that everything exists, and bind it again: a missing binding cannot be detected, only bound again.

    Raises TopologyMissing, TopologyMismatch, TimeoutError.
    """
    async with _declaring(connection) as channel:
        for exchange in topology.exchanges:
            await _present(f"exchange {exchange.name}", channel.declare_exchange(exchange.name, passive=True))
        for queue in topology.queues:
            await _present(f"queue {queue.name}", channel.declare_queue(queue.name, passive=True))
        await _declare(channel, topology)


async def consume(
    channel: AbstractChannel,
    queue: str,
    callback: Callable[[AbstractIncomingMessage], Awaitable[Any]],
    *,
    on_cancelled: Callable[[str], None],
    no_ack: bool = False,
) -> None:
    """Consume a queue. `on_cancelled` runs if the broker cancels the consumer, for instance on queue deletion."""
    underlay = await channel.get_underlay_channel()
    underlay.on_consumer_cancel_callbacks.add(lambda _frame: on_cancelled(f"the consumer of {queue} was cancelled"))
    consumed = await channel.get_queue(queue, ensure=False)
    await consumed.consume(callback, no_ack=no_ack)


@asynccontextmanager
async def _declaring(connection: AbstractConnection) -> AsyncIterator[AbstractChannel]:
    async with asyncio.timeout(DECLARE_SECONDS):
        channel = await open_channel(connection, publisher_confirms=False)
        try:
            yield channel
        finally:
            if not channel.is_closed:
                await channel.close()


async def _declare(channel: AbstractChannel, topology: Topology) -> None:
    for exchange in topology.exchanges:
        await _matching(
            f"exchange {exchange.name}",
            channel.declare_exchange(exchange.name, exchange.type, durable=exchange.durable),
        )
    for queue in topology.queues:
        await _declare_queue(channel, queue)


async def _declare_queue(channel: AbstractChannel, queue: Queue) -> None:
    declared = await _matching(
        f"queue {queue.name}",
        channel.declare_queue(
            queue.name, durable=queue.durable, exclusive=queue.exclusive, arguments=dict(queue.arguments)
        ),
    )
    for binding in queue.bindings:
        await declared.bind(binding.exchange, routing_key=binding.routing_key)


async def _matching(what: str, declaration: Awaitable[ResultT]) -> ResultT:
    try:
        return await declaration
    except ChannelPreconditionFailed as error:
        raise TopologyMismatch(
            f"{what} exists with other properties: {error}. Delete it on the broker or keep its properties."
        ) from error


async def _present(what: str, declaration: Awaitable[object]) -> None:
    try:
        await declaration
    except ChannelNotFoundEntity:
        raise TopologyMissing(f"{what} is gone") from None
