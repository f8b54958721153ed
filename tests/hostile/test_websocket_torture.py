"""RFC 6455 against the real server, byte by byte: what is allowed works, what is not ends with the right code."""

import struct
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.hostile.asking import ask_for_upgrade
from tests.hostile.rest import Reply
from tests.hostile.traces import at_rest, figure, samples, wait_until
from tests.hostile.world import MARKER, World
from tests.kit.raw_websocket import (
    Opcode,
    RawConnection,
    RawWebSocket,
    frame_bytes,
    frame_header,
    open_websocket,
    upgrade_request,
)
from tests.kit.running.system import Service

MAX_FRAME_BYTES = 64 * 1024
FLOOD = 30_000  # frames; what a user may send at once is a fraction of it
NORMAL, PROTOCOL_ERROR, INVALID_UTF8, TOO_BIG, FLOODING = 1000, 1002, 1007, 1009, 4501
PING_FRAME = b'{"type":"ping","ref":"\xc3\xa9-\xe2\x82\xac-\xf0\x9f\x98\x80"}'


def text(payload: bytes, *, fin: bool = True) -> bytes:
    return frame_bytes(Opcode.TEXT, payload, fin=fin)


def rest_of(payload: bytes, *, fin: bool = True) -> bytes:
    return frame_bytes(Opcode.CONTINUATION, payload, fin=fin)


def closing(code: int, reason: bytes = b"") -> bytes:
    return frame_bytes(Opcode.CLOSE, struct.pack("!H", code) + reason)


@pytest.fixture
def victim(world: World) -> Iterator[RawWebSocket]:
    """A socket to be abused; afterwards others are served as before."""
    with world.sockets(world.person()) as (socket,):
        yield socket
    talk = world.talk
    with world.sockets(talk.buyer) as (buyer,):
        sent = buyer.ask({"type": "send_message", "conversationId": talk.id, "message": MARKER, "ref": "after"})
        assert sent["type"] == "message_sent"


@pytest.mark.parametrize("place", range(1, len(PING_FRAME)))
def test_a_text_may_be_cut_anywhere(world: World, place: int) -> None:
    """Also in the middle of a character, also with a ping in between, also byte by byte."""
    with world.sockets(world.stranger) as (socket,):
        socket.send(text(PING_FRAME[:place], fin=False))
        socket.send(frame_bytes(Opcode.PING, b"in between"))
        socket.send(rest_of(b"", fin=False))
        socket.send(rest_of(PING_FRAME[place:]))
        assert socket.next_frame() == (Opcode.PONG, b"in between")
        assert socket.next_json()["type"] == "pong"


def test_a_text_may_come_in_single_bytes(victim: RawWebSocket) -> None:
    """A frame for each, and each frame in single bytes."""
    *first, last = (PING_FRAME[place : place + 1] for place in range(len(PING_FRAME)))
    frames = [text(first[0], fin=False), *(rest_of(byte, fin=False) for byte in first[1:]), rest_of(last)]
    for byte in b"".join(frames):
        victim.send(bytes([byte]))
    assert victim.next_json()["type"] == "pong"


@pytest.mark.parametrize("payload", [b"", b"x", b"x" * 125])
def test_a_ping_is_answered_with_what_it_carried(victim: RawWebSocket, payload: bytes) -> None:
    """Up to the longest that is allowed; a pong that nobody asked for is none's business."""
    victim.send_frame(Opcode.PONG, b"unsolicited")
    victim.send_frame(Opcode.PING, payload)
    assert victim.next_frame() == (Opcode.PONG, payload)


