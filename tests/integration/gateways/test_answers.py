"""What a gateway answers by itself: problem documents without exception, and the same headers from both."""

import contextlib
import gzip
from pathlib import Path

import orjson
import pytest

from contracts.schemas import ROOT, load
from deploy.native.gateway.files import SECURITY_HEADERS
from deploy.native.gateway.proxy import MAX_BODY_BYTES
from tests.integration.gateways.conftest import LONG_SCRIPT, Gateway
from tests.integration.gateways.service import Service
from tests.kit.raw_websocket import Head, RawConnection, upgrade_request
from tests.kit.running.nginx import NginxNotAvailable, running_nginx

CODES = {entry["code"]: entry["httpStatus"] for entry in load(ROOT / "error-codes.json")["codes"]}
BROWSER = {"Accept": "text/html,*/*;q=0.8"}


def ask(gateway: Gateway, target: str | bytes, *, method: str = "GET", **headers: str) -> tuple[Head, bytes]:
    """One request with its target as it is, on a connection of its own; the answer's head and body."""
    with RawConnection(gateway.url) as connection:
        connection.send(request(connection, target, method=method, **headers))
        head = connection.read_head()
        return head, connection.read_to_end()


def request(connection: RawConnection, target: str | bytes, *, method: str = "GET", **headers: str) -> bytes:
    path = target.encode() if isinstance(target, str) else target
    fields = {"Host": connection.netloc, "Connection": "close", **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return b"%s %s HTTP/1.1\r\n%s\r\n" % (method.encode(), path, lines.encode())


def assert_problem(head: Head, body: bytes, status: int, code: str) -> None:
    assert head.status == status
    assert head.headers["content-type"] == "application/problem+json"
    assert head.headers["x-content-type-options"] == "nosniff"
    assert head.headers["cache-control"] == "no-store"
    assert head.headers["permissions-policy"] == SECURITY_HEADERS["Permissions-Policy"]
    assert_no_version(head)
    problem = orjson.loads(body)
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, "about:blank")
    assert problem["title"]
    assert CODES[code] == status


def assert_no_version(head: Head) -> None:
    assert head.headers.get("server", "nginx") == "nginx"


@pytest.mark.parametrize(
    "name",
    [
        "a" * 300,
        "a" * 300 + ".js",
        "%c3%bc" * 150,
        "a/" * 2000 + "a",
        "%ff",
        "%ed%a0%80",
        "assets",
        "assets/",
        "assets/main-3f2a.js/x.js",
        "gone.js",
    ],
    ids=lambda name: name[:24],
)
def test_an_invalid_file_name_is_not_found(gateway: Gateway, name: str) -> None:
    """Whatever the file system says to it."""
    assert_problem(*ask(gateway, f"/{name}"), 404, "not_found")


@pytest.mark.parametrize("name", ["circle", "circle/x", "secret"])
def test_a_link_that_leads_nowhere_or_out_is_not_found(native: Gateway, name: str) -> None:
    """The image of the other gateway has no links."""
    assert_problem(*ask(native, f"/{name}"), 404, "not_found")


@pytest.mark.parametrize("target", [b"/a\x00b", b"/\xff\xfe", b"/api/\xff", b"*", b"example.com:443", b"", b"/a b"])
def test_an_invalid_target_is_a_client_error(native: Gateway, target: bytes) -> None:
    head, body = ask(native, target)
    assert 400 <= head.status < 500
    assert "Traceback" not in native.log
    assert_problem(head, body, head.status, orjson.loads(body)["code"])


@pytest.mark.parametrize("target", ["/", "/messages/1", "/items/a%20b", "/assets/gone.js?x=/../y"])
def test_an_address_of_the_application_is_its_page_with_the_headers_of_a_page(gateway: Gateway, target: str) -> None:
    head, body = ask(gateway, target, **BROWSER)
    assert (head.status, body) == (200, b"<!doctype html><title>Client</title>")
    assert head.headers["cache-control"] == "no-cache"
    assert SECURITY_HEADERS.items() <= {name.title(): value for name, value in head.headers.items()}.items()
    assert_no_version(head)


@pytest.mark.parametrize("target", ["/internal", "/internal/log", "/metrics", "/api", "/ws/x"])
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_a_private_address_is_not_found(gateway: Gateway, target: str, method: str) -> None:
    head, body = ask(gateway, target, method=method)
    if method == "HEAD":
        assert (head.status, body) == (404, b"")
    else:
        assert_problem(head, body, 404, "not_found")


