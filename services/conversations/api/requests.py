"""What handlers take from a request: who asks, about what, and the body."""

import math
import re
from typing import TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from chassis.auth import bearer_token
from chassis.http import MAX_BODY_BYTES, read_model
from chassis.problems import FieldError, InvalidRequest, NotFound, TooManyRequests
from services.conversations.keys import TOKENS, WRITE_LIMITS

ModelT = TypeVar("ModelT", bound=BaseModel)

_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_.:@-]{1,64}")  # as UserId and ItemId in contracts/types.json


def conversation_not_found() -> NotFound:
    """No such conversation, or one of other people: nobody learns which."""
    return NotFound("There is no such conversation.", code="conversation_not_found")


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


async def read_small_model(request: web.Request, model: type[ModelT]) -> ModelT:
    """A body from outside: the application's own limit is made for batches between services."""
    return await read_model(request.clone(client_max_size=MAX_BODY_BYTES), model)


def conversation_id_of(request: web.Request) -> UUID:
    """The path's conversation; what is no UUID is no conversation either."""
    text = request.match_info["conversationId"]
    try:
        conversation_id = UUID(text)
    except ValueError:
        raise conversation_not_found() from None
    if str(conversation_id) != text.lower():  # UUID() reads braces and urn: too
        raise conversation_not_found()
    return conversation_id


def item_id_of(request: web.Request) -> str:
    """The path's item. Raises NotFound."""
    return external_id_of(request, "itemId", otherwise=item_not_found())


def user_id_of(request: web.Request) -> str:
    """The path's user. Raises InvalidRequest."""
    return external_id_of(request, "userId", otherwise=_wrong_field("userId"))


def external_id_of(request: web.Request, name: str, *, otherwise: Exception) -> str:
    """An id of the marketplace's from the path; raises `otherwise` when it cannot be one."""
    text = request.match_info[name]
    if not is_external_id(text):
        raise otherwise
    return text


def is_external_id(text: str) -> bool:
    """Can this be an id of the marketplace's?"""
    return _EXTERNAL_ID.fullmatch(text) is not None


def _wrong_field(name: str) -> InvalidRequest:
    return InvalidRequest(
        "One or more fields are wrong.",
        errors=[FieldError(field=name, message="1 to 64 characters: letters, digits, _ . : @ -")],
    )
