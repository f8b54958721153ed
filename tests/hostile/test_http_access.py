"""Row C7 as a table: every endpoint, asked by everybody."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from services.conversations.app import create_conversations_app
from services.delivery.app import create_delivery_app
from services.delivery.settings import Settings as DeliverySettings
from services.notifications.app import create_notifications_app
from services.notifications.settings import Settings as NotificationsSettings
from tests.contract.test_openapi import operations
from tests.hostile.access import CALLERS, REFUSALS, Access, http_access
from tests.hostile.asking import address, ask, body_of, tokens_of
from tests.hostile.rest import call
from tests.hostile.world import World
from tests.kit.conversations import NOWHERE, conversations_settings

SECRET = "s" * 32
SHARED: dict[str, Any] = {"amqp_url": NOWHERE, "service_token": SECRET, "conversations_url": "http://127.0.0.1:1"}
TOKENS: dict[str, Any] = {"jwt_hs256_secret": SECRET, "jwt_issuer": "issuer", "jwt_audience": "audience"}

OF_PARTICIPANTS = [row for row in http_access() if row.path.startswith("/api/conversations/{conversationId}")]

every_row = pytest.mark.parametrize("row", http_access(), ids=lambda row: row.name)


@pytest.mark.parametrize("caller", CALLERS)
@every_row
def test_every_caller_is_answered_as_the_table_says(world: World, row: Access, caller: str) -> None:
    """Status and code; where `forged` is asked, each forgery is tried."""
    cell = row.cells[caller]
    for token in tokens_of(world, caller):
        reply = ask(world, row, token)
        if cell == "ok":
            assert reply.status in (101, 200, 201, 204), reply
        else:
            assert reply.outcome == REFUSALS[cell]
            assert reply.headers["content-type"] == "application/problem+json"


def test_every_documented_endpoint_is_in_the_table() -> None:
    """Of openapi.yaml; the probes are those of every service."""
    documented = {(operation.method.upper(), operation.path) for operation in operations()}
    assert {(row.method, row.path) for row in http_access()} == documented


def test_every_route_that_a_service_serves_is_in_the_table() -> None:
    """Of the applications themselves, so that nothing is served that nobody thought of."""
    assert {(row.service, row.method, row.path) for row in http_access()} == set(served())


@pytest.mark.parametrize("row", [row for row in http_access() if "/api/" not in row.path], ids=lambda row: row.name)
def test_the_gateway_passes_on_nothing_but_the_api_and_the_socket(world: World, row: Access) -> None:
    """Not even for the service token. Its own probes tell nothing of a service's inside."""
    reply = call(world.system.gateway.url, row.method, address(world, row), token=world.system.service_token)
    if row.path == "/ws":
        assert reply.outcome == "422 invalid_request"  # delivery's own answer: no upgrade was asked for
    elif row.path in ("/healthz", "/readyz"):
        assert reply.status == 200
    else:
        assert reply.outcome == "404 not_found"


@pytest.mark.parametrize("row", OF_PARTICIPANTS, ids=lambda row: row.name)
def test_whether_a_conversation_exists_stays_private(world: World, row: Access) -> None:
    """A stranger is answered the same, to the byte, for one of other people and for one that never was."""
    foreign, unknown = (
        world.as_person(
            world.stranger, row.method, row.path.format(conversationId=conversation_id, seq=1), body_of(world, row)
        )
        for conversation_id in (world.talk.id, uuid4())
    )
    assert (foreign.status, foreign.body) == (unknown.status, unknown.body)
    assert foreign.headers.keys() == unknown.headers.keys()


def test_attempts_of_a_stranger_leave_no_trace(world: World) -> None:
    """Refused writes wrote nothing, and nobody else's list changed."""
    talk = world.new_talk()
    for row in OF_PARTICIPANTS:
        path = row.path.format(conversationId=talk.id, seq=1)
        reply = world.as_person(world.stranger, row.method, path, body_of(world, row))
        assert reply.outcome == "404 conversation_not_found"
    seen = world.as_person(talk.buyer, "GET", f"/api/conversations/{talk.id}").json
    assert (seen["lastSeq"], seen["lastReadSeq"], seen["counterpartLastReadSeq"]) == (0, 0, 0)
    theirs = world.as_person(world.stranger, "GET", "/api/conversations?limit=100").json["conversations"]
    assert talk.id not in [conversation["id"] for conversation in theirs]


def served() -> Iterator[tuple[str, str, str]]:
    """Service, method and address of every route; HEAD comes with each GET."""
    settings = conversations_settings(
        database_url="postgresql://127.0.0.1:1/none", dev_login=True, environment="development"
    )
    apps = {
        "conversations": create_conversations_app(settings),
        "delivery": create_delivery_app(DeliverySettings(**SHARED, **TOKENS)),
        "notifications": create_notifications_app(NotificationsSettings(**SHARED)),
    }
    for name, app in apps.items():
        for route in app.router.routes():
            assert route.resource is not None
            if route.method != "HEAD":
                yield name, route.method, route.resource.canonical
