"""A TCP proxy that can fall silent, as a network does when a cable is pulled: no close, no reset, no bytes."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

_CHUNK = 64 * 1024


class TcpProxy:
    """Forwards 127.0.0.1:`port` to a server. Connections that were open during a cut never speak again."""

    def __init__(self, *, host: str, port: int) -> None:
        self._target = (host, port)
        self._cut = False
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Swallow everything, in both directions; new connections are accepted and hear nothing."""
        self._cut = True
        for connection in self._connections:
            connection.silent = True

    def heal(self) -> None:
        """New connections work again."""
        self._cut = False

    def reset_all(self) -> None:
        """Break every open connection at once, noticeably for both sides."""
        for connection in list(self._connections):
            connection.abort()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.reset_all()
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(client=(reader, writer), server=server)
        connection.silent = self._cut
        self._connections.add(connection)
        try:
            await connection.forward()
        finally:
            self._connections.discard(connection)
            connection.abort()


class _Connection:
    def __init__(
        self,
        *,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self.silent = False
        self._client = client
        self._server = server

    async def forward(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pump(self._client[0], self._server[1]))
            group.create_task(self._pump(self._server[0], self._client[1]))

    def abort(self) -> None:
        for _, writer in (self._client, self._server):
            writer.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(_CHUNK):
                if not self.silent:
                    sink.write(chunk)
                    await sink.drain()
        if not self.silent:
            self.abort()
