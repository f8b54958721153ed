"""Reads from requests: the user, ids in the path, and the body."""

import math
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from chassis.auth.bearer import bearer_token
from chassis.http.app import MAX_BODY_BYTES, read_model
from chassis.problems import FieldError, InvalidRequest, NotFound, TooManyRequests
from contracts.generated.limits import MAX_SEQ
from contracts.generated.models import ItemId, UserId
from contracts.model import canonical_uuid
from services.conversations.keys import TOKENS, WRITE_LIMITS

ModelT = TypeVar("ModelT", bound=BaseModel)

_USER_ID: TypeAdapter[str] = TypeAdapter(UserId)
_ITEM_ID: TypeAdapter[str] = TypeAdapter(ItemId)


def conversation_not_found(errors: Sequence[FieldError] = ()) -> NotFound:
    """The same error whether a conversation does not exist or belongs to others."""
    return NotFound("There is no such conversation.", code="conversation_not_found", errors=errors)


def item_not_found() -> NotFound:
    return NotFound("There is no such item.", code="item_not_found")


async def current_user(request: web.Request) -> str:
    """The id of the user who holds the token. Raises Unauthenticated."""
    principal = await request.app[TOKENS].verify(bearer_token(request))
    return principal.user_id


async def writing_user(request: web.Request) -> str:
    """As current_user, for writes. Raises TooManyRequests (`rate_limited`)."""
    user_id = await current_user(request)
    wait_seconds = await request.app[WRITE_LIMITS].take(user_id)
    if wait_seconds > 0:
        raise TooManyRequests("Too many requests.", code="rate_limited", retry_after_seconds=math.ceil(wait_seconds))
    return user_id


async def read_small_model(request: web.Request, model: type[ModelT], *, max_bytes: int = MAX_BODY_BYTES) -> ModelT:
    """Read a public request's body: the application's own limit is meant for batches between services."""
    return await read_model(request.clone(client_max_size=max_bytes), model)


def conversation_id_of(request: web.Request) -> UUID:
    """The conversation id in the path. Raises NotFound if it is not a UUID."""
    try:
        return canonical_uuid(request.match_info["conversationId"])
    except ValueError as error:
        raise conversation_not_found([FieldError(field="conversationId", message=str(error))]) from None


def message_not_found() -> NotFound:
    return NotFound("There is no such message.", code="message_not_found")


def seq_of(request: web.Request) -> int:
    """The seq in the path. Raises NotFound if it is none."""
    text = request.match_info["seq"]
    if not (text.isascii() and text.isdecimal() and 1 <= len(text) <= len(str(MAX_SEQ)) and 1 <= int(text) <= MAX_SEQ):
        raise message_not_found()
    return int(text)


def segment(name: str) -> str:
    """A route variable that matches any single path segment; aiohttp's default does not match braces."""
    return f"{{{name}:[^/]+}}"


def item_id_of(request: web.Request) -> str:
    """The item id in the path. Raises NotFound."""
    item_id = request.match_info["itemId"]
    if not is_item_id(item_id):
        raise item_not_found()
    return item_id


def user_id_of(request: web.Request) -> str:
    """The user id in the path. Raises InvalidRequest."""
    user_id = request.match_info["userId"]
    if not _fits(_USER_ID, user_id):
        raise _wrong_field("userId", "1 to 255 printable ASCII characters without spaces; not . or ..")
    return user_id


def new_item_id_of(request: web.Request) -> str:
    """The item id in the path, possibly of a new item. Raises InvalidRequest."""
    item_id = request.match_info["itemId"]
    if not is_item_id(item_id):
        raise _wrong_field("itemId", "1 to 255 printable ASCII characters without spaces, / \\ or %; not . or ..")
    return item_id


def is_item_id(text: str) -> bool:
    """Whether this is a valid item id."""
    return _fits(_ITEM_ID, text)


def _fits(ids: TypeAdapter[str], text: str) -> bool:
    try:
        ids.validate_python(text)
    except ValidationError:
        return False
    return True


def _wrong_field(name: str, message: str) -> InvalidRequest:
    return InvalidRequest("One or more fields are wrong.", errors=[FieldError(field=name, message=message)])
