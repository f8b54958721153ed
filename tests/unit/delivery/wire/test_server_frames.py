"""Every frame that is written by hand is valid by the contract."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from contracts.generated.models import ServerFrame
from services.delivery.wire import server_frames
from services.delivery.wire.errors import SENTENCES, Echo, FieldFault, FrameError
from services.delivery.wire.websocket_out import close_frame, ping_frame, pong_frame, text_frame

SERVER_FRAMES: TypeAdapter[Any] = TypeAdapter(ServerFrame)
CONVERSATION = "018f2a4e-7d3b-7c11-9a55-0c6f1d2e3f40"
NOW = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
TOKEN = "e1.0-5-1023"


def payload(frame: bytes) -> bytes:
    size = frame[1]
    return frame[{126: 4, 127: 10}.get(size, 2) :]


FRAMES = {
    "welcome": server_frames.welcome(
        connection_id="c1",
        user_id="a",
        expires_at=NOW,
        heartbeat_ms=30000,
        answer_within_ms=10000,
        max_frame_bytes=65536,
        token=TOKEN,
    ),
    "message_sent": server_frames.message_sent(
        conversation_id=CONVERSATION,
        client_message_id="c",
        message_id=CONVERSATION,
        seq=3,
        created_at="2026-01-02T03:04:05.000006Z",
        duplicate=True,
        ref="r",
    ),
    "read": server_frames.read(conversation_id=CONVERSATION, user_id="a", last_read_seq=0, ref=None),
    "joined": server_frames.joined(
        conversation_id=CONVERSATION,
        counterpart_id="b",
        last_seq=5,
        last_read_seq=4,
        counterpart_last_read_seq=3,
        ref="r",
    ),
    "left": server_frames.left(conversation_id=CONVERSATION, ref=None),
    "typing": server_frames.typing(conversation_id=CONVERSATION, user_id="a", is_typing=True),
    "resumed": server_frames.resumed([], token=TOKEN, ref="r"),
    "authenticated": server_frames.authenticated(expires_at=NOW, ref="r"),
    "pong": server_frames.pong(token=TOKEN, ref=None),
}


@pytest.mark.parametrize("name", FRAMES)
def test_each_frame_is_valid(name: str) -> None:
    """And is the frame it claims to be."""
    assert SERVER_FRAMES.validate_json(payload(FRAMES[name])).type == name


@pytest.mark.parametrize("code", SENTENCES)
def test_each_error_is_valid(code: str) -> None:
    """With everything in it, and with nothing but its code."""
    full = FrameError(
        code, Echo("r", CONVERSATION, "c-1"), (FieldFault("message", "too long"),), "x" * 900, retry_after_ms=5
    )
    for error in (full, FrameError(code)):
        assert SERVER_FRAMES.validate_json(payload(server_frames.error(error))).code == code


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536, 200_000])
def test_the_length_is_written_as_rfc_6455_wants_it(size: int) -> None:
    """In one, three or nine bytes."""
    frame = text_frame(b"x" * size)
    assert payload(frame) == b"x" * size
    if size >= 126:
        width = 2 if size < 65536 else 8
        assert int.from_bytes(frame[2 : 2 + width], "big") == size


def test_control_frames() -> None:
    """Their bytes, as an RFC 6455 client reads them."""
    assert ping_frame() == b"\x89\x00"
    assert pong_frame(b"hi") == b"\x8a\x02hi"
    assert close_frame(4000, "draining") == b"\x88\x0a\x0f\xa0draining"
