"""The broker link on a real broker: up, lost in every way, and up again."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

import aio_pika
import pytest
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage
from yarl import URL

from chassis.backoff import Backoff
from chassis.broker.link import BrokerLink, BrokerUnavailable, OnConnected, open_channel
from chassis.health import NotReady
from tests.kit.running.servers import RabbitMQ
from tests.kit.running.tcp_proxy import TcpProxy
from tests.kit.waiting import eventually

SILENCE_NOTICED_SECONDS = 6.0  # a probe's pause and answer time, and some more
PATIENCE_SECONDS = 60.0  # a loaded machine is slow


class Listener:
    """What a service does with a link: a fresh exclusive queue for each epoch, and a channel to publish on."""

    def __init__(self, url: str) -> None:
        self.queue = f"test.{uuid.uuid4()}"
        self.heard: list[str] = []
        self.lost = asyncio.Event()
        self.losses = 0
        self.deaths: list[str] = []
        self.link = BrokerLink(
            url=url,
            name="test",
            on_connected=self._declare,
            on_lost=self._on_lost,
            on_death=lambda name, _error: self.deaths.append(name),
            backoff=Backoff(base_seconds=0.1, cap_seconds=1),
        )

    async def hears_itself(self, text: str, within: float = PATIENCE_SECONDS) -> None:
        """Publish, and wait until it arrives: the link carries messages both ways."""
        async with asyncio.timeout(within):
            await self._channel.default_exchange.publish(
                aio_pika.Message(text.encode()), routing_key=self._queue_name()
            )
        await eventually(lambda: text in self.heard, within=within)

    async def __aenter__(self) -> Self:
        await self.link.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.link.__aexit__(kind, error, trace)
        assert self.deaths == []

    def _queue_name(self) -> str:
        return f"{self.queue}.{self.link.epoch}"

    def _on_lost(self) -> None:
        self.losses += 1
        self.lost.set()

    async def _declare(self, connection: AbstractConnection) -> None:
        self._channel = await open_channel(connection, prefetch_count=10)
        queue = await self._channel.declare_queue(self._queue_name(), exclusive=True)
        await queue.consume(self._hear, no_ack=True)

    async def _hear(self, message: AbstractIncomingMessage) -> None:
        self.heard.append(message.body.decode())


@pytest.fixture
async def proxy(rabbitmq: RabbitMQ) -> AsyncIterator[TcpProxy]:
    async with TcpProxy(host="127.0.0.1", port=rabbitmq.port) as proxy:
        yield proxy


@pytest.fixture
async def listener(amqp_url: str, proxy: TcpProxy, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Listener]:
    """A listener whose link goes through the proxy and is up; AMQP's own heartbeat notices nothing before the probe."""
    monkeypatch.setattr("chassis.broker.link.HEARTBEAT_SECONDS", 600)
    async with Listener(str(URL(amqp_url).with_port(proxy.port))) as listener:
        await eventually(lambda: listener.link.connected, within=PATIENCE_SECONDS)
        yield listener


async def test_a_link_that_is_up_carries_messages(listener: Listener) -> None:
    assert listener.link.connected
    assert listener.link.epoch == 1
    await listener.link.check()
    await listener.hears_itself("hello")


async def test_a_reset_connection_is_replaced(listener: Listener, proxy: TcpProxy) -> None:
    proxy.reset_all()
    await eventually(lambda: listener.losses == 1, within=PATIENCE_SECONDS)
    await eventually(lambda: listener.link.connected, within=PATIENCE_SECONDS)
    assert listener.link.epoch == 2
    await listener.hears_itself("again")


async def test_a_silent_network_failure_is_detected_and_repaired(listener: Listener, proxy: TcpProxy) -> None:
    proxy.cut()
    await eventually(lambda: not listener.link.connected, within=PATIENCE_SECONDS)
    with pytest.raises(NotReady):
        await listener.link.check()
    with pytest.raises(BrokerUnavailable):
        assert listener.link.connection
    proxy.heal()
    await eventually(lambda: listener.link.connected, within=PATIENCE_SECONDS)
    await listener.hears_itself("after the cut")


