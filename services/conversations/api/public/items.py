"""/api/items and /api/me: the projection of the marketplace's items and users."""

from datetime import datetime

from aiohttp import web

from chassis.http.app import json_response, read_query
from services.conversations.api import views
from services.conversations.api.paging import PageQuery, decode_cursor, encode_cursor, invalid_cursor
from services.conversations.api.requests import current_user, is_item_id, item_id_of, item_not_found, segment
from services.conversations.keys import POOL
from services.conversations.store import projections
from services.conversations.store.pool import END_OF_TIME

_LAST_ID = "\U0010ffff"  # sorts after every id


def routes() -> list[web.RouteDef]:
    return [
        web.get("/api/items", list_items),
        web.get(f"/api/items/{segment('itemId')}", get_item),
        web.get("/api/me", get_me),
    ]


async def list_items(request: web.Request) -> web.Response:
    """Items on offer, newest first; needs no token."""
    query = read_query(request, PageQuery)
    moment, name = (END_OF_TIME, _LAST_ID) if query.cursor is None else _list_cursor(query.cursor)
    found = await projections.list_items(request.app[POOL], before_time=moment, before_id=name, limit=query.limit + 1)
    rows = found[: query.limit]
    more = len(found) > query.limit
    return json_response(
        {
            "items": [views.item_view(row) for row in rows],
            "nextCursor": encode_cursor(rows[-1]["created_at"], rows[-1]["id"]) if more else None,
        }
    )


async def get_item(request: web.Request) -> web.Response:
    """One item that is not removed; needs no token."""
    row = await projections.get_item_details(request.app[POOL], item_id_of(request))
    if row is None:
        raise item_not_found()
    return json_response(views.item_details(row))


async def get_me(request: web.Request) -> web.Response:
    """The user who holds the token."""
    user_id = await current_user(request)
    row = await projections.get_user(request.app[POOL], user_id)
    name, avatar_url = (None, None) if row is None else (row["name"], row["avatar_url"])
    return json_response(views.person(user_id, name, avatar_url))


def _list_cursor(cursor: str) -> tuple[datetime, str]:
    """The position where the previous page ended. Raises InvalidRequest."""
    moment, item_id = decode_cursor(cursor)
    if not is_item_id(item_id):
        raise invalid_cursor()
    return moment, item_id
