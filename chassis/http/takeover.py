"""A request's connection, taken from aiohttp once it no longer speaks HTTP."""

import asyncio
from typing import Any

from aiohttp import web


def take_over(request: web.Request, transport: asyncio.Transport, protocol: asyncio.Protocol) -> None:
    """Give the connection to `protocol`, and make aiohttp forget it.

    A connection that aiohttp serves holds its request, its parsers and a waiting task: seven times the memory that an
    idle socket needs. And once its handler returns, aiohttp waits for the next request on it.
    """
    transport.set_protocol(protocol)
    handler = request.protocol
    early: Any = _EarlyData(protocol)  # aiohttp calls feed_data and feed_eof of what it is given, and nothing else
    handler.set_parser(early)
    handler.transport = None  # what is not its own any more it does not close
    handler.connection_lost(None)


class AnsweredElsewhere(web.StreamResponse):
    """Leaves nothing for aiohttp to write: the answer is sent by other means, or the client is gone."""

    async def prepare(self, _request: web.BaseRequest) -> None:
        return

    async def write_eof(self, _data: bytes = b"") -> None:
        return


class _EarlyData:
    """Takes what aiohttp had read beyond the head of the request."""

    def __init__(self, protocol: asyncio.Protocol) -> None:
        self._protocol = protocol

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self._protocol.data_received(data)
        return False, b""

    def feed_eof(self) -> None:
        """aiohttp calls this when it forgets the connection, not when the connection ends."""
