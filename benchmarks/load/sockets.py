"""A WebSocket client that costs the machine little: its frames are read and written in C."""

import asyncio
from collections.abc import Mapping

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from benchmarks.load.target import Target

WELCOME = b'{"type":"welcome"'
NEW_MESSAGE = b'{"type":"new_message"'
MESSAGE_SENT = b'{"type":"message_sent"'
ERROR = b'{"type":"error"'
HANDSHAKE_SECONDS = 60.0  # a storm of handshakes takes its time


class SocketClient(WSListener):
    """One socket. Subclasses say what a frame means; pings of the server are answered in C."""

    def __init__(self) -> None:
        super().__init__()
        self.welcomed = asyncio.Event()
        self.ended = asyncio.Event()
        self.close_code: int | None = None
        """The server's close code, None while open and when the connection just broke."""
        self._transport: WSTransport | None = None
        self._leaving = False

    def on_body(self, body: bytes) -> None:
        """A frame of the messaging protocol came, other than `welcome`."""

    def on_closed(self, code: int | None) -> None:
        """The connection ended, and not because we left."""

    def send(self, body: bytes) -> None:
        assert self._transport is not None
        self._transport.send(WSMsgType.TEXT, body)

    def disconnect(self) -> None:
        """Close the connection, without a close frame."""
        assert self._transport is not None
        self._leaving = True
        self._transport.disconnect()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.TEXT:
            body = frame.get_payload_as_bytes()
            if self.welcomed.is_set():
                self.on_body(body)
            elif body.startswith(WELCOME):
                self.welcomed.set()
        elif frame.msg_type is WSMsgType.CLOSE:
            self.close_code = int.from_bytes(frame.get_payload_as_bytes()[:2], "big")
            transport.send_close(frame.get_close_code())
            transport.disconnect()

    def on_ws_disconnected(self, _: WSTransport) -> None:
        self.ended.set()
        if not self._leaving:
            self.on_closed(self.close_code)


async def open_socket(target: Target, user_id: str, client: SocketClient, *, url: str | None = None) -> None:
    """Open a socket of this person at `url` (by default the target's), and return when it was welcomed."""
    protocols = f"messaging.v1, bearer.{target.token(user_id)}"
    await connect(client, url or target.socket_url, {"Sec-WebSocket-Protocol": protocols})


async def connect(client: SocketClient, url: str, headers: Mapping[str, str]) -> None:
    """Open a socket with these headers, and return when it was welcomed."""
    async with asyncio.timeout(HANDSHAKE_SECONDS):
        await ws_connect(lambda: client, url, extra_headers=headers, websocket_handshake_timeout=HANDSHAKE_SECONDS)
        await client.welcomed.wait()
