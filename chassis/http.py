"""The HTTP side that every service has: application, probes, JSON in and out."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any, TypeVar

import orjson
from aiohttp import hdrs, web
from multidict import MultiMapping
from pydantic import BaseModel, SecretStr

from chassis.auth import service_token_guard
from chassis.cors import allow_origins
from chassis.health import Health
from chassis.lifecycle import Lifecycle
from chassis.metrics import Metrics
from chassis.middleware import mark_response, observe_requests, translate_problems
from chassis.problems import MalformedJson, UnsupportedMediaType
from chassis.refusals import Refusals
from chassis.tasks import BackgroundTasks

MAX_BODY_BYTES = 64 * 1024  # far above the longest text, far below what hurts
IDLE_SECONDS = 75.0  # longer than the proxies in front keep an idle connection, which close it first
JSON_CONTENT_TYPE = "application/json"

HEALTH = web.AppKey("health", Health)
LIFECYCLE = web.AppKey("lifecycle", Lifecycle)
METRICS = web.AppKey("metrics", Metrics)
REFUSALS = web.AppKey("refusals", Refusals)
_IDLE_SECONDS = web.AppKey("idle_seconds", float)

ModelT = TypeVar("ModelT", bound=BaseModel)


def create_app(
    *,
    allowed_origins: Collection[str] = (),
    service_token: SecretStr | None = None,
    service_token_previous: SecretStr | None = None,
    explain_refusals: bool = False,
    max_body_bytes: int = MAX_BODY_BYTES,
    idle_seconds: float = IDLE_SECONDS,
) -> web.Application:
    """An application with probes, metrics, request ids, problems, CORS for /api and a guard for /internal.

    A client gets `idle_seconds` for the head of a request, and again for its body. Bodies are never decompressed: a
    few bytes could become very many. With `explain_refusals`, which is for development, the answer to a refused token
    says why.

    The composition root adds its routes, its checks to `app[HEALTH]`, its figures to
    `app[METRICS].registry` and one `cleanup_ctx` per resource.
    """
    lifecycle, metrics = Lifecycle(), Metrics()
    refusals = Refusals(metrics.registry, explain=explain_refusals)
    health = Health(is_draining=lambda: lifecycle.draining)
    app = web.Application(
        client_max_size=max_body_bytes,
        middlewares=[
            observe_requests(metrics),
            allow_origins(allowed_origins),
            translate_problems(refusals),
            service_token_guard(service_token, service_token_previous),
        ],
        handler_args={"auto_decompress": False, "keepalive_timeout": idle_seconds},
    )
    app[_IDLE_SECONDS] = idle_seconds
    app[LIFECYCLE], app[METRICS], app[HEALTH], app[REFUSALS] = lifecycle, metrics, health, refusals
    app.on_response_prepare.append(mark_response)
    app.cleanup_ctx.append(_event_loop_watch)
    app.on_startup.append(_expect_requests)
    app.router.add_get("/healthz", health.handle_alive)
    app.router.add_get("/readyz", health.handle_ready)
    app.router.add_get("/metrics", metrics.handle)
    return app


async def read_model(request: web.Request, model: type[ModelT]) -> ModelT:
    """The JSON body as `model`. Errors become 400, 413, 415 or 422 problems."""
    return model.model_validate_json(await read_json(request))


async def read_json(request: web.Request) -> bytes:
    """The body of a JSON request, not parsed. Raises UnsupportedMediaType or MalformedJson."""
    if request.content_type != JSON_CONTENT_TYPE:
        raise UnsupportedMediaType(f"The body must be {JSON_CONTENT_TYPE}.")
    if hdrs.CONTENT_ENCODING in request.headers:
        raise UnsupportedMediaType("The body must not be compressed.")
    try:
        async with asyncio.timeout(request.app[_IDLE_SECONDS]):
            return await request.read()
    except (ConnectionError, TimeoutError, web.RequestPayloadError):
        raise MalformedJson("The body did not arrive whole.") from None


def read_query(request: web.Request, model: type[ModelT]) -> ModelT:
    """The query parameters as `model`; a repeated parameter counts once. Errors become 422 problems."""
    return model.model_validate_strings(_first_values(request.query))


def read_path(request: web.Request, model: type[ModelT]) -> ModelT:
    """The path's variables as `model`. Errors become 422 problems."""
    return model.model_validate_strings(dict(request.match_info))


def json_response(
    value: BaseModel | Mapping[str, Any] | list[Any],
    status: int = 200,
    *,
    headers: Mapping[str, str] | None = None,
    exclude_none: bool = False,
) -> web.Response:
    """A JSON answer. Models are written in camelCase; `exclude_none` leaves out what is None."""
    if isinstance(value, BaseModel):
        body = value.model_dump_json(by_alias=True, exclude_none=exclude_none).encode()
    else:
        body = orjson.dumps(value, default=_encode, option=orjson.OPT_UTC_Z)
    return web.Response(body=body, status=status, headers=headers, content_type=JSON_CONTENT_TYPE)


async def _expect_requests(app: web.Application) -> None:
    app[METRICS].expect_requests(app.router.routes())


async def _event_loop_watch(app: web.Application) -> AsyncIterator[None]:
    async with BackgroundTasks(on_death=app[LIFECYCLE].task_died) as tasks:
        tasks.start("metrics.event_loop", app[METRICS].watch_event_loop())
        yield


def _first_values(parameters: MultiMapping[str]) -> dict[str, str]:
    return {name: parameters[name] for name in parameters}


def _encode(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    raise TypeError(f"{type(value).__name__} has no JSON form")
