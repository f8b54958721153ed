"""Row D1: who gets a socket, and how long it lasts."""

import asyncio
import socket as sockets
import struct
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import aiohttp
import pytest
import structlog

from contracts.generated.catalogues import CloseCode
from services.delivery.wire.errors import SENTENCES
from tests.integration.delivery.conftest import StartReplica
from tests.kit.client import connect
from tests.kit.credentials import token_of
from tests.kit.raw_websocket import upgrade_request
from tests.kit.replicas import Replica
from tests.kit.waiting import eventually

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


async def refusal(target: Replica, headers: Mapping[str, str], path: str = "/ws") -> tuple[int, str, str]:
    """Status, content type and problem code of a handshake that must fail."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(target.url + path, headers={**UPGRADE, **headers}) as response,
    ):
        assert response.status != 101
        problem = await response.json(content_type=None)
        return response.status, response.content_type, problem["code"]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


# Minted when they are used: a test may run many minutes after it was collected.
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (dict, "unauthenticated"),
        (lambda: bearer("rubbish"), "unauthenticated"),
        (lambda: bearer(token_of("buyer", audience="another")), "unauthenticated"),
        (lambda: bearer(token_of("buyer", lifetime=timedelta(seconds=-5))), "token_expired"),
        (lambda: bearer(token_of("a b")), "unauthenticated"),
    ],
    ids=["none", "rubbish", "wrong audience", "expired", "impossible user"],
)
async def test_without_a_valid_token_there_is_no_upgrade(
    delivery: Replica, headers: Callable[[], dict[str, str]], code: str
) -> None:
    """A plain HTTP answer that says why."""
    assert await refusal(delivery, headers()) == (401, "application/problem+json", code)
    assert delivery.counters.handshakes_refused[code] >= 1


def protocols(value: str) -> dict[str, str]:
    return {"Sec-WebSocket-Protocol": value}


async def test_a_refused_handshake_gives_its_reason_in_development_and_in_the_metrics(
    start_replica: StartReplica,
) -> None:
    """Whatever a client did wrong with the subprotocols or the header."""
    delivery = await start_replica(environment="development")
    ways = [
        ({}, "/ws", "missing"),
        ({}, "/ws?token=abc", "in_url"),
        (protocols("messaging.v1"), "/ws", "missing"),
        (protocols("bearer.a.b.c"), "/ws", "subprotocol"),
        (protocols("bearer"), "/ws", "subprotocol"),
        (protocols("bearer, a.b.c, messaging.v1"), "/ws", "subprotocol"),
        (protocols("messaging.v1, a.b.c"), "/ws", "subprotocol"),
        (protocols("messaging.v1, Bearer.a.b.c"), "/ws", "subprotocol"),
        (protocols("messaging.v1, bearer."), "/ws", "not_a_jwt"),
        (protocols("messaging.v1, bearer.opaque"), "/ws", "not_a_jwt"),
        (protocols(f"messaging.v1, bearer.{token_of('buyer', audience='another')}"), "/ws", "audience"),
        ({"Authorization": "Basic YTpi"}, "/ws", "scheme"),
        (bearer("rubbish"), "/ws", "not_a_jwt"),
    ]
    async with aiohttp.ClientSession() as session:
        for headers, path, reason in ways:
            async with session.get(delivery.url + path, headers={**UPGRADE, **headers}) as response:
                problem = await response.json(content_type=None)
                assert problem["detail"].endswith(f"(reason: {reason})"), (headers, problem)
        async with session.get(f"{delivery.url}/metrics") as response:
            metrics = await response.text()
    for reason, count in Counter(reason for *_, reason in ways).items():
        assert f'credentials_refused_total{{reason="{reason}"}} {count}.0' in metrics


async def test_a_refused_fresh_token_says_why_in_development(start_replica: StartReplica) -> None:
    """On the open socket, too."""
    delivery = await start_replica(environment="development")
    async with connect(delivery, "buyer") as socket:
        for token, code, reason in (
            (token_of("seller"), "user_mismatch", "another_user"),
            (token_of("buyer", audience="another"), "unauthenticated", "audience"),
            (token_of("buyer", lifetime=timedelta(seconds=-5)), "token_expired", "expired"),
        ):
            await socket.send("authenticate", accessToken=token)
            error = await socket.expect("error")
            assert error["code"] == code
            assert error["message"].endswith(f"(reason: {reason})")


async def test_a_client_that_leaves_before_its_101_is_no_error(
    delivery: Replica, caplog: pytest.LogCaptureFixture
) -> None:
    """A crowd that asks for sockets and resets its connections leaves no trace in the log, and no socket."""
    request = upgrade_request("h", token=token_of("buyer"))
    with structlog.testing.capture_logs() as logs:
        for _ in range(20):
            _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(delivery.url).port)
            writer.write(request)
            connection = writer.get_extra_info("socket")
            connection.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
            writer.close()
        async with connect(delivery, "seller"):
            pass
        await eventually(lambda: len(delivery.hub) == 0, within=60)
    assert [line for line in logs if line["log_level"] not in ("debug", "info")] == []
    assert [record for record in caplog.records if record.levelname not in ("DEBUG", "INFO")] == []


async def test_a_token_in_the_url_is_not_looked_at(delivery: Replica) -> None:
    """URLs are logged by everything on the way."""
    token = token_of("buyer")
    status, _, code = await refusal(delivery, {}, f"/ws?token={token}&access_token={token}")
    assert (status, code) == (401, "unauthenticated")


async def test_a_foreign_page_is_refused(start_replica: StartReplica) -> None:
    """Browsers send the page's origin; a configured one may."""
    delivery = await start_replica(allowed_origins=("https://shop.example",))
    evil = {**bearer(token_of("buyer")), "Origin": "https://evil.example"}
    assert (await refusal(delivery, evil))[::2] == (403, "forbidden_origin")
    async with connect(delivery, "buyer", headers={"Origin": "https://shop.example"}) as socket:
        assert socket.welcome["userId"] == "buyer"
    async with connect(delivery, "buyer", headers={"Origin": delivery.url}) as socket:
        assert socket.welcome["userId"] == "buyer"


