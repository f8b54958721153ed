"""Declaring a topology on a real broker."""

import uuid

import aio_pika
import pytest

from chassis.broker.link import open_channel
from chassis.broker.topology import (
    Binding,
    Exchange,
    Queue,
    Topology,
    TopologyMismatch,
    TopologyMissing,
    confirm_topology,
    declare_topology,
)

PATIENCE_SECONDS = 60  # a loaded machine is slow


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.broker.topology.DECLARE_SECONDS", PATIENCE_SECONDS)


def topology(name: str, *, length: int = 10) -> Topology:
    return Topology(
        exchanges=(Exchange(name=f"{name}.events", type="topic", durable=True),),
        queues=(
            Queue(
                name=f"{name}.all",
                durable=True,
                arguments={"x-queue-type": "quorum", "x-max-length": length},
                bindings=(Binding(exchange=f"{name}.events", routing_key="thing.#"),),
            ),
        ),
    )


@pytest.fixture
def name() -> str:
    return f"test.{uuid.uuid4()}"


async def test_a_declared_topology_routes_messages_and_can_be_declared_again(amqp_url: str, name: str) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        await declare_topology(connection, topology(name))
        await declare_topology(connection, topology(name))
        channel = await open_channel(connection, on_return_raises=True)
        exchange = await channel.get_exchange(f"{name}.events")
        await exchange.publish(aio_pika.Message(b"hello"), routing_key="thing.made", timeout=PATIENCE_SECONDS)
        message = await (await channel.get_queue(f"{name}.all")).get(no_ack=True, timeout=PATIENCE_SECONDS)
        assert message is not None
        assert message.body == b"hello"


async def test_a_queue_with_other_arguments_is_named(amqp_url: str, name: str) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        await declare_topology(connection, topology(name))
        with pytest.raises(TopologyMismatch, match=rf"queue {name}\.all.*x-max-length"):
            await declare_topology(connection, topology(name, length=11))


async def test_an_exchange_of_another_type_is_named(amqp_url: str, name: str) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        await declare_topology(connection, topology(name))
        other = Topology(exchanges=(Exchange(name=f"{name}.events", type="fanout", durable=True),))
        with pytest.raises(TopologyMismatch, match=rf"exchange {name}\.events"):
            await declare_topology(connection, other)


async def test_deleted_parts_are_named_and_a_binding_is_restored(amqp_url: str, name: str) -> None:
    declared = topology(name)
    exchange, queue = f"{name}.events", f"{name}.all"
    async with await aio_pika.connect(amqp_url) as connection:
        await declare_topology(connection, declared)
        channel = await open_channel(connection, on_return_raises=True)
        await (await channel.get_queue(queue)).unbind(exchange, "thing.#")
        await confirm_topology(connection, declared)
        published = await channel.get_exchange(exchange)
        await published.publish(aio_pika.Message(b"bound"), routing_key="thing.made", timeout=PATIENCE_SECONDS)

        await channel.queue_delete(queue)
        with pytest.raises(TopologyMissing, match=rf"queue {name}\.all is gone"):
            await confirm_topology(connection, declared)
        await declare_topology(connection, declared)
        await channel.exchange_delete(exchange)
        with pytest.raises(TopologyMissing, match=rf"exchange {name}\.events is gone"):
            await confirm_topology(connection, declared)
        await channel.declare_exchange(exchange, "fanout", durable=True)
        with pytest.raises(TopologyMismatch, match=rf"exchange {name}\.events"):
            await confirm_topology(connection, declared)


def test_a_document_may_say_more_than_is_declared() -> None:
    text = '{"exchanges":[{"name":"e","type":"topic","durable":true,"purpose":"why"}],"routingKeys":{"a":"b"}}'
    assert Topology.model_validate_json(text).exchanges[0].name == "e"


def test_a_topology_without_an_exchange_has_nothing_bound_to_it() -> None:
    ours, theirs = topology("ours"), topology("theirs")
    both = Topology(exchanges=ours.exchanges + theirs.exchanges, queues=ours.queues + theirs.queues)
    assert both.without("theirs.events") == ours
