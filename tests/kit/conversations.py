"""The conversations service inside the test's own process, on a free port, and a client that speaks to it."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

import aiohttp
import orjson
from aiohttp import web

from services.conversations.app import PUBLISHER, create_conversations_app
from services.conversations.domain import shard_of
from services.conversations.keys import COMMANDS
from services.conversations.settings import Settings
from tests.kit.credentials import SERVICE_TOKEN, SETTINGS, token_of
from tests.kit.log_shards import shards_of
from tests.kit.waiting import eventually

NOWHERE = "amqp://guest:guest@127.0.0.1:1/"  # nothing listens on port 1

# The service stands still as long as the machine does: only a test of these times shortens them.
PATIENT = {"database_timeout_seconds": 60, "write_deadline_seconds": 60, "outcome_bound_seconds": 60}
PATIENT_TTL_MS = 60_000

T = TypeVar("T")

_names = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    """Status and decoded body of an answer."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        """The code of a problem document."""
        assert self.headers["Content-Type"].startswith("application/problem+json"), self.body
        code: str = self.body["code"]
        return code


class Conversations:
    """A running service, seen from outside."""

    def __init__(self, app: web.Application, url: str, session: aiohttp.ClientSession) -> None:
        self.app = app
        self.url = url
        self._session = session

    async def request(
        self,
        method: str,
        path: str,
        *,
        user: str | None = None,
        token: str | None = None,
        service: bool = False,
        body: Any = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Ask as a user, as a service, or as nobody."""
        sent = dict(headers or {})
        if body is not None:
            data = orjson.dumps(body)
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        bearer = SERVICE_TOKEN if service else token or (None if user is None else token_of(user))
        if bearer is not None:
            sent["Authorization"] = f"Bearer {bearer}"
        async with self._session.request(method, self.url + path, data=data, headers=sent, params=params) as response:
            raw = await response.read()
            return Answer(response.status, orjson.loads(raw) if raw else None, dict(response.headers))

    async def put_user(self, user_id: str, **fields: Any) -> Answer:
        return await self.request(
            "PUT", f"/internal/users/{user_id}", service=True, body={"name": user_id.title(), **fields}
        )

    async def put_item(self, item_id: str, *, seller: str, **fields: Any) -> Answer:
        body = {"sellerId": seller, "title": f"The {item_id}", **fields}
        return await self.request("PUT", f"/internal/items/{item_id}", service=True, body=body)

    async def start(self, item_id: str, *, buyer: str) -> Answer:
        return await self.request("POST", "/api/conversations", user=buyer, body={"itemId": item_id})

    async def new_conversation(self, *, buyer: str | None = None, seller: str | None = None) -> "Talk":
        """A conversation of two people about a fresh item."""
        number = next(_names)
        buyer, seller = buyer or f"buyer{number}", seller or f"seller{number}"
        item = f"item{number}"
        assert (await self.put_item(item, seller=seller)).status == 200
        started = await self.start(item, buyer=buyer)
        assert started.status == 201, started
        return Talk(self, UUID(started.body["id"]), buyer, seller, item)

    async def commands(self, *commands: Mapping[str, Any], ttl_ms: int = PATIENT_TTL_MS) -> list[dict[str, Any]]:
        """Results of POST /internal/commands."""
        results: list[dict[str, Any]] = (await self.command_answer(*commands, ttl_ms=ttl_ms))["results"]
        assert len(results) == len(commands)
        return results

    async def command_answer(self, *commands: Mapping[str, Any], ttl_ms: int = PATIENT_TTL_MS) -> dict[str, Any]:
        """All that POST /internal/commands answers."""
        body = {"ttlMs": ttl_ms, "commands": commands}
        answer = await self.request("POST", "/internal/commands", service=True, body=body)
        assert answer.status == 200, answer
        document: dict[str, Any] = answer.body
        return document

    @property
    def shards(self) -> int:
        return self.app[COMMANDS].shards

    async def log(self, *, shard: int = 0, after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        """The batches of a shard's log."""
        params = {"shard": shard, "after": after, "limit": limit}
        answer = await self.request("GET", "/internal/log", service=True, params=params)
        assert answer.status == 200, answer
        batches: list[dict[str, Any]] = answer.body["batches"]
        return batches

    async def events(self, *, after: Mapping[int, int] | None = None) -> list[dict[str, Any]]:
        """The events of all shards, one shard after the other."""
        beginnings = after or dict.fromkeys(range(self.shards), 0)
        batches = [batch for shard, pos in beginnings.items() for batch in await self.log(shard=shard, after=pos)]
        return [event for batch in batches for event in batch["events"]]

    async def head(self, shard: int = 0) -> int:
        return (await self.ends())[shard]

    async def ends(self) -> dict[int, int]:
        """The head of each shard."""
        heads = await self.request("GET", "/internal/log/heads", service=True)
        return {shard["shard"]: shard["head"] for shard in heads.body["shards"]}


@dataclass(frozen=True)
class Talk:
    """One conversation of a buyer and a seller."""

    service: Conversations
    id: UUID
    buyer: str
    seller: str
    item: str

    @property
    def shard(self) -> int:
        return shard_of(self.id, self.service.shards)

    async def send(
        self, content: str = "hello", *, user: str | None = None, key: str | None = None, reply_to: object = None
    ) -> Answer:
        fields = {"content": content, "clientMessageId": key, "replyTo": reply_to}
        body = {name: value for name, value in fields.items() if value is not None}
        path = f"/api/conversations/{self.id}/messages"
        return await self.service.request("POST", path, user=user or self.buyer, body=body)

    async def history(self, *, user: str | None = None, **params: Any) -> Answer:
        path = f"/api/conversations/{self.id}/messages"
        return await self.service.request("GET", path, user=user or self.buyer, params=params)

    async def mark_read(self, seq: int | None = None, *, user: str | None = None) -> Answer:
        return await self.put("read", {} if seq is None else {"seq": seq}, user=user or self.seller)

    async def edit(self, seq: int, content: str, *, expected: int = 0, user: str | None = None) -> Answer:
        path = f"/api/conversations/{self.id}/messages/{seq}"
        body = {"content": content, "expectedVersion": expected}
        return await self.service.request("PATCH", path, user=user or self.buyer, body=body)

    async def post(self, message: Mapping[str, Any]) -> Answer:
        """As the marketplace: a system message."""
        path = f"/internal/conversations/{self.id}/system-messages"
        return await self.service.request("POST", path, service=True, body=message)

    async def delete(self, seq: int, *, user: str | None = None) -> Answer:
        path = f"/api/conversations/{self.id}/messages/{seq}"
        return await self.service.request("DELETE", path, user=user or self.buyer)

    async def versions(self, seq: int, *, user: str | None = None) -> Answer:
        path = f"/api/conversations/{self.id}/messages/{seq}/versions"
        return await self.service.request("GET", path, user=user or self.buyer)

    async def react(self, seq: int, emoji: str | None, *, user: str | None = None) -> Answer:
        path = f"/api/conversations/{self.id}/messages/{seq}/reaction"
        method, body = ("DELETE", None) if emoji is None else ("PUT", {"emoji": emoji})
        return await self.service.request(method, path, user=user or self.buyer, body=body)

    async def mute(self, muted: object = True, *, user: str | None = None) -> Answer:
        return await self.put("mute", {"muted": muted}, user=user or self.buyer)

    async def put(self, part: str, body: Mapping[str, Any], *, user: str) -> Answer:
        return await self.service.request("PUT", f"/api/conversations/{self.id}/{part}", user=user, body=body)

    async def view(self, user: str) -> dict[str, Any]:
        answer = await self.service.request("GET", f"/api/conversations/{self.id}", user=user)
        assert answer.status == 200, answer
        body: dict[str, Any] = answer.body
        return body

    def send_command(
        self, content: str = "hello", *, user: str | None = None, key: str | None = None, **more: int
    ) -> dict[str, Any]:
        return {
            **more,
            "kind": "send_message",
            "userId": user or self.buyer,
            "conversationId": str(self.id),
            "clientMessageId": key or str(uuid4()),
            "content": content,
        }

    def read_command(self, seq: int | None = None, *, user: str | None = None) -> dict[str, Any]:
        command = {"kind": "mark_read", "userId": user or self.seller, "conversationId": str(self.id)}
        return command if seq is None else {**command, "seq": seq}

    def react_command(self, seq: int, emoji: object, *, user: str | None = None) -> dict[str, Any]:
        ids = {"userId": user or self.buyer, "conversationId": str(self.id)}
        return {"kind": "react", **ids, "seq": seq, "emoji": emoji}


@contextlib.asynccontextmanager
async def running_conversations(
    *, database_url: str, amqp_url: str = NOWHERE, wait_for_broker: bool = True, **settings: Any
) -> AsyncIterator[Conversations]:
    """The whole service; with `amqp_url` left out there is no broker to be had."""
    app = create_conversations_app(conversations_settings(database_url=database_url, amqp_url=amqp_url, **settings))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with aiohttp.ClientSession() as session:
            if amqp_url != NOWHERE and wait_for_broker:
                await eventually(lambda: app[PUBLISHER].link.connected, within=60)
            yield Conversations(app, url, session)
    finally:
        await runner.cleanup()


async def until(ask: Callable[[], Awaitable[T]], holds: Callable[[T], bool], *, within: float = 60) -> T:
    """Ask again and again until the answer will do, and return it. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while not holds(answer := await ask()):  # noqa: ASYNC110 - servers announce nothing
            await asyncio.sleep(0.02)
    return answer


def conversations_settings(**overrides: Any) -> Settings:
    """Settings of a test: patient, and limits on writers lifted."""
    values: dict[str, Any] = {
        **PATIENT,
        **SETTINGS,
        "log_shards": shards_of(str(overrides.get("database_url", ""))),
        "amqp_url": NOWHERE,
        "write_rate_per_second": 100_000,
        "write_burst": 100_000,
        "max_conversations_per_day": 100_000,
        **overrides,
    }
    return Settings(**values)
