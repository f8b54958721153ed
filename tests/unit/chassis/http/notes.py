"""A small service over the HTTP application, and how its problems are read."""

import uuid
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic.alias_generators import to_camel

from chassis.auth.bearer import bearer_token
from chassis.http.app import Query, create_app, json_response, read_model, read_query
from chassis.problems import NotFound

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


async def problem_of(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status == status
    assert response.content_type == "application/problem+json"
    document: dict[str, Any] = await response.json(content_type=None)
    assert document["status"] == status
    assert document["code"] == code
    return document
