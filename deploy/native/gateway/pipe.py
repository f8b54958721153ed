"""Joins two connections: bytes pass unparsed in both directions, and when one ends, so does the other.

Each end is closed once all bytes from the other are written, without any action of the client or the service: the
surviving side notices at once. A client that is still sending loses none of its service's last bytes.
"""

import asyncio
from collections.abc import Callable

STALLED_SECONDS = 60.0  # how long one side may read nothing while bytes wait for it
_CLOSE_SECONDS = 3.0  # time to deliver the remaining bytes to a connection that is being closed
_MAX_BUFFERED_BYTES = 256 * 1024  # buffer for a slow reader; beyond this the other side is not read either


class Pipe:
    """Joins two open connections; calls `on_end` once, as soon as either has ended."""

    def __init__(
        self, client: asyncio.Transport, upstream: asyncio.Transport, on_end: Callable[["Pipe"], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._client, self._upstream = client, upstream
        self._on_end = on_end
        self._ended = False
        self.client_end = _End(self, upstream, self.end)
        self.upstream_end = _End(self, client, self._upstream_ended)
        for transport in (client, upstream):
            transport.set_write_buffer_limits(high=_MAX_BUFFERED_BYTES)

    def end(self) -> None:
        """Close both connections; bytes already sent still arrive, if they are read soon."""
        if self._ended:
            return
        self._ended = True
        for transport in (self._client, self._upstream):
            transport.close()
        self._loop.call_later(_CLOSE_SECONDS, self.abort)
        self._on_end(self)

    def _upstream_ended(self) -> None:
        """Close towards the client at once, but read and drop its bytes for a moment.

        Bytes that arrive at a closed connection reset it, and many clients then stop reading.
        """
        if self._ended:
            return
        self._ended = True
        self._upstream.close()
        if not self._client.is_closing():
            self._client.resume_reading()
            self._client.write_eof()
        self._loop.call_later(_CLOSE_SECONDS, self.abort)
        self._on_end(self)

    def abort(self) -> None:
        for transport in (self._client, self._upstream):
            transport.abort()
        self.end()

    def watch_stalled(self) -> asyncio.TimerHandle:
        return self._loop.call_later(STALLED_SECONDS, self.abort)


class _End(asyncio.Protocol):
    """One of the two ends: bytes received here are written to the other."""

    def __init__(self, pipe: Pipe, other: asyncio.Transport, on_end: Callable[[], None]) -> None:
        self._pipe = pipe
        self._other = other
        self._on_end = on_end
        self._stalled: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        if not self._other.is_closing():
            self._other.write(data)

    def eof_received(self) -> None:
        self._on_end()

    def connection_lost(self, _error: Exception | None) -> None:
        self.resume_writing()
        self._on_end()

    def pause_writing(self) -> None:
        """This side reads slowly."""
        self._stalled = self._pipe.watch_stalled()
        self._other.pause_reading()

    def resume_writing(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
            if not self._other.is_closing():
                self._other.resume_reading()
