"""Reads the log over HTTP: how far it goes, and what a hole in the stream has missed."""

from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from pydantic import ValidationError

from contracts.generated.models import LogCursor, LogHeads

PAGE_BATCHES = 200
READ_SECONDS = 5.0


class LogUnavailable(Exception):
    """The log cannot be read at the moment."""


class LogTruncated(Exception):
    """The log no longer reaches back to the position that was asked for."""


@dataclass(frozen=True, slots=True)
class Page:
    """Batches after a position, ascending, without holes."""

    epoch: str
    head: int
    batches: list[tuple[int, list[Any]]]
    """Positions and their events, not validated."""


class LogReader:
    def __init__(self, *, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def heads(self, *, stands: LogCursor | None = None) -> LogHeads:
        """How far each shard's log goes; where it does not hold what `stands` says, a new epoch has begun.

        Raises LogUnavailable.
        """
        path = "/internal/log/heads"
        try:
            return LogHeads.from_wire(await (self._ask("GET", path) if stands is None else self._post(path, stands)))
        except ValidationError as error:
            raise LogUnavailable("an answer that is no LogHeads") from error

    async def page(self, shard: int, *, after: int) -> Page:
        """What follows `after`. Raises LogTruncated or LogUnavailable."""
        parameters = {"shard": shard, "after": after, "limit": PAGE_BATCHES}
        body = await self._ask("GET", "/internal/log", params=parameters)
        try:
            page = orjson.loads(body)
            batches = [(int(batch["pos"]), list(batch["events"])) for batch in page["batches"]]
            return Page(str(page["epoch"]), int(page["head"]), batches)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise LogUnavailable("an answer that is no LogPage") from error

    async def _post(self, path: str, stands: LogCursor) -> bytes:
        return await self._ask("POST", path, data=stands.wire(), headers={"Content-Type": "application/json"})

    async def _ask(self, method: str, path: str, **options: Any) -> bytes:
        timeout = aiohttp.ClientTimeout(total=READ_SECONDS)
        try:
            async with self._session.request(method, path, timeout=timeout, **options) as response:
                if response.status == 410:
                    raise LogTruncated
                if response.status != 200:
                    raise LogUnavailable(f"status {response.status}")
                return await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise LogUnavailable(type(error).__name__) from error
