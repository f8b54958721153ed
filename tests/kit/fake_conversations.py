"""Stands in for `conversations` where a test needs faults: its internal API and its publisher, over a reference.

Publications can be delayed, lost, repeated and reordered; answers can be refused, lost and stalled.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import uuid4

import aio_pika
import orjson
from aio_pika.abc import AbstractConnection, AbstractExchange, HeadersType
from aiohttp import web
from pydantic import SecretStr

from chassis.broker.link import BrokerLink, open_channel
from chassis.broker.topology import TOPOLOGY_FILE, Topology, declare_topology
from chassis.http.app import create_app, json_response
from chassis.problems import NotFound, Problem, ServiceUnavailable
from contracts.generated.models import LogCursor
from deploy.native.ports import free_port
from services.delivery.log.sync_token import EventPosition
from services.delivery.upstream.conversations_client import ConversationNotFound, ResyncRequired
from tests.kit import reference_answers
from tests.kit.credentials import SERVICE_TOKEN
from tests.kit.life import Json, Life
from tests.kit.reference import Reference

BEACON_SECONDS = 0.5
MAX_BODY_BYTES = 2 * 1024 * 1024

Publish = Callable[[int, int, bytes], Awaitable[None]]
T = TypeVar("T")


class Gone(Problem):
    status = 410
    default_code = "log_truncated"


@dataclass(frozen=True)
class Conversation:
    id: str
    buyer: str
    seller: str
    shard: int
    reference: Reference

    @property
    def messages(self) -> list[Json]:
        return list(self.reference.now.messages[self.id].values())


class FakeConversations:
    """The service. Hooks: `publish` (what reaches the broker), `before_commands` and `after_commands`."""

    def __init__(self, *, shards: int = 1, epoch: str = "e1") -> None:
        self.reference = Reference(shards=shards, epoch=epoch, clock=_now)
        self.port = free_port()  # nobody else takes it while the service is stopped
        self.available = True
        """Whether it answers anything but 503."""
        self.batches: list[Json] = []
        """Every CommandBatch that was executed."""
        self.answers_bring_log = False
        self.cursor: LogCursor | None = None
        """The position that a consumer stored last."""
        self.syncs: list[Json] = []
        self.reads: list[tuple[int, int]] = []
        """Every read of the log: shard and position."""
        self.publish: Publish = self.publish_now
        self.beacons = True
        self.before_commands: Callable[[], Awaitable[None]] = _nothing
        self.after_commands: Callable[[], Awaitable[None]] = _nothing
        self._exchange: AbstractExchange | None = None
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def life(self) -> Life:
        return self.reference.life

    @property
    def heads(self) -> list[int]:
        return [len(batches) for batches in self.life.shards]

    def open(self, *, buyer: str = "buyer", seller: str = "seller", shard: int = 0) -> Conversation:
        """A conversation that exists already; nobody is notified."""
        conversation = self.reference.open(buyer, seller, shard=shard)
        return Conversation(conversation, buyer, seller, shard, self.reference)

    def new_life(self, epoch: str) -> None:
        """As after a restore from a backup: another epoch, and an empty log."""
        self.reference.life = Life(epoch, [[] for _ in self.life.shards], [0 for _ in self.life.shards])

    async def execute(self, commands: list[Json]) -> list[Json]:
        """Run commands as one transaction per shard, and publish what they logged."""
        return await self.commit(lambda: self.reference.execute(commands))

    async def commit(self, change: Callable[[], T]) -> T:
        """Publish what a change of the reference logs."""
        known = self.heads
        result = change()
        for shard, after in enumerate(known):
            for pos, events in enumerate(self.life.shards[shard][after:], after + 1):
                await self.publish(shard, pos, orjson.dumps(events))
        return result

    async def publish_now(self, shard: int, pos: int, body: bytes, *, epoch: str | None = None) -> None:
        """Publish a batch as it is, by default of the current epoch; nothing while the broker is away."""
        headers: HeadersType = {"shard": shard, "pos": pos, "epoch": epoch or self.life.epoch}
        message = aio_pika.Message(body, content_type="application/cloudevents-batch+json", headers=headers)
        with contextlib.suppress(Exception):  # whatever becomes of it when the connection ends just now
            await self._publish(message, f"events.c0.s{shard}")

    async def publish_nothing(self, shard: int, pos: int, body: bytes) -> None:
        """For `publish`: everything is lost on the way."""

    def written(self, shard: int, after: int) -> list[Json]:
        """The WrittenBatches of a shard that follow a position."""
        batches = enumerate(self.life.shards[shard][after:], after + 1)
        return [{"epoch": self.life.epoch, "shard": shard, "pos": pos, "events": events} for pos, events in batches]

    async def start(self) -> None:
        app = create_app(service_token=SecretStr(SERVICE_TOKEN), max_body_bytes=MAX_BODY_BYTES)
        app.router.add_post("/internal/commands", self._handle_commands)
        app.router.add_get("/internal/log/heads", self._handle_heads)
        app.router.add_post("/internal/log/heads", self._handle_heads)
        app.router.add_get("/internal/log", self._handle_log)
        app.router.add_get("/internal/log/cursors/{consumer}", self._handle_get_cursor)
        app.router.add_put("/internal/log/cursors/{consumer}", self._handle_put_cursor)
        app.router.add_post("/internal/sync", self._handle_sync)
        app.router.add_get("/internal/conversations/{id}/participants", self._handle_participants)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def connected(self, connection: AbstractConnection) -> None:
        """For BrokerLink's `on_connected`."""
        await declare_topology(connection, Topology.model_validate_json(TOPOLOGY_FILE.read_bytes()))
        channel = await open_channel(connection, publisher_confirms=False)
        self._exchange = await channel.get_exchange("messaging.events", ensure=False)

    def disconnected(self) -> None:
        self._exchange = None

    async def send_beacons(self) -> None:
        while True:
            for shard, pos in enumerate(self.heads if self.beacons else ()):
                data = {"epoch": self.life.epoch, "shard": shard, "pos": pos}
                event = {"specversion": "1.0", "id": uuid4().hex, "source": "/fake", "type": "log.head.v1"}
                body = orjson.dumps({**event, "time": _now(), "data": data})
                # While the broker is away a beacon is lost; the next one tries again.
                with contextlib.suppress(Exception):
                    await self._publish(aio_pika.Message(body), f"head.s{shard}")
            await asyncio.sleep(BEACON_SECONDS)

    async def _publish(self, message: aio_pika.Message, routing_key: str) -> None:
        if self._exchange is not None:
            async with asyncio.timeout(5):
                await self._exchange.publish(message, routing_key, mandatory=False)

    async def _handle_commands(self, request: web.Request) -> web.Response:
        batch = orjson.loads(await request.read())
        await self.before_commands()
        self.batches.append(batch)
        known = self.heads
        answer: Json = {"results": await self.execute(batch["commands"])}
        if self.answers_bring_log:
            answer["logged"] = [written for shard, after in enumerate(known) for written in self.written(shard, after)]
        await self.after_commands()
        return json_response(answer)

    async def _handle_heads(self, _request: web.Request) -> web.Response:
        self._refuse()
        return json_response(reference_answers.heads(self.reference))

    async def _handle_log(self, request: web.Request) -> web.Response:
        self._refuse()
        shard, after, limit = (int(request.query[name]) for name in ("shard", "after", "limit"))
        self.reads.append((shard, after))
        if after < self.life.floors[shard]:
            raise Gone
        batches = self.life.shards[shard]
        page = [{"pos": after + n, "events": events} for n, events in enumerate(batches[after : after + limit], 1)]
        return json_response({"epoch": self.life.epoch, "shard": shard, "head": len(batches), "batches": page})

    async def _handle_get_cursor(self, _request: web.Request) -> web.Response:
        self._refuse()
        if self.cursor is None:
            raise NotFound
        return json_response(self.cursor)

    async def _handle_put_cursor(self, request: web.Request) -> web.Response:
        self._refuse()
        self.cursor = LogCursor.from_wire(await request.read())
        return web.Response(status=204)

    async def _handle_sync(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.syncs.append(asked)
        after, up_to = (
            {p["shard"]: EventPosition(p["pos"], p["idx"]) for p in asked[name]} for name in ("after", "upTo")
        )
        with contextlib.suppress(ResyncRequired):
            if all(place.pos >= self.life.floors[shard] for shard, place in after.items()):
                changes = reference_answers.changes(self.reference, asked["userId"], asked["epoch"], after, up_to)
                return json_response({"conversations": changes})
        raise Gone(code="resync_required")

    async def _handle_participants(self, request: web.Request) -> web.Response:
        try:
            return json_response(
                reference_answers.participants(self.reference, request.match_info["id"], request.query["userId"])
            )
        except ConversationNotFound:
            raise NotFound(code="conversation_not_found") from None

    def _refuse(self) -> None:
        if not self.available:
            raise ServiceUnavailable("The database is away.", code="unavailable")


@contextlib.asynccontextmanager
async def serving(service: FakeConversations) -> AsyncIterator[None]:
    """The service behind its port."""
    await service.start()
    try:
        yield
    finally:
        await service.stop()


@contextlib.asynccontextmanager
async def running(service: FakeConversations, amqp_url: str) -> AsyncIterator[FakeConversations]:
    """The service behind its port, publishing to the broker."""
    link = BrokerLink(
        url=amqp_url,
        name="fake-conversations",
        on_connected=service.connected,
        on_lost=service.disconnected,
        on_death=_dead,
    )
    async with serving(service), link:
        beacons = asyncio.create_task(service.send_beacons())
        try:
            yield service
        finally:
            beacons.cancel()
            await asyncio.gather(beacons, return_exceptions=True)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


async def _nothing() -> None:
    return


def _dead(name: str, error: BaseException | None) -> None:
    raise AssertionError(f"task {name} died") from error
