"""Queues, bindings and exchanges of the marketplace's events taken away by others: declared and consumed again."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelNotFoundEntity, DeliveryError
from structlog.testing import capture_logs
from yarl import URL

from chassis.http.app import METRICS
from services.conversations.app import PUBLISHER
from services.conversations.marketplace.consumer import QUEUE
from tests.kit.conversations import Conversations, running_conversations, until
from tests.kit.running.servers import RabbitMQ
from tests.kit.running.tcp_proxy import TcpProxy

EXCHANGE = "marketplace.events"


@pytest.fixture
async def connected(database_url: str, amqp_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Conversations]:
    """The service with a broker; it looks at its topology more often than usual."""
    monkeypatch.setattr("chassis.broker.link.CONFIRM_SECONDS", 0.2)
    async with running_conversations(database_url=database_url, amqp_url=amqp_url) as running:
        await until(lambda: _degraded(running), lambda degraded: degraded == {})
        yield running


@pytest.fixture
async def channel(connected: Conversations, amqp_url: str) -> AsyncIterator[AbstractChannel]:
    """A channel of somebody else's."""
    async with await aio_pika.connect(amqp_url) as connection:
        yield await connection.channel(on_return_raises=True)


async def _degraded(service: Conversations) -> dict[str, str]:
    answer = await service.request("GET", "/readyz")
    degraded: dict[str, str] = answer.body.get("degraded", {})
    return degraded


async def _arrives(service: Conversations, amqp_url: str, user_id: str) -> None:
    """Publish until the event finds a queue; then it is applied."""
    event = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/marketplace",
        "type": "marketplace.user.upserted.v1",
        "time": datetime.now(UTC).isoformat(),
        "data": {"id": user_id, "name": "Arrived"},
    }
    message = aio_pika.Message(json.dumps(event).encode(), content_type="application/cloudevents+json")

    async def published() -> bool:
        async with await aio_pika.connect(amqp_url) as connection:
            channel = await connection.channel(on_return_raises=True)
            try:
                exchange = await channel.get_exchange(EXCHANGE)
                await exchange.publish(message, routing_key="marketplace.user.upserted")
            except (DeliveryError, aio_pika.exceptions.ChannelClosed):
                return False
            return True

    await until(published, lambda routed: routed)
    await until(
        lambda: service.request("GET", f"/internal/users/{user_id}", service=True), lambda answer: answer.status == 200
    )


def _losses(service: Conversations, link: str = "marketplace") -> float:
    return service.app[METRICS].registry.get_sample_value("broker_topology_lost_total", {"link": link}) or 0


async def test_a_deleted_queue_is_declared_and_consumed_again_and_the_loss_is_reported(
    connected: Conversations, rabbitmq: RabbitMQ, amqp_url: str
) -> None:
    with capture_logs() as logs:
        await asyncio.to_thread(rabbitmq.ctl, "delete_queue", QUEUE)
        await until(_nothing, lambda _: _losses(connected) == 1)
        await _arrives(connected, amqp_url, "after-queue")
    events = {line["event"] for line in logs}
    assert "marketplace_events.maybe_lost" in events
    assert await _degraded(connected) == {}


async def test_a_queue_deleted_while_the_link_is_down_is_reported_too(
    database_url: str, rabbitmq: RabbitMQ, amqp_url: str
) -> None:
    """No consumer is cancelled then; and the queue is declared again, as if it had never been there."""
    async with (
        TcpProxy(host="127.0.0.1", port=rabbitmq.port) as proxy,
        running_conversations(database_url=database_url, amqp_url=str(URL(amqp_url).with_port(proxy.port))) as running,
        await aio_pika.connect(amqp_url) as connection,
    ):
        await until(lambda: _degraded(running), lambda degraded: degraded == {})
        proxy.cut()
        await until(lambda: _degraded(running), lambda degraded: "marketplace" in degraded)
        await (await connection.channel()).queue_delete(QUEUE)
        assert _losses(running) == 0
        proxy.heal()
        await _arrives(running, amqp_url, "after-both")
        assert _losses(running) == 1


async def test_a_removed_binding_is_restored(connected: Conversations, channel: AbstractChannel, amqp_url: str) -> None:
    queue = await channel.get_queue(QUEUE)
    for key in ("marketplace.user.*", "marketplace.item.*"):
        await queue.unbind(EXCHANGE, key)
    await _arrives(connected, amqp_url, "after-binding")


async def test_a_deleted_exchange_is_declared_again_and_one_of_another_type_is_named(
    connected: Conversations, channel: AbstractChannel, amqp_url: str
) -> None:
    await channel.exchange_delete(EXCHANGE)
    await channel.declare_exchange(EXCHANGE, "fanout", durable=True)
    degraded = await until(lambda: _degraded(connected), lambda degraded: EXCHANGE in degraded.get("marketplace", ""))
    assert "exists with other properties" in degraded["marketplace"]
    await channel.exchange_delete(EXCHANGE)
    await _arrives(connected, amqp_url, "after-exchange")
    assert _losses(connected) >= 1


async def test_a_deleted_exchange_of_the_log_is_reported_and_only_its_own_declared_again(
    database_url: str, amqp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.broker.link.CONFIRM_SECONDS", 600)  # nobody but the publisher notices anything
    async with (
        running_conversations(database_url=database_url, amqp_url=amqp_url) as running,
        await aio_pika.connect(amqp_url) as connection,
    ):
        await until(lambda: _degraded(running), lambda degraded: degraded == {})
        link = running.app[PUBLISHER].link
        before, channel = link.epoch, await connection.channel()
        await channel.exchange_delete(EXCHANGE)
        await channel.exchange_delete("messaging.events")
        await until(_nothing, lambda _: link.connected and link.epoch > before)
        assert _losses(running, "publish") == 1
        # Else its consumer would never learn that events may be lost.
        with pytest.raises(ChannelNotFoundEntity):
            await channel.get_exchange(EXCHANGE)


async def _nothing() -> None:
    pass
