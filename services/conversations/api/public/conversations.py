"""/api/conversations: start, list, get, mark read."""

from aiohttp import web

from chassis.http.app import JSON_CONTENT_TYPE, json_response, read_query
from contracts.generated.models import PutMute, PutReadState, StartConversation
from contracts.model import canonical_uuid
from services.conversations.api import views
from services.conversations.api.paging import PageQuery, decode_cursor, encode_cursor, invalid_cursor
from services.conversations.api.refusals import accepted, problem_of
from services.conversations.api.requests import (
    conversation_id_of,
    conversation_not_found,
    current_user,
    read_small_model,
    writing_user,
)
from services.conversations.command_kinds import MarkRead, MuteConversation
from services.conversations.domain import Rejected
from services.conversations.keys import COMMANDS, POOL, SETTINGS
from services.conversations.outcomes import ReadMarked, ViewChanged
from services.conversations.store import conversations as store
from services.conversations.store.log_reads import read_heads


def routes() -> list[web.RouteDef]:
    one = "/api/conversations/{conversationId:[^/]+}"
    return [
        web.post("/api/conversations", start_conversation),
        web.get("/api/conversations", list_conversations),
        web.get(one, get_conversation),
        web.put(f"{one}/read", mark_read),
        web.post(f"{one}/read", mark_read),
        web.put(f"{one}/mute", mute),
    ]


async def start_conversation(request: web.Request) -> web.Response:
    """201 with a new conversation, 200 with the existing one."""
    user_id = await writing_user(request)
    body = await read_small_model(request, StartConversation)
    within = request.app[SETTINGS].write_deadline_seconds
    started = await request.app[COMMANDS].start_conversation(item_id=body.item_id, buyer_id=user_id, within=within)
    if isinstance(started, Rejected):
        raise problem_of(started)
    row = await store.get_conversation(request.app[POOL], user_id, started.conversation_id)
    if row is None:
        raise conversation_not_found()
    if not started.created:
        return json_response(views.conversation(row))
    location = f"/api/conversations/{started.conversation_id}"
    return json_response(views.conversation(row), status=201, headers={"Location": location})


async def list_conversations(request: web.Request) -> web.Response:
    """The user's conversations, newest activity first."""
    user_id = await current_user(request)
    query = read_query(request, PageQuery)
    pool = request.app[POOL]
    body: dict[str, object] = {}
    if query.cursor is None:
        # Read before the rows, so that these are at least as new as the token.
        heads = await read_heads(pool)
        unread = await store.read_unread(pool, user_id)
        body = {
            "unreadTotal": unread.total,
            "unread": [views.unread_conversation(row) for row in unread.conversations],
            "token": heads.token(),
        }
    after = None if query.cursor is None else _list_cursor(query.cursor)
    found = await store.list_conversations(pool, user_id, after=after, limit=query.limit + 1)
    rows = found[: query.limit]
    more = len(found) > query.limit
    body["conversations"] = [views.conversation(row) for row in rows]
    body["nextCursor"] = encode_cursor(rows[-1]["last_activity_at"], str(rows[-1]["id"])) if more else None
    return json_response(body)


async def get_conversation(request: web.Request) -> web.Response:
    """One of the user's conversations."""
    user_id = await current_user(request)
    row = await store.get_conversation(request.app[POOL], user_id, conversation_id_of(request))
    if row is None:
        raise conversation_not_found()
    return json_response(views.conversation(row))


async def mark_read(request: web.Request) -> web.Response:
    """Raise the user's read mark."""
    user_id = await writing_user(request)
    conversation_id = conversation_id_of(request)
    body = await read_small_model(request, PutReadState)
    command = MarkRead(user_id, conversation_id, body.seq)
    within = request.app[SETTINGS].write_deadline_seconds
    outcome = accepted(await request.app[COMMANDS].execute_one(command, within=within), ReadMarked)
    return json_response(
        {
            "conversationId": str(conversation_id),
            "lastReadSeq": outcome.last_read_seq,
            "unreadCount": outcome.last_seq - outcome.last_read_seq,
        }
    )


async def mute(request: web.Request) -> web.Response:
    """200 with the user's own view as it is now."""
    user_id = await writing_user(request)
    conversation_id = conversation_id_of(request)
    body = await read_small_model(request, PutMute)
    command = MuteConversation(user_id, conversation_id, body.muted)
    within = request.app[SETTINGS].write_deadline_seconds
    outcome = accepted(await request.app[COMMANDS].execute_one(command, within=within), ViewChanged)
    return web.Response(body=outcome.view.encode(), content_type=JSON_CONTENT_TYPE)


def _list_cursor(cursor: str) -> store.ListCursor:
    moment, name = decode_cursor(cursor)
    try:
        return store.ListCursor(moment, canonical_uuid(name))
    except ValueError:
        raise invalid_cursor() from None
