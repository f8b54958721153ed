"""What is on its way to one client.

Whoever has something to send appends it and goes on; nobody ever waits for a client. Frames that gather within one
turn of the event loop leave with one write. The bound counts bytes: what waits here, and what the transport could
not hand to the kernel because the client does not read.

The bytes go straight to the transport. That is safe because each frame is written whole and synchronously, here and
by aiohttp alike, so that frames never interleave.
"""

import asyncio

import structlog

log = structlog.get_logger(__name__)


class WriteCycle:
    """Writes every outbox that got something, once per turn of the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._dirty: list[Outbox] = []

    def add(self, outbox: "Outbox") -> None:
        if not self._dirty:
            self._loop.call_soon(self._flush)
        self._dirty.append(outbox)

    def _flush(self) -> None:
        dirty, self._dirty = self._dirty, []
        for outbox in dirty:
            try:
                outbox.flush()
            except Exception:
                # One broken transport must not keep the frames of this turn from all the others.
                log.exception("outbox.flush_failed")


class Outbox:
    """A bounded queue of rendered frames in front of one transport."""

    __slots__ = ("_bytes", "_closed", "_cycle", "_frames", "_max_bytes", "_transport")

    def __init__(self, *, transport: asyncio.WriteTransport, cycle: WriteCycle, max_bytes: int) -> None:
        self._transport = transport
        self._cycle = cycle
        self._max_bytes = max_bytes
        self._frames: list[bytes] = []
        self._bytes = 0
        self._closed = False

    @property
    def closed(self) -> bool:
        """Nothing is taken any more."""
        return self._closed

    @property
    def backlog(self) -> int:
        """Bytes that wait, here and in the transport."""
        return self._bytes + self._transport.get_write_buffer_size()

    def offer(self, frame: bytes) -> bool:
        """Take one frame; False when the client is too far behind for it, and it was not taken."""
        if self._closed:
            return True  # whoever closed it has told the client to reconnect; nothing is owed any more
        waiting = self._bytes + len(frame)
        if waiting + self._transport.get_write_buffer_size() > self._max_bytes:
            return False
        if not self._frames:
            self._cycle.add(self)
        self._frames.append(frame)
        self._bytes = waiting
        return True

    def flush(self) -> None:
        """Hand what waits to the transport."""
        frames = self._frames
        if not frames:
            return
        self._frames = []
        self._bytes = 0
        if not self._transport.is_closing():
            self._transport.write(frames[0] if len(frames) == 1 else b"".join(frames))

    def close(self, last: bytes) -> None:
        """Write what waits and then `last`; nothing comes after it."""
        if self._closed:
            return
        self._frames.append(last)
        self.flush()
        self._closed = True

    def abandon(self, last: bytes) -> None:
        """As close, but what waits is dropped: its memory is free at once."""
        self._frames = []
        self.close(last)