BREACHES = {
    "control frame over 125 bytes": (frame_bytes(Opcode.PING, b"x" * 126), PROTOCOL_ERROR),
    "fragmented ping": (frame_bytes(Opcode.PING, b"x", fin=False), PROTOCOL_ERROR),
    "fragmented close": (frame_bytes(Opcode.CLOSE, struct.pack("!H", 1000), fin=False), PROTOCOL_ERROR),
    "continuation of nothing": (rest_of(b"x"), PROTOCOL_ERROR),
    "continuation of a finished text": (text(b"{}") + rest_of(b"x"), PROTOCOL_ERROR),
    "text inside a text": (text(b"{", fin=False) + text(b"}"), PROTOCOL_ERROR),
    "text begun inside a text": (text(b"{", fin=False) + text(b"}", fin=False), PROTOCOL_ERROR),
    **{
        f"reserved opcode {code:#x}": (frame_bytes(code), PROTOCOL_ERROR)
        for code in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
    },
    **{f"reserved bit {bit}": (frame_bytes(Opcode.TEXT, b"{}", reserved=bit), PROTOCOL_ERROR) for bit in (1, 2, 4, 7)},
    "not UTF-8": (text(b'"\xff"'), INVALID_UTF8),
    "UTF-8 too long": (text(b'"\xc0\xaf"'), INVALID_UTF8),
    "a surrogate in UTF-8": (text(b'"\xed\xa0\x80"'), INVALID_UTF8),
    "beyond Unicode": (text(b'"\xf4\x90\x80\x80"'), INVALID_UTF8),
    "half a character at the end": (text(b'"\xe2\x82'), INVALID_UTF8),
    "not UTF-8 over two frames": (text(b'"\xe2', fin=False) + rest_of(b'"'), INVALID_UTF8),
    "a text within a text that began empty": (text(b"", fin=False) + text(b"{}"), PROTOCOL_ERROR),
    "a byte of a code": (frame_bytes(Opcode.CLOSE, b"\x03"), PROTOCOL_ERROR),
    "a reason that is not UTF-8": (closing(1000, b"\xff\xfe"), INVALID_UTF8),
    **{
        f"close code {code}": (closing(code), PROTOCOL_ERROR)
        for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)
    },
    "longer than is said to be the most": (text(b" " * (MAX_FRAME_BYTES + 1)), TOO_BIG),
    "longer in sum": (text(b" " * 40_000, fin=False) + rest_of(b" " * 40_000), TOO_BIG),
    **{f"announced 2**{power}": (frame_header(Opcode.TEXT, 2**power), TOO_BIG) for power in (17, 31, 32, 53, 62, 63)},
    "announced as a continuation": (text(b"{", fin=False) + frame_header(Opcode.CONTINUATION, 2**40), TOO_BIG),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_ends_the_socket_with_its_code(victim: RawWebSocket, breach: str) -> None:
    """By the header alone where that tells: nobody waits for what was announced."""
    sent, code = BREACHES[breach]
    victim.send(sent)
    assert victim.close_code() == code


def test_a_frame_that_is_not_utf8_is_named_before_the_close(victim: RawWebSocket) -> None:
    """So that its sender fails that message instead of sending it again on the next socket."""
    victim.send(text(b'{"type":"send_message","clientMessageId":"c-1","ref":"r-1","message":"\xff"}'))
    refusal = victim.next_json()
    assert (refusal["type"], refusal["code"], refusal["retryable"]) == ("error", "malformed_json", False)
    assert (refusal["clientMessageId"], refusal["ref"]) == ("c-1", "r-1")
    assert victim.close_code() == INVALID_UTF8


@pytest.mark.parametrize("code", [1000, 1001, 1003, 1008, 1011, 1012, 3000, 3999, 4000, 4999])
def test_a_proper_close_is_answered(victim: RawWebSocket, code: int) -> None:
    """With or without a reason; what comes after it is not looked at."""
    victim.send(closing(code, "bye \u20ac".encode()) + text(b"\xff"))
    assert victim.close_code() == NORMAL


def test_a_close_without_a_code_is_answered(victim: RawWebSocket) -> None:
    """Which RFC 6455 allows."""
    victim.send(frame_bytes(Opcode.CLOSE))
    assert victim.close_code() == NORMAL


def test_an_unmasked_frame_ends_the_socket(victim: RawWebSocket) -> None:
    """RFC 6455, section 5.1."""
    victim.send(frame_bytes(Opcode.TEXT, b'{"type":"ping"}', masked=False))
    victim.send(closing(1000))
    assert victim.close_code() == PROTOCOL_ERROR


def test_close_codes_that_clients_choose_do_not_become_labels(world: World) -> None:
    """The figures of a service stay few, whatever its clients say."""
    for code in (3001, 3777, 4321, 4998):
        with world.sockets(world.stranger) as (socket,):
            socket.send(closing(code))
            assert socket.close_code() == NORMAL
    wait_until(lambda: at_rest(world))
    delivery = world.system.delivery[0]
    assert figure(delivery, "delivery_sockets_closed_total", code="other") >= 4
    assert not {dict(labels).get("code") for _, labels in samples(delivery)} & {"3001", "3777", "4321", "4998"}


@pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.PONG])
def test_a_flood_ends_its_own_socket(world: World, victim: RawWebSocket, opcode: Opcode) -> None:
    """Frames that ask for nothing count like all others."""
    delivery = world.system.delivery[0]
    before = figure(delivery, "delivery_sockets_closed_total", code=str(FLOODING))
    with suppress(ConnectionError):  # closed before the last of it was out
        victim.send(frame_bytes(opcode) * FLOOD)
    victim.close_code()  # not looked at: what was still under way may reset the connection before it is read
    wait_until(lambda: figure(delivery, "delivery_sockets_closed_total", code=str(FLOODING)) == before + 1)


HANDSHAKES: dict[str, dict[str, object]] = {
    "another method": {"request_line": "POST /ws HTTP/1.1"},
    "HEAD": {"request_line": "HEAD /ws HTTP/1.1"},
    "HTTP/1.0": {"request_line": "GET /ws HTTP/1.0"},
    "no upgrade": {"headers": {"Upgrade": None}},
    "upgrade to something else": {"headers": {"Upgrade": "h2c"}},
    "no connection field": {"headers": {"Connection": None}},
    "connection: close": {"headers": {"Connection": "close"}},
    "no version": {"headers": {"Sec-WebSocket-Version": None}},
    **{
        f"version {version}": {"headers": {"Sec-WebSocket-Version": version}}
        for version in ("", "0", "7", "8", "12", "14", "13, 8")
    },
    "no key": {"headers": {"Sec-WebSocket-Key": None}},
    **{
        f"key {key!r}": {"headers": {"Sec-WebSocket-Key": key}}
        for key in (
            "",
            "short",
            "dGhlIHNhbXBsZSBub25jZQ",
            "dGhlIHNhbXBsZSBub25jZQ==" * 2,
            "\xe9" * 22 + "==",
            "AAAAAAAAAAAAAAAAAAAAAAAA",
        )
    },
}


@pytest.mark.parametrize("handshake", HANDSHAKES)
def test_a_wrong_handshake_is_an_ordinary_answer(world: World, handshake: str) -> None:
    """Also with a good token: nothing is upgraded, and the right version is named."""
    reply = refusal(world, HANDSHAKES[handshake])
    if handshake in ("another method", "HEAD"):
        assert reply.status == 405
    else:
        assert reply.outcome == "422 invalid_request"
        assert reply.headers.get("sec-websocket-version", "13") == "13"


def test_a_handshake_that_never_ends_is_cut_off(world: World, impatient: Service) -> None:
    """Whether it stands still or trickles; the patient ones are served meanwhile."""
    with ExitStack() as stack:
        slow = [stack.enter_context(RawConnection(impatient.url)) for _ in range(50)]
        for connection in slow:
            connection.send(upgrade_request(connection.netloc, token=world.mint(world.stranger))[:-2])
        with open_websocket(impatient.url, world.mint(world.stranger)) as socket:
            socket.settle()
        for connection in slow:
            assert connection.read_to_end() == b""
    wait_until(lambda: figure(impatient, "delivery_sockets") == 0)


def test_a_body_that_never_ends_is_cut_off(world: World, impatient_rest: Service) -> None:
    """With an answer that says so."""
    for framing in (b"Content-Length: 100\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"):
        with RawConnection(impatient_rest.url) as connection:
            token = world.mint(world.stranger).encode()
            head = b"POST /api/conversations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            connection.send(head + b"Authorization: Bearer " + token + b"\r\n" + framing)
            assert connection.read_head().status == 408


@pytest.fixture(scope="module")
def impatient(world: World) -> Iterator[Service]:
    """A delivery replica that waits for nobody longer than a second."""
    yield from _impatient(world, world.system.delivery[0])


@pytest.fixture(scope="module")
def impatient_rest(world: World) -> Iterator[Service]:
    """A conversations replica that waits for nobody longer than a second."""
    yield from _impatient(world, world.system.conversations)


def _impatient(world: World, like: Service) -> Iterator[Service]:
    with world.another(like, HTTP_IDLE_SECONDS="1") as service:
        yield service


def refusal(world: World, handshake: dict[str, object]) -> Reply:
    return ask_for_upgrade(world.socket_url, token=world.mint(world.stranger), **handshake)
