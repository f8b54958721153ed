"""One HTTP/1.1 exchange by hand, up to the point where the connection stops being HTTP."""

import asyncio
from dataclasses import dataclass
from typing import cast

from multidict import CIMultiDict

MAX_HEAD_BYTES = 32 * 1024
MAX_REFUSAL_BYTES = 64 * 1024
_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True)
class UpstreamAnswer:
    status: int
    headers: CIMultiDict[str]


class Exchange(asyncio.Protocol):
    """A connection to the upstream until its response is read."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._reader = asyncio.StreamReader(limit=MAX_HEAD_BYTES)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._reader.feed_data(data)

    def eof_received(self) -> None:
        self._reader.feed_eof()

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None:
            self._reader.set_exception(error)
        self._reader.feed_eof()

    async def ask(self, method: str, target: str, headers: CIMultiDict[str]) -> UpstreamAnswer:
        """Send the request; returns the response's status and headers.

        Raises ValueError if it is not HTTP, EOFError if it ends too soon, OSError if the connection breaks.
        """
        self.transport.write(_request_head(method, target, headers))
        try:
            head = await self._reader.readuntil(_END_OF_HEAD)
        except asyncio.LimitOverrunError:
            raise ValueError("the head of the answer is too long") from None
        return _parsed(head)

    async def refusal(self, answer: UpstreamAnswer) -> bytes:
        """The body of a response that is not an upgrade. Raises ValueError if it is too long or has no length."""
        length = int(answer.headers.get("Content-Length", "0"))
        if length > MAX_REFUSAL_BYTES or "Transfer-Encoding" in answer.headers:
            raise ValueError("the refusal is too long")
        return await self._reader.readexactly(length)

    async def hand_over(self, protocol: asyncio.Protocol) -> bytes:
        """Give the connection to `protocol`; returns the bytes received after the response's head."""
        self.transport.set_protocol(protocol)
        self._reader.feed_eof()
        return await self._reader.read()


def _request_head(method: str, target: str, headers: CIMultiDict[str]) -> bytes:
    """The request line and the headers. Rejects line breaks, which could inject a second request."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("line break in a header field")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + _END_OF_HEAD


def _parsed(head: bytes) -> UpstreamAnswer:
    status_line, *fields = head.removesuffix(_END_OF_HEAD).decode("latin-1").split("\r\n")
    version, _, rest = status_line.partition(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError("not an HTTP/1 answer")
    headers: CIMultiDict[str] = CIMultiDict()
    for field in fields:
        name, _, value = field.partition(":")
        headers.add(name.strip(), value.strip())
    return UpstreamAnswer(status=int(rest[:3]), headers=headers)
