"""Translates rejected commands and database errors to problem documents, by one table."""

from typing import TypeVar

import asyncpg
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from chassis.problems import (
    Conflict,
    FieldError,
    Forbidden,
    InternalError,
    InvalidRequest,
    NotFound,
    Problem,
    ServiceUnavailable,
    TooManyRequests,
)
from services.conversations.domain import Rejected
from services.conversations.outcomes import Outcome
from services.conversations.store.errors import DATABASE_ERRORS
from services.conversations.writes.pending import Refused

RETRY_AFTER_SECONDS = 1

OutcomeT = TypeVar("OutcomeT", bound=Outcome)

log = structlog.get_logger(__name__)

_DETAILS = {
    "conversation_not_found": "There is no such conversation.",
    "item_not_found": "There is no such item.",
    "own_item": "This is your own item.",
    "account_deleted": "Your account was deleted.",
    "counterpart_deleted": "The other person's account was deleted.",
    "too_many_conversations": "You started too many conversations within a day.",
    "client_message_id_conflict": "The clientMessageId is already used by a message with another text or replyTo.",
    "reply_to_not_found": "The message to answer is not in this conversation.",
    "key_conflict": "The key is already used by a system message with other content.",
    "message_not_found": "There is no such message.",
    "not_your_message": "This is not your message.",
    "version_conflict": "The message was changed meanwhile.",
    "edit_window_passed": "The message is too old to be edited.",
    "delete_window_passed": "The message is too old to be deleted.",
    "message_deleted": "The message was deleted.",
    "too_many_changes": "The message was changed too often.",
    "not_enabled": "This is not enabled yet.",
}
_PROBLEMS: dict[str, type[Problem]] = {
    "conversation_not_found": NotFound,
    "item_not_found": NotFound,
    "own_item": Forbidden,
    "account_deleted": Forbidden,
    "counterpart_deleted": Conflict,
    "client_message_id_conflict": Conflict,
    "reply_to_not_found": InvalidRequest,
    "key_conflict": Conflict,
    "message_not_found": NotFound,
    "not_your_message": Forbidden,
    "version_conflict": Conflict,
    "edit_window_passed": Conflict,
    "delete_window_passed": Conflict,
    "message_deleted": Conflict,
    "too_many_changes": Conflict,
    "not_enabled": Forbidden,
    "internal_error": InternalError,
}
_FIELDS = {"reply_to_not_found": "replyTo"}


def accepted(outcome: Outcome, kind: type[OutcomeT]) -> OutcomeT:
    """The outcome of a command of that kind. Raises its problem if it was rejected."""
    if isinstance(outcome, Rejected):
        raise problem_of(outcome)
    assert isinstance(outcome, kind)  # noqa: S101 - a command has outcomes of one kind
    return outcome


def problem_of(rejected: Rejected) -> Problem:
    """The problem for a rejected command."""
    detail = rejected.detail or _DETAILS.get(rejected.code)
    if rejected.code == "too_many_conversations":
        return TooManyRequests(detail, code=rejected.code, retry_after_seconds=rejected.retry_after_seconds)
    problem = _PROBLEMS.get(rejected.code)
    if problem is None:  # overloaded, unavailable, outcome_unknown
        return ServiceUnavailable(detail, code=rejected.code, retry_after_seconds=RETRY_AFTER_SECONDS)
    field = _FIELDS.get(rejected.code)
    errors = [] if field is None else [FieldError(field=field, message=detail or rejected.code)]
    return problem(detail, code=rejected.code, errors=errors)


@web.middleware
async def translate_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Translate Refused and database errors; a database that does not answer is a 503, not a bug."""
    try:
        return await handler(request)
    except Refused as refused:
        raise problem_of(refused.rejected) from refused
    except asyncpg.DataError as error:
        # A bug of ours: invalid data should have been rejected earlier. The error's text may quote a message.
        log.error("request.refused_by_database", error=type(error).__name__)  # noqa: TRY400 - see above
        raise InternalError from None
    except DATABASE_ERRORS as error:
        log.warning("database.unavailable", error=type(error).__name__)
        raise ServiceUnavailable(
            "The database does not answer.", code="unavailable", retry_after_seconds=RETRY_AFTER_SECONDS
        ) from error
