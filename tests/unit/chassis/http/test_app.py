"""The HTTP application: probes, problems, request ids, the guard of /internal, metrics."""

import pytest
import structlog
from aiohttp import ClientPayloadError, WSMsgType
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from chassis.health import NotReady
from chassis.http.app import HEALTH, create_app
from tests.kit.waiting import eventually
from tests.unit.chassis.http.notes import SERVICE_TOKEN, Client, get_notes, problem_of


async def test_a_wrong_method_is_a_405_problem(client: Client) -> None:
    response = await client.put("/api/notes")
    await problem_of(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == "GET,HEAD,POST"


async def test_a_raised_problem_is_answered(client: Client) -> None:
    document = await problem_of(await client.get("/api/vanish"), 404, "note_not_found")
    assert document["detail"] == "No such note."


async def test_an_unexpected_error_is_logged_with_its_traceback_and_answered_without(client: Client) -> None:
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


async def test_readiness_names_the_failing_checks_and_liveness_holds(client: Client) -> None:
    assert (await client.get("/readyz")).status == 200

    async def ill() -> None:
        raise NotReady("no consumer yet")

    assert client.app is not None
    client.app[HEALTH].add("consumer", ill)
    document = await problem_of(await client.get("/readyz"), 503, "unavailable")
    assert document["errors"] == [{"field": "consumer", "message": "no consumer yet"}]
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
