"""`GET /ws`: the handshake, and handing the connection to its receiver."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from aiohttp import web

from chassis.auth.tokens import Principal, TokenVerifier
from chassis.http.middleware import CLIENT_CLOSED_REQUEST
from chassis.http.takeover import AnsweredElsewhere, take_over
from chassis.problems import Problem, ServiceUnavailable, TooManyRequests
from contracts.generated.catalogues import CloseCode
from services.delivery.sockets.connection import Connection, Surroundings
from services.delivery.sockets.frame_rules import SocketLimits, SocketProtocol
from services.delivery.sockets.handshake import access_token, check_origin, check_upgrade, switching_protocols
from services.delivery.sockets.heartbeat import Pulse
from services.delivery.sockets.outbox import Outbox, WriteCycle
from services.delivery.sockets.pacing import Paced, Turnstile
from services.delivery.sockets.receiver import SocketReceiver
from services.delivery.wire import server_frames
from services.delivery.wire.close_codes import ABNORMAL, closing_label
from services.delivery.wire.user_limits import LimitsByUser
from services.delivery.wire.websocket_in import FrameReader

# Per iteration of the event loop, about 1 ms each.
HANDSHAKES_PER_TURN = 4
ENDINGS_PER_TURN = 40

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    allowed_origins: Collection[str]
    max_connections: int
    max_frame_bytes: int
    outbox_max_bytes: int
    heartbeat_seconds: float
    command_deadline_seconds: float
    socket_limits: SocketLimits


class SocketEndpoint:
    """Admits handshakes and opens sockets."""

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
        self._entrance = Turnstile(around.loop, per_turn=HANDSHAKES_PER_TURN)
        self._endings = Paced(around.loop, self._ended, per_turn=ENDINGS_PER_TURN)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer the handshake, and hand the socket over to its receiver."""
        await self._entrance.go_through()
        if request.transport is None:  # disconnected while waiting
            return AnsweredElsewhere(status=CLIENT_CLOSED_REQUEST)
        try:
            principal = await self._admit(request)
        except Problem as problem:
            self._around.counters.handshakes_refused[problem.code] += 1
            raise
        transport = request.transport
        if transport is None:
            return AnsweredElsewhere(status=CLIENT_CLOSED_REQUEST)
        connection = self._open(principal, transport, switching_protocols(request))
        reader = FrameReader(max_bytes=self._settings.max_frame_bytes)
        take_over(request, transport, SocketReceiver(connection, reader, self._endings.add))
        return AnsweredElsewhere(status=HTTPStatus.SWITCHING_PROTOCOLS)

    async def _admit(self, request: web.Request) -> Principal:
        """Raises a Problem."""
        if self._draining():
            raise ServiceUnavailable("This replica is shutting down.", code="draining", retry_after_seconds=1)
        check_upgrade(request)
        check_origin(request, self._settings.allowed_origins)
        principal = await self._verifier.verify(access_token(request))
        if len(self._around.hub) >= self._settings.max_connections:
            raise TooManyRequests(
                "This replica has reached its maximum number of sockets.",
                code="too_many_connections",
                retry_after_seconds=1,
            )
        if not self._around.stream.started:
            raise ServiceUnavailable("Not ready yet.", code="unavailable", retry_after_seconds=1)
        return principal

    def _open(self, principal: Principal, transport: asyncio.Transport, answer: bytes) -> Connection:
        """Join the live stream and send its positions; nothing may happen in between, so nothing is awaited.

        The handshake's answer and the first frame leave in one write, which matters when many clients come back.
        """
        outbox = Outbox(transport=transport, cycle=self._cycle, max_bytes=self._settings.outbox_max_bytes)
        outbox.offer(answer)
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
        self._around.counters.opened += 1
        log.info("socket.opened", connection_id=connection.id, user_id=connection.user_id)
        return connection

    def _welcome(self, connection: Connection, principal: Principal) -> bytes:
        return server_frames.welcome(
            connection_id=connection.id,
            user_id=connection.user_id,
            session_expires_at=principal.expires_at,
            heartbeat_ms=max(1, int(self._settings.heartbeat_seconds * 1000)),
            answer_within_ms=max(1, int(self._settings.command_deadline_seconds * 1000)),
            max_frame_bytes=self._settings.max_frame_bytes,
            token=connection.positions.token(),
        )

    def _ended(self, connection: Connection) -> None:
        connection.ended()
        code = connection.close_code or ABNORMAL
        self._around.counters.closes[closing_label(code)] += 1
        log.info("socket.closed", connection_id=connection.id, user_id=connection.user_id, code=int(code))
