"""Stands in for `conversations` where a test needs faults: the same internal API over an in-memory log.

It keeps the rules that delivery relies on: dense positions and seqs, idempotency, membership, monotonic watermarks.
What it publishes can be delayed, dropped, doubled and reordered; its answers can be refused, lost and stalled.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import orjson
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aiohttp import web

from chassis.broker.link import open_channel
from chassis.broker.topology import Topology, declare_topology

TOPOLOGY = Path(__file__).parents[3] / "contracts" / "topology.json"
BEACON_SECONDS = 0.5

Json = dict[str, Any]
Publish = Callable[[int, int, bytes], Awaitable[None]]


@dataclass
class Conversation:
    id: str
    shard: int
    buyer: str
    seller: str
    messages: list[Json] = field(default_factory=list)
    positions: list[tuple[int, int]] = field(default_factory=list)
    """Where each message is in the log."""
    read: dict[str, int] = field(default_factory=dict)
    sent: dict[tuple[str, str], Json] = field(default_factory=dict)
    """Messages by sender and clientMessageId."""

    @property
    def people(self) -> list[str]:
        return [self.buyer, self.seller]


class FakeConversations:
    """The service. Hooks: `publish` (what reaches the broker), `before_commands` and `after_commands`."""

    def __init__(self, *, shards: int = 1, epoch: str = "e1") -> None:
        self.epoch = epoch
        self.logs: list[list[list[Json]]] = [[] for _ in range(shards)]
        self.floors = [0] * shards
        self.conversations: dict[str, Conversation] = {}
        self.batches: list[Json] = []
        """Every CommandBatch that was executed."""
        self.answers_bring_log = False
        self.syncs: list[Json] = []
        self.reads: list[tuple[int, int]] = []
        """Every read of the log: shard and position."""
        self.publish: Publish = self.publish_now
        self.beacons = True
        self.before_commands: Callable[[], Awaitable[None]] = _nothing
        self.after_commands: Callable[[], Awaitable[None]] = _nothing
        self._exchange: AbstractExchange | None = None

    def open(self, *, buyer: str = "buyer", seller: str = "seller", shard: int = 0) -> Conversation:
        """A conversation that is there already; nobody is told."""
        conversation = Conversation(id=str(uuid4()), shard=shard, buyer=buyer, seller=seller)
        self.conversations[conversation.id] = conversation
        return conversation

    async def execute(self, commands: list[Json]) -> list[Json]:
        """Run commands as one transaction per shard; what happened is published."""
        events: dict[int, list[Json]] = {}
        results = [self._execute(command, events) for command in commands]
        for shard, happened in events.items():
            await self.commit(shard, happened)
        return results

    async def commit(self, shard: int, events: list[Json]) -> int:
        """Append one batch to the log and publish it; gives its position."""
        pos = len(self.logs[shard]) + 1
        for idx, event in enumerate(events):
            event.update(
                specversion="1.0",
                id=f"{shard}-{pos}-{idx}",
                source=f"/conversations/{self.epoch}",
                time=_now(),
                shard=shard,
                pos=pos,
                idx=idx,
            )
        self.logs[shard].append(events)
        await self.publish(shard, pos, orjson.dumps(events))
        return pos

    async def publish_now(self, shard: int, pos: int, body: bytes, *, epoch: str | None = None) -> None:
        """Publish a batch as it is, by default of this life of the log; nothing while the broker is away."""
        if self._exchange is None:
            return
        message = aio_pika.Message(
            body,
            content_type="application/cloudevents-batch+json",
            headers={"shard": shard, "pos": pos, "epoch": epoch or self.epoch},
        )
        with contextlib.suppress(Exception):  # whatever becomes of it when the connection ends just now
            async with asyncio.timeout(5):
                await self._exchange.publish(message, f"events.c0.s{shard}", mandatory=False)

    async def publish_nothing(self, shard: int, pos: int, body: bytes) -> None:
        """For `publish`: everything is lost on the way."""

    async def beacon(self, shard: int) -> None:
        if self._exchange is None:
            return
        data = {"epoch": self.epoch, "shard": shard, "pos": len(self.logs[shard])}
        event = {"specversion": "1.0", "id": uuid4().hex, "source": "/fake", "type": "log.head.v1", "time": _now()}
        message = aio_pika.Message(orjson.dumps({**event, "data": data}))
        async with asyncio.timeout(5):
            await self._exchange.publish(message, f"head.s{shard}", mandatory=False)

    def new_life(self, epoch: str) -> None:
        """As after a restore from a backup: another epoch, and an empty log."""
        self.epoch = epoch
        self.logs = [[] for _ in self.logs]

    def started_event(self, conversation: Conversation) -> Json:
        def person(user: str) -> Json:
            return {"id": user, "name": user.title(), "avatarUrl": None}

        item = {
            "id": "item-1",
            "sellerId": conversation.seller,
            "title": "A lamp",
            "price": None,
            "imageUrl": None,
            "status": "available",
        }
        facts = {
            "id": conversation.id,
            "buyer": person(conversation.buyer),
            "seller": person(conversation.seller),
            "item": item,
            "createdAt": _now(),
        }
        data = {"conversation": facts, "recipients": conversation.people}
        return {"type": "conversation.started.v1", "data": data}

    def _execute(self, command: Json, events: dict[int, list[Json]]) -> Json:
        conversation = self.conversations.get(command["conversationId"])
        if conversation is None or command["userId"] not in conversation.people:
            return {"status": "rejected", "code": "conversation_not_found"}
        happened = events.setdefault(conversation.shard, [])
        if command["kind"] == "send_message":
            result = self._store(conversation, command, happened)
        else:
            result = self._mark_read(conversation, command, happened)
        if not happened:
            del events[conversation.shard]
        return result

    def _store(self, conversation: Conversation, command: Json, events: list[Json]) -> Json:
        key = (command["userId"], command["clientMessageId"])
        if (earlier := conversation.sent.get(key)) is not None:
            if earlier["content"] != command["content"]:
                return {"status": "rejected", "code": "client_message_id_conflict"}
            return _stored(earlier, duplicate=True)
        message = conversation.sent[key] = {
            "id": str(uuid4()),
            "seq": len(conversation.messages) + 1,
            "content": command["content"],
            "senderId": command["userId"],
            "clientMessageId": command["clientMessageId"],
            "createdAt": _now(),
        }
        conversation.messages.append(message)
        conversation.positions.append((len(self.logs[conversation.shard]) + 1, len(events)))
        conversation.read[command["userId"]] = message["seq"]
        data = {
            "conversationId": conversation.id,
            "itemId": "item-1",
            "message": message,
            "recipients": conversation.people,
        }
        events.append({"type": "message.sent.v1", "data": data})
        return _stored(message, duplicate=False)

    def _mark_read(self, conversation: Conversation, command: Json, events: list[Json]) -> Json:
        last = len(conversation.messages)
        before = conversation.read.get(command["userId"], 0)
        after = max(before, min(command.get("seq", last), last))
        conversation.read[command["userId"]] = after
        if after > before:
            data = {
                "conversationId": conversation.id,
                "readerId": command["userId"],
                "lastReadSeq": after,
                "recipients": conversation.people,
            }
            events.append({"type": "conversation.read.v1", "data": data})
        return {"status": "read", "lastReadSeq": after, "lastSeq": last, "advanced": after > before}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/internal/commands", self._handle_commands),
            web.get("/internal/log/heads", self._handle_heads),
            web.post("/internal/log/heads", self._handle_heads),
            web.get("/internal/log", self._handle_log),
            web.post("/internal/sync", self._handle_sync),
            web.get("/internal/conversations/{id}/participants", self._handle_participants),
        ]

    async def connected(self, connection: AbstractConnection) -> None:
        """For BrokerLink's `on_connected`."""
        await declare_topology(connection, Topology.model_validate_json(TOPOLOGY.read_bytes()))
        channel: AbstractChannel = await open_channel(connection, publisher_confirms=False)
        self._exchange = await channel.get_exchange("messaging.events", ensure=False)

    def disconnected(self) -> None:
        self._exchange = None

    async def send_beacons(self) -> None:
        while True:
            for shard in range(len(self.logs)):
                if self.beacons:
                    # While the broker is away a beacon is lost; the next one tries again.
                    with contextlib.suppress(Exception):
                        await self.beacon(shard)
            await asyncio.sleep(BEACON_SECONDS)

    async def _handle_commands(self, request: web.Request) -> web.Response:
        batch = orjson.loads(await request.read())
        await self.before_commands()
        self.batches.append(batch)
        known = [len(batches) for batches in self.logs]
        results = await self.execute(batch["commands"])
        logged = [written for shard, after in enumerate(known) for written in self.written(shard, after)]
        await self.after_commands()
        return web.json_response(
            {"results": results, "logged": logged} if self.answers_bring_log else {"results": results}
        )

    def written(self, shard: int, after: int) -> list[Json]:
        """The WrittenBatches of a shard that follow a position."""
        batches = enumerate(self.logs[shard][after:], after + 1)
        return [{"epoch": self.epoch, "shard": shard, "pos": pos, "events": events} for pos, events in batches]

    async def _handle_heads(self, _request: web.Request) -> web.Response:
        shards = [
            {"shard": shard, "head": len(batches), "floor": self.floors[shard]}
            for shard, batches in enumerate(self.logs)
        ]
        return web.json_response({"epoch": self.epoch, "shards": shards})

    async def _handle_log(self, request: web.Request) -> web.Response:
        shard, after, limit = (int(request.query[name]) for name in ("shard", "after", "limit"))
        self.reads.append((shard, after))
        if after < self.floors[shard]:
            return web.json_response({"code": "log_truncated", "status": 410}, status=410)
        batches = self.logs[shard]
        page = [{"pos": after + n, "events": events} for n, events in enumerate(batches[after : after + limit], 1)]
        return web.json_response({"epoch": self.epoch, "shard": shard, "head": len(batches), "batches": page})

    async def _handle_sync(self, request: web.Request) -> web.Response:
        ask = await request.json()
        self.syncs.append(ask)
        after, up_to = ({p["shard"]: (p["pos"], p["idx"]) for p in ask[name]} for name in ("after", "upTo"))
        if any(pos < self.floors[shard] for shard, (pos, _) in after.items()):
            return web.json_response({"code": "resync_required", "status": 410}, status=410)
        mine = [c for c in self.conversations.values() if ask["userId"] in c.people]
        changes = [self._changes(c, ask["userId"], after[c.shard], up_to[c.shard]) for c in mine]
        return web.json_response({"conversations": [change for change in changes if change is not None]})

    def _changes(
        self, conversation: Conversation, user: str, after: tuple[int, int], up_to: tuple[int, int]
    ) -> Json | None:
        missed = [
            message
            for message, place in zip(conversation.messages, conversation.positions, strict=True)
            if after < place <= up_to
        ]
        if not missed:
            return None
        other = next(person for person in conversation.people if person != user)
        return {
            "conversationId": conversation.id,
            "lastSeq": len(conversation.messages),
            "lastReadSeq": conversation.read.get(user, 0),
            "counterpartLastReadSeq": conversation.read.get(other, 0),
            "changed": False,
            "messages": missed[-50:],
            "limited": len(missed) > 50,
        }

    async def _handle_participants(self, request: web.Request) -> web.Response:
        conversation = self.conversations.get(request.match_info["id"])
        if conversation is None or request.query["userId"] not in conversation.people:
            return web.json_response({"code": "conversation_not_found", "status": 404}, status=404)
        return web.json_response(
            {
                "conversationId": conversation.id,
                "buyerId": conversation.buyer,
                "sellerId": conversation.seller,
                "lastSeq": len(conversation.messages),
                "buyerLastReadSeq": conversation.read.get(conversation.buyer, 0),
                "sellerLastReadSeq": conversation.read.get(conversation.seller, 0),
            }
        )


def _stored(message: Json, *, duplicate: bool) -> Json:
    return {
        "status": "stored",
        "messageId": message["id"],
        "seq": message["seq"],
        "createdAt": message["createdAt"],
        "duplicate": duplicate,
    }


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


async def _nothing() -> None:
    return
