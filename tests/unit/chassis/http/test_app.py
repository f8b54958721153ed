"""The HTTP application: probes, problems, request ids, CORS, the guard of /internal, metrics."""

import asyncio
import gzip
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import structlog
from aiohttp import ClientPayloadError, WSMsgType, web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic.alias_generators import to_camel

from chassis.auth.bearer import bearer_token
from chassis.health import NotReady
from chassis.http.app import (
    BODIES,
    HEALTH,
    LIFECYCLE,
    MAX_BODY_BYTES,
    Query,
    create_app,
    json_response,
    read_model,
    read_query,
)
from chassis.problems import NotFound
from tests.kit.waiting import eventually

ORIGIN = "http://localhost:5173"
SERVICE_TOKEN = "t" * 32

Client = TestClient[web.Request, web.Application]


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, alias_generator=to_camel, populate_by_name=True)


class Note(Strict):
    note_text: str = Field(max_length=10)
    hint: str | None = None


class Page(Strict, Query):
    page_size: int = Field(50, ge=1, le=100)


class Address(Strict):
    note_id: uuid.UUID


async def post_note(request: web.Request) -> web.Response:
    return json_response(await read_model(request, Note), 201)


async def get_notes(request: web.Request) -> web.Response:
    return json_response({"pageSize": read_query(request, Page).page_size})


async def get_note(request: web.Request) -> web.Response:
    return json_response({"id": Address.model_validate_strings(dict(request.match_info)).note_id})


async def crash(_request: web.Request) -> web.Response:
    raise RuntimeError("the password is hunter2")


async def vanish(_request: web.Request) -> web.Response:
    raise NotFound("No such note.", code="note_not_found")


async def short_socket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.close()
    return socket


async def half_answer(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"half")
    raise RuntimeError("in the middle")


async def crashing_socket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.receive()
    raise RuntimeError("in the middle")


async def whose(request: web.Request) -> web.Response:
    return json_response({"length": len(bearer_token(request))})


def notes_app(**options: Any) -> web.Application:
    app = create_app(allowed_origins=[ORIGIN], service_token=SecretStr(SERVICE_TOKEN), **options)
    app.router.add_post("/api/notes", post_note)
    app.router.add_get("/api/notes", get_notes)
    app.router.add_get("/api/notes/{noteId}", get_note)
    app.router.add_get("/api/crash", crash)
    app.router.add_get("/api/vanish", vanish)
    app.router.add_get("/api/half", half_answer)
    app.router.add_get("/api/handed-over", short_socket)
    app.router.add_get("/api/socket", crashing_socket)
    app.router.add_get("/api/whose", whose)
    app.router.add_get("/internal/notes", get_notes)
    return app


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with TestClient(TestServer(notes_app())) as client:
        yield client


@pytest.fixture
async def impatient_client() -> AsyncIterator[Client]:
    async with TestClient(TestServer(notes_app(idle_seconds=1))) as client:
        yield client


async def problem_of(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status == status
    assert response.content_type == "application/problem+json"
    document: dict[str, Any] = await response.json(content_type=None)
    assert document["status"] == status
    assert document["code"] == code
    return document


async def test_a_good_body_is_read_and_answered_in_camel_case(client: Client) -> None:
    response = await client.post("/api/notes", json={"noteText": "hello"})
    assert response.status == 201
    assert await response.json() == {"noteText": "hello", "hint": None}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1,]"])
async def test_malformed_json_is_400(client: Client, body: bytes) -> None:
    response = await client.post("/api/notes", data=body, headers={"Content-Type": "application/json"})
    await problem_of(response, 400, "malformed_json")


async def test_wrong_fields_are_422_and_named(client: Client) -> None:
    document = await problem_of(await client.post("/api/notes", json={"noteText": "x" * 11}), 422, "invalid_request")
    assert [error["field"] for error in document["errors"]] == ["noteText"]


async def test_a_body_above_the_limit_is_413(client: Client) -> None:
    response = await client.post("/api/notes", json={"noteText": "x" * MAX_BODY_BYTES})
    await problem_of(response, 413, "payload_too_large")


