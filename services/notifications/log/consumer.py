"""Consumes from the broker: one durable queue with a single active consumer, manual acknowledgements, one worker.

The broker does not announce that it made a waiting consumer the active one; the first message shows it, and a beacon
comes every second. Only then is the cursor read, because until then another process was moving it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage

from chassis.backoff import Backoff
from chassis.broker.link import open_channel
from chassis.broker.topology import (
    MARKETPLACE_EVENTS,
    TOPOLOGY_FILE,
    Topology,
    confirm_topology,
    consume,
    declare_topology,
)
from chassis.health import NotReady
from chassis.log.reader import LogReader, LogUnavailable
from chassis.observability.tracing import NULL_TRACER, Tracer, traceparent_in
from chassis.tasks import BackgroundTasks, OnDeath
from contracts.generated.models import LogHeads
from services.notifications.acknowledgements import Acknowledgements
from services.notifications.decider import Decider, Verdict
from services.notifications.events import BatchMessage, HeadMessage, Poison, read_message
from services.notifications.log.progress import Progress
from services.notifications.metrics import ServiceMetrics
from services.notifications.receipts import BrokerReceipt, Receipt

QUEUE = "notifications"
CONSUME_SECONDS = 10.0

log = structlog.get_logger(__name__)

AnswerT = TypeVar("AnswerT")


class LinkLost(Exception):
    """Abandon the current wait: the broker redelivers the message on another link."""


class _Delivery(NamedTuple):
    channel: AbstractChannel
    message: AbstractIncomingMessage
    acknowledgements: Acknowledgements


class Consumer:
    """`set_up` and `forget` belong to a BrokerLink, `run` to a task; `finish` comes last, while the link is still up.

    `on_broken` and `on_cancelled` request a new link; the latter when the queue was deleted.
    """

    def __init__(
        self,
        *,
        decider: Decider,
        progress: Progress,
        reader: LogReader,
        metrics: ServiceMetrics,
        prefetch: int,
        on_broken: Callable[[str], None],
        on_cancelled: Callable[[str], None],
        on_death: OnDeath,
        tracer: Tracer = NULL_TRACER,
    ) -> None:
        self._tracer = tracer
        self._decider = decider
        self._progress = progress
        self._reader = reader
        self._metrics = metrics
        self._prefetch = prefetch
        self._on_broken = on_broken
        self._on_cancelled = on_cancelled
        self._topology = Topology.model_validate_json(TOPOLOGY_FILE.read_bytes()).without(MARKETPLACE_EVENTS)
        self._deliveries: asyncio.Queue[_Delivery] = asyncio.Queue()  # bounded by the prefetch
        self._channel: AbstractChannel | None = None
        self._acknowledgements: Acknowledgements | None = None
        self._acknowledging: asyncio.Task[None] | None = None
        self._tasks = BackgroundTasks(on_death=on_death)
        self._active = False

    async def set_up(self, connection: AbstractConnection) -> None:
        """Declare the topology and consume."""
        self.forget()  # a half-finished attempt is not reported as lost
        await declare_topology(connection, self._topology)
        channel = await open_channel(connection, publisher_confirms=False, prefetch_count=self._prefetch)
        async with asyncio.timeout(CONSUME_SECONDS):
            channel.close_callbacks.add(lambda *_: self._broken(channel, "the channel was closed"))
            acknowledgements = self._take_from(channel)

            async def enqueue(message: AbstractIncomingMessage) -> None:
                acknowledgements.expect(message)
                self._deliveries.put_nowait(_Delivery(channel, message, acknowledgements))

            await consume(channel, QUEUE, enqueue, on_cancelled=lambda reason: self._cancelled(channel, reason))

    async def confirm(self, connection: AbstractConnection) -> None:
        """For `BrokerLink.confirm`."""
        await confirm_topology(connection, self._topology)

    def forget(self) -> None:
        """The link is lost: unacknowledged messages are redelivered, possibly to another process."""
        self._channel = None
        self._acknowledgements = None
        if self._acknowledging is not None:
            self._acknowledging.cancel()
        self._decider.stop()
        self._set_active(active=False)

    async def finish(self) -> None:
        """Acknowledge processed messages and take no more."""
        if self._acknowledgements is not None:
            await self._acknowledgements.flush()
        await self._tasks.close()

    async def run(self) -> None:
        while True:
            delivery = await self._deliveries.get()
            if delivery.channel is not self._channel:
                continue
            self._set_active(active=True)
            try:
                if not self._decider.started:
                    await self._answered(self._progress.restore, delivery.channel)
                await self._handle(delivery)
            except LinkLost:
                continue

    async def check(self) -> None:
        """For readiness: consuming, or waiting to be made the active consumer."""
        if self._channel is None:
            raise NotReady("not consuming")
        if self._active and not self._decider.started:
            raise NotReady("the cursor could not be read from conversations")

    def _take_from(self, channel: AbstractChannel) -> Acknowledgements:
        self._channel = channel
        acknowledgements = self._acknowledgements = Acknowledgements(
            most=max(1, self._prefetch // 2), on_broken=lambda reason: self._broken(channel, reason)
        )
        self._acknowledging = self._tasks.start("acknowledgements", acknowledgements.run())
        return acknowledgements

    async def _handle(self, delivery: _Delivery) -> None:
        message = delivery.message
        receipt = BrokerReceipt(message, acknowledgements=delivery.acknowledgements, metrics=self._metrics)
        try:
            received = read_message(message.body, content_type=message.content_type, headers=message.headers)
        except Poison as poison:
            await receipt.reject(poison.reason)
            return
        span = self._tracer.follow("decide", [traceparent_in(message.headers)], pos=received.pos)
        verdict = await self._offer(received, receipt)
        span.end(verdict=verdict.name.lower())
        if verdict is Verdict.REPEAT:
            self._metrics.repeats.inc()
            await receipt.acknowledge()
        elif verdict is Verdict.FOREIGN:
            await self._judge_foreign(received, receipt, delivery.channel)
        elif verdict is Verdict.DOUBTFUL:
            await self._judge_doubtful(receipt, delivery.channel)

    async def _offer(self, received: BatchMessage | HeadMessage, receipt: Receipt) -> Verdict:
        if isinstance(received, BatchMessage):
            return await self._decider.take(received, receipt)
        verdict = self._decider.note_head(epoch=received.epoch, shard=received.shard, pos=received.pos)
        if verdict is Verdict.TAKEN:
            await receipt.acknowledge()
        return verdict

    async def _judge_foreign(
        self, received: BatchMessage | HeadMessage, receipt: Receipt, channel: AbstractChannel
    ) -> None:
        """Either the log has changed, or the message is of an earlier epoch or an unknown shard."""
        heads = await self._answered(self._reader.heads, channel)
        is_new_shard = received.shard not in self._decider.positions
        if heads.epoch != self._decider.epoch or (is_new_shard and received.shard in _shards(heads)):
            self._epoch_changed(heads, channel)
        elif received.epoch != self._decider.epoch:
            self._metrics.stale.inc()
            await receipt.acknowledge()
        else:
            await receipt.reject("unknown_shard")

    async def _judge_doubtful(self, receipt: Receipt, channel: AbstractChannel) -> None:
        """The message is late, or the log went back: comparing our position with the log decides."""
        stands = self._decider.stands()
        heads = await self._answered(lambda: self._reader.heads(stands=stands), channel)
        ends = {shard.shard: shard.head for shard in heads.shards}
        went_back = any(ends.get(position.shard, 0) < position.pos for position in stands.positions)
        if heads.epoch != self._decider.epoch or went_back:
            self._epoch_changed(heads, channel)
        else:
            self._metrics.repeats.inc()
            await receipt.acknowledge()

    def _epoch_changed(self, heads: LogHeads, channel: AbstractChannel) -> None:
        log.error("log.place_lost", epoch=heads.epoch, previous=self._decider.epoch)
        self._metrics.places_lost.inc()
        self._broken(channel, "our position in the log is lost")

    async def _answered(self, ask: Callable[[], Awaitable[AnswerT]], channel: AbstractChannel) -> AnswerT:
        """Retry a request to `conversations` until it answers. Raises LinkLost."""
        backoff = Backoff(base_seconds=0.25, cap_seconds=5)
        while channel is self._channel:
            try:
                return await ask()
            except LogUnavailable as error:
                delay = backoff.next_delay()
                log.warning("conversations.unavailable", reason=str(error), retry_ms=round(delay * 1000))
                await asyncio.sleep(delay)
        raise LinkLost

    def _set_active(self, *, active: bool) -> None:
        if active != self._active:
            self._active = active
            self._metrics.show_active(active=active)
            log.info("consumer.activated" if active else "consumer.deactivated")

    def _broken(self, channel: AbstractChannel, reason: str) -> None:
        if channel is self._channel:
            self._on_broken(reason)

    def _cancelled(self, channel: AbstractChannel, reason: str) -> None:
        if channel is self._channel:
            self._on_cancelled(reason)


def _shards(heads: LogHeads) -> set[int]:
    return {shard.shard for shard in heads.shards}
