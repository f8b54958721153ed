"""Takes a request's connection from aiohttp once it no longer speaks HTTP."""

import asyncio
from typing import Any

from aiohttp import web


def take_over(request: web.Request, transport: asyncio.Transport, protocol: asyncio.Protocol) -> None:
    """Give the connection to `protocol`, and detach it from aiohttp.

    A connection served by aiohttp holds its request, its parsers and a waiting task: seven times the memory of an idle
    socket. And once its handler returns, aiohttp waits for the next request on it.
    """
    transport.set_protocol(protocol)
    handler = request.protocol
    early: Any = _EarlyData(protocol)  # aiohttp calls only feed_data and feed_eof of this object
    handler.set_parser(early)
    handler.transport = None  # it does not close a transport that is no longer its own
    handler.connection_lost(None)


class AnsweredElsewhere(web.StreamResponse):
    """A response that aiohttp does not write: it is sent by other means, or the client is gone."""

    async def prepare(self, _request: web.BaseRequest) -> None:
        return

    async def write_eof(self, _data: bytes = b"") -> None:
        return


class _EarlyData:
    """Takes the bytes that aiohttp read beyond the request's head."""

    def __init__(self, protocol: asyncio.Protocol) -> None:
        self._protocol = protocol

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self._protocol.data_received(data)
        return False, b""

    def feed_eof(self) -> None:
        """aiohttp calls this when it detaches the connection, not when the connection ends."""