async def test_an_ordinary_request_is_answered_with_a_hint(delivery: Replica) -> None:
    """Not a WebSocket handshake."""
    async with aiohttp.ClientSession() as session, session.get(f"{delivery.url}/ws") as response:
        assert (response.status, (await response.json(content_type=None))["code"]) == (422, "invalid_request")


@pytest.mark.parametrize(
    ("protocols", "headers", "selected"),
    [
        (("messaging.v1", "bearer.{token}"), None, "messaging.v1"),
        (("bearer", "{token}"), None, "bearer"),
        ((), {"Authorization": "Bearer {token}"}, None),
        (("messaging.v1",), {"Authorization": "Bearer {token}"}, "messaging.v1"),
    ],
)
async def test_a_token_is_accepted_in_every_supported_header(
    delivery: Replica, protocols: tuple[str, ...], headers: dict[str, str] | None, selected: str | None
) -> None:
    """And the right subprotocol is selected, without which a browser gives up."""
    token = token_of("buyer")
    offered = tuple(part.format(token=token) for part in protocols)
    sent = {name: value.format(token=token) for name, value in (headers or {}).items()}
    async with connect(delivery, "buyer", protocols=offered, headers=sent) as socket:
        assert socket.socket.protocol == selected


async def test_the_process_limits_its_sockets(start_replica: StartReplica) -> None:
    """One more is told to try another replica."""
    delivery = await start_replica(max_connections=1)
    async with connect(delivery, "buyer"):
        assert (await refusal(delivery, bearer(token_of("seller"))))[::2] == (429, "too_many_connections")
    async with connect(delivery, "seller"):
        pass


async def test_a_replica_without_a_position_in_the_log_accepts_no_sockets(start_replica: StartReplica) -> None:
    """It could not tell where the live stream begins."""
    delivery = await start_replica(wait=False, conversations_url="http://127.0.0.1:9")
    assert (await refusal(delivery, bearer(token_of("buyer"))))[::2] == (503, "unavailable")


async def test_the_welcome_contains_the_limits(start_replica: StartReplica) -> None:
    """Limits and times are the server's, not the client's guess."""
    delivery = await start_replica(heartbeat_seconds=30)
    async with connect(delivery, "buyer") as socket:
        welcome = socket.welcome
        assert (welcome["protocol"], welcome["maxMessageLength"]) == ("messaging.v1", 4000)
        assert (welcome["maxFrameBytes"], welcome["heartbeatMs"]) == (65536, 30000)
        assert welcome["token"] == delivery.stream.positions.token()


def put_clock_ahead(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """The clock by which tokens of open sockets run out, and no other."""
    monkeypatch.setattr(
        "services.delivery.sockets.heartbeat.time", SimpleNamespace(time=lambda: time.time() + by.total_seconds())
    )


async def test_a_socket_is_closed_when_its_token_expires(delivery: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a code of its own, so that the client fetches a new one."""
    async with connect(delivery, "buyer", token=token_of("buyer", lifetime=timedelta(hours=1))) as socket:
        put_clock_ahead(monkeypatch, timedelta(hours=1))
        assert await socket.expect_close() == CloseCode.TOKEN_EXPIRED


async def test_a_fresh_token_keeps_the_socket_open(delivery: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without reconnecting."""
    an_hour = timedelta(hours=1)
    async with connect(delivery, "buyer", token=token_of("buyer", lifetime=an_hour)) as socket:
        await socket.send("authenticate", accessToken=token_of("buyer", lifetime=3 * an_hour), ref="r-1")
        answer = await socket.expect("authenticated", ref="r-1")
        assert answer["sessionExpiresAt"] > socket.welcome["sessionExpiresAt"]
        async with connect(delivery, "other", token=token_of("other", lifetime=an_hour)) as other:
            put_clock_ahead(monkeypatch, an_hour)
            assert await other.expect_close() == CloseCode.TOKEN_EXPIRED
        assert await socket.settle() == []


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (lambda: token_of("seller"), "user_mismatch"),
        (lambda: token_of("buyer", lifetime=timedelta(seconds=-5)), "token_expired"),
        (lambda: "rubbish", "unauthenticated"),
    ],
    ids=["another user", "expired", "rubbish"],
)
async def test_an_invalid_fresh_token_changes_nothing(delivery: Replica, token: Callable[[], str], code: str) -> None:
    """The old one still counts."""
    async with connect(delivery, "buyer") as socket:
        await socket.send("authenticate", accessToken=token(), ref="r-1")
        error = await socket.expect("error")
        assert (error["code"], error["message"]) == (code, SENTENCES[code])
        assert await socket.settle() == []
