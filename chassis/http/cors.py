"""Cross-origin access to /api for a fixed list of web pages (https://fetch.spec.whatwg.org/#http-cors-protocol)."""

from collections.abc import Collection

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from chassis.http.middleware import REQUEST_ID_HEADER
from chassis.http.problem_responses import problem_response
from chassis.problems import Forbidden

CORS_PREFIX = "/api/"
_METHODS = "GET, POST, PUT, PATCH, DELETE"
_REQUEST_HEADERS = f"Authorization, Content-Type, {REQUEST_ID_HEADER}"
_EXPOSED_HEADERS = f"{REQUEST_ID_HEADER}, Retry-After"
_PREFLIGHT_SECONDS = "600"  # the longest time that all browsers cache a preflight response


class CrossOrigin:
    """Answers preflights and adds CORS headers for pages of `origins`. Credentials are headers, never cookies."""

    def __init__(self, origins: Collection[str]) -> None:
        self._allowed = frozenset(origins)

    def middleware(self) -> Middleware:
        @web.middleware
        async def cors(request: web.Request, handler: Handler) -> web.StreamResponse:
            origin = _origin(request)
            if origin is not None and _is_preflight(request):
                return _preflight(known=origin in self._allowed)
            return await handler(request)

        return cors

    async def mark(self, request: web.Request, response: web.StreamResponse) -> None:
        """`on_response_prepare`: also covers responses that no middleware sees, such as a failed expectation."""
        origin = _origin(request)
        if origin is not None:
            _mark(response, origin if origin in self._allowed else None)


def _origin(request: web.Request) -> str | None:
    return request.headers.get(hdrs.ORIGIN) if request.path.startswith(CORS_PREFIX) else None


def _is_preflight(request: web.Request) -> bool:
    return request.method == hdrs.METH_OPTIONS and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers


def _preflight(*, known: bool) -> web.Response:
    if not known:
        return problem_response(Forbidden("This origin is not allowed.", code="forbidden_origin"))
    return web.Response(
        status=204,
        headers={
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: _METHODS,
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: _REQUEST_HEADERS,
            hdrs.ACCESS_CONTROL_MAX_AGE: _PREFLIGHT_SECONDS,
        },
    )


def _mark(response: web.StreamResponse, origin: str | None) -> None:
    response.headers.add(hdrs.VARY, hdrs.ORIGIN)
    if origin is not None:
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
        response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = _EXPOSED_HEADERS
