"""Replicas of `delivery` inside the test's own process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from services.delivery.app import CONSUMER, COUNTERS, FEED, FOLLOWER, HUB, STREAM, create_delivery_app
from services.delivery.settings import Settings
from tests.kit.credentials import SETTINGS
from tests.kit.fake_conversations import FakeConversations
from tests.kit.waiting import eventually


def delivery_settings(*, amqp_url: str, conversations_url: str, **changes: Any) -> Settings:
    """Patient ones: a machine that stands still for a while makes no command fail, and no socket dead."""
    values: dict[str, Any] = {
        **SETTINGS,
        "amqp_url": amqp_url,
        "conversations_url": conversations_url,
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
        heads = dict(enumerate(log.heads))
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
