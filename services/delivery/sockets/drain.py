"""Drains a replica that is asked to stop: its clients move to other replicas, spread over time."""

import asyncio
import random

import structlog

from contracts.generated.catalogues import CloseCode
from services.delivery.sockets.connection import Connection
from services.delivery.sockets.hub import Hub

WINDOW = 0.8  # share of the drain time; the rest is for the last answers
POLL_SECONDS = 0.05

log = structlog.get_logger(__name__)


async def drain(hub: Hub[Connection], *, seconds: float) -> None:
    """Close every socket with `draining`, in random order over the drain window, each after its last answer."""
    loop = asyncio.get_running_loop()
    connections = list(hub)
    random.shuffle(connections)
    log.info("drain.started", sockets=len(connections))
    began = loop.time()
    for number, connection in enumerate(connections):
        due = began + seconds * WINDOW * number / len(connections)
        if (delay := due - loop.time()) > 0:
            await asyncio.sleep(delay)
        connection.leave(CloseCode.DRAINING)
    while len(hub) > 0 and loop.time() < began + seconds:  # noqa: ASYNC110 - runs once per process
        await asyncio.sleep(POLL_SECONDS)
    for connection in hub:
        connection.close(CloseCode.DRAINING)
    log.info("drain.finished", seconds=round(loop.time() - began, 2))
