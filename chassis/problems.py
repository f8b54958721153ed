"""Errors that a caller may see, as RFC 9457 problem documents.

Problem
├── BadRequest            400  bad_request
│   └── MalformedJson     400  malformed_json
├── Unauthenticated       401  unauthenticated        (with WWW-Authenticate)
├── Forbidden             403  forbidden
├── NotFound              404  not_found
├── MethodNotAllowed      405  method_not_allowed
├── RequestTimeout        408  request_timeout
├── Conflict              409  conflict
├── PayloadTooLarge       413  payload_too_large
├── UriTooLong            414  uri_too_long
├── UnsupportedMediaType  415  unsupported_media_type
├── RangeNotSatisfiable   416  range_not_satisfiable
├── ExpectationFailed     417  expectation_failed
├── InvalidRequest        422  invalid_request        (with the wrong fields)
├── TooManyRequests       429  rate_limited           (with Retry-After)
├── HeaderFieldsTooLarge  431  header_fields_too_large
├── InternalError         500  internal_error
├── BadGateway            502  bad_gateway
├── ServiceUnavailable    503  unavailable            (with Retry-After)
└── GatewayTimeout        504  gateway_timeout

`code` is the stable name that programs compare; a use case narrows it by `code=` or by a subclass. `detail` is a
sentence for people and contains nothing private.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from chassis.json_text import HALF_A_PAIR, unpaired_surrogates
from chassis.refusal_reasons import Reason

PROBLEM_CONTENT_TYPE = "application/problem+json"
WHOLE_BODY = "body"  # the field name of an error that concerns no single field
_MAX_FIELD_ERRORS = 20  # a list with a thousand invalid items needs no thousand errors


class FieldError(BaseModel):
    """An error in one field; `field` is a dotted path in the wire's camelCase."""

    model_config = ConfigDict(frozen=True)

    field: str
    message: str


class Problem(Exception):
    """An error with an HTTP status and a stable code; `reason` says why credentials were refused, for logs."""

    status: int = 500
    default_code: ClassVar[str] = "internal_error"

    def __init__(
        self,
        detail: str | None = None,
        *,
        code: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        reason: Reason | None = None,
    ) -> None:
        self.detail = detail
        self.reason = reason
        self.code = code or self.default_code
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        super().__init__(f"{self.status} {self.code}" + (f": {detail}" if detail else ""))

    @property
    def title(self) -> str:
        """The status phrase, as RFC 9457 requires for the type `about:blank`."""
        return HTTPStatus(self.status).phrase

    def to_document(self) -> dict[str, object]:
        """The members of the problem document."""
        document: dict[str, object] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "code": self.code,
        }
        if self.detail is not None:
            document["detail"] = self.detail
        if self.errors:
            document["errors"] = [error.model_dump() for error in self.errors]
        return document


class BadRequest(Problem):
    status = 400
    default_code = "bad_request"


class MalformedJson(BadRequest):
    default_code = "malformed_json"


class Unauthenticated(Problem):
    """No valid credentials. Carries the challenge of RFC 6750."""

    status = 401
    default_code = "unauthenticated"
    challenge: ClassVar[str] = "Bearer"

    def __init__(self, detail: str | None = None, *, code: str | None = None, reason: Reason | None = None) -> None:
        super().__init__(detail, code=code, headers={"WWW-Authenticate": self.challenge}, reason=reason)


class Forbidden(Problem):
    status = 403
    default_code = "forbidden"


class NotFound(Problem):
    status = 404
    default_code = "not_found"


class MethodNotAllowed(Problem):
    status = 405
    default_code = "method_not_allowed"


class RequestTimeout(Problem):
    status = 408
    default_code = "request_timeout"


class Conflict(Problem):
    status = 409
    default_code = "conflict"


class PayloadTooLarge(Problem):
    status = 413
    default_code = "payload_too_large"


class UriTooLong(Problem):
    status = 414
    default_code = "uri_too_long"


class UnsupportedMediaType(Problem):
    status = 415
    default_code = "unsupported_media_type"


class RangeNotSatisfiable(Problem):
    status = 416
    default_code = "range_not_satisfiable"


class ExpectationFailed(Problem):
    status = 417
    default_code = "expectation_failed"


class InvalidRequest(Problem):
    status = 422
    default_code = "invalid_request"


class _RetryLater(Problem):
    def __init__(
        self,
        detail: str | None = None,
        *,
        code: str | None = None,
        errors: Sequence[FieldError] = (),
        retry_after_seconds: int | None = None,
        reason: Reason | None = None,
    ) -> None:
        headers = {} if retry_after_seconds is None else {"Retry-After": str(retry_after_seconds)}
        super().__init__(detail, code=code, errors=errors, headers=headers, reason=reason)


class TooManyRequests(_RetryLater):
    status = 429
    default_code = "rate_limited"


class HeaderFieldsTooLarge(Problem):
    status = 431
    default_code = "header_fields_too_large"


class InternalError(Problem):
    status = 500
    default_code = "internal_error"


class BadGateway(Problem):
    """No service answered; used by gateways only, as is GatewayTimeout."""

    status = 502
    default_code = "bad_gateway"


class ServiceUnavailable(_RetryLater):
    status = 503
    default_code = "unavailable"


class GatewayTimeout(Problem):
    status = 504
    default_code = "gateway_timeout"


def problem_from_validation(error: ValidationError) -> Problem:
    """MalformedJson if the text is not JSON, else InvalidRequest with the invalid fields, but not their values."""
    entries = error.errors(include_url=False, include_input=False, include_context=False)
    if any(entry["type"] == "json_invalid" for entry in entries):
        return MalformedJson("The body is not valid JSON.")
    errors = [FieldError(field=field_path(entry["loc"]), message=sentence(entry)) for entry in entries]
    return InvalidRequest("One or more fields are wrong.", errors=errors[:_MAX_FIELD_ERRORS])


def problem_from_body(error: ValidationError, body: bytes) -> Problem:
    """As problem_from_validation, for a JSON body; half a surrogate pair is a wrong field, not a malformed body."""
    problem = problem_from_validation(error)
    if not isinstance(problem, MalformedJson):
        return problem
    errors = [FieldError(field=field, message=HALF_A_PAIR) for field in unpaired_surrogates(body)]
    return InvalidRequest("One or more fields are wrong.", errors=errors[:_MAX_FIELD_ERRORS]) if errors else problem


def field_path(loc: Sequence[int | str]) -> str:
    """`("last_message", 0, "id")` → `lastMessage.0.id`."""
    return ".".join(_camel(part) if isinstance(part, str) else str(part) for part in loc) or WHOLE_BODY


def sentence(entry: ErrorDetails) -> str:
    """A sentence about an invalid field: pydantic's text, but without regular expressions."""
    if entry["type"].startswith("string_") and entry["loc"][-1:] == ("emoji",):
        return "Must be exactly one emoji, fully qualified"
    if entry["type"] == "string_pattern_mismatch":
        return "Is blank, or has characters that are not allowed here"
    return entry["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)
