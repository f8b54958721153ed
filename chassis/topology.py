"""Exchanges and durable queues, described as data and declared idempotently."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import ChannelPreconditionFailed
from pydantic import BaseModel, ConfigDict, Field

from chassis.broker import open_channel

DECLARE_SECONDS = 10.0  # a quorum queue elects its leader before it answers

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
    arguments: dict[str, str | int | bool] = Field(default_factory=dict)
    bindings: tuple[Binding, ...] = ()


class Topology(_Described):
    """`Topology.model_validate_json(text)` reads a document; members it does not know are for people."""

    exchanges: tuple[Exchange, ...]
    queues: tuple[Queue, ...] = ()


class TopologyMismatch(Exception):
    """The broker has an exchange or queue of this name with other properties: an operator must decide."""


async def declare_topology(connection: AbstractConnection, topology: Topology) -> None:
    """Declare everything, or confirm that it is there already. Raises TopologyMismatch, TimeoutError."""
    async with asyncio.timeout(DECLARE_SECONDS):
        channel = await open_channel(connection, publisher_confirms=False)
        try:
            for exchange in topology.exchanges:
                await _matching(
                    f"exchange {exchange.name}",
                    channel.declare_exchange(exchange.name, exchange.type, durable=exchange.durable),
                )
            for queue in topology.queues:
                await _declare_queue(channel, queue)
        finally:
            if not channel.is_closed:
                await channel.close()


async def _declare_queue(channel: AbstractChannel, queue: Queue) -> None:
    declared = await _matching(
        f"queue {queue.name}",
        channel.declare_queue(queue.name, durable=queue.durable, arguments=dict(queue.arguments)),
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
