"""Signals between replicas over the broker, outside the log: typing notices and socket counts.

Best effort: a lost signal is not repeated.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import uuid4

import aio_pika
import orjson
import structlog
from aio_pika.abc import AbstractConnection, AbstractExchange

from chassis.broker.link import BrokerLink, OnLost, open_channel
from chassis.broker.topology import Topology, declare_topology
from chassis.tasks import OnDeath
from contracts.generated.models import TypingEvent
from services.delivery.metrics import Counters
from services.delivery.wire import server_frames

EXCHANGE = "messaging.ephemeral"
TYPING_KEY, SOCKETS_KEY = "typing.c0", "sockets.c0"  # a single cell for now
CONTENT_TYPE = "application/cloudevents+json"
MAX_QUEUED = 1000  # events; anything older than the newest thousand is stale
PUBLISH_SECONDS = 2.0  # a publisher blocked by the broker would wait forever

log = structlog.get_logger(__name__)


class Viewer(Protocol):
    """A socket that may receive typing notices."""

    def looks_at(self, conversation_id: str) -> bool: ...

    def offer(self, frame: bytes) -> None: ...


class TypingRelay:
    """Uses its own connection, because a broker under a resource alarm blocks publishing connections."""

    def __init__(
        self,
        *,
        url: str,
        replica: str,
        exchanges: Topology,
        viewers: Callable[[Sequence[str]], Iterable[Viewer]],
        counters: Counters,
        on_death: OnDeath,
        on_topology_lost: OnLost = lambda: None,
    ) -> None:
        self.link = BrokerLink(
            url=url,
            name=f"delivery.{replica}.publish",
            on_connected=self._set_up,
            on_lost=self._forget,
            on_topology_lost=on_topology_lost,
            on_death=on_death,
        )
        self._replica = replica
        self._source = f"/delivery/{replica}"
        self._exchanges = exchanges
        self._viewers = viewers
        self._counters = counters
        self._queue: deque[tuple[str, bytes]] = deque(maxlen=MAX_QUEUED)
        self._waiting = asyncio.Event()
        self._exchange: AbstractExchange | None = None

    def publish(self, *, conversation_id: str, user_id: str, is_typing: bool, recipient: str) -> None:
        """Publish to all replicas that a user started or stopped typing."""
        data = {
            "conversationId": conversation_id,
            "userId": user_id,
            "isTyping": is_typing,
            "recipients": [recipient],
        }
        self._publish(TYPING_KEY, "typing.v1", data)

    def publish_sockets(self, user_id: str, opened_at: list[int]) -> None:
        """Publish this replica's sockets of a user to all replicas."""
        data = {"replica": self._replica, "userId": user_id, "openedAt": opened_at}
        self._publish(SOCKETS_KEY, "sockets.counted.v1", data)

    def deliver(self, event: TypingEvent) -> None:
        """Send it to the recipients' sockets that view the conversation."""
        data = event.data
        conversation_id = str(data.conversation_id)
        frame = server_frames.typing(conversation_id=conversation_id, user_id=data.user_id, is_typing=data.is_typing)
        for viewer in self._viewers(data.recipients):
            if viewer.looks_at(conversation_id):
                viewer.offer(frame)
                self._counters.frames_out["typing"] += 1

    async def work(self) -> None:
        """Publish queued signals until cancelled."""
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            while self._queue:
                await self._send(*self._queue.popleft())

    async def _set_up(self, connection: AbstractConnection) -> None:
        await declare_topology(connection, self._exchanges)
        channel = await open_channel(connection, publisher_confirms=False)
        channel.close_callbacks.add(lambda _channel, error: self.link.channel_closed(error))
        self._exchange = await channel.get_exchange(EXCHANGE, ensure=False)

    def _forget(self) -> None:
        self._exchange = None
        self._queue.clear()

    def _publish(self, routing_key: str, event_type: str, data: Mapping[str, Any]) -> None:
        """Does nothing while the broker is down."""
        if self._exchange is None:
            self._counters.typing_dropped += 1
            return
        event = {
            "specversion": "1.0",
            "id": uuid4().hex,
            "source": self._source,
            "type": event_type,
            "time": server_frames.timestamp(datetime.now(UTC)),
            "data": data,
        }
        self._queue.append((routing_key, orjson.dumps(event)))
        self._waiting.set()

    async def _send(self, routing_key: str, body: bytes) -> None:
        exchange = self._exchange
        if exchange is None:
            return
        message = aio_pika.Message(body, content_type=CONTENT_TYPE)
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                await exchange.publish(message, routing_key, mandatory=False)
        except Exception as error:
            self._counters.typing_dropped += 1
            log.debug("typing.dropped", error=type(error).__name__)
