"""The gateway in front of two real servers: what passes, what does not, and how."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer
from yarl import URL

from deploy.native.gateway.app import create_app
from deploy.native.gateway.proxy import MAX_BODY_BYTES
from deploy.native.gateway.settings import Settings
from deploy.native.ports import free_port

_REFUSAL = {"title": "Unauthorized", "status": 401, "code": "unauthenticated"}


async def _conversations(request: web.Request) -> web.StreamResponse:
    body = await request.read()
    return web.json_response(
        {
            "method": request.method,
            "path": request.raw_path,
            "headers": dict(request.headers),
            "bytes": len(body),
        },
        status=201 if request.method == "POST" else 200,
        headers={"Location": "/api/conversations/1"},
    )


async def _delivery(request: web.Request) -> web.StreamResponse:
    if "bearer.good" not in request.headers.get("Sec-WebSocket-Protocol", ""):
        return web.json_response(_REFUSAL, status=401, content_type="application/problem+json")
    socket = web.WebSocketResponse(protocols=("messaging.v1",), compress=True)
    await socket.prepare(request)
    await socket.send_json({name: request.headers.get(name) for name in ("Origin", "Host", "Authorization")})
    async for message in socket:
        if message.data == "bye":
            await socket.close(code=4001, message=b"draining")
        elif message.type is WSMsgType.TEXT:
            await socket.send_str(message.data)
    return socket


def _upstream() -> TestServer:
    app = web.Application(client_max_size=10 * MAX_BODY_BYTES)
    app.router.add_get("/ws", _delivery)
    app.router.add_route("*", "/{tail:.*}", _conversations)
    return TestServer(app)


@pytest.fixture(scope="module")
async def upstream() -> AsyncIterator[URL]:
    async with _upstream() as server:
        yield server.make_url("/")


def _gateway(upstream: URL, dist: Path) -> TestServer:
    return TestServer(
        create_app(Settings(host="127.0.0.1", port=0, conversations_url=upstream, delivery_url=upstream, web_dist=dist))
    )


@pytest.fixture
async def http(upstream: URL, tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        _gateway(upstream, tmp_path / "dist") as server,
        aiohttp.ClientSession(server.make_url("/")) as session,
    ):
        yield session


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Client</title>")
    (folder / "assets" / "main-3f2a.js").write_text("export {}")
    (folder / "demo.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


async def test_api_requests_pass_with_method_query_body_and_headers(http: aiohttp.ClientSession) -> None:
    headers = {"Authorization": "Bearer abc", "X-Forwarded-For": "6.6.6.6"}
    async with http.post("/api/conversations?a=1&b=%20", data=b"{}", headers=headers) as answer:
        seen = await answer.json()
        assert answer.status == 201
        assert answer.headers["Location"] == "/api/conversations/1"
    assert (seen["method"], seen["path"], seen["bytes"]) == ("POST", "/api/conversations?a=1&b=%20", 2)
    assert seen["headers"]["Authorization"] == "Bearer abc"
    assert seen["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert seen["headers"]["Host"] == f"127.0.0.1:{answer.url.port}"


async def test_an_encoded_id_passes_as_it_is(http: aiohttp.ClientSession) -> None:
    """Every character that an item's id may have."""
    item_id = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "/\\%")
    path = f"/api/items/{quote(item_id, safe='')}"
    async with http.get(URL(path, encoded=True)) as answer:
        assert (await answer.json())["path"] == path


async def test_a_body_without_a_length_is_counted(http: aiohttp.ClientSession) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 65536 + 2):
            yield b"x" * 65536

    async with http.post("/api/conversations", data=endless()) as answer:
        assert answer.status == 413


async def test_a_body_at_the_limit_passes(http: aiohttp.ClientSession) -> None:
    async with http.post("/api/conversations", data=io.BytesIO(b"x" * MAX_BODY_BYTES)) as answer:
        assert (await answer.json())["bytes"] == MAX_BODY_BYTES


