"""Wraps every request: an id, one log line, metrics, and problems instead of exceptions."""

import re
import time
import uuid
from http import HTTPStatus

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from pydantic import ValidationError

from chassis.auth.refusals import Refusals
from chassis.http.problem_responses import problem_from_http_exception, problem_response
from chassis.http.protocol import SECURITY_HEADERS
from chassis.observability.metrics import Metrics, route_template
from chassis.problems import InternalError, Problem, problem_from_validation
from chassis.refusal_reasons import Reason

REQUEST_ID_HEADER = "X-Request-ID"
PROBE_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})  # probed every few seconds: logged at debug level only
CLIENT_CLOSED_REQUEST = 499  # nginx's status for a client that disconnected before the response
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")

REQUEST_ID = web.RequestKey("request_id", str)
REFUSED = web.RequestKey("refused", Reason)
_STARTED = web.RequestKey("response_started", bool)

log = structlog.get_logger(__name__)


def observe_requests(metrics: Metrics) -> Middleware:
    """Bind a request id to every log line, write one canonical line per request, and count it."""

    @web.middleware
    async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
        request_id = request[REQUEST_ID] = _accepted_id(request) or uuid.uuid4().hex
        began = time.perf_counter()
        status = CLIENT_CLOSED_REQUEST
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                response = await handler(request)
                status = response.status
            finally:
                seconds = time.perf_counter() - began
                route = route_template(request)
                metrics.observe_request(method=request.method, route=route, status=status, seconds=seconds)
                # The code that takes over the connection of a 101 logs it, with the same request id.
                quiet = route in PROBE_ROUTES or status == HTTPStatus.SWITCHING_PROTOCOLS
                write = log.debug if quiet else log.info
                refused = {"reason": request[REFUSED].value} if REFUSED in request else {}
                write(
                    "request.answered",
                    method=request.method,
                    route=route,
                    status=status,
                    duration_ms=round(seconds * 1000, 2),
                    **refused,
                )
        return response

    return observe


def translate_problems(refusals: Refusals) -> Middleware:
    """Answer every error with a problem document; unexpected ones are logged with their traceback."""

    @web.middleware
    async def translate(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            problem = problem_from_http_exception(error)
        except Exception as error:
            # Half a response is sent (a stream), or the client is gone: the protocol closes the connection.
            if _STARTED in request or (isinstance(error, ConnectionError) and request.transport is None):
                raise
            problem = _problem_from(error, route=route_template(request))
        if problem.reason is not None:
            request[REFUSED] = problem.reason
            explanation = refusals.note(problem.reason)
            if explanation is not None:
                problem.detail = f"{problem.detail or ''} {explanation}".lstrip()
        return problem_response(problem)

    return translate


async def mark_response(request: web.Request, response: web.StreamResponse) -> None:
    """`on_response_prepare`: add the request id and security headers, and note that headers are being sent."""
    request[_STARTED] = True
    if REQUEST_ID in request:
        response.headers[REQUEST_ID_HEADER] = request[REQUEST_ID]
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.popall(hdrs.SERVER, None)  # it would disclose versions


def _accepted_id(request: web.Request) -> str | None:
    given = request.headers.get(REQUEST_ID_HEADER, "")
    return given if _REQUEST_ID.fullmatch(given) else None


def _problem_from(error: Exception, *, route: str) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, ValidationError):
        return problem_from_validation(error)
    log.error("request.failed", route=route, exc_info=error)
    return InternalError("Something went wrong on our side.")
