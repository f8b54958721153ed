"""One HTTP/1.1 exchange by hand, up to the point where the connection stops being HTTP."""

import asyncio
from dataclasses import dataclass

from multidict import CIMultiDict

MAX_HEAD_BYTES = 32 * 1024
MAX_REFUSAL_BYTES = 64 * 1024
_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True)
class UpstreamAnswer:
    status: int
    headers: CIMultiDict[str]


def request_head(method: str, path: str, headers: CIMultiDict[str]) -> bytes:
    """The request line and the header fields; a line break inside one would be a second request."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("line break in a header field")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + _END_OF_HEAD


async def read_answer(reader: asyncio.StreamReader) -> UpstreamAnswer:
    """The status and header fields. Raises ValueError when it is not HTTP, EOFError when it ends too soon."""
    try:
        head = await reader.readuntil(_END_OF_HEAD)
    except asyncio.LimitOverrunError:
        raise ValueError("the head of the answer is too long") from None
    status_line, *fields = head.removesuffix(_END_OF_HEAD).decode("latin-1").split("\r\n")
    version, _, rest = status_line.partition(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError("not an HTTP/1 answer")
    headers: CIMultiDict[str] = CIMultiDict()
    for field in fields:
        name, _, value = field.partition(":")
        headers.add(name.strip(), value.strip())
    return UpstreamAnswer(status=int(rest[:3]), headers=headers)


async def read_refusal(answer: UpstreamAnswer, reader: asyncio.StreamReader) -> bytes:
    """The body of an answer that is not an upgrade. Raises ValueError when it is too long or has no length."""
    length = int(answer.headers.get("Content-Length", "0"))
    if length > MAX_REFUSAL_BYTES or "Transfer-Encoding" in answer.headers:
        raise ValueError("the refusal is too long")
    return await reader.readexactly(length)
