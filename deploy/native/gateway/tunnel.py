"""The WebSocket's way through the gateway: the upstream decides first, then bytes pass unread in both directions.

Nothing is decoded, so subprotocols, pings, close codes and their reasons arrive as they were sent; a refused
upgrade is answered with the upstream's own status and body.
"""

import asyncio
import contextlib
from typing import Any

from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from deploy.native.gateway.headers import passed_on, with_origin_of
from deploy.native.gateway.upstream import UpstreamAnswer, read_answer, read_refusal, request_head

_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 15.0
_CHUNK_BYTES = 64 * 1024
_MAX_BUFFERED_BYTES = 256 * 1024  # towards a service that reads slowly; then the client is not read either


class Tunnel:
    """Passes WebSocket connections to one upstream server."""

    def __init__(self, upstream: URL) -> None:
        self._upstream = upstream

    async def handle(self, request: web.Request) -> web.StreamResponse:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                reader, writer = await asyncio.open_connection(self._upstream.host, self._upstream.port)
        except (OSError, TimeoutError):
            return web.Response(status=502, text="The service behind this address does not answer.\n")
        try:
            return await _pass_through(request, reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _pass_through(
    request: web.Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> web.StreamResponse:
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            writer.write(request_head(request.method, request.raw_path, _upgrade_headers(request)))
            answer = await read_answer(reader)
            if answer.status != 101:
                body = await read_refusal(answer, reader)
                return web.Response(status=answer.status, body=body, headers=_refusal_headers(answer))
    except (OSError, EOFError, ValueError, TimeoutError):
        return web.Response(status=502, text="The service behind this address gave no proper answer.\n")
    return await _join(request, answer, reader, writer)


async def _join(
    request: web.Request,
    answer: UpstreamAnswer,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> web.StreamResponse:
    """Answer the upgrade and carry bytes until either side ends."""
    response = web.StreamResponse(status=101, headers=_switch_headers(answer))
    await response.prepare(request)
    await response.write(b"")  # sends the head now, not with the first frame
    towards_upstream = _TowardsUpstream(request, writer)
    request.protocol.keep_alive(False)
    parser: Any = towards_upstream  # aiohttp calls feed_data and feed_eof of what it was given, and nothing else
    request.protocol.set_parser(parser)
    copying = asyncio.ensure_future(_copy(reader, response))
    ended = asyncio.ensure_future(towards_upstream.ended.wait())
    try:
        await asyncio.wait([copying, ended], return_when=asyncio.FIRST_COMPLETED)
    finally:
        towards_upstream.stop()
        for task in (copying, ended):
            task.cancel()
        await asyncio.gather(copying, ended, return_exceptions=True)
    return response


class _TowardsUpstream:
    """Takes what the client sends after the upgrade and writes it to the upstream."""

    def __init__(self, request: web.Request, upstream: asyncio.StreamWriter) -> None:
        self.ended = asyncio.Event()
        self._client = request.protocol
        self._upstream = upstream
        self._draining: asyncio.Task[None] | None = None

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        if not self.ended.is_set():
            self._upstream.write(data)
            self._hold_client_if_upstream_is_slow()
        return False, b""

    def feed_eof(self) -> None:
        self.ended.set()

    def stop(self) -> None:
        self.ended.set()
        if self._draining is not None:
            self._draining.cancel()

    def _hold_client_if_upstream_is_slow(self) -> None:
        waiting = self._upstream.transport.get_write_buffer_size()
        if waiting > _MAX_BUFFERED_BYTES and self._draining is None:
            self._client.pause_reading()
            self._draining = asyncio.ensure_future(self._drain())

    async def _drain(self) -> None:
        try:
            await self._upstream.drain()
        except OSError:
            self.ended.set()
            return
        self._draining = None
        self._client.resume_reading()


async def _copy(reader: asyncio.StreamReader, response: web.StreamResponse) -> None:
    """Carry what the upstream sends to the client, no faster than the client reads."""
    while data := await reader.read(_CHUNK_BYTES):
        await response.write(data)


def _upgrade_headers(request: web.Request) -> CIMultiDict[str]:
    headers = with_origin_of(request, passed_on(request.headers))
    headers.popall("Sec-WebSocket-Extensions", None)  # no compression: it costs 100 KB a connection
    if "Upgrade" in request.headers:
        headers["Connection"] = "Upgrade"
        headers["Upgrade"] = request.headers["Upgrade"]
    else:
        headers["Connection"] = "close"
    return headers


def _switch_headers(answer: UpstreamAnswer) -> CIMultiDict[str]:
    headers = passed_on(answer.headers)
    headers["Connection"] = "Upgrade"
    headers["Upgrade"] = answer.headers.get("Upgrade", "websocket")
    return headers


def _refusal_headers(answer: UpstreamAnswer) -> CIMultiDict[str]:
    headers = passed_on(answer.headers)
    headers.popall("Content-Length", None)  # computed anew from the body
    return headers
