"""A WebSocket client that obeys only when told to: it sends any bytes, and shows every frame it gets.

Blocking, for tests that are plain functions (Hypothesis runs those).
"""

import base64
import hashlib
import os
import socket
from collections.abc import Iterable, Mapping
from enum import IntEnum
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import orjson

PATIENCE_SECONDS = 60.0  # a loaded machine is slow
_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
_END_OF_HEAD = b"\r\n\r\n"
_READ_BYTES = 64 * 1024

Json = dict[str, Any]


class Opcode(IntEnum):
    """RFC 6455, section 5.2."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


class Frame(NamedTuple):
    """One frame from the server."""

    opcode: int
    payload: bytes

    @property
    def close_code(self) -> int:
        return int.from_bytes(self.payload[:2], "big")


class Ended(Exception):
    """The server closed: `code` is that of its close frame, None when there was none."""

    def __init__(self, code: int | None) -> None:
        self.code = code
        super().__init__(f"closed with {code}")


class Head(NamedTuple):
    """Status and header fields of an HTTP answer; names in lower case."""

    status: int
    headers: Mapping[str, str]


class RawConnection:
    """A TCP connection on which bytes are sent as they are."""

    def __init__(self, url: str, *, patience: float = PATIENCE_SECONDS) -> None:
        where = urlsplit(url)
        self.netloc = where.netloc
        self._socket = socket.create_connection((where.hostname, where.port), timeout=patience)
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def finish_sending(self) -> None:
        """Half-close: the server sees the end of what we send and can still answer."""
        self._socket.shutdown(socket.SHUT_WR)

    def read_exactly(self, size: int) -> bytes:
        """Raises EOFError when the server ends before; TimeoutError when it is silent."""
        while len(self._buffer) < size:
            self._receive()
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def read_head(self) -> Head:
        """The next HTTP answer up to its body. Raises EOFError, TimeoutError."""
        while _END_OF_HEAD not in self._buffer:
            self._receive()
        head, _, self._buffer = self._buffer.partition(_END_OF_HEAD)
        status_line, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return Head(int(status_line.split(" ")[1]), {name.lower(): value.strip() for name, _, value in pairs})

    def read_to_end(self) -> bytes:
        """Everything until the server closes."""
        try:
            while True:
                self._receive()
        except EOFError:
            taken, self._buffer = self._buffer, b""
            return taken

    def _receive(self) -> None:
        try:
            data = self._socket.recv(_READ_BYTES)
        except ConnectionError:
            data = b""
        if not data:
            raise EOFError
        self._buffer += data


class RawWebSocket(RawConnection):
    """A connection after its upgrade."""

    def send_frame(
        self, opcode: int, payload: bytes = b"", *, fin: bool = True, reserved: int = 0, masked: bool = True
    ) -> None:
        self.send(frame_bytes(opcode, payload, fin=fin, reserved=reserved, masked=masked))

    def send_text(self, text: str | bytes) -> None:
        self.send_frame(Opcode.TEXT, text.encode() if isinstance(text, str) else text)

    def send_json(self, frame: Mapping[str, Any]) -> None:
        self.send_text(orjson.dumps(frame))

    def next_frame(self) -> Frame:
        """The next frame of any kind. Raises EOFError, TimeoutError."""
        first, second = self.read_exactly(2)
        size = second & 0x7F
        if size >= 126:
            size = int.from_bytes(self.read_exactly(2 if size == 126 else 8), "big")
        return Frame(first & 0x0F, self.read_exactly(size))

    def next_json(self) -> Json:
        """The next frame of the messaging protocol; pings are answered. Raises Ended when there is none."""
        while True:
            try:
                frame = self.next_frame()
            except EOFError:
                raise Ended(None) from None
            if frame.opcode == Opcode.TEXT:
                received: Json = orjson.loads(frame.payload)
                return received
            if frame.opcode == Opcode.CLOSE:
                raise Ended(frame.close_code)
            if frame.opcode == Opcode.PING:
                self.send_frame(Opcode.PONG, frame.payload)

    def ask(self, frame: Mapping[str, Any]) -> Json:
        """Send a frame and return the answer that repeats its `ref`."""
        self.send_json(frame)
        while (answer := self.next_json()).get("ref") != frame["ref"]:
            pass
        return answer

    def settle(self) -> list[Json]:
        """Every frame that was sent to us before the answer to a ping of now."""
        ref = os.urandom(8).hex()
        self.send_json({"type": "ping", "ref": ref})
        frames = []
        while (frame := self.next_json()).get("ref") != ref:
            frames.append(frame)
        return frames

    def close_code(self) -> int | None:
        """Read to the end; the code of the server's close frame, None when it sent none."""
        try:
            while True:
                self.next_json()
        except Ended as ended:
            return ended.code


def upgrade_request(
    netloc: str,
    *,
    token: str | None = None,
    protocols: Iterable[str] = (),
    headers: Mapping[str, str | None] | None = None,
    request_line: str = "GET /ws HTTP/1.1",
) -> bytes:
    """The head of a handshake; a field of `headers` replaces the proper one, None leaves it out."""
    fields: dict[str, str | None] = {
        "Host": netloc,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Authorization": None if token is None else f"Bearer {token}",
        "Sec-WebSocket-Protocol": ", ".join(protocols) or None,
        **(headers or {}),
    }
    lines = [request_line, *(f"{name}: {value}" for name, value in fields.items() if value is not None)]
    return "\r\n".join(lines).encode("latin-1") + _END_OF_HEAD


def upgrade_response(key: str) -> bytes:
    """A server's answer to a handshake with this key."""
    digest = hashlib.sha1((key + _SALT).encode(), usedforsecurity=False).digest()
    accept = base64.b64encode(digest).decode()
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\n\r\n"
    ).encode()


def open_websocket(url: str, token: str, **handshake: Any) -> RawWebSocket:
    """An open socket whose `welcome` has come."""
    connection = RawWebSocket(url)
    connection.send(upgrade_request(connection.netloc, token=token, **handshake))
    head = connection.read_head()
    assert head.status == 101, head
    assert connection.next_json()["type"] == "welcome"
    return connection


def frame_bytes(
    opcode: int, payload: bytes = b"", *, fin: bool = True, reserved: int = 0, masked: bool = True
) -> bytes:
    """One frame of a client."""
    mask = os.urandom(4) if masked else b""
    body = _masked(payload, mask) if masked else payload
    return frame_header(opcode, len(payload), fin=fin, reserved=reserved, masked=masked) + mask + body


def frame_header(opcode: int, size: int, *, fin: bool = True, reserved: int = 0, masked: bool = True) -> bytes:
    """The header that announces `size` bytes, whether they come or not."""
    first = (0x80 if fin else 0) | reserved << 4 | opcode
    mask_bit = 0x80 if masked else 0
    if size < 126:
        return bytes((first, mask_bit | size))
    if size < 65536:
        return bytes((first, mask_bit | 126)) + size.to_bytes(2, "big")
    return bytes((first, mask_bit | 127)) + size.to_bytes(8, "big")


def _masked(payload: bytes, mask: bytes) -> bytes:
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(payload), "big")
