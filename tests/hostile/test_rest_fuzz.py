"""Row C8 under fire: requests made from the OpenAPI document, sound and broken, against the running service."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from contracts.one_file import one_file
from tests.contract.documents import OPENAPI, document
from tests.contract.test_openapi import Operation, operations
from tests.hostile.budget import fuzzed
from tests.hostile.world import World
from tests.kit.raw_websocket import PATIENCE_SECONDS

SCHEMA = schemathesis.openapi.from_dict(one_file(document(OPENAPI)))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Answers to heads of requests that are too long for any operation, so that no operation documents them.
TOO_LONG = {414: "uri_too_long", 431: "header_fields_too_large"}
MODES = schemathesis.GenerationMode
FUZZED = [
    pytest.param(operation, mode, id=f"{operation.body['operationId']}-{mode.value}")
    for operation in operations()
    for mode in MODES
    if operation.path not in ("/ws", "/metrics")
    # Where nothing is asked for, nothing can be asked for wrongly.
    and (mode is MODES.POSITIVE or operation.parameters or "requestBody" in operation.body)
]


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.mark.parametrize(("operation", "mode"), FUZZED)
def test_every_answer_is_a_documented_one(
    world: World, session: requests.Session, operation: Operation, mode: schemathesis.GenerationMode
) -> None:
    """Status, content type, headers and body, whatever is asked; never a 5xx."""
    described = SCHEMA[operation.path][operation.method.upper()]
    credentials = {"Authorization": f"Bearer {token_for(world, operation)}"}

    @given(case=described.as_strategy(generation_mode=mode), real=st.booleans())
    @fuzzed(share=0.1)
    def probe(case: schemathesis.Case[Any], real: bool) -> None:
        if real:
            case.path_parameters.update(existing(world, case.path_parameters))
        answer = case.call(base_url=world.rest_url, session=session, headers=credentials, timeout=PATIENCE_SECONDS)
        if answer.status_code in TOO_LONG:
            assert answer.json()["code"] == TOO_LONG[answer.status_code]
            return
        case.validate_response(answer, checks=CHECKS)

    probe()


def token_for(world: World, operation: Operation) -> str:
    internal = operation.path.startswith("/internal/")
    return world.system.service_token if internal else world.mint(world.talk.buyer)


def existing(world: World, names: Mapping[str, object]) -> dict[str, str]:
    """Of the names in a path, those of something that exists, so that what comes after the path is looked at."""
    known = {"conversationId": world.talk.id, "itemId": world.fuzzed_item, "userId": world.fuzzed_person}
    return {name: known[name] for name in names if name in known}
