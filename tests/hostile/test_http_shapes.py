"""What no well-behaved client sends: by itself answered with a 4xx, through the gateway never two requests for one."""

import base64
import gzip
import zlib
from collections.abc import Iterator

import orjson
import pytest

from tests.hostile.rest import Reply, call
from tests.hostile.traces import figure
from tests.hostile.world import MARKER, World
from tests.kit.raw_websocket import RawConnection

MANY = 20_000_000  # bytes that a few thousand unpack to
JSON = {"Content-Type": "application/json"}


@pytest.fixture(params=["conversations", "gateway"])
def url(world: World, request: pytest.FixtureRequest) -> str:
    """Directly, and through the gateway."""
    return world.rest_url if request.param == "conversations" else world.system.gateway.url


def send(world: World, url: str, data: bytes, headers: dict[str, str] | None = None) -> Reply:
    path = f"/api/conversations/{world.talk.id}/messages"
    return call(url, "POST", path, token=world.mint(world.talk.buyer), data=data, headers=headers)


BODIES = {
    "no JSON": (b"{", "400 malformed_json"),
    "nothing": (b"", "400 malformed_json"),
    "not UTF-8": (b'{"content":"\xff\xfe"}', "400 malformed_json"),
    "UTF-16": ('{"content":"x"}'.encode("utf-16"), "400 malformed_json"),
    "half of a surrogate pair": (b'{"content":"\\ud800"}', "422 invalid_request"),
    "deep": (b'{"content":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "400 malformed_json"),
    "NaN": (b'{"content":NaN}', "422 invalid_request"),
    "NUL": (b'{"content":"a\\u0000b"}', "422 invalid_request"),
    "NUL in the id": (b'{"content":"a","clientMessageId":"a\\u0000"}', "422 invalid_request"),
    "a list": (b"[]", "422 invalid_request"),
    "too many characters": (orjson.dumps({"content": "\U0001f600" * 4001}), "422 invalid_request"),
    "too many bytes": (orjson.dumps({"content": "x" * 70_000}), "413 payload_too_large"),
    "far too many bytes": (orjson.dumps({"content": "x" * 1_000_000}), "413 payload_too_large"),
}


@pytest.mark.parametrize("body", BODIES)
def test_an_invalid_body_is_answered_with_its_errors(world: World, url: str, body: str) -> None:
    """And the field is named where there is one."""
    data, outcome = BODIES[body]
    reply = send(world, url, data, JSON)
    assert reply.outcome == outcome
    if outcome.startswith("422"):
        assert reply.json["errors"]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", "x", ""],
)
def test_only_json_is_read(world: World, url: str, content_type: str) -> None:
    """Whatever the body is."""
    reply = send(world, url, orjson.dumps({"content": MARKER}), {"Content-Type": content_type})
    assert reply.outcome == "415 unsupported_media_type"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "identity, gzip", "nonsense"])
def test_compressed_bodies_are_not_unpacked(world: World, url: str, encoding: str) -> None:
    """Sound, broken or a bomb: refused alike, at no cost."""
    sound = gzip.compress(orjson.dumps({"content": MARKER}))
    for data in (sound, b"broken", gzip.compress(b" " * MANY), zlib.compress(b" " * MANY)):
        reply = send(world, url, data, {**JSON, "Content-Encoding": encoding})
        assert reply.outcome == "415 unsupported_media_type"


