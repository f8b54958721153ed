"""Reads one transport, from the upgrade to its end: bytes in, messages passed to the connection."""

import asyncio
from collections.abc import Callable

import structlog

from contracts.generated.catalogues import CloseCode
from services.delivery.sockets.connection import Connection
from services.delivery.wire.websocket_in import FrameReader, Message, Opcode, Violation

log = structlog.get_logger(__name__)


class SocketReceiver(asyncio.Protocol):
    """Reads one socket. Calls `on_end` exactly once."""

    __slots__ = ("_connection", "_on_end", "_reader")

    def __init__(self, connection: Connection, reader: FrameReader, on_end: Callable[[Connection], None]) -> None:
        self._connection = connection
        self._reader: FrameReader | None = reader
        """None once further input is ignored."""
        self._on_end = on_end

    def data_received(self, data: bytes) -> None:
        if self._reader is None:
            return
        try:
            for message in self._reader.feed(data):
                self._receive(message)
                if self._connection.closing:
                    self._hear_no_more()
                    return
        except Violation as violation:
            self._connection.violated(violation.code, violation.payload)
            self._hear_no_more()
        except Exception:
            # A bug of ours left this socket in an unknown state: close it, the client reconnects.
            log.exception("frame.failed", connection_id=self._connection.id)
            self._connection.close(CloseCode.INTERNAL_ERROR)
            self._hear_no_more()

    def connection_lost(self, _error: Exception | None) -> None:
        self._reader = None
        self._on_end(self._connection)

    def _receive(self, message: Message) -> None:
        connection = self._connection
        match message.kind:
            case Opcode.TEXT:
                connection.receive_text(message.text)
            case Opcode.PONG:
                connection.receive_pong()
            case Opcode.PING:
                connection.receive_ping(message.payload)
            case Opcode.BINARY:
                connection.receive_binary(message.payload)
            case Opcode.CLOSE:
                connection.peer_closed(message.code)
                connection.transport.close()  # after all writes

    def _hear_no_more(self) -> None:
        """Stop reading after sending a close frame; the peer or a timeout closes the connection."""
        self._reader = None
        transport = self._connection.transport
        if not transport.is_closing() and transport.can_write_eof():
            transport.write_eof()
