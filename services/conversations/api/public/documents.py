"""/api/openapi.json and /api/asyncapi.json: the contracts, one file each, for tools that generate clients."""

import asyncio
import functools
import hashlib
from collections.abc import Callable

import orjson
from aiohttp import ETag, web

from chassis.http.app import JSON_CONTENT_TYPE
from contracts import one_file
from contracts.keywords import Schema

_CACHE_CONTROL = "public, max-age=300"  # seconds, then clients revalidate with the ETag


def routes() -> list[web.RouteDef]:
    return [web.get("/api/openapi.json", get_openapi), web.get("/api/asyncapi.json", get_asyncapi)]


async def get_openapi(request: web.Request) -> web.Response:
    """The OpenAPI document."""
    return await _answer(request, one_file.openapi)


async def get_asyncapi(request: web.Request) -> web.Response:
    """The AsyncAPI document."""
    return await _answer(request, one_file.asyncapi)


async def _answer(request: web.Request, compose: Callable[[], Schema]) -> web.Response:
    text, etag = await asyncio.to_thread(_document, compose)  # the first time takes a while
    if any(known.value in ("*", etag.value) for known in request.if_none_match or ()):
        response = web.Response(status=304)
    else:
        response = web.Response(body=text, content_type=JSON_CONTENT_TYPE)
    response.etag = etag
    response.headers["Cache-Control"] = _CACHE_CONTROL
    return response


@functools.cache
def _document(compose: Callable[[], Schema]) -> tuple[bytes, ETag]:
    text = orjson.dumps(compose(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return text, ETag(hashlib.sha256(text).hexdigest()[:32])
