"""/internal/users and /internal/items: changes of the marketplace by HTTP instead of by events."""

from datetime import datetime
from decimal import Decimal

from aiohttp import web

from chassis.http.app import MAX_BODY_BYTES, json_response
from chassis.problems import Conflict, FieldError, InvalidRequest, NotFound
from contracts.generated.limits import MAX_ITEM_DESCRIPTION_LENGTH, MAX_MORE_PICTURES, MAX_URL_LENGTH
from contracts.generated.models import PutItem, PutUser
from services.conversations.api import views
from services.conversations.api.requests import (
    item_id_of,
    item_not_found,
    new_item_id_of,
    read_small_model,
    segment,
    user_id_of,
)
from services.conversations.domain import MAX_CLOCK_LEAD, is_in_calendar, is_too_far_ahead
from services.conversations.keys import MARKETPLACE, POOL
from services.conversations.marketplace.item_details import Pictures, plain_text
from services.conversations.store import projections
from services.conversations.store.projections import Item, Price, User

# A description of maximum length with every character escaped as a surrogate pair, all pictures, and the other fields.
MAX_ITEM_BYTES = (
    MAX_ITEM_DESCRIPTION_LENGTH * len(r"\ud83d\ude00") + (1 + MAX_MORE_PICTURES) * MAX_URL_LENGTH + MAX_BODY_BYTES
)


def routes() -> list[web.RouteDef]:
    user, item = f"/internal/users/{segment('userId')}", f"/internal/items/{segment('itemId')}"
    return [
        web.get(user, get_user),
        web.put(user, put_user),
        web.delete(user, delete_user),
        web.get(item, get_item),
        web.put(item, put_item),
        web.delete(item, delete_item),
    ]


async def get_user(request: web.Request) -> web.Response:
    """A user as stored."""
    row = await projections.get_user(request.app[POOL], user_id_of(request))
    if row is None:
        raise NotFound("There is no such user.")
    return json_response(views.person(row["id"], row["name"], row["avatar_url"]))


async def put_user(request: web.Request) -> web.Response:
    """Add or change a user. Raises Conflict if a newer change is stored."""
    user_id = user_id_of(request)
    body = await read_small_model(request, PutUser)
    user = User(user_id, body.name, body.avatar_url, deleted=False, updated_at=_updated_at(body.updated_at))
    if not await request.app[MARKETPLACE].put_user(user):
        raise _outdated()
    return await get_user(request)


async def delete_user(request: web.Request) -> web.Response:
    """Delete a user as of now, whatever is stored."""
    await request.app[MARKETPLACE].delete_user(user_id_of(request), at=None)
    return web.Response(status=204)


async def get_item(request: web.Request) -> web.Response:
    """An item as stored."""
    item_id = item_id_of(request)
    row = await projections.get_item(request.app[POOL], item_id)
    if row is None:
        raise item_not_found()
    return json_response(views.detailed_item(row, item_id=item_id))


async def put_item(request: web.Request) -> web.Response:
    """Add or change an item. Raises Conflict if a newer change, or its removal, is stored."""
    item_id = new_item_id_of(request)
    body = await read_small_model(request, PutItem, max_bytes=MAX_ITEM_BYTES)
    pictures = Pictures.of(body.image_url, body.more_image_urls or ())
    item = Item(
        id=item_id,
        seller_id=body.seller_id,
        title=body.title,
        price=None if body.price is None else Price(Decimal(body.price.amount), body.price.currency),
        image_url=pictures.cover,
        status=body.status or "available",
        updated_at=_updated_at(body.updated_at),
        description=plain_text(body.description),
        more_image_urls=pictures.more,
    )
    if not await request.app[MARKETPLACE].put_item(item):
        raise _outdated()
    return await get_item(request)


async def delete_item(request: web.Request) -> web.Response:
    """Remove an item as of now, whatever is stored."""
    await request.app[MARKETPLACE].delete_item(item_id_of(request), at=None)
    return web.Response(status=204)


def _updated_at(given: datetime | None) -> datetime | None:
    """The time of the change; None means now, and newer than any stored change. Raises InvalidRequest."""
    if given is None:
        return None
    if not is_in_calendar(given):
        raise _wrong_time("Is outside the calendar")
    if is_too_far_ahead(given):
        raise _wrong_time(f"Is more than {MAX_CLOCK_LEAD.seconds // 60} minutes ahead of this server's clock")
    return given


def _wrong_time(message: str) -> InvalidRequest:
    return InvalidRequest("One or more fields are wrong.", errors=[FieldError(field="updatedAt", message=message)])


def _outdated() -> Conflict:
    return Conflict("A newer change is stored, so this one was not applied.", code="outdated")
