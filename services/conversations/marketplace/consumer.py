"""Consumes the marketplace's events one by one; each is applied or dead-lettered."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError
from aiormq.exceptions import AMQPError as ProtocolError

from chassis.backoff import Backoff
from chassis.broker.link import BrokerLink, OnLost, open_channel
from chassis.broker.topology import Topology, TopologyMissing, confirm_topology, consume, declare_topology
from chassis.tasks import BackgroundTasks, OnDeath
from services.conversations.domain import Rejected
from services.conversations.marketplace.changes import Marketplace
from services.conversations.marketplace.cloud_events import CloudEvent, MalformedEvent, read_cloud_events
from services.conversations.marketplace.events import (
    Change,
    EventRefused,
    ItemDeleted,
    MessagePosted,
    UserDeleted,
    What,
    ids_of,
    read_change,
)
from services.conversations.marketplace_event_types import TYPES
from services.conversations.metrics import ServiceMetrics
from services.conversations.store.errors import DATABASE_ERRORS, UNSTORABLE_ERRORS
from services.conversations.store.projections import Item, User
from services.conversations.writes.pending import Refused

QUEUE = "conversations.marketplace"
PREFETCH = 50
CONSUME_SECONDS = 10.0
SETTLE_SECONDS = 5.0  # for sending an acknowledgement

log = structlog.get_logger(__name__)

_TRANSIENT = (Refused, *DATABASE_ERRORS)
_REJECTED_FIELD = {"conversation_not_found": "data.conversationId", "key_conflict": "data.message.key"}


class _Unacceptable(Exception):
    """What is stored does not allow the event; `code` is one of _REJECTED_FIELD."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class MarketplaceConsumer:
    """Acknowledges an event after applying it.

    An event that can never be applied is dead-lettered and counted; while the database is unavailable, an event is
    retried and later events wait.
    """

    def __init__(
        self,
        *,
        url: str,
        topology: Topology,
        marketplace: Marketplace,
        on_death: OnDeath,
        on_topology_lost: OnLost,
        metrics: ServiceMetrics,
    ) -> None:
        self.link = BrokerLink(
            url=url,
            name="conversations.marketplace",
            on_connected=self._set_up,
            on_lost=self._forget,
            confirm=lambda connection: confirm_topology(connection, topology),
            on_topology_lost=self._topology_lost,
            on_death=on_death,
        )
        self._topology = topology
        self._on_topology_lost = on_topology_lost
        self._marketplace = marketplace
        self._metrics = metrics
        self._tasks = BackgroundTasks(on_death=on_death)
        self._arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        self._channel: AbstractChannel | None = None
        self._declared = False

    async def __aenter__(self) -> Self:
        self._tasks.start("marketplace_consumer", self._run())
        await self.link.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.close()
        await self.link.__aexit__(kind, error, trace)

    async def _set_up(self, connection: AbstractConnection) -> None:
        if self._declared:
            await self._find_losses(connection)
        await declare_topology(connection, self._topology)
        self._declared = True
        channel = self._channel = await open_channel(connection, prefetch_count=PREFETCH)
        channel.close_callbacks.add(lambda _channel, error: self._channel_closed(channel, error))
        async with asyncio.timeout(CONSUME_SECONDS):
            # The callback only hands over: a task per message would lose the order.
            await consume(channel, QUEUE, self._hand_over, on_cancelled=self.link.topology_lost)

    async def _find_losses(self, connection: AbstractConnection) -> None:
        """What was deleted while the link was down has cancelled no consumer."""
        try:
            await confirm_topology(connection, self._topology)
        except TopologyMissing:
            self._topology_lost()

    def _topology_lost(self) -> None:
        self._declared = False
        # Between the marketplace and us, only the broker stores an event.
        log.error("marketplace_events.maybe_lost", remedy="send the users and items changed in the last minute again")
        self._on_topology_lost()

    def _channel_closed(self, channel: AbstractChannel, error: BaseException | None) -> None:
        if channel is self._channel and error is not None:
            self.link.channel_closed(error)

    def _forget(self) -> None:
        self._channel = None
        while not self._arrived.empty():  # the broker redelivers them
            self._arrived.get_nowait()

    async def _hand_over(self, message: AbstractIncomingMessage) -> None:
        self._arrived.put_nowait(message)

    async def _run(self) -> None:
        while True:
            message = await self._arrived.get()
            try:
                async with asyncio.timeout(None) as settling:
                    applied = await self._handle(message)
                    settling.reschedule(asyncio.get_running_loop().time() + SETTLE_SECONDS)
                    await (message.ack() if applied else message.reject(requeue=False))
            except (AMQPError, ProtocolError, OSError, TimeoutError) as error:
                # The link broke: the event is redelivered, and applying it again changes nothing.
                log.info("marketplace_event.unsettled", error=type(error).__name__)

    async def _handle(self, message: AbstractIncomingMessage) -> bool:
        """Apply a message's events; False if any of them can never be applied. The others are applied."""
        try:
            events = read_cloud_events(message.body, content_type=message.content_type, headers=message.headers)
        except MalformedEvent as malformed:
            event = CloudEvent(malformed.attributes, None)
            return self._give_up([malformed.field], ids=ids_of(event), event_type=str(event.attributes.get("type")))
        return all([await self._handle_event(event) for event in events])

    async def _handle_event(self, event: CloudEvent) -> bool:
        try:
            change = read_change(event)
        except EventRefused as refused:
            return self._give_up(refused.fields, ids=refused.ids, event_type=str(event.attributes.get("type")))
        if change.repaired:
            log.warning("marketplace_event.repaired", type=change.type, fields=change.repaired, **change.ids)
            for name in change.repaired:
                self._metrics.marketplace_fields_repaired.labels(change.type, name).inc()
        backoff = Backoff(base_seconds=0.1, cap_seconds=5)
        while True:
            try:
                applied = await self._apply(change.what)
            except UNSTORABLE_ERRORS:
                return self._give_up(["data"], ids=change.ids, event_type=change.type)
            except _Unacceptable as unacceptable:
                return self._give_up([_REJECTED_FIELD[unacceptable.code]], ids=change.ids, event_type=change.type)
            except _TRANSIENT as error:
                log.warning("marketplace_event.retried", type=change.type, error=type(error).__name__, **change.ids)
                self._metrics.marketplace_events.labels(change.type, "retried").inc()
                await asyncio.sleep(backoff.next_delay())
            else:
                self._applied(change, applied=applied)
                return True

    def _applied(self, change: Change, *, applied: bool) -> None:
        if not applied:
            log.info("marketplace_event.outdated", type=change.type, **change.ids)
        self._metrics.marketplace_events.labels(change.type, "applied" if applied else "outdated").inc()

    def _give_up(self, fields: list[str], *, ids: Mapping[str, str], event_type: str = "unknown") -> bool:
        known = event_type if event_type in TYPES else "unknown"
        log.warning("marketplace_event.dead_lettered", type=known, fields=fields, **ids)
        self._metrics.marketplace_events.labels(known, "dead_lettered").inc()
        return False

    async def _apply(self, what: What) -> bool:
        """False if a newer change is stored. Raises _Unacceptable."""
        match what:
            case User():
                return await self._marketplace.put_user(what)
            case UserDeleted():
                return await self._marketplace.delete_user(what.user_id, what.at)
            case Item():
                return await self._marketplace.put_item(what)
            case ItemDeleted():
                return await self._marketplace.delete_item(what.item_id, what.at)
            case MessagePosted():
                outcome = await self._marketplace.post(what.conversation_id, what.message)
                if isinstance(outcome, Rejected):
                    raise _Unacceptable(outcome.code)
                return True
