"""Answers by other doors than the application's: each a problem document that repeats nothing of the request."""

import asyncio
import logging
import socket
import struct
from collections.abc import AsyncIterator

import orjson
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer

from chassis.http.app import create_app, json_response, read_json
from chassis.http.protocol import MAX_HEAD_BYTES
from tests.kit.waiting import eventually

ORIGIN = "https://shop.example"
HOST = b"Host: h\r\n"
SECRET = b"do-not-repeat-this"
LONG = SECRET * 600


async def get_notes(request: web.Request) -> web.Response:
    return json_response({"host": request.host, "path": request.raw_path})


async def write_note(request: web.Request) -> web.Response:
    await read_json(request)
    return json_response({})


async def stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 100_000)
        await asyncio.sleep(0)


async def forget_to_answer(_request: web.Request) -> web.StreamResponse:
    return None  # type: ignore[return-value]  # a defect, on purpose


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    app = create_app(allowed_origins=[ORIGIN])
    app.router.add_get("/", get_notes)
    app.router.add_get("/api/notes", get_notes)
    app.router.add_post("/api/notes", write_note)
    app.router.add_get("/api/stream", stream)
    app.router.add_get("/api/forgotten", forget_to_answer)
    app.router.add_get("/ws", get_notes, allow_head=False)
    server = TestServer(app)
    async with server:
        yield server


async def answer_to(server: TestServer, *parts: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, header fields with names in lower case, and body of the first answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        async with asyncio.timeout(60):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}
            body = await reader.readexactly(int(fields["content-length"])) if parts[0][:4] != b"HEAD" else b""
    finally:
        writer.close()
    return int(head[0].split(" ")[1]), fields, body


@pytest.mark.parametrize(
    ("request_bytes", "status", "code"),
    [
        (b"GET /api/notes?x=" + LONG + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414, "uri_too_long"),
        (b"GET /api/notes HTTP/1.1\r\n" + HOST + b"X: " + LONG + b"\r\n\r\n", 431, "header_fields_too_large"),
        (b"GET /api/notes HTTP/1.1\r\n" + HOST + b"Expect: " + SECRET + b"\r\n\r\n", 417, "expectation_failed"),
        (b"GET /api/nowhere HTTP/1.1\r\n" + HOST + b"Expect: 200-ok\r\n\r\n", 417, "expectation_failed"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "bad_request"),
        (b"FOO /" + SECRET + b" HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad_request"),
        (SECRET + b"\x00\x01\r\n\r\n", 400, "bad_request"),
        (b"\x16\x03\x01\x02\x00\x01" + SECRET, 400, "bad_request"),
        (b"GET /api/notes HTTP/1.1\r\n\r\n", 400, "bad_request"),
        (b"GET /api/notes HTTP/1.1\r\n" + HOST + b"X: " + SECRET + b"\x00\r\n\r\n", 400, "bad_request"),
        (b"GET http:// HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad_request"),
        (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 404, "not_found"),
        (b"TRACE /api/notes HTTP/1.1\r\n" + HOST + b"X: " + SECRET + b"\r\n\r\n", 405, "method_not_allowed"),
        (b"POST /ws HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\n\r\n", 405, "method_not_allowed"),
        (b"GET /api/forgotten HTTP/1.1\r\n" + HOST + b"\r\n", 500, "internal_error"),
    ],
)
async def test_every_answer_is_a_problem_that_repeats_nothing(
    server: TestServer, request_bytes: bytes, status: int, code: str
) -> None:
    answered, fields, body = await answer_to(server, request_bytes)
    assert (answered, fields["content-type"]) == (status, "application/problem+json")
    assert (orjson.loads(body)["code"], orjson.loads(body)["status"]) == (code, status)
    assert (fields["x-content-type-options"], fields["cache-control"]) == ("nosniff", "no-store")
    assert "camera=()" in fields["permissions-policy"]
    assert "server" not in fields
    assert SECRET not in body + str(fields).encode()


async def test_a_failed_expectation_can_be_read_by_an_allowed_page(server: TestServer) -> None:
    """It is answered before any middleware; the same fields are on it."""
    origin = f"Origin: {ORIGIN}\r\n".encode()
    _, fields, _ = await answer_to(server, b"GET /api/notes HTTP/1.1\r\n" + HOST + origin + b"Expect: 200-ok\r\n\r\n")
    assert (fields["access-control-allow-origin"], fields["vary"]) == (ORIGIN, "Origin")


async def test_head_of_an_upgrade_is_405(server: TestServer) -> None:
    status, fields, _ = await answer_to(server, b"HEAD /ws HTTP/1.1\r\n" + HOST + b"\r\n")
    assert (status, fields["allow"], fields["content-type"]) == (405, "GET", "application/problem+json")


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("http://h/api/notes", "/api/notes"),
        ("HTTPS://h:8443/api/notes?x=1", "/api/notes?x=1"),
        ("http://h", "/"),
        ("http://h?x=%20", "/?x=%20"),
    ],
)
async def test_the_request_line_may_name_the_server(server: TestServer, target: str, path: str) -> None:
    status, _, body = await answer_to(server, f"GET {target} HTTP/1.1\r\n".encode() + HOST + b"\r\n")
    assert (status, orjson.loads(body)["path"]) == (200, path)


async def test_an_endless_head_is_refused_before_it_ends(server: TestServer) -> None:
    """Many half-sent heads hold little memory."""
    field = b"X: " + b"x" * 4000 + b"\r\n"
    parts = [b"GET /api/notes HTTP/1.1\r\n" + HOST, *[field] * (MAX_HEAD_BYTES // len(field) + 1)]
    status, _, body = await answer_to(server, *parts)
    assert (status, orjson.loads(body)["code"]) == (431, "header_fields_too_large")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /api/stream HTTP/1.1\r\n" + HOST + b"\r\n",
        b"POST /api/notes HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
        b"POST /api/notes HTTP/1.1\r\n"
        + HOST
        + b"Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n{",
        b"POST /api/notes HTTP/1.1\r\n"
        + HOST
        + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
async def test_a_client_that_disconnects_midway_is_not_an_error(
    server: TestServer, caplog: pytest.LogCaptureFixture, request_bytes: bytes, at_once: bool
) -> None:
    """With a reset, before it is answered or in the middle of the answer."""
    caplog.set_level(logging.DEBUG, "aiohttp.server")
    with structlog.testing.capture_logs() as logs:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(request_bytes)
        if not at_once and b"stream" in request_bytes:
            await reader.readexactly(10)
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()
        await eventually(lambda: not server.handler.connections, within=60)
        # The next request shows that the server has dealt with the one before.
        assert (await answer_to(server, b"GET /api/notes HTTP/1.1\r\n" + HOST + b"\r\n"))[0] == 200
    assert [line for line in logs if line["event"] != "request.answered"] == []
    assert [record for record in caplog.records if record.name == "aiohttp.server"] == []
