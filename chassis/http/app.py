"""The HTTP basis of every service: application, probes, JSON requests and responses."""

import re
from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any, TypeVar

import orjson
from aiohttp import hdrs, web
from multidict import MultiMapping
from pydantic import BaseModel, SecretStr, ValidationError, ValidationInfo, field_validator

from chassis.auth.bearer import is_internal, service_token_guard
from chassis.auth.refusals import Refusals
from chassis.health import Health
from chassis.http.bodies import Bodies
from chassis.http.cors import CrossOrigin
from chassis.http.middleware import mark_response, observe_requests, translate_problems
from chassis.http.protocol import answer_with_problems
from chassis.lifecycle import Lifecycle
from chassis.observability.metrics import Metrics
from chassis.problems import UnsupportedMediaType, problem_from_body
from chassis.tasks import BackgroundTasks
from contracts.generated.limits import MAX_MESSAGE_LENGTH

# Enough for the longest text with every character escaped as a surrogate pair, and small enough to be harmless.
MAX_BODY_BYTES = max(64 * 1024, MAX_MESSAGE_LENGTH * len(r"\ud83d\ude00") + 1024)
IDLE_SECONDS = 75.0  # longer than the proxies keep idle connections, so that they close them first
LINGERING_SECONDS = 2.0  # time to read the rest of a refused body, so that the client gets the response
READ_BUFFER_BYTES = 64 * 1024  # read buffer per connection; an unread body is paused at twice this size
JSON_CONTENT_TYPE = "application/json"
_INTEGER = re.compile("-?(?:0|[1-9][0-9]{0,30})")

HEALTH = web.AppKey("health", Health)
LIFECYCLE = web.AppKey("lifecycle", Lifecycle)
METRICS = web.AppKey("metrics", Metrics)
REFUSALS = web.AppKey("refusals", Refusals)
BODIES = web.AppKey("bodies", Bodies)

ModelT = TypeVar("ModelT", bound=BaseModel)


class Query(BaseModel):
    """Query parameters; integers in plain digits only, because int() also accepts `1_0`, ` 10`, `+10` and `١٠`."""

    @field_validator("*", mode="before")
    @classmethod
    def _integers_are_digits(cls, value: object, info: ValidationInfo) -> object:
        annotation = cls.model_fields[info.field_name or ""].annotation
        if annotation not in (int, int | None) or not isinstance(value, str):
            return value
        if _INTEGER.fullmatch(value) is None:
            raise ValueError("Must be an integer in decimal digits")
        return int(value)


QueryT = TypeVar("QueryT", bound=Query)


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

    A client gets `idle_seconds` for the head of a request, and less for its body (see `chassis.http.bodies`). Bodies
    are never decompressed: a few bytes could expand enormously. With `explain_refusals`, for development only, the
    response to a refused token says why.

    The composition root adds its routes, its checks to `app[HEALTH]`, its metrics to
    `app[METRICS].registry` and one `cleanup_ctx` per resource.
    """
    answer_with_problems()
    lifecycle, metrics = Lifecycle(), Metrics()
    refusals = Refusals(metrics.registry, explain=explain_refusals)
    cross_origin = CrossOrigin(allowed_origins)
    health = Health(is_draining=lambda: lifecycle.draining)
    app = web.Application(
        client_max_size=max_body_bytes,
        middlewares=[
            observe_requests(metrics),
            cross_origin.middleware(),
            translate_problems(refusals),
            service_token_guard(service_token, service_token_previous),
        ],
        handler_args={
            "auto_decompress": False,
            "keepalive_timeout": idle_seconds,
            "lingering_time": LINGERING_SECONDS,
            "read_bufsize": READ_BUFFER_BYTES,
        },
    )
    app[BODIES] = Bodies(idle_seconds=idle_seconds)
    app[LIFECYCLE], app[METRICS], app[HEALTH], app[REFUSALS] = lifecycle, metrics, health, refusals
    app.on_response_prepare.extend([mark_response, cross_origin.mark])
    app.cleanup_ctx.append(_event_loop_watch)
    app.on_startup.append(_expect_requests)
    app.router.add_get("/healthz", health.handle_alive)
    app.router.add_get("/readyz", health.handle_ready)
    app.router.add_get("/metrics", metrics.handle)
    return app


async def read_model(request: web.Request, model: type[ModelT]) -> ModelT:
    """Parse the JSON body as `model`. Errors become 400, 413, 415 or 422 problems."""
    body = await read_json(request)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise problem_from_body(error, body) from None


async def read_json(request: web.Request) -> bytes:
    """The unparsed body of a JSON request. Raises UnsupportedMediaType, MalformedJson or RequestTimeout."""
    if request.content_type != JSON_CONTENT_TYPE:
        raise UnsupportedMediaType(f"The body must be {JSON_CONTENT_TYPE}.")
    if hdrs.CONTENT_ENCODING in request.headers:
        raise UnsupportedMediaType("The body must not be compressed.")
    return await request.app[BODIES].read(request, trusted=is_internal(request))


def read_query(request: web.Request, model: type[QueryT]) -> QueryT:
    """The query parameters as `model`; a repeated parameter counts once. Errors become 422 problems."""
    return model.model_validate_strings(_first_values(request.query))


def json_response(
    value: BaseModel | Mapping[str, Any] | list[Any],
    status: int = 200,
    *,
    headers: Mapping[str, str] | None = None,
    exclude_none: bool = False,
) -> web.Response:
    """A JSON response. Models are written in camelCase; `exclude_none` omits None values."""
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
