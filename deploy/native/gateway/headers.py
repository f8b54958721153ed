"""Which header fields pass a proxy."""

from collections.abc import Mapping

from aiohttp import web
from multidict import CIMultiDict

# RFC 9110, 7.6.1: they are about one connection, not about the message.
_HOP_BY_HOP = frozenset(
    {
        *("connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    }
)


def passed_on(headers: Mapping[str, str]) -> CIMultiDict[str]:
    """All fields but those of the connection itself."""
    named = {name.strip().lower() for name in headers.get("Connection", "").split(",")}
    kept: CIMultiDict[str] = CIMultiDict()
    for name, value in headers.items():
        if name.lower() not in _HOP_BY_HOP | named:
            kept.add(name, value)
    return kept


def with_origin_of(request: web.Request, headers: CIMultiDict[str]) -> CIMultiDict[str]:
    """Add who asked; what the client claims about that is replaced."""
    headers["X-Forwarded-For"] = request.remote or "unknown"
    headers["X-Forwarded-Proto"] = request.scheme
    headers["X-Forwarded-Host"] = request.host
    return headers
