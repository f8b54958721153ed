"""Problems as HTTP responses, and aiohttp's own errors as problems."""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from aiohttp import web

from chassis import problems
from chassis.problems import PROBLEM_CONTENT_TYPE, Problem


def problem_response(problem: Problem) -> web.Response:
    """The HTTP response for a problem."""
    return web.Response(
        body=orjson.dumps(problem.to_document()),
        status=problem.status,
        headers=problem.headers,
        content_type=PROBLEM_CONTENT_TYPE,
    )


def problem_from_http_exception(error: web.HTTPException) -> Problem:
    """aiohttp's own errors (no such route, wrong method, body too large) as problems."""
    problem_class = _BY_STATUS.get(error.status)
    if problem_class is not None:
        kept = {name: value for name, value in error.headers.items() if name in ("Allow", "Retry-After")}
        problem = problem_class()
        problem.headers.update(kept)
        return problem
    return _OtherHttpError(error.status)


class _OtherHttpError(Problem):
    """A status of aiohttp without a Problem class."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(code=HTTPStatus(status).phrase.lower().replace(" ", "_").replace("-", "_"))


_BY_STATUS: Mapping[int, type[Problem]] = {
    problem_class.status: problem_class
    for problem_class in (
        *(problems.BadRequest, problems.Unauthenticated, problems.Forbidden, problems.NotFound, problems.Conflict),
        *(problems.MethodNotAllowed, problems.RequestTimeout, problems.PayloadTooLarge, problems.UriTooLong),
        *(problems.UnsupportedMediaType, problems.ExpectationFailed, problems.InvalidRequest),
        *(problems.HeaderFieldsTooLarge, problems.InternalError),
    )
}
