"""One client's socket: reads frames, carries out the protocol's decisions, writes frames. Never waits."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import structlog

from contracts.generated.catalogues import CloseCode
from contracts.generated.models import (
    Authenticate,
    JoinConversation,
    LeaveConversation,
    Ping,
    Resume,
    Typing,
)
from services.delivery.answers.lookups import Lookups
from services.delivery.log.stream import LogStream
from services.delivery.log.sync_token import Positions
from services.delivery.metrics import Counters
from services.delivery.sockets.frame_rules import Refused, SocketProtocol
from services.delivery.sockets.hub import Hub
from services.delivery.sockets.outbox import Outbox
from services.delivery.upstream.command_lanes import CommandLanes
from services.delivery.upstream.commands import COMMANDS, Answered, Command, Rejected
from services.delivery.wire import server_frames
from services.delivery.wire.client_frames import CommandFrame
from services.delivery.wire.errors import FIELDS, SENTENCES, Echo, FieldFault, FrameError
from services.delivery.wire.in_flight import Ticket
from services.delivery.wire.request_ids import echo_of
from services.delivery.wire.websocket_out import close_frame, ping_frame, pong_frame

CLOSE_SECONDS = 3.0  # time for a client to answer our close frame
SLOW_CLOSE_SECONDS = 1.0  # a client that does not read holds memory
_NEVER = float("inf")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Dependencies shared by all connections of the process."""

    loop: asyncio.AbstractEventLoop
    hub: "Hub[Connection]"
    stream: LogStream
    commands: CommandLanes
    lookups: Lookups
    counters: Counters


