"""The service behind a gateway, in a test's own hands: it accepts, answers and ends when the test says so."""

import socket
import struct
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from tests.kit.raw_websocket import PATIENCE_SECONDS, RawWebSocket, upgrade_request, upgrade_response


class Service:
    """Listens on a port of its own."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE_SECONDS)
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = f"http://{self.address}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def accept(self) -> "Caller":
        """The gateway's next connection, with the head of its request read."""
        connection, _ = self._listener.accept()
        connection.settimeout(PATIENCE_SECONDS)
        return Caller(connection)


class Caller:
    """One connection of the gateway."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(1)
        self.head = head.decode("latin-1")

    @property
    def fields(self) -> dict[str, str]:
        """The header fields of the request; names in lower case."""
        pairs = (line.partition(":") for line in self.head.split("\r\n")[1:] if line)
        return {name.lower(): value.strip() for name, _, value in pairs}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def answer(self, body: bytes, *, status: str = "200 OK", headers: Mapping[str, str] | None = None) -> None:
        """A whole answer."""
        self.send(_head(status, {"Content-Length": str(len(body)), **(headers or {})}) + body)

    def switch(self) -> None:
        """Answer the handshake: from now on it is a WebSocket."""
        self.send(upgrade_response(self.fields["sec-websocket-key"]))

    def receive(self) -> bytes:
        """The next bytes; nothing when the gateway has closed, in whatever way."""
        try:
            return self._socket.recv(65536)
        except ConnectionError:
            return b""

    def finish_sending(self) -> None:
        """Half-close."""
        self._socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """What a process that is killed with unread bytes leaves: RST instead of FIN."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


def open_socket(url: str, service: Service) -> tuple[RawWebSocket, Caller]:
    """A client that never closes by itself, and the other end of its socket at the service."""
    client = RawWebSocket(url)
    client.send(upgrade_request(client.netloc))
    caller = service.accept()
    caller.switch()
    assert client.read_head().status == 101
    return client, caller


def _head(status: str, fields: Mapping[str, str]) -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields.items()), "", "")).encode()
