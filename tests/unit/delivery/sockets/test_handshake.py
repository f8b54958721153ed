"""Who may open a socket."""

import pytest
from aiohttp import HttpVersion10, web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from chassis.http.middleware import REQUEST_ID
from chassis.problems import Forbidden, InvalidRequest, Unauthenticated
from services.delivery.sockets.handshake import access_token, check_origin, check_upgrade, switching_protocols

ALLOWED = frozenset({"https://shop.example"})
UPGRADE = [("Upgrade", "websocket"), ("Connection", "keep-alive, Upgrade")]
VERSION, KEY = ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")


def token_of(*headers: tuple[str, str], path: str = "/ws") -> str:
    return access_token(make_mocked_request("GET", path, headers=CIMultiDict(headers)))


@pytest.mark.parametrize(
    "headers",
    [
        [("Sec-WebSocket-Protocol", "messaging.v1, bearer.a.b.c")],
        [("Sec-WebSocket-Protocol", "bearer.a.b.c,messaging.v1")],
        [("Sec-WebSocket-Protocol", "messaging.v1"), ("Sec-WebSocket-Protocol", "bearer.a.b.c")],
        [("Sec-WebSocket-Protocol", "bearer, a.b.c")],
        [("Authorization", "Bearer a.b.c")],
        [("Authorization", "Bearer a.b.c"), ("Sec-WebSocket-Protocol", "messaging.v1")],
    ],
)
def test_a_token_is_found_wherever_a_client_can_put_it(headers: list[tuple[str, str]]) -> None:
    """Browsers can only choose subprotocols; others have headers."""
    assert token_of(*headers) == "a.b.c"


@pytest.mark.parametrize("headers", [[], [("Sec-WebSocket-Protocol", "messaging.v1")], [("Authorization", "Basic x")]])
def test_a_handshake_needs_a_token(headers: list[tuple[str, str]]) -> None:
    """Nor with another kind of credentials."""
    with pytest.raises(Unauthenticated):
        token_of(*headers)


def test_a_token_in_the_url_does_not_count() -> None:
    """URLs end up in logs."""
    with pytest.raises(Unauthenticated):
        token_of(path="/ws?token=a.b.c&access_token=a.b.c")


def test_a_token_without_the_protocol_is_explained() -> None:
    """No protocol could be selected, and a browser would only say that it failed."""
    with pytest.raises(InvalidRequest):
        token_of(("Sec-WebSocket-Protocol", "bearer.a.b.c"))


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "messages.example"),
        ("https://shop.example", "messages.example"),
        ("https://messages.example", "messages.example"),
        ("https://Messages.Example", "messages.example"),
        ("https://messages.example:443", "messages.example"),
        ("http://localhost:8080", "localhost:8080"),
    ],
)
def test_our_own_and_configured_pages_may_connect(origin: str | None, host: str) -> None:
    """And clients that are no browsers, which send no origin."""
    check_origin(request_from(origin, host), ALLOWED)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example", "messages.example"),
        ("https://messages.example.evil.example", "messages.example"),
        ("http://localhost:5173", "localhost:8080"),
        ("http://shop.example", "messages.example"),
        ("null", "messages.example"),
        ("file://", "messages.example"),
        ("https://[broken", "messages.example"),
        ("https://x:99999", "messages.example"),
        ("", ""),
    ],
)
def test_other_pages_may_not_connect(origin: str, host: str) -> None:
    """Whatever they make up."""
    with pytest.raises(Forbidden) as refusal:
        check_origin(request_from(origin, host), ALLOWED)
    assert refusal.value.code == "forbidden_origin"


def request_from(origin: str | None, host: str) -> web.Request:
    headers = {"Host": host} if origin is None else {"Host": host, "Origin": origin}
    return make_mocked_request("GET", "/ws", headers=headers)


def test_a_handshake_has_one_version_and_one_key() -> None:
    """Of RFC 6455: version 13, and 16 bytes in base64."""
    check_upgrade(make_mocked_request("GET", "/ws", headers=CIMultiDict([*UPGRADE, VERSION, KEY])))


@pytest.mark.parametrize(
    "headers",
    [
        [VERSION, KEY],
        [UPGRADE[0], VERSION, KEY],
        [UPGRADE[1], VERSION, KEY],
        [("Upgrade", "h2c"), UPGRADE[1], VERSION, KEY],
        [*UPGRADE, KEY],
        [*UPGRADE, VERSION],
        [*UPGRADE, VERSION, VERSION, KEY],
        [*UPGRADE, VERSION, KEY, KEY],
        [*UPGRADE, ("Sec-WebSocket-Version", "8"), KEY],
        [*UPGRADE, VERSION, ("Sec-WebSocket-Key", "\xe9" * 22 + "==")],
        [*UPGRADE, VERSION, ("Sec-WebSocket-Key", KEY[1] + "\n")],
    ],
)
def test_any_other_handshake_is_answered_with_the_version(headers: list[tuple[str, str]]) -> None:
    """As RFC 6455 wants it, section 4.4."""
    with pytest.raises(InvalidRequest) as refusal:
        check_upgrade(make_mocked_request("GET", "/ws", headers=CIMultiDict(headers)))
    assert refusal.value.headers == {"Sec-WebSocket-Version": "13"}


def test_http_1_0_has_no_upgrades() -> None:
    """Though its connections could be kept open."""
    request = make_mocked_request("GET", "/ws", headers=CIMultiDict([VERSION, KEY]), version=HttpVersion10)
    with pytest.raises(InvalidRequest):
        check_upgrade(request)


def test_the_answer_repeats_the_request_id() -> None:
    """By it the log's lines about a handshake are found."""
    request = make_mocked_request("GET", "/ws", headers=CIMultiDict([*UPGRADE, VERSION, KEY]))
    request[REQUEST_ID] = "r-1"
    assert b"\r\nX-Request-ID: r-1\r\n" in switching_protocols(request)
