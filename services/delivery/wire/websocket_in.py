"""Decodes a client's bytes to messages (RFC 6455, section 5). Does no I/O; the other direction is `websocket_out`.

An idle socket needs no buffer: one exists only while a frame or a message is incomplete.
"""

from collections.abc import Iterator
from enum import IntEnum
from struct import unpack_from
from typing import NamedTuple

from contracts.generated.catalogues import CloseCode
from services.delivery.wire.close_codes import may_be_sent

MAX_FRAGMENTS = 1024  # fragments per message; empty ones would cost time but no bytes
_FIN, _RESERVED, _OPCODE, _MASKED, _LENGTH = 0x80, 0x70, 0x0F, 0x80, 0x7F
_MEDIUM, _LONG = 126, 127  # a length of 2, and of 8 bytes follows
_MAX_CONTROL_PAYLOAD = 125
_NO_CODE = 0


class Opcode(IntEnum):
    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


_OPCODES = {int(opcode): opcode for opcode in Opcode}


class Message(NamedTuple):
    """A client's message: text, the payload of a ping or pong, or its close code (0: none)."""

    kind: Opcode
    text: str = ""
    payload: bytes = b""
    code: int = _NO_CODE


class Violation(Exception):
    """The client violated the protocol: close the socket with `code`. `payload` is that of the offending message."""

    def __init__(self, code: CloseCode, payload: bytes = b"") -> None:
        self.code = code
        self.payload = payload
        super().__init__(code.reason)


class _Head(NamedTuple):
    """The beginning of a frame. `start` and `end` are where its payload lies in the bytes at hand."""

    opcode: Opcode
    is_final: bool
    mask: bytes
    start: int
    end: int


class FrameReader:
    """The receiving state of one socket."""

    __slots__ = ("_fragments", "_incomplete", "_kind", "_max_bytes", "_needed", "_parts")

    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        """Maximum size of one message, over all its fragments."""
        self._incomplete: bytearray | None = None
        """The bytes of an incomplete frame."""
        self._needed = 0
        """Its length, as far as it is known."""
        self._kind: Opcode | None = None
        """The opcode of the fragmented message being received."""
        self._fragments: bytearray | None = None
        self._parts = 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that `data` completes. Raises Violation; after that nothing more can be fed."""
        if self._incomplete is not None:
            self._incomplete += data
            if len(self._incomplete) < self._needed:
                return
            data, self._incomplete = bytes(self._incomplete), None
        begin, size = 0, len(data)
        while begin < size:
            head = self._head(data, begin)
            if head is None or head.end > size:
                self._incomplete = bytearray(data[begin:])
                self._needed = size - begin + 1 if head is None else head.end - begin
                return
            begin = head.end
            message = self._accept(head, _unmask(data[head.start : head.end], head.mask))
            if message is not None:
                yield message

    def _head(self, data: bytes, begin: int) -> _Head | None:
        """None while it is incomplete. An invalid frame is detected here, before its payload has arrived."""
        if len(data) < begin + 2:
            return None
        first, second = data[begin], data[begin + 1]
        opcode, length, at = _OPCODES.get(first & _OPCODE), second & _LENGTH, begin + 2
        if opcode is None or first & _RESERVED or not second & _MASKED:
            raise Violation(CloseCode.PROTOCOL_ERROR)
        is_final = bool(first & _FIN)
        if opcode >= Opcode.CLOSE and (not is_final or length > _MAX_CONTROL_PAYLOAD):
            raise Violation(CloseCode.PROTOCOL_ERROR)
        if length >= _MEDIUM:
            width = 2 if length == _MEDIUM else 8
            if len(data) < at + width:
                return None
            (length,) = unpack_from("!H" if length == _MEDIUM else "!Q", data, at)
            at += width
        if length > self._max_bytes:
            raise Violation(CloseCode.FRAME_TOO_BIG)
        if len(data) < at + 4:
            return None
        return _Head(opcode, is_final, data[at : at + 4], at + 4, at + 4 + length)

    def _accept(self, head: _Head, payload: bytes) -> Message | None:
        """The message that a frame forms or completes."""
        match head.opcode:
            case Opcode.PING | Opcode.PONG:
                return Message(head.opcode, payload=payload)
            case Opcode.CLOSE:
                return Message(head.opcode, code=_close_code(payload))
            case Opcode.CONTINUATION:
                return self._continue(head, payload)
        if self._kind is not None:  # the previous message has not ended
            raise Violation(CloseCode.PROTOCOL_ERROR)
        if head.is_final:
            return _message(head.opcode, payload)
        self._kind, self._fragments, self._parts = head.opcode, bytearray(payload), 1
        return None

    def _continue(self, head: _Head, payload: bytes) -> Message | None:
        if self._kind is None or self._fragments is None:
            raise Violation(CloseCode.PROTOCOL_ERROR)
        self._fragments += payload
        self._parts += 1
        if len(self._fragments) > self._max_bytes or self._parts > MAX_FRAGMENTS:
            raise Violation(CloseCode.FRAME_TOO_BIG)
        if not head.is_final:
            return None
        kind, whole = self._kind, bytes(self._fragments)
        self._kind = self._fragments = None
        return _message(kind, whole)


def _message(kind: Opcode, payload: bytes) -> Message:
    return Message(kind, text=_text(payload)) if kind is Opcode.TEXT else Message(kind, payload=payload)


def _text(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise Violation(CloseCode.INVALID_UTF8, payload) from None


def _close_code(payload: bytes) -> int:
    if not payload:
        return _NO_CODE
    if len(payload) == 1:
        raise Violation(CloseCode.PROTOCOL_ERROR)
    code = int.from_bytes(payload[:2])
    if not may_be_sent(code):
        raise Violation(CloseCode.PROTOCOL_ERROR)
    _text(payload[2:])
    return code


def _unmask(payload: bytes, mask: bytes) -> bytes:
    """XOR the payload with the repeated mask, as one operation on large integers."""
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload) ^ int.from_bytes(key)).to_bytes(size)
