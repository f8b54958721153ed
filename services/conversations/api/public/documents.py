"""/api/openapi.json and /api/asyncapi.json: the contracts, one file each, for tools that generate clients."""

import functools
import hashlib
from pathlib import Path

from aiohttp import ETag, web

from chassis.http.app import JSON_CONTENT_TYPE

_FOLDER = Path(__file__).parents[4] / "contracts" / "generated"
_CACHE_CONTROL = "public, max-age=300"  # seconds, then clients revalidate with the ETag


def routes() -> list[web.RouteDef]:
    return [web.get("/api/openapi.json", get_openapi), web.get("/api/asyncapi.json", get_asyncapi)]


async def get_openapi(request: web.Request) -> web.Response:
    """The OpenAPI document."""
    return _answer(request, "openapi.json")


async def get_asyncapi(request: web.Request) -> web.Response:
    """The AsyncAPI document."""
    return _answer(request, "asyncapi.json")


def _answer(request: web.Request, name: str) -> web.Response:
    text, etag = _document(name)
    if any(known.value in ("*", etag.value) for known in request.if_none_match or ()):
        response = web.Response(status=304)
    else:
        response = web.Response(body=text, content_type=JSON_CONTENT_TYPE)
    response.etag = etag
    response.headers["Cache-Control"] = _CACHE_CONTROL
    return response


@functools.cache
def _document(name: str) -> tuple[bytes, ETag]:
    text = (_FOLDER / name).read_bytes()
    return text, ETag(hashlib.sha256(text).hexdigest()[:32])