def test_a_compressed_body_smuggles_no_request_through_the_gateway(world: World) -> None:
    """If more was passed on than was announced, the rest would be a request of its own, answered to somebody else."""
    gateway, seen = world.system.gateway.url, requests_for_nothing(world)
    for body in smuggling(b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"):
        send(world, gateway, body, {**JSON, "Content-Encoding": "gzip"})
        for _ in range(3):
            assert call(gateway, "GET", "/api/me", token=world.mint(world.stranger)).json["id"] == world.stranger
    assert requests_for_nothing(world) == seen


def smuggling(request: bytes) -> Iterator[bytes]:
    """Bodies that unpack to as many bytes as they have themselves, and a request."""
    bodies = ((size, gzip.compress(b'{"content":"x"}'.ljust(size) + request)) for size in range(60, 200))
    fitting = [body for size, body in bodies if len(body) == size]
    assert fitting
    yield from fitting


def requests_for_nothing(world: World) -> float:
    """How often conversations was asked for an address that it does not know."""
    labels = {"method": "GET", "route": "unmatched", "status": "404"}
    return figure(world.system.conversations, "http_requests_total", **labels)


SHAPES = {
    "length and chunks": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 2\r\nContent-Length: 30\r\n\r\n{}",
    "two equal lengths": b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": b"Content-Length: 2, 2\r\n\r\n{}",
    "a negative length": b"Content-Length: -1\r\n\r\n{}",
    "a length with a sign": b"Content-Length: +2\r\n\r\n{}",
    "a length in hexadecimal": b"Content-Length: 0x2\r\n\r\n{}",
    "a length of 2**64": b"Content-Length: 18446744073709551616\r\n\r\n{}",
    "chunks by another name": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunks twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a tab before the value's end": b"Transfer-Encoding: chunked\x0b\r\n\r\n0\r\n\r\n",
    "a folded line": b"X: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk that is no number": b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n",
    "a chunk of a negative size": b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    "a chunk of 2**64": b"Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n{}\r\n0\r\n\r\n",
    "a bare line feed": b"X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "NUL in a name": b"X\x00: a\r\n\r\n",
    "NUL in a value": b"X: a\x00b\r\n\r\n",
    "two hosts": b"Host: evil.example\r\n\r\n",
    "a very long field": b"X: " + b"a" * 20_000 + b"\r\n\r\n",
    "very many fields": b"".join(b"X-%d: a\r\n" % number for number in range(300)) + b"\r\n",
}


TOO_LARGE = {"a very long field", "very many fields"}


@pytest.mark.parametrize("shape", SHAPES)
def test_ambiguous_requests_are_refused(world: World, url: str, shape: str) -> None:
    """One answer, a refusal, and the end: what follows is no second request."""
    with RawConnection(url) as connection:
        authorization = f"Authorization: Bearer {world.mint(world.talk.buyer)}\r\n".encode()
        head = b"POST /api/conversations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + authorization
        follow_up = b"GET /api/me HTTP/1.1\r\nHost: x\r\n" + authorization + b"\r\n"
        connection.send(head + SHAPES[shape] + follow_up)
        assert connection.read_head().status == (431 if shape in TOO_LARGE else 400)
        assert b"HTTP/1.1 200" not in connection.read_to_end()


LINES = {
    "OPTIONS * HTTP/1.1": (404, 400),
    "CONNECT evil.example:443 HTTP/1.1": (404, 400),
    "TRACE /api/me HTTP/1.1": (405, 405),
    "DELETE /api/me HTTP/1.1": (405, 405),
    "FROBNICATE /api/me HTTP/1.1": (400, 400),
    "get /api/me HTTP/1.1": (400, 400),
    "GET /api/me HTTP/9.9": (400, 400),
    "GET /api/me": (400, 400),
    "GET  /api/me HTTP/1.1": (401, 401),
    "GET /api/me\x00 HTTP/1.1": (400, 400),
    "GET http://evil.example/internal/log/heads HTTP/1.1": (401, 404),
    "GET http://evil.example/api/../internal/log/heads HTTP/1.1": (404, 400),
    "GET /internal/log/heads HTTP/1.1": (401, 404),
    "GET /api/../internal/log/heads HTTP/1.1": (404, 400),
    "GET /api/%2e%2e/internal/log/heads HTTP/1.1": (404, 400),
    "GET /api%2finternal HTTP/1.1": (404, 400),
    "GET //internal/log/heads HTTP/1.1": (404, 400),
    "GET /\\internal/log/heads HTTP/1.1": (404, 400),
    "GET /%69nternal/log/heads HTTP/1.1": (401, 404),
    "GET /api/items/%00 HTTP/1.1": (404, 400),
    "GET /api/items/a%2fb HTTP/1.1": (404, 400),
    "GET /api/items/%zz HTTP/1.1": (404, 404),
    "GET /api/items/%f0%9f%98%80 HTTP/1.1": (404, 404),
    f"GET /api/items/{'a' * 5000} HTTP/1.1": (404, 404),
    f"GET /api/items/{'a' * 20_000} HTTP/1.1": (414, 414),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:40])
