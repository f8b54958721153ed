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
        self._delays: dict[Way, float] = dict.fromkeys(Way, 0.0)
        self.passed = dict.fromkeys(Way, 0)
        """Bytes of all connections so far."""
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self, ways: Iterable[Way] = tuple(Way)) -> None:
        """Swallow everything, by default in both directions; new connections are accepted and fare no better."""
        self._cut = frozenset(ways)
        for connection in self._connections:
            connection.silent |= self._cut

    def slow_down(self, seconds: float, ways: Iterable[Way] = tuple(Way)) -> None:
        """Let every byte take this much longer."""
        for way in ways:
            self._delays[way] = seconds

    def heal(self) -> None:
        """New connections work again, and nothing is slow."""
        self._cut = frozenset()
        self.slow_down(0.0)

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
        server = await self._open()
        if server is None:
            writer.transport.abort()
            return
        connection = _Connection(client=(reader, writer), server=server, delays=self._delays, passed=self.passed)
        connection.silent |= self._cut
        self._connections.add(connection)
        try:
            await connection.forward()
        finally:
            self._connections.discard(connection)
            connection.abort()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        first = next(self._turns)
        for target in self._targets[first:] + self._targets[:first]:
            with contextlib.suppress(OSError):
                return await asyncio.open_connection(*target)
        return None


class _Connection:
    def __init__(
        self,
        *,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        delays: dict[Way, float],
        passed: dict[Way, int],
    ) -> None:
        self.silent: set[Way] = set()
        self._client = client
        self._server = server
        self._delays = delays
        self._passed = passed

    async def forward(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pump(self._client[0], self._server[1], Way.TO_SERVER))
            group.create_task(self._pump(self._server[0], self._client[1], Way.TO_CLIENT))

    def abort(self) -> None:
        for _, writer in (self._client, self._server):
            writer.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: Way) -> None:
        loop = asyncio.get_running_loop()
        delayed: deque[bytes] = deque()
        with contextlib.suppress(OSError):
            while chunk := await source.read(_CHUNK):
                if sink.transport.is_closing():
                    return
                if way in self.silent:
                    continue
                self._passed[way] += len(chunk)
                if self._delays[way] or delayed:  # what comes later never overtakes
                    delayed.append(chunk)
                    loop.call_later(self._delays[way], _write_next, delayed, sink)
                else:
                    sink.write(chunk)
                    await sink.drain()
        if way not in self.silent:
            self.abort()


def _write_next(delayed: deque[bytes], sink: asyncio.StreamWriter) -> None:
    chunk = delayed.popleft()
    if not sink.transport.is_closing():
        sink.write(chunk)
