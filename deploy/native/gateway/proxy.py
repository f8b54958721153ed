"""Forwards requests to the REST API, streaming both ways."""

from collections.abc import AsyncIterator

import aiohttp
import structlog
from aiohttp import web
from yarl import URL

from chassis.problems import BadGateway, BadRequest, GatewayTimeout, PayloadTooLarge, Problem, RequestTimeout
from deploy.native.gateway.headers import accepts_gzip, passed_back, passed_on, with_origin_of
from deploy.native.gateway.target import target_of

MAX_BODY_BYTES = 1024 * 1024  # far above any body of the API
MIN_COMPRESSED_BYTES = 1024  # smaller responses fit in one packet either way
_CHUNK_BYTES = 64 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=60, connect=5)

log = structlog.get_logger(__name__)


class Proxy:
    """Passes requests to one upstream server."""

    def __init__(self, session: aiohttp.ClientSession, upstream: URL) -> None:
        self._session = session
        self._upstream = upstream

    async def forward(self, request: web.Request) -> web.StreamResponse:
        """Forward a request. Raises a Problem if there is no response."""
        if (request.content_length or 0) > MAX_BODY_BYTES:
            raise _too_large()
        body = _Body(request) if request.can_read_body else None
        try:
            answer = await self._ask(request, body)
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            raise _problem(error, body) from None
        async with answer:
            return await _relay(request, answer)

    async def _ask(self, request: web.Request, body: "_Body | None") -> aiohttp.ClientResponse:
        return await self._session.request(
            request.method,
            URL(f"{self._upstream.origin()}{target_of(request)}", encoded=True),
            headers=with_origin_of(request, passed_on(request.headers)),
            data=body,
            allow_redirects=False,
            timeout=_TIMEOUT,
        )


class _Body:
    """The body in chunks, counted while streaming: a chunked body does not announce its length."""

    def __init__(self, request: web.Request) -> None:
        self.complete = False
        self.exceeded = False
        self.broken = False
        self._content = request.content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        total = 0
        try:
            async for piece in self._content.iter_chunked(_CHUNK_BYTES):
                total += len(piece)
                if total > MAX_BODY_BYTES:
                    self.exceeded = True
                    raise ConnectionAbortedError  # aborts the request to the upstream
                yield piece
        except (web.RequestPayloadError, aiohttp.ClientError) as error:
            self.broken = True
            raise ConnectionAbortedError from error
        self.complete = True


def _problem(error: Exception, body: _Body | None) -> Problem:
    if body is not None and body.exceeded:
        return _too_large()
    if body is not None and body.broken:
        return BadRequest("The body did not arrive whole.")
    if not isinstance(error, TimeoutError):
        return BadGateway("The service behind this address does not answer.")
    if body is not None and not body.complete:
        return RequestTimeout("The body did not arrive in time.")
    return GatewayTimeout("The service behind this address does not answer.")


def _too_large() -> PayloadTooLarge:
    return PayloadTooLarge(f"The body is longer than {MAX_BODY_BYTES} bytes.")


def _is_compressible(answer: aiohttp.ClientResponse) -> bool:
    """Safe against BREACH: no long response contains both a secret and attacker-controlled text."""
    is_json = answer.content_type in ("application/json", "application/problem+json")
    return is_json and "Content-Encoding" not in answer.headers and (answer.content_length or 0) >= MIN_COMPRESSED_BYTES


async def _relay(request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=passed_back(answer.headers))
    if _is_compressible(answer):
        response.headers.add("Vary", "Accept-Encoding")
        if request.method != "HEAD" and accepts_gzip(request.headers):
            response.enable_compression(web.ContentCoding.gzip)
    await response.prepare(request)
    try:
        async for piece in answer.content.iter_chunked(_CHUNK_BYTES):
            await response.write(piece)
    except (aiohttp.ClientError, OSError) as error:
        if request.transport is not None:  # else the client left
            log.warning("answer.broken", path=request.path, error=repr(error))
            request.transport.abort()  # a client must not mistake half a response for a complete one
    await response.write_eof()
    return response
