"""What handlers take from a request: who asks, about what, and the body."""

import math
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from chassis.auth.bearer import bearer_token
from chassis.http.app import MAX_BODY_BYTES, read_model
from chassis.problems import FieldError, InvalidRequest, NotFound, TooManyRequests
from contracts.generated.models import ItemId, UserId
from contracts.model import canonical_uuid
from services.conversations.keys import TOKENS, WRITE_LIMITS

ModelT = TypeVar("ModelT", bound=BaseModel)

_USER_ID: TypeAdapter[str] = TypeAdapter(UserId)
_ITEM_ID: TypeAdapter[str] = TypeAdapter(ItemId)


def conversation_not_found(errors: Sequence[FieldError] = ()) -> NotFound:
    """No such conversation, or one of other people: nobody learns which."""
    return NotFound("There is no such conversation.", code="conversation_not_found", errors=errors)


def item_not_found() -> NotFound:
    """No such item."""
    return NotFound("There is no such item.", code="item_not_found")


async def current_user(request: web.Request) -> str:
    """The id of the person whose token it is. Raises Unauthenticated."""
    principal = await request.app[TOKENS].verify(bearer_token(request))
    return principal.user_id


async def writing_user(request: web.Request) -> str:
    """As current_user, for writes. Raises TooManyRequests (`rate_limited`)."""
    user_id = await current_user(request)
    wait_seconds = await request.app[WRITE_LIMITS].take(user_id)
    if wait_seconds > 0:
        raise TooManyRequests("Too many at once.", code="rate_limited", retry_after_seconds=math.ceil(wait_seconds))
    return user_id


async def read_small_model(request: web.Request, model: type[ModelT], *, max_bytes: int = MAX_BODY_BYTES) -> ModelT:
    """A body from outside: the application's own limit is made for batches between services."""
    return await read_model(request.clone(client_max_size=max_bytes), model)


def conversation_id_of(request: web.Request) -> UUID:
    """The path's conversation; what is no UUID is no conversation either."""
    try:
        return canonical_uuid(request.match_info["conversationId"])
    except ValueError as error:
        raise conversation_not_found([FieldError(field="conversationId", message=str(error))]) from None


def segment(name: str) -> str:
    """A route's variable that takes any one segment of the path: aiohttp's own takes no braces."""
    return f"{{{name}:[^/]+}}"


def item_id_of(request: web.Request) -> str:
    """The path's item. Raises NotFound."""
    item_id = request.match_info["itemId"]
    if not is_item_id(item_id):
        raise item_not_found()
    return item_id


def user_id_of(request: web.Request) -> str:
    """The path's user. Raises InvalidRequest."""
    user_id = request.match_info["userId"]
    if not _fits(_USER_ID, user_id):
        raise _wrong_field("userId", "1 to 255 printable ASCII characters without spaces; not . or ..")
    return user_id


def new_item_id_of(request: web.Request) -> str:
    """The path's item, which may be told of here for the first time. Raises InvalidRequest."""
    item_id = request.match_info["itemId"]
    if not is_item_id(item_id):
        raise _wrong_field("itemId", "1 to 255 printable ASCII characters without spaces, / \\ or %; not . or ..")
    return item_id


def is_item_id(text: str) -> bool:
    """Can this be an item's id?"""
    return _fits(_ITEM_ID, text)


def _fits(ids: TypeAdapter[str], text: str) -> bool:
    try:
        ids.validate_python(text)
    except ValidationError:
        return False
    return True


def _wrong_field(name: str, message: str) -> InvalidRequest:
    return InvalidRequest("One or more fields are wrong.", errors=[FieldError(field=name, message=message)])
