"""A service made of the chassis alone, as a process of its own: what the server tests start and signal.

`python -m tests.integration.chassis.small_service MODE PORT`
"""

import asyncio
import sys
from collections.abc import AsyncIterator

import structlog
from aiohttp import web

from chassis.http.app import LIFECYCLE, create_app, json_response
from chassis.http.server import run
from chassis.observability.logging import setup_logging
from chassis.tasks import BackgroundTasks

log = structlog.get_logger(__name__)


class Gate:
    """Holds requests and the drain until somebody opens it, over HTTP."""

    def __init__(self) -> None:
        self._open = asyncio.Event()

    async def wait(self, _request: web.Request) -> web.Response:
        log.info("request.waiting")
        await self._open.wait()
        return json_response({"waited": True})

    async def open(self, _request: web.Request) -> web.Response:
        self._open.set()
        return json_response({"open": True})

    async def drain(self) -> None:
        log.info("gate.draining")
        await self._open.wait()
        log.info("gate.drained")


async def resource(_app: web.Application) -> AsyncIterator[None]:
    log.info("resource.opened")
    yield
    log.info("resource.closed")


async def worker_that_dies(app: web.Application) -> AsyncIterator[None]:
    async def die() -> None:
        raise RuntimeError("broken for good")

    async with BackgroundTasks(on_death=app[LIFECYCLE].task_died) as tasks:
        tasks.start("worker", die())
        yield


async def resource_that_never_comes(_app: web.Application) -> AsyncIterator[None]:
    log.info("resource.awaited")
    await asyncio.Event().wait()
    yield


async def resource_that_fails(_app: web.Application) -> AsyncIterator[None]:
    raise RuntimeError("no database")
    yield


def build(mode: str) -> web.Application:
    app, gate = create_app(), Gate()
    app.cleanup_ctx.append(resource)
    if mode == "drains":
        app[LIFECYCLE].on_drain(gate.drain)
    elif mode == "dies":
        app.cleanup_ctx.append(worker_that_dies)
    elif mode == "waits":
        app.cleanup_ctx.append(resource_that_never_comes)
    elif mode == "fails":
        app.cleanup_ctx.append(resource_that_fails)
    app.router.add_get("/wait", gate.wait)
    app.router.add_post("/open", gate.open)
    return app


def main() -> int:
    setup_logging(service="small", level="info", format="json")
    _, mode, port = sys.argv
    return run(lambda: build(mode), host="127.0.0.1", port=int(port), drain_seconds=30)


if __name__ == "__main__":
    sys.exit(main())
