"""The frames queued for one client.

Senders append a frame and go on; nothing ever waits for a client. Frames queued within one iteration of the event loop
leave in one write. The limit counts bytes: those queued here, and those the transport could not hand to the kernel
because the client does not read.

The bytes go straight to the transport. That is safe because each frame is written whole and synchronously, here and
by aiohttp alike, so that frames never interleave.
"""

import asyncio

import structlog

log = structlog.get_logger(__name__)


class WriteCycle:
    """Writes every outbox that has frames, once per iteration of the event loop."""

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
                # One broken transport must not block the frames of the others.
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
        """Whether it accepts no more frames."""
        return self._closed

    @property
    def backlog(self) -> int:
        """Bytes queued here and in the transport."""
        return self._bytes + self._transport.get_write_buffer_size()

    def offer(self, frame: bytes) -> bool:
        """Queue one frame; False if the client is too far behind and the frame was not queued."""
        if self._closed:
            return True  # the close frame tells the client to reconnect, so nothing is lost
        waiting = self._bytes + len(frame)
        if waiting + self._transport.get_write_buffer_size() > self._max_bytes:
            return False
        if not self._frames:
            self._cycle.add(self)
        self._frames.append(frame)
        self._bytes = waiting
        return True

    def flush(self) -> None:
        """Hand the queued frames to the transport."""
        frames = self._frames
        if not frames:
            return
        self._frames = []
        self._bytes = 0
        if not self._transport.is_closing():
            self._transport.write(frames[0] if len(frames) == 1 else b"".join(frames))

    def close(self, last: bytes) -> None:
        """Write the queued frames and then `last`; accept nothing after it."""
        if self._closed:
            return
        self._frames.append(last)
        self.flush()
        self._closed = True

    def abandon(self, last: bytes) -> None:
        """As `close`, but drop the queued frames, which frees their memory at once."""
        self._frames = []
        self.close(last)
