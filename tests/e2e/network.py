"""One browser's way to the system: an HTTP proxy that fails the way networks do.

Through a proxy, browsers open WebSockets with CONNECT and send everything else as plain requests: so sockets alone
can be blocked, as some company networks do.
"""

import asyncio
import contextlib
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_CHUNK = 64 * 1024
_TUNNEL_OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
_TUNNEL_REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

_Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Network:
    """Works until `cut`, and again after `restore`. With `port`, every name leads to that port of this machine."""

    def __init__(self, port: int | None = None) -> None:
        self._port = port
        self._is_cut = False
        self._blocks_sockets = False
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self._tunnels: set[asyncio.StreamWriter] = set()
        self._silent: set[asyncio.StreamWriter] = set()
        self.swallowed = 0
        """Bytes that were to pass through silent sockets."""

    @property
    def url(self) -> str:
        """The proxy's address."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        """Break every connection and let no new one through."""
        self._is_cut = True
        _abort(self._connections)

    def silence_sockets(self) -> None:
        """Open WebSockets never hear or say anything again, and nobody is told; whatever is new works."""
        self._silent |= self._tunnels

    def restore(self) -> None:
        """Everything works again."""
        self._is_cut = self._blocks_sockets = False

    def block_sockets(self) -> None:
        """Refuse WebSockets from now on, and break those that are open; requests pass."""
        self._blocks_sockets = True
        _abort(self._tunnels)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        _abort(self._connections)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                if not self._is_cut:
                    await self._pass_on(reader, writer)
        finally:
            self._connections.discard(writer)
            self._tunnels.discard(writer)
            self._silent.discard(writer)
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b" ", 2)
        if method == b"CONNECT":
            if self._blocks_sockets:
                writer.write(_TUNNEL_REFUSED)
                await writer.drain()
                return
            self._tunnels.add(writer)
            writer.write(_TUNNEL_OPEN)
            url = urlsplit(b"//" + target)
            first = b""
        else:
            url = urlsplit(target)
            first = _for_the_server(head, url.path + (b"?" + url.query if url.query else b""))
        assert url.hostname is not None
        host, port = ("127.0.0.1", self._port) if self._port else (url.hostname.decode(), url.port)
        server_reader, server_writer = await asyncio.open_connection(host, port)
        try:
            server_writer.write(first)
            await self._join((reader, writer), (server_reader, server_writer))
        finally:
            server_writer.transport.abort()

    async def _join(self, client: _Stream, server: _Stream) -> None:
        """Carry bytes both ways until either side ends."""
        pumps = [
            asyncio.create_task(self._pump(source[0], sink[1], of=client[1]))
            for source, sink in ((client, server), (server, client))
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            await client[1].drain()
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, of: asyncio.StreamWriter
    ) -> None:
        while chunk := await source.read(_CHUNK):
            if of in self._silent:
                self.swallowed += len(chunk)
                continue
            sink.write(chunk)
            await sink.drain()


def _for_the_server(head: bytes, path: bytes) -> bytes:
    """The head of a proxied request as the server wants it; one request per connection keeps this simple."""
    first, *fields = head.rstrip(b"\r\n").split(b"\r\n")
    method, _, version = first.split(b" ", 2)
    kept = [field for field in fields if not field.lower().startswith((b"connection:", b"proxy-"))]
    return b"\r\n".join([b" ".join([method, path, version]), *kept, b"Connection: close", b"", b""])


def _abort(writers: set[asyncio.StreamWriter]) -> None:
    for writer in list(writers):
        writer.transport.abort()
