"""One browser's way to the system: an HTTP proxy that fails the way networks do.

Through a proxy, browsers open WebSockets with CONNECT and send everything else as plain requests: so sockets alone
can be blocked, as some company networks do.
"""

import asyncio
import contextlib
from urllib.parse import urlsplit

from tests.kit.running.tcp_proxy import Connection, Stream, TcpProxy, Way

_TUNNEL_OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
_TUNNEL_REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Network(TcpProxy):
    """Works until it is lost, and again after `restore`. With `port`, every name leads to that port of this machine."""

    def __init__(self, port: int | None = None) -> None:
        super().__init__(host="127.0.0.1", port=port or 0)
        self._port = port
        self._is_lost = self._blocks_sockets = False
        self._tunnels: list[Connection] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lose(self) -> None:
        """Break every connection and let no new one through."""
        self._is_lost = True
        self.reset_all()

    def silence_sockets(self) -> None:
        """Let open WebSockets fall silent without a close; whatever is new works."""
        for tunnel in self._tunnels:
            tunnel.silent |= set(Way)

    def restore(self) -> None:
        self._is_lost = self._blocks_sockets = False

    def block_sockets(self) -> None:
        """Refuse WebSockets from now on, and break those that are open; requests pass."""
        self._blocks_sockets = True
        for tunnel in self._tunnels:
            tunnel.abort()

    async def connect(self, client: Stream) -> Connection | None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            if not self._is_lost:
                return await self._connect(client)
        return None

    async def _connect(self, client: Stream) -> Connection | None:
        reader, writer = client
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b" ", 2)
        is_tunnel = method == b"CONNECT"
        if is_tunnel and self._blocks_sockets:
            writer.write(_TUNNEL_REFUSED)
            await writer.drain()
            return None
        url = urlsplit(b"//" + target if is_tunnel else target)
        assert url.hostname is not None
        host, port = ("127.0.0.1", self._port) if self._port else (url.hostname.decode(), url.port)
        server = await asyncio.open_connection(host, port)
        connection = Connection(self, client, server)
        if is_tunnel:
            self._tunnels.append(connection)
            writer.write(_TUNNEL_OPEN)
        else:
            server[1].write(_for_the_server(head, url.path + (b"?" + url.query if url.query else b"")))
        return connection


def _for_the_server(head: bytes, path: bytes) -> bytes:
    """The head of a proxied request as the server wants it; one request per connection keeps this simple."""
    first, *fields = head.rstrip(b"\r\n").split(b"\r\n")
    method, _, version = first.split(b" ", 2)
    kept = [field for field in fields if not field.lower().startswith((b"connection:", b"proxy-"))]
    return b"\r\n".join([b" ".join([method, path, version]), *kept, b"Connection: close", b"", b""])
