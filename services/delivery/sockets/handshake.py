"""Checks handshakes before the upgrade, so that a refusal is an ordinary HTTP response."""

import base64
import hashlib
import re
from collections.abc import Collection
from urllib.parse import urlsplit

from aiohttp import HttpVersion11, hdrs, web

from chassis.auth.bearer import bearer_token, reason_without_token
from chassis.http.middleware import REQUEST_ID, REQUEST_ID_HEADER
from chassis.problems import Forbidden, InvalidRequest, Unauthenticated
from chassis.refusal_reasons import Reason
from services.delivery.wire.server_frames import PROTOCOL

BEARER = "bearer"
_PREFIX = f"{BEARER}."
_VERSION = "13"
_KEY = re.compile(r"[A-Za-z0-9+/]{22}==")  # 16 bytes in base64
_ACCEPT_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
_DEFAULT_PORTS = {"http": 80, "https": 443}


def check_upgrade(request: web.Request) -> None:
    """RFC 6455, section 4.2.1. Raises InvalidRequest."""
    version, key = (_only(request, name) for name in (hdrs.SEC_WEBSOCKET_VERSION, hdrs.SEC_WEBSOCKET_KEY))
    upgrade = request.headers.get(hdrs.UPGRADE, "").lower() == "websocket"
    named = "upgrade" in (token.lower() for token in _listed(request, hdrs.CONNECTION))
    if not (request.version >= HttpVersion11 and upgrade and named and version == _VERSION and _KEY.fullmatch(key)):
        raise InvalidRequest(
            "This address speaks WebSocket, version 13.", headers={hdrs.SEC_WEBSOCKET_VERSION: _VERSION}
        )


def switching_protocols(request: web.Request) -> bytes:
    """The response to a valid handshake. Selects the client's first subprotocol that we support."""
    key = request.headers[hdrs.SEC_WEBSOCKET_KEY] + _ACCEPT_SALT
    digest = hashlib.sha1(key.encode(), usedforsecurity=False).digest()
    selected = next((offer for offer in offered_protocols(request) if offer in (PROTOCOL, BEARER)), None)
    fields = {
        hdrs.UPGRADE: "websocket",
        hdrs.CONNECTION: "Upgrade",
        hdrs.SEC_WEBSOCKET_ACCEPT: base64.b64encode(digest).decode(),
        hdrs.SEC_WEBSOCKET_PROTOCOL: selected,
        REQUEST_ID_HEADER: request.get(REQUEST_ID),
    }
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join(("HTTP/1.1 101 Switching Protocols", *lines, "", "")).encode()


def offered_protocols(request: web.Request) -> list[str]:
    """The subprotocols that the client offers, in its order."""
    return _listed(request, hdrs.SEC_WEBSOCKET_PROTOCOL)


def access_token(request: web.Request) -> str:
    """The client's token, from any supported header; never from the URL, which ends up in logs.

    Browsers: `Sec-WebSocket-Protocol: messaging.v1, bearer.<token>` or `bearer, <token>`. Others may send
    `Authorization: Bearer <token>`. Raises Unauthenticated or InvalidRequest.
    """
    offered = offered_protocols(request)
    dotted = [part.removeprefix(_PREFIX) for part in offered if part.startswith(_PREFIX)]
    if dotted:
        if PROTOCOL not in offered:
            # A browser fails a socket whose server selects no protocol; this error says why.
            raise InvalidRequest(f"Offer the subprotocol {PROTOCOL} beside the token.", reason=Reason.SUBPROTOCOL)
        return dotted[0]
    if offered[:1] == [BEARER] and len(offered) == 2:
        return offered[1]
    if hdrs.AUTHORIZATION in request.headers:
        return bearer_token(request)
    raise Unauthenticated("An access token is required.", reason=_why_without_token(request, offered))


def check_origin(request: web.Request, allowed: Collection[str]) -> None:
    """Allow pages of our own site and of configured origins; only browsers send `Origin`. Raises Forbidden."""
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is None or origin in allowed or _is_same_site(origin, request.headers.get(hdrs.HOST, "")):
        return
    raise Forbidden("Pages of this origin may not open a socket.", code="forbidden_origin")


def _why_without_token(request: web.Request, offered: list[str]) -> Reason:
    if any(offer != PROTOCOL for offer in offered):
        return Reason.SUBPROTOCOL
    return reason_without_token(request)


def _listed(request: web.Request, name: str) -> list[str]:
    """The values of a list header, over all its lines."""
    lines = request.headers.getall(name, [])
    return [part.strip() for line in lines for part in line.split(",") if part.strip()]


def _only(request: web.Request, name: str) -> str:
    """The value of a header that may appear once; empty if it is absent or repeated."""
    values = request.headers.getall(name, [])
    return values[0] if len(values) == 1 else ""


def _is_same_site(origin: str, host: str) -> bool:
    """Host and port must match; the scheme is ignored because a proxy terminates TLS."""
    try:
        page, ours = urlsplit(origin), urlsplit(f"//{host}")
        ports = page.port, ours.port
    except ValueError:
        return False
    default = _DEFAULT_PORTS.get(page.scheme)
    if default is None or page.hostname is None:
        return False
    return (page.hostname, ports[0] or default) == (ours.hostname, ports[1] or default)