async def test_the_socket_passes_with_subprotocol_origin_host_and_authorization(
    http: aiohttp.ClientSession,
) -> None:
    headers = {"Origin": "http://shop.example", "Authorization": "Bearer abc"}
    async with http.ws_connect("/ws", protocols=("messaging.v1", "bearer.good"), headers=headers) as socket:
        seen = await socket.receive_json()
        assert socket.protocol == "messaging.v1"
        assert seen["Origin"] == "http://shop.example"
        assert seen["Authorization"] == "Bearer abc"
        assert seen["Host"].startswith("127.0.0.1:")
        await socket.send_str("hello")
        assert await socket.receive_str() == "hello"


async def test_a_close_code_and_its_reason_arrive(http: aiohttp.ClientSession) -> None:
    async with http.ws_connect("/ws", protocols=("messaging.v1", "bearer.good")) as socket:
        await socket.receive_json()
        await socket.send_str("bye")
        closing = await socket.receive()
        assert (closing.type, closing.data, closing.extra) == (WSMsgType.CLOSE, 4001, "draining")


async def test_no_compression_is_negotiated(http: aiohttp.ClientSession) -> None:
    async with http.ws_connect("/ws", protocols=("messaging.v1", "bearer.good"), compress=15) as socket:
        assert not socket.compress


async def test_much_data_passes_both_ways_unchanged(http: aiohttp.ClientSession) -> None:
    async with http.ws_connect("/ws", protocols=("messaging.v1", "bearer.good"), max_msg_size=0) as socket:
        await socket.receive_json()
        texts = [f"{number}:" + "x" * 60_000 for number in range(40)]

        async def send_all() -> None:
            for text in texts:
                await socket.send_str(text)

        sending = asyncio.create_task(send_all())
        assert [await socket.receive_str() for _ in texts] == texts
        await sending


async def test_an_unavailable_service_is_reported(tmp_path: Path) -> None:
    nobody = URL(f"http://127.0.0.1:{free_port()}")
    async with _gateway(nobody, tmp_path) as server, aiohttp.ClientSession(server.make_url("/")) as http:
        for path, status in {"/api/items": 502, "/ws": 502, "/readyz": 503, "/healthz": 200}.items():
            async with http.get(path) as answer:
                assert answer.status == status


async def test_ready_when_the_services_are(http: aiohttp.ClientSession) -> None:
    async with http.get("/readyz") as answer:
        assert answer.status == 200
        assert await answer.json() == {"status": "ready", "checks": ["conversations", "delivery"]}


async def test_not_ready_is_a_problem_that_names_the_services(tmp_path: Path) -> None:
    """As every service answers it."""
    nobody = URL(f"http://127.0.0.1:{free_port()}")
    async with (
        _gateway(nobody, tmp_path) as server,
        aiohttp.ClientSession(server.make_url("/")) as http,
        http.get("/readyz") as answer,
    ):
        assert (answer.status, answer.content_type) == (503, "application/problem+json")
        assert [error["field"] for error in (await answer.json())["errors"]] == ["conversations", "delivery"]


async def test_without_a_web_client_the_page_says_so(http: aiohttp.ClientSession) -> None:
    async with http.get("/") as answer:
        assert answer.status == 200
        assert "API is running" in await answer.text()


async def test_the_web_client_is_served_with_its_cache_and_security_headers(
    http: aiohttp.ClientSession, dist: Path
) -> None:
    async with http.get("/assets/main-3f2a.js") as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.content_type.endswith("/javascript")
    async with http.get("/demo.svg") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/assets/gone.js", "/gone.svg", "/..%2fsecret.txt", "/../secret.txt"])
async def test_a_missing_file_is_not_answered_with_a_page(http: aiohttp.ClientSession, dist: Path, path: str) -> None:
    async with http.get("/") as answer:
        port = answer.url.port
    async with http.get(URL(f"http://127.0.0.1:{port}{path}", encoded=True), headers={"Accept": "*/*"}) as answer:
        assert answer.status in (400, 404)
        assert "secret" not in await answer.text()
