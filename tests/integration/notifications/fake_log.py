"""Stands in for the log of `conversations` where a test needs faults: the same internal API over memory.

Its entries are whatever a test puts there, also what no real log would hold; its answers can be refused.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiohttp import web

from chassis.http.app import create_app, json_response
from chassis.problems import Problem, ServiceUnavailable
from contracts.generated.models import LogCursor

Entries = list[Any]


class Gone(Problem):
    status = 410
    default_code = "log_truncated"


class FakeLog:
    """Shards are lists of batches; position 1 is the first."""

    def __init__(self, *, epoch: str, shards: int = 1) -> None:
        self.epoch = epoch
        self.shards: list[list[Entries]] = [[] for _ in range(shards)]
        self.floor = 0
        self.cursor: LogCursor | None = None
        self.reads: list[tuple[int, int]] = []
        """Every page that was asked for: shard and position."""
        self.available = True
        self.url = ""

    def append(self, entries: Entries, *, shard: int = 0) -> int:
        """Commit a batch; returns its position."""
        self.shards[shard].append(entries)
        return len(self.shards[shard])

    def stored(self, shard: int = 0) -> int | None:
        """The position that the consumer stored last."""
        positions = {} if self.cursor is None else {entry.shard: entry.pos for entry in self.cursor.positions}
        return positions.get(shard)

    @asynccontextmanager
    async def serving(self, service_token: Any) -> AsyncIterator[None]:
        app = create_app(service_token=service_token)
        app.router.add_get("/internal/log/heads", self._heads)
        app.router.add_post("/internal/log/heads", self._heads)
        app.router.add_get("/internal/log", self._page)
        app.router.add_get("/internal/log/cursors/notifications", self._get_cursor)
        app.router.add_put("/internal/log/cursors/notifications", self._put_cursor)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield
        finally:
            await runner.cleanup()

    async def _heads(self, _request: web.Request) -> web.Response:
        self._refuse()
        shards = [
            {"shard": number, "head": len(batches), "floor": min(self.floor, len(batches))}
            for number, batches in enumerate(self.shards)
        ]
        return json_response({"epoch": self.epoch, "shards": shards})

    async def _page(self, request: web.Request) -> web.Response:
        self._refuse()
        shard, after, limit = (int(request.query[name]) for name in ("shard", "after", "limit"))
        self.reads.append((shard, after))
        if after < self.floor:
            raise Gone
        batches = self.shards[shard][after : after + limit]
        page = {
            "epoch": self.epoch,
            "shard": shard,
            "head": len(self.shards[shard]),
            "batches": [{"pos": after + 1 + number, "events": events} for number, events in enumerate(batches)],
        }
        return web.Response(body=orjson.dumps(page), content_type="application/json")

    async def _get_cursor(self, _request: web.Request) -> web.Response:
        self._refuse()
        if self.cursor is None:
            raise web.HTTPNotFound
        return json_response(self.cursor)

    async def _put_cursor(self, request: web.Request) -> web.Response:
        self._refuse()
        self.cursor = LogCursor.from_wire(await request.read())
        return web.Response(status=204)

    def _refuse(self) -> None:
        if not self.available:
            raise ServiceUnavailable("The database is away.", code="unavailable")
