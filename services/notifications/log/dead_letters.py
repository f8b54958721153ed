"""Publishes events that are invalid in the log itself; the broker dead-letters everything else."""

import asyncio
from collections.abc import Callable

import orjson
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractConnection, AbstractExchange

from chassis.broker.link import BrokerUnavailable, open_channel
from services.notifications.events import SINGLE

EXCHANGE = "messaging.dead"
ROUTING_KEY = "notifications"
PUBLISH_SECONDS = 5.0


class DeadLetters:
    """Uses its own link: a broker short of memory stops reading from publishers, but not from consumers."""

    def __init__(self, *, on_closed: Callable[[BaseException | None], None] = lambda _error: None) -> None:
        self._on_closed = on_closed
        self._exchange: AbstractExchange | None = None

    async def set_up(self, connection: AbstractConnection) -> None:
        """For `BrokerLink.on_connected`."""
        channel = await open_channel(connection, publisher_confirms=True, on_return_raises=True)
        # The broker closes it when the exchange is gone; the consumer's link declares the exchange again.
        channel.close_callbacks.add(lambda _channel, error: self._on_closed(error))
        self._exchange = await channel.get_exchange(EXCHANGE, ensure=False)

    def forget(self) -> None:
        """For `BrokerLink.on_lost`."""
        self._exchange = None

    async def publish(self, entry: object, *, shard: int, pos: int, reason: str) -> None:
        """Publish an event; returns once the broker has queued it. Raises BrokerUnavailable."""
        if self._exchange is None:
            raise BrokerUnavailable("not connected")
        message = Message(
            orjson.dumps(entry),
            content_type=SINGLE,
            delivery_mode=DeliveryMode.PERSISTENT,
            headers={"shard": shard, "pos": pos, "reason": reason},
        )
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                await self._exchange.publish(message, ROUTING_KEY, mandatory=True)
        except Exception as error:
            # Not confirmed, for whatever reason: the caller keeps the event and retries.
            raise BrokerUnavailable(type(error).__name__) from error
