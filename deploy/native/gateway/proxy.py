"""Requests to the REST API, passed on and answered as they come in."""

from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web
from yarl import URL

from deploy.native.gateway.headers import passed_on, with_origin_of

MAX_BODY_BYTES = 1024 * 1024  # far above any body of the API
_CHUNK_BYTES = 64 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=60, connect=5)


class Proxy:
    """Passes requests to one upstream server."""

    def __init__(self, session: aiohttp.ClientSession, upstream: URL) -> None:
        self._session = session
        self._upstream = upstream

    async def forward(self, request: web.Request) -> web.StreamResponse:
        body = _BoundedBody(request) if request.can_read_body else None
        target = URL(f"{self._upstream.origin()}{request.raw_path}", encoded=True)
        try:
            async with self._session.request(
                request.method,
                target,
                headers=with_origin_of(request, passed_on(request.headers)),
                data=body,
                allow_redirects=False,
                timeout=_TIMEOUT,
            ) as answer:
                return await _relay(request, answer)
        except (aiohttp.ClientConnectionError, TimeoutError):
            if body is not None and body.exceeded:
                raise _too_large() from None
            return web.Response(status=502, text="The service behind this address does not answer.\n")


class _BoundedBody:
    """The body in pieces, counted as they come: a chunked one says no length beforehand."""

    def __init__(self, request: web.Request) -> None:
        self.exceeded = False
        self._content = request.content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        total = 0
        async for piece in self._content.iter_chunked(_CHUNK_BYTES):
            total += len(piece)
            if total > MAX_BODY_BYTES:
                self.exceeded = True
                raise ConnectionAbortedError  # breaks off the request to the upstream
            yield piece


async def _relay(request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=passed_on(answer.headers))
    await response.prepare(request)
    async for piece in answer.content.iter_chunked(_CHUNK_BYTES):
        await response.write(piece)
    await response.write_eof()
    return response


def _too_large() -> web.HTTPException:
    return web.HTTPRequestEntityTooLarge(max_size=MAX_BODY_BYTES, actual_size=MAX_BODY_BYTES + 1)
