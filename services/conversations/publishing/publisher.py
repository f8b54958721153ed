"""Publishes committed batches of the log to the broker, from memory."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import orjson
import structlog
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, HeadersType

from chassis.broker.link import BrokerLink, OnLost, open_channel
from chassis.broker.topology import Topology, declare_topology
from chassis.observability.tracing import NOT_TRACED, NULL_TRACER, Span, Tracer, trace_headers
from chassis.tasks import BackgroundTasks, OnDeath
from services.conversations.domain import LoggedBatch, rfc3339
from services.conversations.metrics import ServiceMetrics

EXCHANGE = "messaging.events"
CELL = 0  # cell in the routing key: a single one for now
BATCH_CONTENT_TYPE = "application/cloudevents-batch+json"
EVENT_CONTENT_TYPE = "application/cloudevents+json"
CONFIRM_SECONDS = 10.0  # a broker that takes longer counts as down: the leader retries

log = structlog.get_logger(__name__)

OnConfirmed = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Publication:
    """A message on its way to the broker; `position` is (epoch, shard, pos) of a batch, None for a beacon."""

    message: Message
    routing_key: str
    position: tuple[str, int, int] | None
    span: Span = NOT_TRACED
    offered_at: float = field(default_factory=time.perf_counter)

    @property
    def size_bytes(self) -> int:
        return len(self.message.body)


class Publisher:
    """Sends batches in the order they are offered, many unconfirmed at a time; callers never wait.

    A batch that cannot be sent (the broker is down, or the queue is full) is dropped here: the leader publishes it
    later from the log. `on_confirmed(epoch, shard, pos)` is called for each confirmed batch.
    """

    def __init__(
        self,
        *,
        url: str,
        topology: Topology,
        window: int,
        max_bytes: int,
        on_confirmed: OnConfirmed,
        on_death: OnDeath,
        metrics: ServiceMetrics,
        on_topology_lost: OnLost = lambda: None,
        tracer: Tracer = NULL_TRACER,
    ) -> None:
        self._tracer = tracer
        self.link = BrokerLink(
            url=url,
            name="conversations.publish",
            on_connected=self._set_up,
            on_lost=self._forget,
            on_topology_lost=on_topology_lost,
            on_death=on_death,
        )
        self._topology = topology
        self._max_bytes = max_bytes
        self._on_confirmed = on_confirmed
        self._metrics = metrics
        self._tasks = BackgroundTasks(on_death=on_death)
        self._window = asyncio.Semaphore(window)
        self._queue: deque[Publication] = deque()
        self._queued = asyncio.Event()
        self._under_way: set[tuple[str, int, int]] = set()
        self._size_bytes = 0
        self._exchange: AbstractExchange | None = None
        self._channel: AbstractChannel | None = None

    def offer(self, batch: LoggedBatch) -> None:
        """Queue a committed batch for publishing, unless it is queued already."""
        position = (batch.epoch, batch.shard, batch.pos)
        if position in self._under_way:
            return
        span = self._tracer.follow("publish", [batch.traceparent], pos=batch.pos)
        if self._enqueue(Publication(_batch_message(batch, span), f"events.c{CELL}.s{batch.shard}", position, span)):
            self._under_way.add(position)
        else:
            self._metrics.publish_dropped.inc()

    def beacon(self, *, shard: int, pos: int, epoch: str) -> None:
        """Publish a shard's head, after the batches offered before."""
        self._enqueue(Publication(_beacon_message(shard, pos, epoch), f"head.s{shard}", None))

    async def __aenter__(self) -> Self:
        self._tasks.start("publisher", self._run())
        await self.link.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.close()
        await self.link.__aexit__(kind, error, trace)

    async def _set_up(self, connection: AbstractConnection) -> None:
        await declare_topology(connection, self._topology)
        channel = await open_channel(connection)
        channel.close_callbacks.add(lambda _channel, error: self._channel_closed(channel, error))
        self._channel = channel
        self._exchange = await channel.get_exchange(EXCHANGE, ensure=False)

    def _channel_closed(self, channel: AbstractChannel, error: BaseException | None) -> None:
        if channel is self._channel and error is not None:
            self.link.channel_closed(error)

    def _forget(self) -> None:
        self._exchange = self._channel = None
        while self._queue:
            self._take()
        self._queued.clear()
        self._under_way.clear()

    def _enqueue(self, publication: Publication) -> bool:
        if not self.link.connected or self._size_bytes + publication.size_bytes > self._max_bytes:
            return False
        self._queue.append(publication)
        self._size_bytes += publication.size_bytes
        self._queued.set()
        return True

    def _take(self) -> Publication:
        publication = self._queue.popleft()
        self._size_bytes -= publication.size_bytes
        return publication

    async def _run(self) -> None:
        while True:
            await self._queued.wait()
            await self._window.acquire()
            if not self._queue:  # the link has been lost meanwhile
                self._window.release()
                self._queued.clear()
                continue
            publication = self._take()
            if not self._queue:
                self._queued.clear()
            # Tasks start in the order of creation, and the channel writes under a fair lock, so order is kept.
            self._tasks.start_once("publisher.publish", self._publish(publication))

    async def _publish(self, publication: Publication) -> None:
        try:
            if self._exchange is None:
                return
            async with asyncio.timeout(CONFIRM_SECONDS):
                await self._exchange.publish(publication.message, publication.routing_key, mandatory=False)
        except Exception as error:
            # Whatever the error, the batch is unconfirmed: the leader publishes it again.
            self._metrics.publish_failures.inc()
            publication.span.end(error=type(error).__name__)
            log.warning("publication.failed", error=type(error).__name__)
        else:
            self._confirmed(publication)
        finally:
            self._window.release()
            if publication.position is not None:
                self._under_way.discard(publication.position)

    def _confirmed(self, publication: Publication) -> None:
        if publication.position is None:
            return
        epoch, shard, pos = publication.position
        self._metrics.published.labels(str(shard)).inc()
        self._metrics.publish_seconds.observe(time.perf_counter() - publication.offered_at)
        self._on_confirmed(epoch, shard, pos)
        publication.span.end()


def _batch_message(batch: LoggedBatch, span: Span) -> Message:
    traced: HeadersType = dict(trace_headers(span))
    return Message(
        batch.payload.encode(),
        content_type=BATCH_CONTENT_TYPE,
        delivery_mode=DeliveryMode.PERSISTENT,
        message_id=f"{batch.shard}-{batch.pos}",
        headers={"shard": batch.shard, "pos": batch.pos, "epoch": batch.epoch, **traced},
    )


def _beacon_message(shard: int, pos: int, epoch: str) -> Message:
    now = rfc3339(datetime.now(UTC))
    event = {
        "specversion": "1.0",
        "id": f"head-{shard}-{pos}-{now}",
        "source": f"/conversations/{epoch}",
        "type": "log.head.v1",
        "time": now,
        "data": {"epoch": epoch, "shard": shard, "pos": pos},
    }
    return Message(orjson.dumps(event), content_type=EVENT_CONTENT_TYPE, delivery_mode=DeliveryMode.NOT_PERSISTENT)
