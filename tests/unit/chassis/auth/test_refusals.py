"""Every way to be refused leaves its reason in the log and the metrics; the answer has it in development only."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from chassis.auth.bearer import bearer_token
from chassis.auth.jwks import SharedSecrets
from chassis.auth.tokens import TokenVerifier
from chassis.http.app import create_app, json_response
from chassis.refusal_reasons import EXPLANATIONS, Reason

SECRET = "k" * 32
SERVICE_TOKEN = "s" * 32


def mint(**changes: Any) -> str:
    """A token of the marketplace, made when it is used."""
    usual = {"sub": "anna", "iss": "shop", "aud": "messaging", "exp": datetime.now(UTC) + timedelta(hours=1)}
    return jwt.encode(usual | changes, SECRET, algorithm="HS256")


def bearer(token: str) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {token}")]


WAYS: list[tuple[str, Sequence[tuple[str, str]], str]] = [
    ("/api/me", [], "missing"),
    ("/api/me", [("Authorization", "Bearer ")], "missing"),
    ("/api/me?access_token=abc", [], "in_url"),
    ("/api/me", [("Authorization", "Basic YTpi")], "scheme"),
    ("/api/me", [("Authorization", "eyJ.eyJ.abc")], "scheme"),
    ("/api/me", [*bearer("a.b.c"), *bearer("d.e.f")], "duplicate_header"),
    ("/api/me", [*bearer("a.b.c"), ("Authorization", "Basic YTpi")], "duplicate_header"),
    ("/api/me", bearer("opaque"), "not_a_jwt"),
    ("/api/me", bearer("é.é.é"), "malformed"),
    ("/api/me", bearer(mint(aud="another")), "audience"),
    ("/api/me", bearer(mint(exp=1)), "expired"),
    ("/internal/things", bearer("x" * 32), "service_token"),
    ("/internal/things", [], "missing"),
]
"""What a token is refused for is tested beside the verifier."""


async def ask(
    path: str, headers: Sequence[tuple[str, str]], *, explain: bool
) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The problem document, the request's log line, and the metrics."""
    verifier = TokenVerifier(keys=SharedSecrets(SECRET), issuer="shop", audience="messaging", leeway_seconds=5)

    async def me(request: web.Request) -> web.Response:
        return json_response({"id": (await verifier.verify(bearer_token(request))).user_id})

    app = create_app(service_token=SecretStr(SERVICE_TOKEN), explain_refusals=explain)
    app.router.add_get("/api/me", me)
    app.router.add_get("/internal/things", me)
    async with TestClient(TestServer(app)) as client:
        with structlog.testing.capture_logs() as logs:
            response = await client.get(path, headers=headers)
        assert response.status == 401
        (line,) = [entry for entry in logs if entry["event"] == "request.answered"]
        return await response.json(content_type=None), dict(line), await (await client.get("/metrics")).text()


@pytest.mark.parametrize(("path", "headers", "reason"), WAYS)
async def test_each_way_has_its_reason(path: str, headers: Sequence[tuple[str, str]], reason: str) -> None:
    problem, line, metrics = await ask(path, headers, explain=True)
    assert line["reason"] == reason
    assert f'credentials_refused_total{{reason="{reason}"}} 1.0' in metrics
    assert problem["detail"].endswith(f"{EXPLANATIONS[Reason(reason)]} (reason: {reason})")


async def test_in_production_the_answer_does_not_say_why() -> None:
    problem, line, metrics = await ask("/api/me", bearer(mint(aud="another")), explain=False)
    assert problem["detail"] == "The token is not valid."
    assert line["reason"] == "audience"
    assert 'credentials_refused_total{reason="audience"} 1.0' in metrics


async def test_the_same_authorization_twice_is_no_contradiction() -> None:
    problem, _, _ = await ask("/api/me", [*bearer("opaque"), *bearer("opaque")], explain=True)
    assert problem["detail"].endswith("(reason: not_a_jwt)")


async def test_nothing_of_the_token_is_in_log_metrics_or_answer() -> None:
    token = mint(sub="who-must-not-show", aud="another-audience")
    told = str(await ask("/api/me", bearer(token), explain=True))
    assert not any(part in told for part in (*token.split("."), "who-must-not-show", "another-audience"))


def test_every_reason_has_an_explanation() -> None:
    assert EXPLANATIONS.keys() == set(Reason)
