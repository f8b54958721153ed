"""Feeds the stream from the broker: private queues per connection, one worker, and a beacon watchdog.

A queue lives as long as its connection. Messages lost with it are read from the log, so nothing here is durable and
the broker never has to redeliver.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from pydantic import ValidationError

from chassis.broker.link import BrokerLink, OnLost, open_channel
from chassis.broker.topology import Topology, confirm_topology, consume, declare_topology
from chassis.observability.tracing import NULL_TRACER, Tracer, traceparent_in
from chassis.tasks import OnDeath
from contracts.generated.models import LogHeadEvent, SocketsCountedEvent, TypingEvent
from services.delivery.log.delivery_span import handing_over
from services.delivery.log.feed import Feed
from services.delivery.log.stream import LogStream
from services.delivery.log.topology import DeliveryTopology
from services.delivery.metrics import Counters

HEAD_KEY, SOCKETS_KEY = "head.", "sockets."
PREFETCH = 500
ACK_EVERY = 100  # messages; well below the prefetch, so that the broker never waits for acknowledgements
CONSUME_SECONDS = 10.0
WATCH_SECONDS = 1.0
SILENCE_SECONDS = 5.0  # without a beacon for this long, a connected link is suspected dead
MAX_PATIENCE_SECONDS = 60.0  # if nobody sends beacons, do not reconnect forever

log = structlog.get_logger(__name__)


class EventConsumer:
    """Feeds the stream from the broker. Use `link` as a context manager, and run `work` and `watch` beside it."""

    def __init__(
        self,
        *,
        url: str,
        replica: str,
        topology: DeliveryTopology,
        stream: LogStream,
        feed: Feed,
        counters: Counters,
        on_typing: Callable[[TypingEvent], None],
        on_sockets: Callable[[SocketsCountedEvent], None],
        on_death: OnDeath,
        on_topology_lost: OnLost = lambda: None,
        tracer: Tracer = NULL_TRACER,
    ) -> None:
        self.link = BrokerLink(
            url=url,
            name=f"delivery.{replica}.consume",
            on_connected=self._set_up,
            on_lost=self._forget,
            confirm=self._confirm,
            on_topology_lost=on_topology_lost,
            on_death=on_death,
        )
        self._replica = replica
        self._topology = topology
        self._stream = stream
        self._feed = feed
        self._counters = counters
        self._on_typing = on_typing
        self._on_sockets = on_sockets
        self._tracer = tracer
        self._arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()  # bounded by the prefetch
        self._channels: list[AbstractChannel] = []

    async def work(self) -> None:
        """Apply what arrives, in order. Runs until cancelled."""
        unacknowledged = 0
        while True:
            message = await self._arrived.get()
            self._receive(message)
            unacknowledged += 1
            if unacknowledged >= ACK_EVERY:
                unacknowledged = 0
                await _acknowledge_up_to(message)
            await asyncio.sleep(0)  # a full queue must not starve the sockets

    async def watch(self) -> None:
        """Reconnect if no beacons arrive although the log answers. Runs until cancelled."""
        patience = SILENCE_SECONDS
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if not self._feed.consuming:
                continue
            if self._feed.beacon_age < SILENCE_SECONDS:
                patience = SILENCE_SECONDS
            elif self._stream.started and self._feed.following and self._feed.consuming_seconds > patience:
                patience = min(MAX_PATIENCE_SECONDS, patience * 2)
                self.link.suspect("no beacon")

    async def _set_up(self, connection: AbstractConnection) -> None:
        topology = self._own_topology()
        await declare_topology(connection, topology)
        events, typing = topology.queues
        await self._consume(connection, events.name, self._enqueue)
        await self._consume(connection, typing.name, self._receive_typing, no_ack=True)
        self._feed.consuming_began()

    def _own_topology(self) -> Topology:
        return self._topology.of(replica=self._replica, epoch=self.link.epoch)

    async def _confirm(self, connection: AbstractConnection) -> None:
        await confirm_topology(connection, self._own_topology())

    async def _consume(
        self,
        connection: AbstractConnection,
        queue: str,
        callback: Callable[[AbstractIncomingMessage], Awaitable[None]],
        *,
        no_ack: bool = False,
    ) -> None:
        """Consume on a dedicated channel."""
        channel = await open_channel(connection, publisher_confirms=False, prefetch_count=PREFETCH)
        channel.close_callbacks.add(self._channel_closed)
        self._channels.append(channel)
        async with asyncio.timeout(CONSUME_SECONDS):
            await consume(channel, queue, callback, on_cancelled=self.link.topology_lost, no_ack=no_ack)

    def _channel_closed(self, _channel: object, error: BaseException | None) -> None:
        self.link.channel_closed(error)

    def _forget(self) -> None:
        self._channels = []
        self._feed.consuming_ended()

    def _receive(self, message: AbstractIncomingMessage) -> None:
        try:
            if (message.routing_key or "").startswith(HEAD_KEY):
                self._receive_head(message.body)
            else:
                self._receive_batch(message)
        except ValidationError:
            self._counters.invalid_events += 1
            log.warning("beacon.invalid", routing_key=message.routing_key)
        except Exception:
            # One bad message must not stop the stream: the gap it leaves is filled from the log.
            log.exception("event.failed", routing_key=message.routing_key)

    def _receive_head(self, body: bytes) -> None:
        head = LogHeadEvent.from_wire(body).data
        self._feed.beacon_seen()
        self._stream.note_head(epoch=head.epoch, shard=head.shard, head=head.pos)

    def _receive_batch(self, message: AbstractIncomingMessage) -> None:
        epoch, shard, pos = (message.headers.get(name) for name in ("epoch", "shard", "pos"))
        if not isinstance(epoch, str) or type(shard) is not int or type(pos) is not int:
            self._counters.invalid_events += 1
            log.warning("batch.without_position", routing_key=message.routing_key)
            return
        span = self._tracer.follow("deliver", [traceparent_in(message.headers)], pos=pos, source="broker")
        with handing_over(span, self._counters):
            self._stream.push(epoch=epoch, shard=shard, pos=pos, body=message.body)

    async def _enqueue(self, message: AbstractIncomingMessage) -> None:
        """Only enqueues, so a cancelled callback loses nothing."""
        self._arrived.put_nowait(message)

    async def _receive_typing(self, message: AbstractIncomingMessage) -> None:
        try:
            if (message.routing_key or "").startswith(SOCKETS_KEY):
                self._on_sockets(SocketsCountedEvent.from_wire(message.body))
            else:
                self._on_typing(TypingEvent.from_wire(message.body))
        except ValidationError:
            self._counters.invalid_events += 1


async def _acknowledge_up_to(message: AbstractIncomingMessage) -> None:
    try:
        await message.ack(multiple=True)
    except Exception as error:
        # The channel and its queue are gone: there is nothing left to acknowledge.
        log.debug("ack.failed", error=type(error).__name__)
