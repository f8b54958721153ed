"""`GET /ws`: from the handshake to the end of one socket."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass

import structlog
from aiohttp import WebSocketError, WSMsgType, web

from chassis.problems import InvalidRequest, Problem, ServiceUnavailable, TooManyRequests
from chassis.tokens import Principal, TokenVerifier
from services.delivery import frames
from services.delivery.close_codes import CloseCode, closing_label, may_be_sent
from services.delivery.connection import Connection, Surroundings
from services.delivery.handshake import BEARER, access_token, check_origin, check_upgrade
from services.delivery.limits import LimitsByUser
from services.delivery.outbox import Outbox, WriteCycle
from services.delivery.protocol import SocketLimits, SocketProtocol
from services.delivery.pulse import Pulse

FRAMES_IN_A_ROW = 32  # of one client, before the others get their turn

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    allowed_origins: Collection[str]
    max_connections: int
    max_frame_bytes: int
    outbox_max_bytes: int
    heartbeat_seconds: float
    socket_limits: SocketLimits


class SocketEndpoint:
    """Opens sockets and reads them."""

    def __init__(
        self,
        *,
        settings: EndpointSettings,
        around: Surroundings,
        verifier: TokenVerifier,
        limits: LimitsByUser,
        pulse: Pulse,
        draining: Callable[[], bool],
    ) -> None:
        self._settings = settings
        self._around = around
        self._verifier = verifier
        self._limits = limits
        self._pulse = pulse
        self._draining = draining
        self._cycle = WriteCycle(around.loop)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        try:
            principal = await self._admit(request)
        except Problem as problem:
            self._around.figures.handshakes_refused[problem.code] += 1
            raise
        socket = self._socket()
        await socket.prepare(request)
        transport = request.transport
        if transport is None:  # gone before the first frame
            return socket
        connection = self._open(principal, transport)
        try:
            await _read(socket, connection)
        finally:
            connection.ended()
            code = connection.close_code or socket.close_code or 0
            self._around.figures.closes[closing_label(code)] += 1
            log.info("socket.closed", connection_id=connection.id, user_id=connection.user_id, code=int(code))
        return socket

    async def _admit(self, request: web.Request) -> Principal:
        """Raises a Problem."""
        if self._draining():
            raise ServiceUnavailable("This replica is shutting down.", code="draining", retry_after_seconds=1)
        check_upgrade(request)
        if not self._socket().can_prepare(request):
            raise InvalidRequest("This is no WebSocket handshake.")
        check_origin(request, self._settings.allowed_origins)
        principal = await self._verifier.verify(access_token(request))
        if len(self._around.hub) >= self._settings.max_connections:
            raise TooManyRequests(
                "This replica has all the sockets it can hold.",
                code="too_many_connections",
                retry_after_seconds=1,
            )
        if not self._around.stream.started:
            raise ServiceUnavailable("Not ready yet.", code="unavailable", retry_after_seconds=1)
        return principal

    def _socket(self) -> web.WebSocketResponse:
        """Pings, pongs and close frames are ours, so that they keep their place among the other frames."""
        return web.WebSocketResponse(
            protocols=(frames.PROTOCOL, BEARER),
            compress=False,
            autoclose=False,
            autoping=False,
            max_msg_size=self._settings.max_frame_bytes,
        )

    def _open(self, principal: Principal, transport: asyncio.Transport) -> Connection:
        """Join the live stream and say from where on; nothing may happen between the two, so nothing is awaited."""
        outbox = Outbox(transport=transport, cycle=self._cycle, max_bytes=self._settings.outbox_max_bytes)
        protocol = SocketProtocol(user_id=principal.user_id, limits=self._settings.socket_limits, users=self._limits)
        connection = Connection(
            user_id=principal.user_id,
            expires_at=principal.expires_at.timestamp(),
            transport=transport,
            outbox=outbox,
            protocol=protocol,
            around=self._around,
        )
        connection.ping_at = self._pulse.first_ping(connection.last_seen)
        for displaced in self._around.hub.register(connection):
            displaced.close(CloseCode.DISPLACED)
        connection.reply("welcome", self._welcome(connection, principal))
        log.info("socket.opened", connection_id=connection.id, user_id=connection.user_id)
        return connection

    def _welcome(self, connection: Connection, principal: Principal) -> bytes:
        return frames.welcome(
            connection_id=connection.id,
            user_id=connection.user_id,
            expires_at=principal.expires_at,
            heartbeat_ms=max(1, int(self._settings.heartbeat_seconds * 1000)),
            max_frame_bytes=self._settings.max_frame_bytes,
            token=connection.positions.token(),
        )


async def _read(socket: web.WebSocketResponse, connection: Connection) -> None:
    """Hand every frame to the connection until the socket ends."""
    while True:
        for _ in range(FRAMES_IN_A_ROW):
            message = await socket.receive()
            kind = message.type
            if kind is WSMsgType.TEXT:
                connection.receive_text(message.data)
            elif kind is WSMsgType.PONG:
                connection.receive_pong()
            elif kind is WSMsgType.PING:
                connection.receive_ping(message.data)
            elif kind is WSMsgType.BINARY:
                connection.receive_binary()
            else:
                _ended_by(message.type, message.data, connection)
                return
        await asyncio.sleep(0)


def _ended_by(kind: WSMsgType, data: object, connection: Connection) -> None:
    if kind is WSMsgType.CLOSE and isinstance(data, int):
        if may_be_sent(data):
            connection.peer_closed(data)
        else:
            connection.close(CloseCode.PROTOCOL_ERROR)
    elif kind is WSMsgType.ERROR and isinstance(data, WebSocketError):
        connection.close_code = connection.close_code or data.code
