"""Reads the log of `conversations` over HTTP: heads, missed batches, and a consumer's cursor."""

from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from pydantic import ValidationError

from contracts.generated.models import LogCursor, LogHeads

PAGE_BATCHES = 200
READ_SECONDS = 5.0
_JSON = {"Content-Type": "application/json"}


class LogUnavailable(Exception):
    """No valid answer."""


class LogTruncated(Exception):
    """The log no longer reaches back to the position that was asked for."""


@dataclass(frozen=True, slots=True)
class Page:
    """Batches after a position, ascending, without gaps."""

    epoch: str
    head: int
    batches: list[tuple[int, list[Any]]]
    """Positions and their events, not validated."""


class LogReader:
    """Every method raises LogUnavailable if there is no valid answer."""

    def __init__(self, *, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def heads(self, *, stands: LogCursor | None = None) -> LogHeads:
        """The head of each shard; if the log does not contain the positions in `stands`, a new epoch has begun."""
        path = "/internal/log/heads"
        asked = self._ask("GET", path) if stands is None else self._ask("POST", path, data=stands.wire(), headers=_JSON)
        try:
            return LogHeads.from_wire(_ok(*await asked))
        except ValidationError as error:
            raise LogUnavailable("the answer is not a valid LogHeads") from error

    async def page(self, shard: int, *, after: int, limit: int = PAGE_BATCHES) -> Page:
        """At most `limit` batches after a position. Raises LogTruncated."""
        parameters = {"shard": shard, "after": after, "limit": min(limit, PAGE_BATCHES)}
        status, body = await self._ask("GET", "/internal/log", params=parameters)
        if status == 410:
            raise LogTruncated
        try:
            page = orjson.loads(_ok(status, body))
            batches = [(int(batch["pos"]), list(batch["events"])) for batch in page["batches"]]
            return Page(str(page["epoch"]), int(page["head"]), batches)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise LogUnavailable("the answer is not a valid LogPage") from error

    async def cursor(self, consumer: str) -> LogCursor | None:
        """The position this consumer stored last; None if it never did."""
        status, body = await self._ask("GET", _cursor_path(consumer))
        if status == 404:
            return None
        try:
            return LogCursor.from_wire(_ok(status, body))
        except ValidationError as error:
            raise LogUnavailable("the answer is not a valid LogCursor") from error

    async def store_cursor(self, consumer: str, cursor: LogCursor) -> None:
        _ok(*await self._ask("PUT", _cursor_path(consumer), data=cursor.wire(), headers=_JSON))

    async def _ask(self, method: str, path: str, **options: Any) -> tuple[int, bytes]:
        timeout = aiohttp.ClientTimeout(total=READ_SECONDS)
        try:
            async with self._session.request(method, path, timeout=timeout, **options) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise LogUnavailable(type(error).__name__) from error


def _cursor_path(consumer: str) -> str:
    return f"/internal/log/cursors/{consumer}"


def _ok(status: int, body: bytes) -> bytes:
    if status not in (200, 204):
        raise LogUnavailable(f"status {status}")
    return body
