"""Pings every socket, and closes those that do not answer or whose token expired.

One task instead of a timer per socket: each tick visits a quarter of the sockets, so that no tick is long.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterable

from contracts.generated.catalogues import CloseCode
from services.delivery.sockets.connection import Connection

DEAD_AFTER = 1.5  # heartbeats without a frame
PARTS = 4  # each socket is visited once in PARTS ticks
TICK_SECONDS = 0.25
TICKS_PER_HEARTBEAT = 16  # minimum tick rate, so that short heartbeats are kept as well


class Pulse:
    def __init__(self, *, connections: Callable[[], Iterable[Connection]], heartbeat_seconds: float) -> None:
        self._connections = connections
        self._heartbeat = heartbeat_seconds
        self._tick = min(TICK_SECONDS, heartbeat_seconds / TICKS_PER_HEARTBEAT)

    def first_ping(self, now: float) -> float:
        """The time of a socket's first ping, jittered: sockets that open together must not be pinged together."""
        return now + self._heartbeat * random.uniform(0.5, 1.0)  # noqa: S311 - no secret

    async def run(self) -> None:
        """Run until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            members = list(self._connections())
            for part in range(PARTS):
                await asyncio.sleep(self._tick)
                now, unix_now = loop.time(), time.time()
                for connection in members[part::PARTS]:
                    self._look_at(connection, now, unix_now)

    def _look_at(self, connection: Connection, now: float, unix_now: float) -> None:
        if connection.closing:
            return
        if unix_now >= connection.expires_at:
            connection.close(CloseCode.TOKEN_EXPIRED)
        elif now - connection.last_seen > self._heartbeat * DEAD_AFTER:
            connection.close(CloseCode.HEARTBEAT_MISSED)
        elif now >= connection.ping_at:
            connection.ping_at = now + self._heartbeat
            connection.ping()
