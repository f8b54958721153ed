"""Opaque list cursors: encode where a page ended, and validate it when a client sends it back."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Annotated

import orjson
from pydantic import Field

from chassis.http.app import Query
from chassis.problems import FieldError, InvalidRequest
from contracts.generated.limits import DEFAULT_LIST_PAGE, MAX_LIST_PAGE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST = (datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND


class PageQuery(Query):
    """The query of a list: cursor and page size."""

    cursor: Annotated[str | None, Field(max_length=1024)] = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIST_PAGE)] = DEFAULT_LIST_PAGE


def encode_cursor(moment: datetime, name: str) -> str:
    """Encode a position in a list ordered by time, then by id."""
    document = orjson.dumps([(moment - _EPOCH) // _MICROSECOND, name])
    return base64.urlsafe_b64encode(document).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> tuple[datetime, str]:
    """The inverse of encode_cursor. Raises InvalidRequest for anything else."""
    try:
        document = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise invalid_cursor() from None
    match document:
        case [int(microseconds), str(name)] if not isinstance(microseconds, bool) and 0 <= microseconds <= _LATEST:
            return _EPOCH + microseconds * _MICROSECOND, name
    raise invalid_cursor()


def invalid_cursor() -> InvalidRequest:
    """The error for a cursor that encode_cursor did not make."""
    return InvalidRequest(
        "One or more fields are wrong.",
        errors=[FieldError(field="cursor", message="not a cursor of this list; leave it out for the first page")],
    )
