"""The header fields that a proxy forwards."""

import re

from aiohttp import web
from multidict import CIMultiDict, MultiMapping

# RFC 9110, 7.6.1: they concern one connection, not the message.
_HOP_BY_HOP = frozenset(
    {
        *("connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    }
)
# A proxy's information about a request's origin. A client's own values are dropped.
_ORIGIN_CLAIMS = re.compile(r"x-forwarded-.*|forwarded|x-real-ip", re.IGNORECASE)
_NOT_ACCEPTED = re.compile(r"q\s*=\s*0(\.0*)?")  # RFC 9110, 12.4.2
_SOFTWARE = "Server"  # do not disclose the server and its version


def passed_on(headers: MultiMapping[str]) -> CIMultiDict[str]:
    """The request headers to forward: all except those of the connection itself."""
    kept = _end_to_end(headers)
    if is_continue(headers):
        kept.popall("Expect")  # the gateway answers it itself
    return kept


def is_continue(headers: MultiMapping[str]) -> bool:
    """Whether the client waits for `100 Continue` before it sends the body."""
    return headers.get("Expect", "").lower() == "100-continue"


def passed_back(headers: MultiMapping[str]) -> CIMultiDict[str]:
    """The response headers to forward."""
    kept = _end_to_end(headers)
    kept.popall(_SOFTWARE, None)
    return kept


def with_origin_of(request: web.Request, headers: CIMultiDict[str]) -> CIMultiDict[str]:
    """Add the request's origin, replacing the client's own values."""
    for name in [name for name in headers if _ORIGIN_CLAIMS.fullmatch(name)]:
        headers.popall(name, None)
    headers["Host"] = request.headers.get("Host", "")
    headers["X-Forwarded-For"] = request.remote or "unknown"
    headers["X-Forwarded-Proto"] = "http"  # it has no certificates
    headers["X-Forwarded-Host"] = headers["Host"]
    return headers


def accepts_gzip(headers: MultiMapping[str]) -> bool:
    """Whether the client accepts a compressed response."""
    for coding in ",".join(headers.getall("Accept-Encoding", [])).lower().split(","):
        name, _, weight = (part.strip() for part in coding.partition(";"))
        if name == "gzip":
            return _NOT_ACCEPTED.fullmatch(weight) is None
    return False


def _end_to_end(headers: MultiMapping[str]) -> CIMultiDict[str]:
    named = {name.strip().lower() for line in headers.getall("Connection", []) for name in line.split(",")}
    kept: CIMultiDict[str] = CIMultiDict()
    for name, value in headers.items():
        if name.lower() not in _HOP_BY_HOP | named:
            kept.add(name, value)
    return kept
