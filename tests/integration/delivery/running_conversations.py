"""The stand-in for `conversations` behind a port, with a link to the broker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from chassis.broker.link import BrokerLink
from deploy.native.ports import free_port
from tests.integration.delivery.fake_conversations import FakeConversations

SERVICE_TOKEN = "service-token-of-the-tests-0123456789"


class RunningConversations:
    """The service with an address; it can be stopped and started again at the same one."""

    def __init__(self, service: FakeConversations) -> None:
        self.service = service
        self.port = free_port()  # nobody else takes it while the service is stopped
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        app = web.Application(middlewares=[_guard], client_max_size=2 * 1024 * 1024)
        app.router.add_routes(self.service.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


@asynccontextmanager
async def running(service: FakeConversations, amqp_url: str) -> AsyncIterator[RunningConversations]:
    """The service behind a port, publishing to the broker."""
    server = RunningConversations(service)
    await server.start()
    link = BrokerLink(
        url=amqp_url,
        name="fake-conversations",
        on_connected=service.connected,
        on_lost=service.disconnected,
        on_death=_dead,
    )
    async with link:
        beacons = asyncio.create_task(service.send_beacons())
        try:
            yield server
        finally:
            beacons.cancel()
            await asyncio.gather(beacons, return_exceptions=True)
            await server.stop()


@web.middleware
async def _guard(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Any:
    if request.headers.get("Authorization") != f"Bearer {SERVICE_TOKEN}":
        return web.json_response({"code": "unauthenticated", "status": 401}, status=401)
    return await handler(request)


def _dead(name: str, error: BaseException | None) -> None:
    raise AssertionError(f"task {name} died") from error