def test_an_odd_request_line_leads_nowhere(world: World, url: str, line: str) -> None:
    """To no private address, to no 5xx."""
    with RawConnection(url) as connection:
        connection.send(line.encode("latin-1") + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        directly, by_the_gateway = LINES[line]
        assert connection.read_head().status == (directly if url == world.rest_url else by_the_gateway)
        assert b"shards" not in connection.read_to_end()


QUERIES = [
    *(
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=1e1",
        "limit=%00",
        "limit=",
        "limit=99999999999999999999",
        "limit=NaN",
    ),
    *("cursor=", "cursor=%00", "cursor=%ff", "cursor=...", f"cursor={'A' * 257}", "cursor=%C3%A9"),
]
FORGED_CURSORS = [
    b"[]",
    b"null",
    b'[1,"a\\u0000b"]',
    b'[-1,"a"]',
    b'[99999999999999999999999,"a"]',
    b'["a","b"]',
    b'[1.5,"a"]',
]


@pytest.mark.parametrize("path", ["/api/conversations", "/api/items"])
def test_a_wrong_query_is_named(world: World, path: str) -> None:
    """Cursors are checked like everything that comes from outside, though we made them once."""
    forged = [f"cursor={base64.urlsafe_b64encode(cursor).decode().rstrip('=')}" for cursor in FORGED_CURSORS]
    for query in [*QUERIES, *forged]:
        reply = world.as_person(world.stranger, "GET", f"{path}?{query}")
        assert reply.outcome == "422 invalid_request", query
        assert [error["field"] for error in reply.json["errors"]] == [query.partition("=")[0]]


def test_odd_queries_are_harmless(world: World, url: str) -> None:
    """Unknown parameters are ignored, repeated ones count once."""
    for query in ("&" * 5000, "a=1&" * 1000, "limit=5&limit=x", "%" * 100, "=" * 100, "limit=5;limit=9"):
        assert call(url, "GET", f"/api/items?{query}").status in (200, 422)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_outside_the_calendar_is_named(world: World, moment: str) -> None:
    """It is a time where it was written, and none in UTC."""
    for path, body in (
        (f"/internal/users/{world.person()}", {"name": "x"}),
        (f"/internal/items/{world.item(world.talk.seller)}", {"sellerId": world.talk.seller, "title": "x"}),
    ):
        reply = world.as_service("PUT", path, {**body, "updatedAt": moment})
        assert (reply.outcome, reply.json["errors"][0]["field"]) == ("422 invalid_request", "updatedAt")


@pytest.mark.parametrize("accept", ["application/openmetrics-text; version=x", "a/b;q=x", "*", ",", ";;;", "\xff"])
def test_metrics_ignore_the_accept_header(world: World, accept: str) -> None:
    """In the plain format when the one that is wanted makes no sense."""
    for service in (world.system.conversations, world.system.delivery[0], world.system.notifications):
        assert call(service.url, "GET", "/metrics", headers={"Accept": accept}).status == 200


def test_a_client_that_disconnects_midway_is_not_a_server_error(world: World, url: str) -> None:
    """Nobody is told that the database was away."""
    head = "POST /api/conversations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
    logged_before = len(world.system.conversations.log.read_bytes())
    for _ in range(3):
        with RawConnection(url) as connection:
            connection.send(f"{head}Authorization: Bearer {world.mint(world.stranger)}\r\n\r\n{{".encode())
    assert call(url, "GET", "/api/items").status == 200
    assert b"database.unavailable" not in world.system.conversations.log.read_bytes()[logged_before:]


def test_pages_of_other_origins_may_not_read_the_api(world: World, url: str) -> None:
    """CORS: no permission for an origin that is not in the list."""
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    preflight = call(url, "OPTIONS", "/api/conversations", headers=asked)
    plain = call(url, "GET", "/api/items", headers=asked)
    assert preflight.outcome == "403 forbidden_origin"
    for reply in (preflight, plain):
        assert "access-control-allow-origin" not in reply.headers


def test_a_made_up_request_id_splits_no_header(world: World, url: str) -> None:
    """Only a tame one comes back."""
    for given in ("x" * 100, "a b", "a\tSet-Cookie: x=1", "\xff"):
        reply = call(url, "GET", "/api/items", headers={"X-Request-ID": given})
        assert reply.headers["x-request-id"] != given
        assert "set-cookie" not in reply.headers