class Connection:
    """A user's socket, from upgrade to close."""

    __slots__ = (
        "_around",
        "_leaving",
        "close_code",
        "expires_at",
        "id",
        "last_seen",
        "opened_at",
        "outbox",
        "ping_at",
        "positions",
        "protocol",
        "transport",
        "user_id",
    )

    def __init__(
        self,
        *,
        user_id: str,
        expires_at: float,
        transport: asyncio.Transport,
        outbox: Outbox,
        protocol: SocketProtocol,
        around: Surroundings,
    ) -> None:
        self.id = uuid4().hex
        self.user_id = user_id
        self.expires_at = expires_at
        """Unix time."""
        self.transport = transport
        self.outbox = outbox
        self.protocol = protocol
        self.positions: Positions = around.stream.positions
        """The positions at which this socket joined the live stream."""
        self.opened_at = int(time.time() * 1000)
        """Unix time in milliseconds, comparable with sockets of other replicas."""
        self.last_seen = around.loop.time()
        self.ping_at = _NEVER
        self.close_code: int | None = None
        self._around = around
        self._leaving: CloseCode | None = None

    @property
    def closing(self) -> bool:
        return self.outbox.closed

    def offer(self, frame: bytes) -> None:
        """Queue a frame; a client that cannot keep up is disconnected instead."""
        if not self.outbox.offer(frame):
            self.close(CloseCode.SLOW_CONSUMER)

    def reply(self, kind: str, frame: bytes) -> None:
        """Queue a frame that answers a request of this socket."""
        self._around.counters.frames_out[kind] += 1
        self.offer(frame)

    def refuse(self, error: FrameError) -> None:
        self._around.counters.refusals[error.code] += 1
        self.reply("error", server_frames.error(error))

    def receive_text(self, text: str) -> None:
        now = self._seen()
        if not self._is_heard:
            return
        decision = self.protocol.receive_text(text, now)
        if isinstance(decision, Refused):
            self._carry_out(decision)
            return
        self._around.counters.frames_in[decision.type] += 1
        _ACTIONS[decision.type](self, decision)

    def receive_binary(self, payload: bytes) -> None:
        now = self._seen()
        if self._is_heard:
            self._carry_out(self.protocol.receive_binary(payload, now))

    def receive_ping(self, payload: bytes) -> None:
        now = self._seen()
        if not self._is_heard:
            return
        refused = self.protocol.receive_control(now)
        if refused is None:
            self.offer(pong_frame(payload))
        else:
            self._carry_out(refused)

    def receive_pong(self) -> None:
        now = self._seen()
        if self._is_heard and (refused := self.protocol.receive_control(now)) is not None:
            self._carry_out(refused)

    def ping(self) -> None:
        self.offer(ping_frame())

    def looks_at(self, conversation_id: str) -> bool:
        return self.protocol.looks_at(conversation_id)

    def join(self, conversation_id: str) -> bool:
        """View a conversation; False if the socket views too many already."""
        return self.protocol.join(conversation_id)

    def open_lookup(self) -> Ticket | None:
        """A ticket for a request that is answered later; None if too many are open."""
        return self.protocol.lookups.open()

    def extend(self, expires_at: datetime) -> None:
        """Extend the session to the expiry of a fresh token."""
        self.expires_at = expires_at.timestamp()

    def command_answered(self, command: Command, answered: Answered) -> None:
        self._command_ended(command, logged=answered.logs_message)
        if answered.reply is not None:
            self.reply(*answered.reply)
        self._leave_if_idle()

    def command_rejected(self, command: Command, rejected: Rejected) -> None:
        self._command_ended(command, logged=False)
        field = FIELDS.get(rejected.code)
        faults = () if field is None else (FieldFault(field, SENTENCES[rejected.code]),)
        self.refuse(FrameError(rejected.code, command.echo, faults, rejected.detail))
        self._leave_if_idle()

    def command_failed(self, command: Command, code: str) -> None:
        self._command_ended(command, logged=False)
        self.refuse(FrameError(code, command.echo))
        self._leave_if_idle()

    def leave(self, code: CloseCode) -> None:
        """Close as soon as every command has its answer; ignore new frames until then."""
        self._leaving = code
        self._leave_if_idle()

    def close(self, code: CloseCode) -> None:
        """Send a close frame; a client that does not answer it is cut off."""
        if self.closing:
            return
        self.close_code = code
        self._around.hub.unregister(self)
        slow = code is CloseCode.SLOW_CONSUMER
        end = self.outbox.abandon if slow else self.outbox.close
        end(close_frame(code, code.reason))
        self._around.loop.call_later(SLOW_CLOSE_SECONDS if slow else CLOSE_SECONDS, self.transport.abort)
        log.debug("socket.closing", connection_id=self.id, user_id=self.user_id, code=int(code), reason=code.reason)

    def violated(self, code: CloseCode, payload: bytes) -> None:
        """Handle a WebSocket protocol violation: name the request, if it can be read, and close."""
        echo = echo_of(payload.decode(errors="replace"))
        if self._is_heard and echo != Echo():
            self.refuse(FrameError("malformed_json", echo, message=code.reason))
        self.close(code)

    def peer_closed(self, code: int) -> None:
        """Answer a close frame of the client."""
        if self.closing:
            return
        self.close_code = code or CloseCode.NORMAL
        self.outbox.close(close_frame(CloseCode.NORMAL, ""))

    def ended(self) -> None:
        """Clean up after the connection ended, whichever side closed it."""
        self._around.hub.unregister(self)
        self.outbox.abandon(b"")
        if not self.transport.is_closing():
            self.transport.close()
            self._around.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    @property
    def _is_heard(self) -> bool:
        return not self.closing and self._leaving is None

    def _seen(self) -> float:
        self.last_seen = now = self._around.loop.time()
        return now

    def _command_ended(self, command: Command, *, logged: bool) -> None:
        command.ticket.close()
        if command.is_message and not logged:
            self.protocol.message_not_logged(self._around.loop.time())

    def _carry_out(self, refused: Refused) -> None:
        self.refuse(refused.error)
        if refused.close is not None:
            self.close(refused.close)

    def _leave_if_idle(self) -> None:
        if self._leaving is not None and self.protocol.commands.open_now == 0:
            self.close(self._leaving)

    def _command(self, frame: CommandFrame) -> None:
        ticket = self.protocol.admit_command(frame, self.last_seen)
        if isinstance(ticket, Refused):
            self._carry_out(ticket)
            return
        command = COMMANDS[frame.type](frame, sink=self, user_id=self.user_id, ticket=ticket)
        if not self._around.commands.submit(command):
            self._command_ended(command, logged=False)
            self._around.counters.commands["overloaded"] += 1
            self.refuse(FrameError("overloaded", command.echo))

    def _join(self, frame: JoinConversation) -> None:
        self._around.lookups.join(self, frame)

    def _leave_conversation(self, frame: LeaveConversation) -> None:
        conversation_id = str(frame.conversation_id)
        self.protocol.leave(conversation_id)
        self.reply("left", server_frames.left(conversation_id=conversation_id, ref=frame.ref))

    def _typing(self, frame: Typing) -> None:
        if self.protocol.passes_on(frame, self.last_seen):
            self._around.lookups.typing(self, frame)

    def _resume(self, frame: Resume) -> None:
        self._around.lookups.resume(self, frame)

    def _authenticate(self, frame: Authenticate) -> None:
        self._around.lookups.authenticate(self, frame)

    def _pong(self, frame: Ping) -> None:
        self.reply("pong", server_frames.pong(token=self._around.stream.positions.token(), ref=frame.ref))


_ACTIONS: Mapping[str, Callable[[Connection, Any], None]] = {
    **dict.fromkeys(COMMANDS, Connection._command),
    "join_conversation": Connection._join,
    "leave_conversation": Connection._leave_conversation,
    "typing": Connection._typing,
    "resume": Connection._resume,
    "authenticate": Connection._authenticate,
    "ping": Connection._pong,
}