async def test_a_suspicion_from_outside_reconnects_at_once(listener: Listener) -> None:
    listener.link.suspect("no beacon")
    await eventually(lambda: listener.link.epoch == 2 and listener.link.connected, within=PATIENCE_SECONDS)
    assert listener.link.reason == "no beacon"
    await listener.hears_itself("still here")


async def test_the_link_reconnects_to_a_restarted_broker(listener: Listener, rabbitmq: RabbitMQ) -> None:
    """Also by a link that was opened meanwhile."""
    await asyncio.to_thread(rabbitmq.stop)
    async with Listener(rabbitmq.url) as late:
        await eventually(lambda: late.link.epoch >= 3, within=PATIENCE_SECONDS)
        assert not late.link.connected
        await asyncio.to_thread(rabbitmq.start)
        await eventually(lambda: late.link.connected, within=PATIENCE_SECONDS)
    await eventually(lambda: listener.losses == 1 and listener.link.connected, within=PATIENCE_SECONDS)
    await listener.hears_itself("after the restart")


async def test_the_link_reconnects_to_a_killed_broker(listener: Listener, rabbitmq: RabbitMQ) -> None:
    await asyncio.to_thread(rabbitmq.kill)
    await eventually(lambda: not listener.link.connected, within=PATIENCE_SECONDS)
    await asyncio.to_thread(rabbitmq.start)
    await eventually(lambda: listener.link.connected, within=PATIENCE_SECONDS)
    await listener.hears_itself("after the crash")


async def test_a_resource_alarm_is_no_reason_to_reconnect(listener: Listener, rabbitmq: RabbitMQ) -> None:
    """The broker stops reading from a publisher while it is short of memory; its probes hang, the link is fine."""
    await listener.hears_itself("before the alarm")
    await asyncio.to_thread(rabbitmq.ctl, "set_vm_memory_high_watermark", "0.000001")
    try:
        with pytest.raises(TimeoutError):
            await listener.hears_itself("into the alarm", within=1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(SILENCE_NOTICED_SECONDS):
                await listener.lost.wait()
    finally:
        await asyncio.to_thread(rabbitmq.ctl, "set_vm_memory_high_watermark", "0.4")
    await eventually(lambda: "into the alarm" in listener.heard, within=PATIENCE_SECONDS)
    await listener.hears_itself("after the alarm")


async def test_closing_over_a_dead_link_does_not_hang(amqp_url: str, proxy: TcpProxy) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        async with Listener(str(URL(amqp_url).with_port(proxy.port))) as listener:
            await eventually(lambda: listener.link.connected, within=PATIENCE_SECONDS)
            proxy.cut()
    assert not listener.link.connected


async def test_a_set_up_that_fails_is_tried_again(amqp_url: str) -> None:
    attempts: list[int] = []

    async def fail_twice(_connection: AbstractConnection) -> None:
        attempts.append(link.epoch)
        if len(attempts) < 3:
            raise ValueError("not yet")

    link = _eager_link(amqp_url, fail_twice)
    async with link:
        await eventually(lambda: link.connected, within=PATIENCE_SECONDS)
    assert attempts == [1, 2, 3]


async def test_a_closed_link_ends_even_if_a_library_lost_the_cancellation(amqp_url: str) -> None:
    setting_up = asyncio.Event()

    async def forgetful(_connection: AbstractConnection) -> None:
        setting_up.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    link = _eager_link(amqp_url, forgetful)
    async with asyncio.timeout(PATIENCE_SECONDS), link:
        await setting_up.wait()
    assert link.epoch == 1
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "broker.test"]


def _eager_link(url: str, on_connected: OnConnected) -> BrokerLink:
    """One that connects again at once, and whose death fails the test."""
    return BrokerLink(
        url=url,
        name="test",
        on_connected=on_connected,
        on_death=lambda name, error: pytest.fail(f"{name}: {error}"),
        backoff=Backoff(base_seconds=0.01, cap_seconds=0.01),
    )
