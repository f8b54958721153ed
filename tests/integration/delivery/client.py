"""A client of the sockets, and replicas to talk to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from chassis.auth.tokens import mint_hs256
from services.delivery.app import CONSUMER, COUNTERS, FEED, FOLLOWER, HUB, STREAM, create_delivery_app
from services.delivery.settings import Settings
from tests.integration.delivery.fake_conversations import FakeConversations
from tests.integration.delivery.running_conversations import SERVICE_TOKEN
from tests.kit.waiting import eventually

SECRET = "a-secret-of-the-tests-0123456789abcdef"
ISSUER = "https://marketplace.example"
AUDIENCE = "messaging"
PATIENCE_SECONDS = 60.0

Json = dict[str, Any]


def token_for(user: str, *, lifetime: timedelta = timedelta(minutes=5), audience: str = AUDIENCE) -> str:
    return mint_hs256(secret=SECRET, user_id=user, issuer=ISSUER, audience=audience, lifetime=lifetime)


def delivery_settings(*, amqp_url: str, conversations_url: str, **changes: Any) -> Settings:
    """Patient ones: a machine that stands still for a while makes no command fail, and no socket dead."""
    values: Json = {
        "amqp_url": amqp_url,
        "conversations_url": conversations_url,
        "service_token": SERVICE_TOKEN,
        "jwt_hs256_secret": SECRET,
        "jwt_issuer": ISSUER,
        "jwt_audience": AUDIENCE,
        "jwt_leeway_seconds": 0,
        "drain_seconds": 1,
        "heartbeat_seconds": 75,
        "command_deadline_seconds": 60,
        "command_attempt_seconds": 60,
    }
    return Settings(**{**values, **changes})


class Replica:
    """A delivery process's application, in this process."""

    def __init__(self, app: web.Application, port: int) -> None:
        self.app = app
        self.url = f"http://127.0.0.1:{port}"
        self.counters = app[COUNTERS]
        self.hub = app[HUB]
        self.stream = app[STREAM]
        self.feed = app[FEED]
        self.follower = app[FOLLOWER]
        self.consumer = app[CONSUMER]

    async def applied(self, log: FakeConversations) -> None:
        """Wait until this replica has everything that the log holds."""
        heads = {shard: len(batches) for shard, batches in enumerate(log.logs)}
        await eventually(lambda: self.stream.heads() == heads, within=30)


@asynccontextmanager
async def replica(settings: Settings, *, wait: bool = True) -> AsyncIterator[Replica]:
    """A replica on a free port; `wait` until it consumes for real."""
    app = create_delivery_app(settings)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        running = Replica(app, runner.addresses[0][1])
        if wait:
            await eventually(lambda: running.feed.live and running.stream.started, within=30)
        yield running
    finally:
        await runner.cleanup()


class Socket:
    """One socket of a user. Frames that a test does not ask for are kept for later."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[Json] = []
        self.welcome: Json = {}

    async def send(self, type_: str, **fields: Any) -> None:
        await self.socket.send_str(orjson.dumps({"type": type_, **fields}).decode())

    async def receive(self) -> Json:
        """The next frame from the wire."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            message = await self.socket.receive()
        assert message.type is aiohttp.WSMsgType.TEXT, f"{message.type!r} {message.data!r}"
        frame: Json = orjson.loads(message.data)
        return frame

    async def expect(self, type_: str, **fields: Any) -> Json:
        """The first frame that fits, kept or yet to come."""

        def fits(frame: Json) -> bool:
            return frame["type"] == type_ and all(frame.get(name) == value for name, value in fields.items())

        for frame in self.frames:
            if fits(frame):
                self.frames.remove(frame)
                return frame
        while not fits(frame := await self.receive()):
            self.frames.append(frame)
        return frame

    async def settle(self) -> list[Json]:
        """Every frame that was sent to us before an answer to a ping of now; kept ones first."""
        await self.send("ping", ref="settle")
        while (frame := await self.receive()).get("ref") != "settle":
            self.frames.append(frame)
        frames, self.frames = self.frames, []
        return frames

    async def expect_close(self) -> int | None:
        """Wait for the end, and give its code."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (message := await self.socket.receive()).type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                self.frames.append(orjson.loads(message.data))
        return self.socket.close_code


@asynccontextmanager
async def connect(
    target: Replica | str,
    user: str,
    *,
    token: str | None = None,
    headers: dict[str, str] | None = None,
    protocols: tuple[str, ...] | None = None,
    **options: Any,
) -> AsyncIterator[Socket]:
    """An open socket whose `welcome` has come."""
    url = target if isinstance(target, str) else target.url
    offered = ("messaging.v1", f"bearer.{token or token_for(user)}") if protocols is None else protocols
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{url}/ws", protocols=offered, headers=headers, **options) as ws,
    ):
        socket = Socket(ws)
        socket.welcome = await socket.expect("welcome")
        yield socket