@pytest.mark.parametrize("body", [gzip.compress(b'{"noteText":"hello"}', mtime=0), b"not compressed at all"])
async def test_a_compressed_body_is_415_and_never_unpacked(client: Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    response = await client.post("/api/notes", data=body, headers=headers)
    await problem_of(response, 415, "unsupported_media_type")


async def test_a_body_that_does_not_come_is_408(impatient_client: Client) -> None:
    async def hesitate() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    headers = {"Content-Type": "application/json"}
    response = await impatient_client.post("/api/notes", data=hesitate(), headers=headers)
    await problem_of(response, 408, "request_timeout")


async def test_half_sent_bodies_make_nobody_wait_and_the_oldest_goes_first(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.http.bodies.MAX_ARRIVING", 2)
    released = asyncio.Event()

    async def half() -> AsyncIterator[bytes]:
        yield b'{"noteText":'
        await released.wait()
        yield b'"late"}'

    headers = {"Content-Type": "application/json"}
    oldest = asyncio.create_task(client.post("/api/notes", data=half(), headers=headers))
    assert client.app is not None
    await eventually(lambda: waiting_bodies(client) == 1, within=30)
    younger = [asyncio.create_task(client.post("/api/notes", data=half(), headers=headers)) for _ in range(2)]
    await problem_of(await oldest, 408, "request_timeout")
    assert (await client.post("/api/notes", json={"noteText": "whole"})).status == 201
    released.set()
    assert [(await task).status for task in younger] == [201, 201]
    assert waiting_bodies(client) == 0


def waiting_bodies(client: Client) -> int:
    assert client.app is not None
    return client.app[BODIES].arriving


@pytest.mark.parametrize("accept", ["application/openmetrics-text; version=x", "text/plain; version=", "*"])
async def test_figures_come_whatever_is_asked_for(client: Client, accept: str) -> None:
    response = await client.get("/metrics", headers={"Accept": accept})
    assert (response.status, response.content_type) == (200, "text/plain")


async def test_another_content_type_is_415(client: Client) -> None:
    response = await client.post("/api/notes", data=b"{}", headers={"Content-Type": "text/plain"})
    await problem_of(response, 415, "unsupported_media_type")


async def test_query_and_path_are_read_into_strict_models(client: Client) -> None:
    assert await (await client.get("/api/notes?pageSize=7&other=1")).json() == {"pageSize": 7}
    note_id = str(uuid.uuid4())
    assert await (await client.get(f"/api/notes/{note_id}")).json() == {"id": note_id}
    document = await problem_of(await client.get("/api/notes?pageSize=1000"), 422, "invalid_request")
    assert document["errors"][0]["field"] == "pageSize"
    await problem_of(await client.get("/api/notes/7"), 422, "invalid_request")


async def test_an_unknown_address_is_a_404_problem(client: Client) -> None:
    await problem_of(await client.get("/nowhere"), 404, "not_found")


async def test_a_wrong_method_is_a_405_problem(client: Client) -> None:
    response = await client.put("/api/notes")
    await problem_of(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == "GET,HEAD,POST"


async def test_a_raised_problem_is_told(client: Client) -> None:
    document = await problem_of(await client.get("/api/vanish"), 404, "note_not_found")
    assert document["detail"] == "No such note."


async def test_an_unexpected_error_is_logged_with_its_trace_and_told_without(client: Client) -> None:
    with structlog.testing.capture_logs() as logs:
        response = await client.get("/api/crash")
    await problem_of(response, 500, "internal_error")
    assert "hunter2" not in await response.text()
    (failed,) = [line for line in logs if line["event"] == "request.failed"]
    assert isinstance(failed["exc_info"], RuntimeError)


async def test_an_error_in_the_middle_of_an_answer_does_not_start_a_second_one(client: Client) -> None:
    response = await client.get("/api/half")
    assert response.status == 200
    with pytest.raises(ClientPayloadError):
        await response.read()


async def test_an_error_behind_a_websocket_closes_it_and_writes_no_http_into_it(client: Client) -> None:
    socket = await client.ws_connect("/api/socket")
    await socket.send_str("crash")
    assert (await socket.receive()).type in (WSMsgType.CLOSE, WSMsgType.CLOSED)


async def test_a_missing_bearer_token_is_401_with_a_challenge(client: Client) -> None:
    response = await client.get("/api/whose")
    await problem_of(response, 401, "unauthenticated")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    await problem_of(await client.get("/api/whose", headers={"Authorization": "Basic x"}), 401, "unauthenticated")
    assert (await client.get("/api/whose", headers={"Authorization": "bearer abc"})).status == 200


@pytest.mark.parametrize("token", [None, "", "wrong", SERVICE_TOKEN[:-1], "tökén"])
async def test_internal_routes_need_the_service_token(client: Client, token: str | None) -> None:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    await problem_of(await client.get("/internal/notes", headers=headers), 401, "unauthenticated")


async def test_internal_routes_open_with_the_service_token(client: Client) -> None:
    headers = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
    assert (await client.get("/internal/notes", headers=headers)).status == 200


async def test_while_the_service_token_is_replaced_both_open_internal_routes() -> None:
    new, old = "n" * 32, "o" * 32
    app = create_app(service_token=SecretStr(new), service_token_previous=SecretStr(old))
    app.router.add_get("/internal/notes", get_notes)
    async with TestClient(TestServer(app)) as client:
        for token, status in ((new, 200), (old, 200), ("x" * 32, 401)):
            response = await client.get("/internal/notes", headers={"Authorization": f"Bearer {token}"})
            assert response.status == status


async def test_internal_routes_stay_closed_when_no_token_is_configured() -> None:
    app = create_app()
    app.router.add_get("/internal/notes", get_notes)
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/internal/notes", headers={"Authorization": "Bearer None"})
        assert response.status == 401


async def test_a_request_id_is_returned_and_made_when_missing_or_odd(client: Client) -> None:
    given = await client.get("/healthz", headers={"X-Request-ID": "abc-1"})
    assert given.headers["X-Request-ID"] == "abc-1"
    for headers in ({}, {"X-Request-ID": "a b"}, {"X-Request-ID": "x" * 65}):
        made = (await client.get("/nowhere", headers=headers)).headers["X-Request-ID"]
        assert len(made) == 32


async def test_each_request_has_one_line_with_the_routes_template(client: Client) -> None:
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        await client.get("/api/notes/7", headers={"X-Request-ID": "abc-1"})
        await client.get("/healthz")
    answered = [line for line in logs if line["event"] == "request.answered"]
    assert [(line["route"], line["log_level"]) for line in answered] == [
        ("/api/notes/{noteId}", "info"),
        ("/healthz", "debug"),
    ]
    assert (answered[0]["method"], answered[0]["status"], answered[0]["request_id"]) == ("GET", 422, "abc-1")
    assert answered[0]["duration_ms"] >= 0


async def test_a_connection_that_is_handed_over_has_another_line(client: Client) -> None:
    with structlog.testing.capture_logs() as logs:
        async with client.ws_connect("/api/handed-over") as socket:
            await socket.receive()
        await eventually(lambda: [line["event"] for line in logs] == ["request.answered"], within=60)
    assert logs[0]["log_level"] == "debug"


async def test_a_preflight_of_an_allowed_page_is_answered(client: Client) -> None:
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    response = await client.options("/api/notes", headers=headers)
    assert response.status == 204
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
    assert response.headers["Vary"] == "Origin"


async def test_a_preflight_of_another_page_is_refused(client: Client) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    response = await client.options("/api/notes", headers=headers)
    await problem_of(response, 403, "forbidden_origin")
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_answers_and_problems_can_be_read_by_allowed_pages_only(client: Client) -> None:
    for path in ("/api/notes", "/api/vanish", "/api/crash"):
        allowed = await client.get(path, headers={"Origin": ORIGIN})
        assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
        other = await client.get(path, headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in other.headers
        assert other.headers["Vary"] == "Origin"


async def test_only_api_is_open_to_other_origins(client: Client) -> None:
    response = await client.get("/healthz", headers={"Origin": ORIGIN})
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_ready_tells_what_fails_and_alive_stays(client: Client) -> None:
    assert (await client.get("/readyz")).status == 200

    async def ill() -> None:
        raise NotReady("no consumer yet")

    assert client.app is not None
    client.app[HEALTH].add("consumer", ill)
    document = await problem_of(await client.get("/readyz"), 503, "unavailable")
    assert document["errors"] == [{"field": "consumer", "message": "no consumer yet"}]
    assert (await client.get("/healthz")).status == 200


async def test_a_draining_process_is_alive_and_not_ready(client: Client) -> None:
    assert client.app is not None
    client.app[LIFECYCLE].stop("test")
    await problem_of(await client.get("/readyz"), 503, "draining")
    assert (await client.get("/healthz")).status == 200


async def test_metrics_count_requests_by_template_and_bound_their_labels(client: Client) -> None:
    await client.get("/api/notes/7")
    await client.get("/api/notes/8")
    await client.get("/made/up/by/a/scanner")
    await client.request("PROPFIND", "/api/notes")
    text = await (await client.get("/metrics")).text()
    assert 'http_requests_total{method="GET",route="/api/notes/{noteId}",status="422"} 2.0' in text
    assert 'http_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
    assert 'method="other"' in text
    assert 'http_requests_total{method="GET",route="/api/notes/{noteId}",status="500"} 0.0' in text
    assert "PROPFIND" not in text
    assert "scanner" not in text
    assert "event_loop_lag_seconds" in text
    assert "process_resident_memory_bytes" in text