@pytest.mark.parametrize("target", ["/api/../internal/log", "/api/%2e%2e/internal/log", "//internal"])
def test_an_ambiguous_path_is_refused(gateway: Gateway, target: str) -> None:
    assert_problem(*ask(gateway, target), 400, "ambiguous_path")


def test_a_method_that_no_file_knows_is_refused_with_those_it_knows(gateway: Gateway) -> None:
    head, body = ask(gateway, "/index.html", method="POST")
    assert_problem(head, body, 405, "method_not_allowed")
    assert {"GET", "HEAD"} <= set(head.headers["allow"].replace(",", " ").split())


def test_files_are_compressed_for_clients_that_accept_it(gateway: Gateway) -> None:
    """Both forms carry `Vary`, so that a cache keeps them apart."""
    path = "/assets/long-77ab.js"
    head, body = ask(gateway, path, **{"Accept-Encoding": "br, gzip"})
    assert (head.headers["content-encoding"], head.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert int(head.headers["content-length"]) == len(body) < len(LONG_SCRIPT)
    assert gzip.decompress(body).decode() == LONG_SCRIPT
    assert "javascript" in head.headers["content-type"]
    plain, body = ask(gateway, path, **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "Accept-Encoding"
    assert body.decode() == LONG_SCRIPT
    assert plain.headers["etag"] != head.headers["etag"]


def test_long_api_responses_are_compressed_for_clients_that_accept_it(gateway: Gateway) -> None:
    for length, coding, compressed in ((2000, "gzip", True), (2000, "gzip;q=0", False), (20, "gzip", False)):
        answer = orjson.dumps({"text": "a" * length})
        with RawConnection(gateway.url) as client:
            client.send(request(client, "/api/items", **{"Accept-Encoding": coding}))
            with gateway.service.accept() as caller:
                caller.answer(answer, headers={"Content-Type": "application/json", "Vary": "Origin"})
                head = client.read_head()
                body = client.read_to_end()
        assert (head.headers.get("content-encoding") == "gzip") is compressed
        if compressed:
            assert len(body) < length
        else:
            assert body == answer


def test_a_range_beyond_a_file_is_refused(gateway: Gateway) -> None:
    assert_problem(*ask(gateway, "/index.html", Range="bytes=900-"), 416, "range_not_satisfiable")


def test_a_body_that_is_too_large_is_refused(gateway: Gateway) -> None:
    """Whether it says so or not."""
    length = {"Content-Length": str(MAX_BODY_BYTES + 1)}
    with RawConnection(gateway.url) as connection:
        connection.send(request(connection, "/api/x", method="POST", **length) + b"x" * (MAX_BODY_BYTES + 1))
        assert connection.read_head().status == 413


@pytest.mark.parametrize(("method", "target"), [("POST", "/api/items"), ("GET", "/ws")])
def test_a_service_that_breaks_off_is_reported(gateway: Gateway, method: str, target: str) -> None:
    """A GET of the API may be asked once more."""
    with RawConnection(gateway.url) as connection:
        connection.send(request(connection, target, method=method, **{"Content-Length": "0"}))
        with gateway.service.accept():
            pass
        assert_problem(connection.read_head(), connection.read_to_end(), 502, "bad_gateway")


def test_a_partial_response_is_not_mistaken_for_a_complete_one(gateway: Gateway) -> None:
    """And no second answer is written into the first."""
    with RawConnection(gateway.url) as connection:
        connection.send(request(connection, "/api/items"))
        with gateway.service.accept() as caller:
            caller.answer(b"[1,2", headers={"Content-Length": "100"})
        assert connection.read_head().headers["content-length"] == "100"
        assert connection.read_to_end() in (b"[1,2", b"")
    assert "Traceback" not in gateway.log


def test_a_client_that_disconnects_midway_logs_no_error(gateway: Gateway) -> None:
    with RawConnection(gateway.url) as connection:
        connection.send(request(connection, "/api/items"))
        caller = gateway.service.accept()
    with caller, contextlib.suppress(ConnectionError):
        caller.answer(b"x" * 5_000_000)
    assert ask(gateway, "/healthz")[0].status == 200
    assert "Traceback" not in gateway.log
    assert "request.failed" not in gateway.log


def test_a_client_that_leaves_before_its_body_is_complete_ends_its_request(native: Gateway) -> None:
    """nginx does not even begin before it has all of it."""
    with RawConnection(native.url) as connection:
        connection.send(request(connection, "/api/x", method="POST", **{"Content-Length": "100"}) + b"x")
        caller = native.service.accept()
    with caller:
        while caller.receive():
            pass
    assert "Traceback" not in native.log
    assert "request.failed" not in native.log


@pytest.mark.parametrize("whole", [False, True])
def test_a_request_carries_the_clients_address_and_host(gateway: Gateway, whole: bool) -> None:
    """Also one with a whole address for its target. Claims of the client do not pass."""
    with RawConnection(gateway.url) as connection:
        prefix = f"http://{connection.netloc}" if whole else ""
        claims = {
            "X-Forwarded-For": "6.6.6.6",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Port": "1",
            "X-Real-IP": "6.6.6.6",
            "Forwarded": "for=6.6.6.6",
        }
        connection.send(request(connection, f"{prefix}/api/items?q=%20", **claims))
        with gateway.service.accept() as caller:
            assert caller.head.startswith("GET /api/items?q=%20 HTTP/1.1\r\n")
            assert caller.fields["host"] == connection.netloc
            assert caller.fields["x-forwarded-for"] == "127.0.0.1"
            assert caller.fields["x-forwarded-proto"] == "http"
            assert caller.fields["x-forwarded-host"] == connection.netloc
            assert not {"x-forwarded-port", "x-real-ip", "forwarded"} & caller.fields.keys()
            caller.answer(b"{}", headers={"Server": "secret/1.2", "Content-Type": "application/json"})
        head = connection.read_head()
        assert head.status == 200
        assert_no_version(head)


def test_an_unknown_expectation_is_the_services_to_refuse(native: Gateway) -> None:
    """It knows which pages may read the answer. The other gateway has no opinion about expectations."""
    with RawConnection(native.url) as connection:
        connection.send(request(connection, "/api/items", Expect="200-ok"))
        with native.service.accept() as caller:
            assert caller.fields["expect"] == "200-ok"
            caller.answer(b"{}", status="417 Expectation Failed", headers={"Access-Control-Allow-Origin": "x"})
        head = connection.read_head()
        assert (head.status, head.headers["access-control-allow-origin"]) == (417, "x")


def test_a_client_that_waits_before_its_body_is_asked_for_it(native: Gateway) -> None:
    with RawConnection(native.url) as connection:
        fields = {"Expect": "100-continue", "Content-Length": "2"}
        connection.send(request(connection, "/api/x", method="POST", **fields))
        assert connection.read_head().status == 100
        connection.send(b"{}")
        with native.service.accept() as caller:
            assert "expect" not in caller.fields
            caller.answer(b"{}")
        assert connection.read_head().status == 200


@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_the_socket_takes_no_other_method(native: Gateway, method: str) -> None:
    head, _ = ask(native, "/ws", method=method)
    assert head.status == 405
    assert head.headers["allow"] == "GET"


def test_a_refused_handshake_is_answered_with_the_refusal_itself(gateway: Gateway) -> None:
    with RawConnection(gateway.url) as connection:
        connection.send(upgrade_request(connection.netloc))
        with gateway.service.accept() as caller:
            refusal = b'{"code":"unauthenticated"}'
            caller.answer(refusal, status="401 Unauthorized", headers={"Content-Type": "application/problem+json"})
            head = connection.read_head()
            assert head.status == 401
            assert head.headers["content-type"] == "application/problem+json"
            assert connection.read_exactly(len(refusal)) == refusal


def test_long_targets_and_header_fields_are_refused_and_not_repeated(gateway: Gateway) -> None:
    long = "secret" * 20_000
    assert_problem(*ask(gateway, f"/{long}"), 414, "uri_too_long")
    head, body = ask(gateway, "/", Authorization=long)
    assert_problem(head, body, 431, "header_fields_too_large")
    assert b"secret" not in body


def test_malformed_http_is_refused(gateway: Gateway) -> None:
    with RawConnection(gateway.url) as connection:
        connection.send(b"\x16\x03\x01 secret\r\n\r\n")
        received = connection.read_to_end()
        assert b"secret" not in received
        assert b"application/problem+json" in received or received == b""


def test_a_web_image_without_addresses_serves_files_only(dist: Path) -> None:
    """Something before it sends the rest to the services."""
    try:
        with running_nginx(dist, {"CONVERSATIONS_ADDRESS": "", "DELIVERY_ADDRESS": ""}) as (url, process):
            alone = Gateway(url, Service(), process)
            with alone.service:
                for target in ("/api/items", "/ws", "/internal/log"):
                    assert_problem(*ask(alone, target), 404, "not_found")
                assert ask(alone, "/assets/main-3f2a.js")[1] == b"export {}"
    except NginxNotAvailable as reason:
        pytest.skip(f"needs nginx: {reason}")
