"""aiohttp's HTTP protocol, with problem documents wherever it answers by itself.

It does so for malformed or oversized HTTP/1, for an unknown `Expect`, and for errors that bypass the application's
middlewares. Nothing of the request is repeated.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import structlog
from aiohttp import HttpVersion10, hdrs, web, web_server
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong
from aiohttp.streams import EMPTY_PAYLOAD
from aiohttp.web_protocol import RequestHandler, _ErrInfo
from yarl import URL

from chassis.http.problem_responses import problem_from_http_exception, problem_response
from chassis.problems import PROBLEM_CONTENT_TYPE, BadRequest, HeaderFieldsTooLarge, InternalError, Problem, UriTooLong

MAX_TARGET_BYTES = 8 * 1024
MAX_FIELD_BYTES = MAX_TARGET_BYTES - 1  # a different number, so that the parser's error tells the two apart
MAX_HEAD_BYTES = 32 * 1024  # of a request whose head is incomplete
_DENIED_FEATURES = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation"),
    *("gyroscope", "magnetometer", "microphone", "midi", "payment", "usb", "xr-spatial-tracking"),
)
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in _DENIED_FEATURES)
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": PERMISSIONS_POLICY,
    hdrs.CACHE_CONTROL: "no-store",
}
_ABSOLUTE_FORM = re.compile(r"https?://[^/?#]*", re.IGNORECASE)  # RFC 9112, section 3.2.2
_NOT_HTTP = "This is not a well-formed HTTP/1.1 request."

Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

log = structlog.get_logger(__name__)


def answer_with_problems() -> None:
    """Use ProblemProtocol for all servers of this process; aiohttp has no setting for it."""
    web_server.RequestHandler = ProblemProtocol  # type: ignore[attr-defined]  # not exported


class ProblemProtocol(RequestHandler):
    """One connection."""

    __slots__ = ("_body", "_head_bytes")

    def __init__(self, manager: web.Server, **options: Any) -> None:
        super().__init__(manager, max_line_size=MAX_TARGET_BYTES, max_field_size=MAX_FIELD_BYTES, **options)
        make_request: Any = self._request_factory
        self._request_factory = lambda message, *rest: make_request(_in_origin_form(message), *rest)
        self._body = EMPTY_PAYLOAD
        self._head_bytes = 0

    def data_received(self, data: bytes) -> None:
        before = self._request_count
        super().data_received(data)
        if self._request_count != before:
            self._head_bytes = 0
            self._body = self._messages[-1][1] if self._messages else EMPTY_PAYLOAD
        elif self._waiter is not None and self._body.is_eof():
            self._bound_head(len(data))

    def _bound_head(self, size: int) -> None:
        """Count the bytes of an unfinished request head; past MAX_HEAD_BYTES the connection is refused."""
        self._head_bytes += size
        waiter = self._waiter
        if self._head_bytes > MAX_HEAD_BYTES and waiter is not None and not waiter.done():
            self._request_count += 1
            error = LineTooLong(b"", MAX_FIELD_BYTES)
            self._messages.append((_ErrInfo(status=400, exc=error, message=""), EMPTY_PAYLOAD))
            waiter.set_result(None)

    async def _handle_request(self, request: web.BaseRequest, start_time: float | None, request_handler: Handle) -> Any:
        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            if request.version < HttpVersion10:
                raise BadRequest(_NOT_HTTP)
            return await request_handler(request)

        return await super()._handle_request(request, start_time, _translated(handle))

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """The response to a request that no application sees or answered."""
        if isinstance(exc, ConnectionError) and (self.transport is None or self.transport.is_closing()):
            raise exc  # the client is gone; close the connection without a response
        if request.writer.output_size > 0:  # half a response is sent: this logs the error and closes the connection
            return super().handle_error(request, status, exc, message)
        problem = _problem_of(exc)
        if isinstance(exc, HttpProcessingError):
            log.info("request.malformed", code=problem.code)
        elif problem.status >= 500 and not isinstance(exc, Problem):
            self.log_exception("Error handling request", exc_info=exc)
        response = _Unserved(
            body=orjson.dumps(problem.to_document()),
            status=problem.status,
            headers={**SECURITY_HEADERS, **problem.headers},
            content_type=PROBLEM_CONTENT_TYPE,
        )
        response.force_close()
        return response


class _Unserved(web.Response):
    """A response that no application's `on_response_prepare` sees."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.popall(hdrs.SERVER, None)


def _translated(handle: Handle) -> Handle:
    """Errors that bypassed an application's middlewares, such as a failed expectation."""

    async def translated(request: web.BaseRequest) -> web.StreamResponse:
        try:
            response: Any = await handle(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return problem_response(problem_from_http_exception(error))
        if not isinstance(response, web.StreamResponse):
            log.error("request.unanswered")
            return problem_response(InternalError())
        return response

    return translated


def _problem_of(error: BaseException | None) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, LineTooLong):
        return UriTooLong() if error.args[1] == MAX_TARGET_BYTES else HeaderFieldsTooLarge()
    if isinstance(error, HttpProcessingError):
        many = error.message.startswith("Too many headers")
        return HeaderFieldsTooLarge() if many else BadRequest(_NOT_HTTP)
    return InternalError("Something went wrong on our side.")


def _in_origin_form(message: Any) -> Any:
    """The path of a target in absolute form, which servers must accept (RFC 9112, section 3.2.2)."""
    named = _ABSOLUTE_FORM.match(message.path)
    if named is None:
        return message
    target = message.path[named.end() :]
    if target.startswith("/"):
        return message._replace(path=target)
    target = f"/{target}"  # no path means the root
    return message._replace(path=target, url=message.url.origin().join(URL(target, encoded=True)))
