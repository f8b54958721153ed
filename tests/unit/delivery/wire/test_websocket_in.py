"""Row D1 and D8 at the level of bytes: what a client sends becomes messages, however it is cut, or a violation."""

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.generated.catalogues import CloseCode
from services.delivery.wire.websocket_in import MAX_FRAGMENTS, FrameReader, Message, Opcode, Violation

MAX_BYTES = 1000
MASK = bytes.fromhex("37fa213d")
CONTROL = (Opcode.PING, Opcode.PONG)


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, reserved: int = 0, masked: bool = True) -> bytes:
    first, size, bit = (0x80 if fin else 0) | reserved | opcode, len(payload), 0x80 if masked else 0
    if size < 126:
        head = pack("!BB", first, bit | size)
    elif size < 65536:
        head = pack("!BBH", first, bit | 126, size)
    else:
        head = pack("!BBQ", first, bit | 127, size)
    if not masked:
        return head + payload
    mask = MASK
    return head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


def read(*pieces: bytes) -> list[Message]:
    reader = FrameReader(max_bytes=MAX_BYTES)
    return [message for piece in pieces for message in reader.feed(piece)]


def text(content: str) -> Message:
    return Message(Opcode.TEXT, text=content)


messages = st.one_of(
    st.text(max_size=200).map(text),
    st.binary(max_size=300).map(lambda payload: Message(Opcode.BINARY, payload=payload)),
    st.tuples(st.sampled_from(CONTROL), st.binary(max_size=125)).map(lambda it: Message(it[0], payload=it[1])),
)


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[Message], bytes]:
    """Messages, and frames that carry them: in fragments, with control frames in between."""
    sent: list[Message] = []
    data = b""
    for message in draw(st.lists(messages, max_size=5)):
        payload = message.text.encode() if message.kind is Opcode.TEXT else message.payload
        if message.kind in CONTROL:
            data += frame(message.kind, payload)
            sent.append(message)
            continue
        cuts = sorted(draw(st.lists(st.integers(0, len(payload)), max_size=3)))
        parts = [payload[a:b] for a, b in zip([0, *cuts], [*cuts, len(payload)], strict=True)]
        for number, part in enumerate(parts):
            opcode = message.kind if number == 0 else Opcode.CONTINUATION
            data += frame(opcode, part, fin=number == len(parts) - 1)
            if number < len(parts) - 1 and draw(st.booleans()):
                data += frame(Opcode.PING, b"between")
                sent.append(Message(Opcode.PING, payload=b"between"))
        sent.append(message)
    return sent, data


@given(streams(), st.data())
def test_messages_do_not_depend_on_how_the_bytes_are_split(
    stream: tuple[list[Message], bytes], choices: st.DataObject
) -> None:
    """By the client into fragments, by the network anywhere."""
    sent, data = stream
    cuts = sorted(choices.draw(st.lists(st.integers(0, len(data)), max_size=8)))
    assert read(*(data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True))) == sent


def test_messages_are_read_byte_by_byte() -> None:
    """The slowest of all networks."""
    data = frame(Opcode.TEXT, "für dich".encode()) + frame(Opcode.CLOSE, pack("!H", 1001) + b"bye")
    assert read(*(data[at : at + 1] for at in range(len(data)))) == [
        text("für dich"),
        Message(Opcode.CLOSE, code=1001),
    ]


def test_the_longest_message_is_taken() -> None:
    """In one frame and in several."""
    longest = "x" * MAX_BYTES
    assert read(frame(Opcode.TEXT, longest.encode())) == [text(longest)]
    parts = frame(Opcode.TEXT, b"x" * 600, fin=False) + frame(Opcode.CONTINUATION, b"x" * 400)
    assert read(parts) == [text(longest)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(Opcode.TEXT, b"x" * (MAX_BYTES + 1)), CloseCode.FRAME_TOO_BIG),
        (pack("!BBQ", 0x81, 0xFF, 2**63), CloseCode.FRAME_TOO_BIG),
        (frame(Opcode.TEXT, b"x" * 600, fin=False) + frame(Opcode.CONTINUATION, b"x" * 401), CloseCode.FRAME_TOO_BIG),
        (
            frame(Opcode.TEXT, fin=False) + frame(Opcode.CONTINUATION, fin=False) * MAX_FRAGMENTS,
            CloseCode.FRAME_TOO_BIG,
        ),
        (frame(Opcode.TEXT, b"\xff\xfe"), CloseCode.INVALID_UTF8),
        (frame(Opcode.TEXT, b"\xed\xa0\x80"), CloseCode.INVALID_UTF8),  # a lone surrogate
        (frame(Opcode.TEXT, b"\xc3", fin=False) + frame(Opcode.CONTINUATION, b"x"), CloseCode.INVALID_UTF8),
        (frame(Opcode.CLOSE, pack("!H", 1000) + b"\xff"), CloseCode.INVALID_UTF8),
        (frame(Opcode.TEXT, b"{}", masked=False), CloseCode.PROTOCOL_ERROR),
        (frame(Opcode.TEXT, b"{}", reserved=0x40), CloseCode.PROTOCOL_ERROR),
        (frame(Opcode.TEXT, b"{}", reserved=0x10), CloseCode.PROTOCOL_ERROR),
        (frame(3), CloseCode.PROTOCOL_ERROR),
        (frame(11), CloseCode.PROTOCOL_ERROR),
        (frame(Opcode.CONTINUATION, b"x"), CloseCode.PROTOCOL_ERROR),
        (frame(Opcode.TEXT, b"x", fin=False) + frame(Opcode.TEXT, b"x"), CloseCode.PROTOCOL_ERROR),
        (frame(Opcode.PING, fin=False), CloseCode.PROTOCOL_ERROR),
        (frame(Opcode.PING, b"x" * 126), CloseCode.PROTOCOL_ERROR),
        (frame(Opcode.CLOSE, b"\x03"), CloseCode.PROTOCOL_ERROR),
        *[(frame(Opcode.CLOSE, pack("!H", code)), CloseCode.PROTOCOL_ERROR) for code in (0, 999, 1004, 1005, 1006)],
        *[(frame(Opcode.CLOSE, pack("!H", code)), CloseCode.PROTOCOL_ERROR) for code in (1015, 2999, 5000, 65535)],
    ],
)
def test_protocol_violation_closes_with_its_code(data: bytes, code: CloseCode) -> None:
    """What came before counts."""
    reader = FrameReader(max_bytes=MAX_BYTES)
    heard: list[Message] = []
    with pytest.raises(Violation) as violation:
        heard.extend(reader.feed(frame(Opcode.TEXT, b"before")))
        heard.extend(reader.feed(data))
    assert violation.value.code is code
    assert heard == [text("before")]


@pytest.mark.parametrize("code", [1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999])
def test_a_close_with_a_valid_code_is_accepted(code: int) -> None:
    """And one without."""
    assert read(frame(Opcode.CLOSE, pack("!H", code))) == [Message(Opcode.CLOSE, code=code)]
    assert read(frame(Opcode.CLOSE)) == [Message(Opcode.CLOSE, code=0)]


def test_a_length_is_checked_before_its_payload_arrives() -> None:
    """Nobody waits for what was announced."""
    with pytest.raises(Violation):
        read(frame(Opcode.TEXT, b"x" * (MAX_BYTES + 1))[:4])
