"""WebSocket frames as bytes (RFC 6455, section 5.2).

A server does not mask frames, so a frame is the same for every socket: it is rendered once and written to all of them.
"""

from struct import pack

_FIN = 0x80
_TEXT, _CLOSE, _PING, _PONG = _FIN | 0x1, _FIN | 0x8, _FIN | 0x9, _FIN | 0xA
_SHORT, _MEDIUM = 126, 65536  # below these the length takes 1 and 3 bytes, else 9
_MAX_CONTROL_PAYLOAD = 125


def text_frame(payload: bytes) -> bytes:
    """`payload`, which is UTF-8, as one unfragmented text frame."""
    size = len(payload)
    if size < _SHORT:
        return pack("!BB", _TEXT, size) + payload
    if size < _MEDIUM:
        return pack("!BBH", _TEXT, 126, size) + payload
    return pack("!BBQ", _TEXT, 127, size) + payload


def close_frame(code: int, reason: str) -> bytes:
    return _control(_CLOSE, pack("!H", code) + reason.encode())


def ping_frame() -> bytes:
    return _control(_PING, b"")


def pong_frame(payload: bytes) -> bytes:
    """A pong with the payload of the ping."""
    return _control(_PONG, payload)


def _control(opcode: int, payload: bytes) -> bytes:
    return pack("!BB", opcode, min(len(payload), _MAX_CONTROL_PAYLOAD)) + payload[:_MAX_CONTROL_PAYLOAD]
