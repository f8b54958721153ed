"""Consumes the marketplace's events, one after the other, until each is applied or put aside."""

import asyncio
from decimal import Decimal
from types import TracebackType
from typing import Self

import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError
from aiormq.exceptions import AMQPError as ProtocolError
from pydantic import TypeAdapter, ValidationError

from chassis.backoff import Backoff
from chassis.broker import BrokerLink, open_channel
from chassis.tasks import BackgroundTasks, OnDeath
from chassis.topology import Topology, declare_topology
from contracts.generated.models import (
    ItemDeletedEvent,
    ItemUpsertedEvent,
    MarketplaceEvent,
    UserDeletedEvent,
    UserUpsertedEvent,
)
from services.conversations.domain import is_in_calendar
from services.conversations.figures import Figures
from services.conversations.marketplace import Marketplace, is_too_far_ahead
from services.conversations.pending import Refused
from services.conversations.store.errors import DATABASE_ERRORS
from services.conversations.store.projections import Item, Price, User

QUEUE = "conversations.marketplace"
PREFETCH = 50
SETTLE_SECONDS = 5.0  # for an acknowledgement to leave

log = structlog.get_logger(__name__)

Event = UserUpsertedEvent | UserDeletedEvent | ItemUpsertedEvent | ItemDeletedEvent

_EVENT: TypeAdapter[Event] = TypeAdapter(MarketplaceEvent)
_TRANSIENT = (Refused, *DATABASE_ERRORS)


class MarketplaceConsumer:
    """Acknowledges an event after it was applied. One it does not understand goes to the dead letters, and is counted;
    one that the database cannot take at the moment is tried until it can, and those behind it wait."""

    def __init__(
        self, *, url: str, topology: Topology, marketplace: Marketplace, on_death: OnDeath, figures: Figures
    ) -> None:
        self.link = BrokerLink(
            url=url,
            name="conversations.marketplace",
            on_connected=self._set_up,
            on_lost=self._forget,
            on_death=on_death,
        )
        self._topology = topology
        self._marketplace = marketplace
        self._figures = figures
        self._tasks = BackgroundTasks(on_death=on_death)
        self._arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        self._channel: AbstractChannel | None = None

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
        await declare_topology(connection, self._topology)
        channel = self._channel = await open_channel(connection, prefetch_count=PREFETCH)
        channel.close_callbacks.add(lambda _channel, error: self._channel_closed(channel, error))
        queue = await channel.get_queue(QUEUE, ensure=False)
        # The callback only hands over: a task per message would lose the order.
        await queue.consume(self._hand_over)

    def _channel_closed(self, channel: AbstractChannel, error: BaseException | None) -> None:
        if channel is self._channel and error is not None:
            self.link.suspect("channel closed")

    def _forget(self) -> None:
        self._channel = None
        while not self._arrived.empty():  # the broker delivers them again
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
                # The link broke: the event comes again, and applying it again changes nothing.
                log.info("marketplace_event.unsettled", error=type(error).__name__)

    async def _handle(self, message: AbstractIncomingMessage) -> bool:
        """False when nobody will ever understand it."""
        try:
            event = _EVENT.validate_json(message.body)
        except ValidationError as error:
            return self._give_up(sorted({".".join(map(str, entry["loc"])) for entry in error.errors()})[:10])
        if not is_in_calendar(event.time) or is_too_far_ahead(event.time):
            return self._give_up(["time"])
        backoff = Backoff(base_seconds=0.1, cap_seconds=5)
        while True:
            try:
                applied = await self._apply(event)
            except _TRANSIENT as error:
                log.warning("marketplace_event.retried", type=event.type, error=type(error).__name__)
                self._figures.marketplace_events.labels(event.type, "retried").inc()
                await asyncio.sleep(backoff.next_delay())
            else:
                if not applied:
                    log.info("marketplace_event.outdated", event_id=event.id, type=event.type, subject_id=event.data.id)
                self._figures.marketplace_events.labels(event.type, "applied" if applied else "outdated").inc()
                return True

    def _give_up(self, fields: list[str]) -> bool:
        log.warning("marketplace_event.dead_lettered", fields=fields)
        self._figures.marketplace_events.labels("unknown", "dead_lettered").inc()
        return False

    async def _apply(self, event: Event) -> bool:
        """False when something newer was known."""
        data = event.data
        match event:
            case UserUpsertedEvent():
                user = User(data.id, event.data.name, event.data.avatar_url, deleted=False, updated_at=event.time)
                return await self._marketplace.put_user(user)
            case UserDeletedEvent():
                return await self._marketplace.delete_user(data.id, event.time)
            case ItemUpsertedEvent():
                return await self._marketplace.put_item(_item(event))
            case ItemDeletedEvent():
                return await self._marketplace.delete_item(data.id, event.time)


def _item(event: ItemUpsertedEvent) -> Item:
    data = event.data
    return Item(
        id=data.id,
        seller_id=data.seller_id,
        title=data.title,
        price=None if data.price is None else Price(Decimal(data.price.amount), data.price.currency),
        image_url=data.image_url,
        status=data.status or "available",
        updated_at=event.time,
    )
