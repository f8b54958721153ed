"""What a request brings: bodies, queries and paths are read strictly, within bounds of size and time."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest

from chassis.http.app import BODIES
from tests.kit.waiting import eventually
from tests.unit.chassis.http.notes import Client, problem_of


async def test_a_good_body_is_read_and_answered_in_camel_case(client: Client) -> None:
    response = await client.post("/api/notes", json={"noteText": "hello"})
    assert response.status == 201
    assert await response.json() == {"noteText": "hello", "hint": None}


async def test_wrong_fields_are_422_and_named(client: Client) -> None:
    document = await problem_of(await client.post("/api/notes", json={"noteText": "x" * 11}), 422, "invalid_request")
    assert [error["field"] for error in document["errors"]] == ["noteText"]


async def test_a_body_that_does_not_arrive_is_408(impatient_client: Client) -> None:
    async def hesitate() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    headers = {"Content-Type": "application/json"}
    response = await impatient_client.post("/api/notes", data=hesitate(), headers=headers)
    await problem_of(response, 408, "request_timeout")


async def test_incomplete_bodies_block_nobody_and_the_oldest_is_aborted_first(
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


async def test_query_and_path_are_read_into_strict_models(client: Client) -> None:
    assert await (await client.get("/api/notes?pageSize=7&other=1")).json() == {"pageSize": 7}
    note_id = str(uuid.uuid4())
    assert await (await client.get(f"/api/notes/{note_id}")).json() == {"id": note_id}
    document = await problem_of(await client.get("/api/notes?pageSize=1000"), 422, "invalid_request")
    assert document["errors"][0]["field"] == "pageSize"
    await problem_of(await client.get("/api/notes/7"), 422, "invalid_request")
