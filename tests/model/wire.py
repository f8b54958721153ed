"""Time and transports that only move when the scheduler says so."""

import asyncio
from collections import deque
from collections.abc import Callable
from struct import unpack
from typing import Any, NamedTuple, cast

import orjson

_TEXT, _CLOSE = 0x1, 0x8


class Frame(NamedTuple):
    """One WebSocket frame of a server, not masked and not fragmented."""

    opcode: int
    payload: bytes
    size: int
    """Bytes on the wire."""

    @property
    def close_code(self) -> int | None:
        return unpack("!H", self.payload[:2])[0] if self.opcode == _CLOSE and self.payload else None

    @property
    def document(self) -> dict[str, Any] | None:
        return cast(dict[str, Any], orjson.loads(self.payload)) if self.opcode == _TEXT else None


class VirtualLoop:
    """What the core uses of an event loop: a clock, and the end of the present turn."""

    def __init__(self) -> None:
        self._now = 0.0
        self._soon: deque[Callable[[], object]] = deque()
        self._later: list[tuple[float, Callable[[], object]]] = []

    @property
    def as_loop(self) -> asyncio.AbstractEventLoop:
        return cast(asyncio.AbstractEventLoop, self)

    def time(self) -> float:
        return self._now

    def call_soon(self, callback: Callable[[], object]) -> None:
        self._soon.append(callback)

    def call_later(self, delay: float, callback: Callable[[], object]) -> None:
        self._later.append((self._now + delay, callback))

    def turn(self) -> None:
        """Everything that was due at the end of this turn of the loop."""
        while self._soon:
            self._soon.popleft()()

    def advance(self, seconds: float) -> None:
        self._now += seconds
        due = [callback for at, callback in self._later if at <= self._now]
        self._later = [(at, callback) for at, callback in self._later if at > self._now]
        for callback in due:
            callback()


class Wire(asyncio.Transport):
    """One socket: what the server wrote waits here until the client reads it, and the other way round."""

    def __init__(self) -> None:
        super().__init__()
        self.to_client: deque[Frame] = deque()
        self.to_server: deque[str] = deque()
        self.cut = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.to_client.extend(_frames(bytes(data)))

    def get_write_buffer_size(self) -> int:
        """Nothing is in the kernel: the client's pace is the scheduler's."""
        return sum(frame.size for frame in self.to_client)

    def is_closing(self) -> bool:
        return self.cut

    def close(self) -> None:
        """What was written may still be read."""

    def abort(self) -> None:
        self.cut = True
        self.to_client.clear()
        self.to_server.clear()


def _frames(data: bytes) -> list[Frame]:
    frames = []
    while data:
        head, size = 2, data[1]
        if size == 126:
            head, size = 4, unpack("!H", data[2:4])[0]
        elif size == 127:
            head, size = 10, unpack("!Q", data[2:10])[0]
        assert len(data) >= head + size, "a frame is written whole"
        frames.append(Frame(data[0] & 0x0F, data[head : head + size], head + size))
        data = data[head + size :]
    return frames
