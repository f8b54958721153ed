"""Every frame that is written by hand is valid by the contract."""

import inspect
from datetime import datetime
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter
from pydantic.alias_generators import to_camel

from contracts.generated.models import ServerFrame
from contracts.schemas import ROOT
from services.delivery.wire import server_frames
from services.delivery.wire.errors import SENTENCES, Echo, FieldFault, FrameError
from services.delivery.wire.websocket_out import close_frame, ping_frame, pong_frame, text_frame
from tests.kit import examples

FRAME: TypeAdapter[Any] = TypeAdapter(ServerFrame)
CONVERSATION = "018f2a4e-7d3b-7c11-9a55-0c6f1d2e3f40"


def payload(frame: bytes) -> bytes:
    size = frame[1]
    return frame[{126: 4, 127: 10}.get(size, 2) :]


RENDERED = [
    example
    for path in sorted((ROOT / "frames" / "server").glob("*.json"))
    if path.stem != "error" and hasattr(server_frames, path.stem)
    for example in examples.server_frames(path.stem)
]


@pytest.mark.parametrize("example", RENDERED, ids=lambda example: str(example["type"]))
def test_a_frame_is_rendered_as_in_its_example(example: examples.Json) -> None:
    """Except the time, and the token of a frame from the log, which is not rendered here."""
    render = getattr(server_frames, example["type"])
    parameters = inspect.signature(render).parameters
    rendered = payload(render(**{name: argument(name, example) for name in parameters}))
    assert FRAME.validate_json(rendered).type == example["type"]
    others = {"serverTime"} if "token" in parameters else {"serverTime", "token"}
    assert without(others, orjson.loads(rendered)) == without(others, example)


def argument(name: str, example: examples.Json) -> object:
    value = example.get(to_camel(name))
    return datetime.fromisoformat(str(value)) if name == "session_expires_at" else value


def without(names: set[str], frame: examples.Json) -> examples.Json:
    return {name: value for name, value in frame.items() if name not in names}


@pytest.mark.parametrize("code", SENTENCES)
def test_each_error_is_valid(code: str) -> None:
    """With everything in it, and with nothing but its code."""
    full = FrameError(
        code, Echo("r", CONVERSATION, "c-1"), (FieldFault("message", "too long"),), "x" * 900, retry_after_ms=5
    )
    for error in (full, FrameError(code)):
        assert FRAME.validate_json(payload(server_frames.error(error))).code == code


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
