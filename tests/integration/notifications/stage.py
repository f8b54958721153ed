"""What the tests act with: a broker with nothing in it, a log, and the service itself."""

import asyncio
import json
from collections.abc import AsyncIterator, MutableMapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aio_pika
import aiohttp
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage
from aiohttp import web

from chassis.http.app import METRICS
from services.notifications.app import create_notifications_app
from services.notifications.events import BATCH, SINGLE
from services.notifications.log.consumer import QUEUE
from services.notifications.settings import Settings
from tests.kit.credentials import SERVICE_TOKEN
from tests.kit.fake_conversations import FakeConversations
from tests.kit.log_events import log_batch, log_head
from tests.kit.waiting import eventually

DEAD = "messaging.dead"
SECONDS = 60.0  # far more than anything here takes on an idle machine


@dataclass
class Service:
    """The service, running in this process."""

    app: web.Application
    runner: web.AppRunner
    url: str

    async def stop(self) -> None:
        """Cleanly, as after SIGTERM; a second time does nothing."""
        await self.runner.cleanup()

    def metric(self, name: str, **labels: str) -> float:
        return self.app[METRICS].registry.get_sample_value(f"notifications_{name}", labels) or 0.0

    async def expect_metric(self, name: str, value: float, **labels: str) -> None:
        """Wait until a metric has this value: the service counts after the deed that a test can see."""
        await eventually(lambda: self.metric(name, **labels) == value, within=SECONDS)

    async def ready(self) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/readyz") as response:
            return response.status, await response.text()

    async def wait_until_ready(self) -> None:
        async with asyncio.timeout(SECONDS):
            while (await self.ready())[0] != 200:  # noqa: ASYNC110 - a probe is asked, it does not tell
                await asyncio.sleep(0.02)

    async def wait_until_active(self) -> None:
        await self.expect_metric("active", 1)


@dataclass
class Stage:
    """Publishes as `conversations` does, and looks at what came of it."""

    amqp_url: str
    log: FakeConversations
    channel: AbstractChannel
    exchange: AbstractExchange
    lines: list[MutableMapping[str, Any]]
    """Everything that was logged."""

    def settings(self, **changes: Any) -> Settings:
        base = {
            "amqp_url": self.amqp_url,
            "conversations_url": self.log.url,
            "service_token": SERVICE_TOKEN,
            "cursor_store_seconds": 0.05,
            "hole_grace_seconds": 0.02,
        }
        return Settings(**{**base, **changes})

    @asynccontextmanager
    async def service(self, **changes: Any) -> AsyncIterator[Service]:
        """A service that consumes by the time the block begins; it stops cleanly at the end of it."""
        app = create_notifications_app(self.settings(**changes))
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        service = Service(app, runner, f"http://127.0.0.1:{runner.addresses[0][1]}")
        try:
            yield service
        finally:
            await service.stop()

    async def commit(self, count: int = 1, *, shard: int = 0, publish: bool = True) -> list[int]:
        """Put batches of one message into the log, and publish them unless the broker is to lose them."""
        positions = []
        for _ in range(count):
            pos = len(self.log.life.shards[shard]) + 1
            positions.append(pos)
            self.log.life.shards[shard].append(log_batch(shard=shard, pos=pos))
            if publish:
                await self.publish(pos, shard=shard)
        return positions

    async def publish(self, pos: int, *, shard: int = 0, epoch: str | None = None) -> None:
        """What the log holds at a position, or would hold."""
        batches = self.log.life.shards[shard]
        entries = batches[pos - 1] if pos <= len(batches) else log_batch(shard=shard, pos=pos)
        headers = {"shard": shard, "pos": pos, "epoch": epoch or self.log.life.epoch}
        await self.send(json.dumps(entries).encode(), content_type=BATCH, headers=headers, shard=shard)

    async def beacon(self, *, shard: int = 0, pos: int | None = None) -> None:
        pos = self.log.heads[shard] if pos is None else pos
        head = log_head(epoch=self.log.life.epoch, shard=shard, pos=pos)
        await self.send(json.dumps(head).encode(), content_type=SINGLE, routing_key=f"head.s{shard}")

    async def send(
        self,
        body: bytes,
        *,
        content_type: str | None,
        headers: dict[str, Any] | None = None,
        shard: int = 0,
        routing_key: str | None = None,
    ) -> None:
        message = aio_pika.Message(body, content_type=content_type, headers=headers or {}, delivery_mode=2)
        async with asyncio.timeout(SECONDS):
            await self.exchange.publish(message, routing_key or f"events.c0.s{shard}")

    def stored(self) -> int | None:
        """The position that the service stored last."""
        positions = {} if self.log.cursor is None else {entry.shard: entry.pos for entry in self.log.cursor.positions}
        return positions.get(0)

    def logged(self, event: str) -> bool:
        return any(line["event"] == event for line in self.lines)

    def decided(self, *, action: str = "notify") -> list[str]:
        """Events of which somebody would be notified, in the order of the decisions."""
        return [
            line["event_id"]
            for line in self.lines
            if line["event"] == "notification.decided" and line["action"] == action
        ]

    async def expect_decided(self, expected: Sequence[str]) -> None:
        """Exactly these, in this order, by now or soon."""
        await eventually(lambda: len(self.decided()) >= len(expected), within=SECONDS)
        assert self.decided() == list(expected)

    async def dead_letter(self) -> AbstractIncomingMessage:
        """The next one, acknowledged."""
        queue = await self.channel.get_queue(DEAD, ensure=False)
        async with asyncio.timeout(SECONDS):
            while (message := await queue.get(fail=False, timeout=SECONDS)) is None:  # noqa: ASYNC110 - as an operator looks
                await asyncio.sleep(0.02)
        await message.ack()
        return message

    async def waiting(self, queue: str = QUEUE) -> int:
        """Messages in a queue that are not out for delivery."""
        declared = await self.channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count or 0

    async def expect_waiting(self, count: int) -> None:
        """So many messages, soon.

        A quorum queue forgets what was acknowledged, and takes back what a closed channel held, a moment later.
        """
        async with asyncio.timeout(SECONDS):
            while await self.waiting() != count:  # noqa: ASYNC110 - the broker announces no such thing
                await asyncio.sleep(0.02)


def ids(*positions: int, shard: int = 0) -> list[str]:
    """The events of batches of one message."""
    return [f"{shard}-{pos}-0" for pos in positions]
