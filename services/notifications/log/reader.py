"""Asks `conversations` over HTTP: how far the log goes, what a hole has missed, and how far we had come."""

from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from pydantic import SecretStr, ValidationError

from contracts.generated.models import LogCursor, LogHeads

CONSUMER = "notifications"  # the name of our cursor
PAGE_BATCHES = 100
READ_SECONDS = 5.0
_JSON = {"Content-Type": "application/json"}
_CURSOR_PATH = f"/internal/log/cursors/{CONSUMER}"


class LogUnavailable(Exception):
    """No answer, or none that can be understood."""


class LogTruncated(Exception):
    """The log no longer reaches back to the position that was asked for."""


@dataclass(frozen=True, slots=True)
class Page:
    """Batches after a position, ascending, without holes."""

    epoch: str
    head: int
    batches: list[tuple[int, list[Any]]]
    """Positions and their events, not validated."""


def open_session(*, base_url: str, service_token: SecretStr) -> aiohttp.ClientSession:
    """Connections to `conversations`, with the service token on every request."""
    return aiohttp.ClientSession(
        base_url,
        headers={"Authorization": f"Bearer {service_token.get_secret_value()}"},
        timeout=aiohttp.ClientTimeout(total=READ_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


class LogReader:
    """Every method raises LogUnavailable when there is no good answer."""

    def __init__(self, *, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def heads(self, *, stands: LogCursor | None = None) -> LogHeads:
        """How far each shard's log goes; where it does not hold what `stands` says, a new epoch has begun."""
        path = "/internal/log/heads"
        asked = self._ask("GET", path) if stands is None else self._ask("POST", path, data=stands.wire(), headers=_JSON)
        try:
            return LogHeads.from_wire(_ok(*await asked))
        except ValidationError as error:
            raise LogUnavailable("an answer that is no LogHeads") from error

    async def page(self, shard: int, *, after: int, limit: int) -> Page:
        """What follows `after`. Raises LogTruncated."""
        parameters = {"shard": shard, "after": after, "limit": min(limit, PAGE_BATCHES)}
        status, body = await self._ask("GET", "/internal/log", params=parameters)
        if status == 410:
            raise LogTruncated
        try:
            page = orjson.loads(_ok(status, body))
            batches = [(int(batch["pos"]), list(batch["events"])) for batch in page["batches"]]
            return Page(str(page["epoch"]), int(page["head"]), batches)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise LogUnavailable("an answer that is no LogPage") from error

    async def cursor(self) -> LogCursor | None:
        """What was stored last; None when nothing ever was."""
        status, body = await self._ask("GET", _CURSOR_PATH)
        if status == 404:
            return None
        try:
            return LogCursor.from_wire(_ok(status, body))
        except ValidationError as error:
            raise LogUnavailable("an answer that is no LogCursor") from error

    async def store_cursor(self, cursor: LogCursor) -> None:
        """Store how far we have come."""
        _ok(*await self._ask("PUT", _CURSOR_PATH, data=cursor.wire(), headers=_JSON))

    async def _ask(self, method: str, path: str, **options: Any) -> tuple[int, bytes]:
        try:
            async with self._session.request(method, path, **options) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise LogUnavailable(type(error).__name__) from error


def _ok(status: int, body: bytes) -> bytes:
    if status not in (200, 204):
        raise LogUnavailable(f"status {status}")
    return body
