"""A TCP proxy that fails as networks do: it falls silent (no close, no reset, no bytes), also one way, or is slow."""

import asyncio
import contextlib
import itertools
from collections import deque
from collections.abc import Iterable, Sequence
from enum import Enum
from types import TracebackType
from typing import Self

_CHUNK = 64 * 1024

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Way(Enum):
    """Where bytes go."""

    TO_SERVER = "to the server"
    TO_CLIENT = "to the client"


class TcpProxy:
    """Forwards 127.0.0.1:`port` to a server. Connections that were open during a cut never speak again.

    With `more_ports` connections take turns among several servers on one host; one that refuses is passed over.
    """

    def __init__(self, *, host: str, port: int, more_ports: Sequence[int] = ()) -> None:
        self._targets = [(host, number) for number in (port, *more_ports)]
        self._turns = itertools.cycle(range(len(self._targets)))
        self._cut: frozenset[Way] = frozenset()
        self.delays: dict[Way, float] = dict.fromkeys(Way, 0.0)
        self.passed = dict.fromkeys(Way, 0)
        """Bytes of all connections so far."""
        self.swallowed = 0
        """Bytes that were to pass through silent connections."""
        self._server: asyncio.Server | None = None
        self.connections: set[Connection] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self, ways: Iterable[Way] = tuple(Way)) -> None:
        """Swallow everything, by default in both directions; new connections are accepted and fare no better."""
        self._cut = frozenset(ways)
        for connection in self.connections:
            connection.silent |= self._cut

    def slow_down(self, seconds: float, ways: Iterable[Way] = tuple(Way)) -> None:
        """Let every byte take this much longer."""
        for way in ways:
            self.delays[way] = seconds

    def heal(self) -> None:
        """New connections work again, and nothing is slow."""
        self._cut = frozenset()
        self.slow_down(0.0)

    def reset_all(self) -> None:
        """Break every open connection at once, noticeably for both sides."""
        for connection in list(self.connections):
            connection.abort()

    async def connect(self, client: Stream) -> "Connection | None":
        """Make the connection to a server for a new client; None when there is none to be had."""
        first = next(self._turns)
        for target in self._targets[first:] + self._targets[:first]:
            with contextlib.suppress(OSError):
                return Connection(self, client, await asyncio.open_connection(*target))
        return None

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
        connection = await self.connect((reader, writer))
        if connection is None:
            writer.transport.abort()
            return
        connection.silent |= self._cut
        self.connections.add(connection)
        try:
            await connection.forward()
        finally:
            self.connections.discard(connection)
            connection.abort()


class Connection:
    """One client and its server."""

    def __init__(self, proxy: TcpProxy, client: Stream, server: Stream) -> None:
        self.silent: set[Way] = set()
        self._proxy, self._client, self._server = proxy, client, server

    async def forward(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pump(self._client[0], self._server[1], Way.TO_SERVER))
            group.create_task(self._pump(self._server[0], self._client[1], Way.TO_CLIENT))

    def abort(self) -> None:
        for _, writer in (self._client, self._server):
            writer.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: Way) -> None:
        loop, proxy = asyncio.get_running_loop(), self._proxy
        delayed: deque[bytes] = deque()
        with contextlib.suppress(OSError):
            while chunk := await source.read(_CHUNK):
                if sink.transport.is_closing():
                    return
                if way in self.silent:
                    proxy.swallowed += len(chunk)
                    continue
                proxy.passed[way] += len(chunk)
                if proxy.delays[way] or delayed:  # what comes later never overtakes
                    delayed.append(chunk)
                    loop.call_later(proxy.delays[way], _write_next, delayed, sink)
                else:
                    sink.write(chunk)
                    await sink.drain()
        if way not in self.silent:
            sink.close()  # once everything has passed


def _write_next(delayed: deque[bytes], sink: asyncio.StreamWriter) -> None:
    chunk = delayed.popleft()
    if not sink.transport.is_closing():
        sink.write(chunk)
