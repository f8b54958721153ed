"""Every way a socket through a gateway can end. The client here never closes by itself, and the service neither."""

import contextlib
import os
import signal
import socket
import struct
import time
from collections.abc import Callable

import pytest

from tests.integration.gateways.conftest import Gateway
from tests.integration.gateways.service import Caller, open_socket
from tests.kit.raw_websocket import Frame, Opcode, RawWebSocket, frame_bytes, upgrade_request

DRAINING = b"\x88\x0a" + (4000).to_bytes(2, "big") + b"draining"  # a close frame
PROMPT_SECONDS = 10.0  # far below every timeout of a gateway, far above a loaded machine's hiccups


def service_closes(caller: Caller) -> None:
    caller.__exit__(None, None, None)


@pytest.mark.parametrize("end", [service_closes, Caller.finish_sending, Caller.reset])
def test_a_client_notices_at_once_when_its_service_is_gone(gateway: Gateway, end: Callable[[Caller], None]) -> None:
    """A service that is killed leaves FIN or RST, whatever it had to say before."""
    client, caller = open_socket(gateway.url, gateway.service)
    with client, caller:
        end(caller)
        began = time.monotonic()
        assert client.read_to_end() == b""
        assert time.monotonic() - began < PROMPT_SECONDS


def test_bytes_sent_to_a_dead_socket_are_not_silently_dropped(gateway: Gateway) -> None:
    """Not only half of the connection is closed: sending fails, too."""
    client, caller = open_socket(gateway.url, gateway.service)
    with client:
        service_closes(caller)
        assert client.read_to_end() == b""
        began = time.monotonic()
        with pytest.raises(ConnectionError):
            while time.monotonic() - began < PROMPT_SECONDS:
                client.send(frame_bytes(Opcode.TEXT, b"anybody?"))


@pytest.mark.parametrize("end", [service_closes, Caller.finish_sending])
def test_the_last_bytes_of_a_service_arrive_before_the_close(gateway: Gateway, end: Callable[[Caller], None]) -> None:
    client, caller = open_socket(gateway.url, gateway.service)
    with client, caller:
        caller.send(DRAINING)
        end(caller)
        frame = client.next_frame()
        assert (frame.opcode, frame.close_code) == (Opcode.CLOSE, 4000)
        assert client.read_to_end() == b""


def test_the_last_bytes_of_a_service_reach_a_client_that_keeps_sending(gateway: Gateway) -> None:
    """Bytes that arrive at a closed connection reset it, and many clients then read no further."""
    client, caller = open_socket(gateway.url, gateway.service)
    with client, caller:
        caller.send(DRAINING)
        caller.finish_sending()
        while caller.receive():
            pass  # until the gateway has taken note
        for _ in range(20):
            client.send(frame_bytes(Opcode.TEXT, b"more"))
        frame = client.next_frame()
        assert (frame.opcode, frame.close_code) == (Opcode.CLOSE, 4000)


def client_half_closes(client: RawWebSocket) -> None:
    client.finish_sending()


def client_closes(client: RawWebSocket) -> None:
    client.__exit__(None, None, None)


def client_resets(client: RawWebSocket) -> None:
    client._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client_closes(client)


@pytest.mark.parametrize("end", [client_half_closes, client_closes, client_resets])
def test_a_service_notices_at_once_when_its_client_is_gone(
    gateway: Gateway, end: Callable[[RawWebSocket], None]
) -> None:
    client, caller = open_socket(gateway.url, gateway.service)
    with caller, client:
        client.send(frame_bytes(Opcode.TEXT, b"last"))
        assert caller.receive()
        end(client)
        began = time.monotonic()
        assert caller.receive() == b""
        assert time.monotonic() - began < PROMPT_SECONDS


def test_the_last_bytes_of_a_client_arrive_before_the_close(gateway: Gateway) -> None:
    client, caller = open_socket(gateway.url, gateway.service)
    with client, caller:
        client.send(frame_bytes(Opcode.TEXT, b"x" * 50_000))
        client.finish_sending()
        received = 0
        while data := caller.receive():
            received += len(data)
        assert received > 50_000


def test_a_client_that_disconnects_before_its_answer_ends_the_handshake_quietly(gateway: Gateway) -> None:
    client = RawWebSocket(gateway.url)
    client.send(upgrade_request(client.netloc))
    with gateway.service.accept() as caller:
        client_closes(client)
        with contextlib.suppress(ConnectionError):
            caller.switch()
            caller.send(DRAINING)
        while caller.receive():
            pass
    assert "Traceback" not in gateway.log
    assert "request.failed" not in gateway.log


def test_frames_that_came_with_the_handshake_arrive_in_order(gateway: Gateway) -> None:
    """Of the client with its request, of the service with its answer."""
    with RawWebSocket(gateway.url) as client:
        early = frame_bytes(Opcode.TEXT, b"early")
        client.send(upgrade_request(client.netloc) + early)
        with gateway.service.accept() as caller:
            caller.switch()
            caller.send(DRAINING)
            received = b""
            while len(received) < len(early):
                received += caller.receive()
            assert received == early
            assert client.read_head().status == 101
            assert client.next_frame() == Frame(Opcode.CLOSE, DRAINING[2:])


def test_a_gateway_that_stops_ends_its_sockets_on_both_sides(native: Gateway) -> None:
    client, caller = open_socket(native.url, native.service)
    with client, caller:
        os.kill(native.process.pid, signal.SIGTERM)
        began = time.monotonic()
        assert client.read_to_end() == b""
        assert caller.receive() == b""
        assert time.monotonic() - began < PROMPT_SECONDS
