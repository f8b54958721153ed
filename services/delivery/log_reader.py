"""Reads the log over HTTP: how far it goes, and what a hole in the stream has missed."""

from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from pydantic import ValidationError

from contracts.generated.models import LogHeads

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

    async def heads(self) -> LogHeads:
        """How far each shard's log goes. Raises LogUnavailable."""
        try:
            return LogHeads.from_wire(await self._get("/internal/log/heads", {}))
        except ValidationError as error:
            raise LogUnavailable("an answer that is no LogHeads") from error

    async def page(self, shard: int, *, after: int) -> Page:
        """What follows `after`. Raises LogTruncated or LogUnavailable."""
        body = await self._get("/internal/log", {"shard": shard, "after": after, "limit": PAGE_BATCHES})
        try:
            page = orjson.loads(body)
            batches = [(int(batch["pos"]), list(batch["events"])) for batch in page["batches"]]
            return Page(str(page["epoch"]), int(page["head"]), batches)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise LogUnavailable("an answer that is no LogPage") from error

    async def _get(self, path: str, parameters: dict[str, int]) -> bytes:
        timeout = aiohttp.ClientTimeout(total=READ_SECONDS)
        try:
            async with self._session.get(path, params=parameters, timeout=timeout) as response:
                if response.status == 410:
                    raise LogTruncated
                if response.status != 200:
                    raise LogUnavailable(f"status {response.status}")
                return await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise LogUnavailable(type(error).__name__) from error
