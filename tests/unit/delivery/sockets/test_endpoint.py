"""A crowd at the door: handshakes and endings are spread over turns of the loop."""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from chassis.auth.tokens import Principal, TokenVerifier
from services.delivery.log.sync_token import EventPosition, Positions
from services.delivery.metrics import Counters
from services.delivery.sockets.connection import Connection, Surroundings
from services.delivery.sockets.endpoint import ENDINGS_PER_TURN, HANDSHAKES_PER_TURN, EndpointSettings, SocketEndpoint
from services.delivery.sockets.frame_rules import SocketLimits
from services.delivery.sockets.heartbeat import Pulse
from services.delivery.sockets.hub import Hub
from services.delivery.wire.user_limits import LimitsByUser, Rates

HEADERS = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "messaging.v1, bearer.a.b.c",
}
# RFC 6455, section 1.3: the answer to this key.
SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: messaging.v1\r\n\r\n"
)


class Transport:
    """Keeps what is written, and whoever it was handed to."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.protocol: asyncio.Protocol | None = None
        self.closing = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def set_protocol(self, protocol: asyncio.Protocol) -> None:
        self.protocol = protocol

    def get_write_buffer_size(self) -> int:
        return 0

    def get_extra_info(self, _name: str) -> None:
        return None

    def is_closing(self) -> bool:
        return self.closing

    def break_off(self) -> None:
        """The network ends it."""
        assert self.protocol is not None
        self.closing = True
        self.protocol.connection_lost(None)


class Stream:
    """A live stream that stands still."""

    started = True
    positions = Positions("e", {0: EventPosition(1, 1023)})


class Verifier:
    """Believes everybody, and counts them."""

    def __init__(self) -> None:
        self.asked = 0

    async def verify(self, _token: str) -> Principal:
        self.asked += 1
        return Principal("anna", datetime(2099, 1, 1, tzinfo=UTC))


class Door:
    """An endpoint, and what it uses."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.hub: Hub[Connection] = Hub(max_per_user=1000)
        self.verifier = Verifier()
        around = Surroundings(
            loop=loop,
            hub=self.hub,
            stream=cast(Any, Stream()),
            commands=cast(Any, None),
            lookups=cast(Any, None),
            counters=Counters(),
        )
        self.endpoint = SocketEndpoint(
            settings=EndpointSettings(
                allowed_origins=(),
                max_connections=1000,
                max_frame_bytes=65536,
                outbox_max_bytes=65536,
                heartbeat_seconds=30,
                command_deadline_seconds=10,
                socket_limits=SocketLimits(bad_frames=20, refused_frames=200, in_flight_commands=256),
            ),
            around=around,
            verifier=cast(TokenVerifier, self.verifier),
            limits=LimitsByUser(Rates(frames_per_second=1, frame_burst=1, messages_per_second=1, message_burst=1)),
            pulse=Pulse(connections=lambda: self.hub, heartbeat_seconds=30),
            draining=lambda: False,
        )

    async def open(self, transport: Transport) -> web.StreamResponse:
        return await self.endpoint.handle(request_over(transport))


def request_over(transport: Transport) -> web.Request:
    """A handshake."""
    return make_mocked_request("GET", "/ws", headers=HEADERS, transport=transport)


@pytest.fixture
async def door() -> Door:
    return Door()


async def test_the_answer_and_the_welcome_leave_with_one_write(door: Door) -> None:
    """Two would wake the client twice."""
    transport = Transport()
    response = await door.open(transport)
    await asyncio.sleep(0)
    (written,) = transport.written
    assert written.startswith(SWITCHING)
    assert b'{"type":"welcome"' in written
    assert response.status == 101


async def test_many_handshakes_are_admitted_a_few_per_iteration(door: Door) -> None:
    """Messages of those who are in already pass between them."""
    tasks = [asyncio.create_task(door.open(Transport())) for _ in range(5 * HANDSHAKES_PER_TURN)]
    in_turns = []
    while len(door.hub) < len(tasks):
        before = len(door.hub)
        await asyncio.sleep(0)
        in_turns.append(len(door.hub) - before)
    assert max(in_turns) == HANDSHAKES_PER_TURN
    await asyncio.gather(*tasks)


async def test_a_client_that_disconnected_while_waiting_is_not_verified(door: Door) -> None:
    """In a long queue many have given up when their turn comes."""
    request = request_over(Transport())
    request.protocol.transport = None
    response = await door.endpoint.handle(request)
    assert (response.status, door.verifier.asked, len(door.hub)) == (499, 0, 0)


async def test_many_lost_sockets_are_cleaned_up_over_several_iterations(door: Door) -> None:
    """Each socket is noted as closed, once."""
    transports = [Transport() for _ in range(3 * ENDINGS_PER_TURN)]
    for transport in transports:
        await door.open(transport)
        await asyncio.sleep(0)
    for transport in transports:
        transport.break_off()
    left = []
    while len(door.hub) > 0:
        left.append(len(door.hub))
        await asyncio.sleep(0)
    assert left == [2 * ENDINGS_PER_TURN, ENDINGS_PER_TURN]
