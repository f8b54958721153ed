"""One table from refusals to problem documents, and from the database's errors to theirs."""

import asyncpg
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from chassis.problems import (
    Conflict,
    Forbidden,
    InternalError,
    NotFound,
    Problem,
    ServiceUnavailable,
    TooManyRequests,
)
from services.conversations.domain import Rejected
from services.conversations.store.errors import DATABASE_ERRORS
from services.conversations.writes.pending import Refused

RETRY_AFTER_SECONDS = 1

log = structlog.get_logger(__name__)

_DETAILS = {
    "conversation_not_found": "There is no such conversation.",
    "item_not_found": "There is no such item.",
    "own_item": "This is your own item.",
    "account_deleted": "Your account was deleted.",
    "counterpart_deleted": "The other person's account was deleted.",
    "too_many_conversations": "You started too many conversations within a day.",
    "client_message_id_conflict": "The clientMessageId is taken by a message with another text.",
}
_PROBLEMS: dict[str, type[Problem]] = {
    "conversation_not_found": NotFound,
    "item_not_found": NotFound,
    "own_item": Forbidden,
    "account_deleted": Forbidden,
    "counterpart_deleted": Conflict,
    "client_message_id_conflict": Conflict,
    "internal_error": InternalError,
}


def problem_of(rejected: Rejected) -> Problem:
    """The problem that tells of a refused command."""
    detail = rejected.detail or _DETAILS.get(rejected.code)
    if rejected.code == "too_many_conversations":
        return TooManyRequests(detail, code=rejected.code, retry_after_seconds=rejected.retry_after_seconds)
    problem = _PROBLEMS.get(rejected.code)
    if problem is None:  # overloaded, unavailable, outcome_unknown
        return ServiceUnavailable(detail, code=rejected.code, retry_after_seconds=RETRY_AFTER_SECONDS)
    return problem(detail, code=rejected.code)


@web.middleware
async def translate_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A database that does not answer is a 503, not a fault of ours."""
    try:
        return await handler(request)
    except Refused as refused:
        raise problem_of(refused.rejected) from refused
    except asyncpg.DataError as error:
        # A defect of ours: what the database cannot take is refused before. Its text quotes what a person wrote.
        log.error("request.refused_by_database", error=type(error).__name__)  # noqa: TRY400 - see above
        raise InternalError from None
    except DATABASE_ERRORS as error:
        log.warning("database.unavailable", error=type(error).__name__)
        raise ServiceUnavailable(
            "The database does not answer.", code="unavailable", retry_after_seconds=RETRY_AFTER_SECONDS
        ) from error
