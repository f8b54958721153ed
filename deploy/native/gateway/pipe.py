"""Two connections joined: bytes pass unread in both directions, and when one ends, so does the other.

Each end is closed as soon as all that came from the other is written. Neither a client nor a service has to do
anything for that: whoever was cut off notices at once. A client that is still sending loses nothing of what its service
said last.
"""

import asyncio
from collections.abc import Callable

STALLED_SECONDS = 60.0  # how long one side may read nothing while the other has something for it
_CLOSE_SECONDS = 3.0  # to take what is still written to a connection that is being closed
_MAX_BUFFERED_BYTES = 256 * 1024  # towards a side that reads slowly; then the other one is not read either


class Pipe:
    """Joins two open connections; `on_end` is called once, as soon as either has ended."""

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
        """Close both connections; what they were sent before still arrives, if they read it soon."""
        if self._ended:
            return
        self._ended = True
        for transport in (self._client, self._upstream):
            transport.close()
        self._loop.call_later(_CLOSE_SECONDS, self.abort)
        self._on_end(self)

    def _upstream_ended(self) -> None:
        """The client hears of it at once; what it still sends is read and dropped for a moment.

        Bytes that arrive at a closed connection reset it, and many clients then read no further.
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
    """One of the two: what it receives is written to the other."""

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
