"""Limits incomplete request bodies: their time, their number and thus their memory.

A body that has arrived when its handler reads it, as almost all have, is not limited. Only a limited number of
incomplete bodies is awaited; one more aborts the one that has been awaited longest.
"""

import asyncio

from aiohttp import web

from chassis.problems import MalformedJson, RequestTimeout

BODY_SECONDS = 10.0  # for a complete body of at most 64 KiB
MAX_ARRIVING = 128  # of at most 64 KiB each, so 8 MiB


class Bodies:
    """Reads request bodies, those of public requests within limits."""

    def __init__(self, *, idle_seconds: float) -> None:
        self._idle_seconds = idle_seconds
        self._arriving: dict[asyncio.Timeout, None] = {}

    @property
    def arriving(self) -> int:
        """The number of awaited bodies."""
        return len(self._arriving)

    async def read(self, request: web.Request, *, trusted: bool) -> bytes:
        """The complete body. Raises MalformedJson or RequestTimeout if it does not arrive."""
        seconds = self._idle_seconds if trusted else min(BODY_SECONDS, self._idle_seconds)
        try:
            if trusted or request.content.is_eof():
                async with asyncio.timeout(seconds):
                    return await request.read()
            return await self._read_arriving(request, seconds)
        except (ConnectionError, web.RequestPayloadError):
            raise MalformedJson("The body did not arrive whole.") from None
        except TimeoutError:
            raise RequestTimeout("The body did not arrive in time.") from None

    async def _read_arriving(self, request: web.Request, seconds: float) -> bytes:
        async with asyncio.timeout(seconds) as limit:
            self._arriving[limit] = None
            try:
                if len(self._arriving) > MAX_ARRIVING:
                    self._end_oldest()
                return await request.read()
            finally:
                self._arriving.pop(limit, None)

    def _end_oldest(self) -> None:
        oldest = next(iter(self._arriving))
        del self._arriving[oldest]
        oldest.reschedule(asyncio.get_running_loop().time())
