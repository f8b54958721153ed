"""/api/conversations/{conversationId}/messages: history and sending."""

from typing import Annotated

from aiohttp import web
from pydantic import Field

from chassis.http.app import Query, json_response, read_query
from chassis.problems import FieldError, InvalidRequest
from contracts.generated.limits import DEFAULT_HISTORY_PAGE, MAX_HISTORY_PAGE, MAX_SEQ
from contracts.generated.models import PostMessage
from services.conversations.api import views
from services.conversations.api.refusals import accepted
from services.conversations.api.requests import (
    conversation_id_of,
    conversation_not_found,
    current_user,
    message_not_found,
    read_small_model,
    writing_user,
)
from services.conversations.command_kinds import SendMessage
from services.conversations.domain import Message, new_id
from services.conversations.keys import COMMANDS, POOL, SETTINGS
from services.conversations.outcomes import MessageStored
from services.conversations.store.messages import read_around, read_history


class HistoryQuery(Query):
    """The query of a history page."""

    before: Annotated[int | None, Field(ge=1, le=MAX_SEQ)] = None
    after: Annotated[int | None, Field(ge=0, le=MAX_SEQ)] = None
    around: Annotated[int | None, Field(ge=1, le=MAX_SEQ)] = None
    limit: Annotated[int, Field(ge=1, le=MAX_HISTORY_PAGE)] = DEFAULT_HISTORY_PAGE


def routes() -> list[web.RouteDef]:
    address = "/api/conversations/{conversationId:[^/]+}/messages"
    return [web.get(address, list_messages), web.post(address, send_message)]


async def list_messages(request: web.Request) -> web.Response:
    """A page of the history, ascending by seq; does not mark messages as read."""
    user_id = await current_user(request)
    conversation_id = conversation_id_of(request)
    query = read_query(request, HistoryQuery)
    given = [name for name in ("before", "after", "around") if getattr(query, name) is not None]
    if len(given) > 1:
        errors = [FieldError(field=name, message="only one: `before`, `after` or `around`") for name in given]
        raise InvalidRequest("One or more fields are wrong.", errors=errors)
    pool = request.app[POOL]
    if query.around is None:
        history = await read_history(
            pool, user_id, conversation_id, before=query.before, after=query.after, limit=query.limit
        )
    else:
        history = await read_around(pool, user_id, conversation_id, seq=query.around, limit=query.limit)
    if history is None:
        raise conversation_not_found()
    if query.around not in (None, *(message.seq for message in history.messages)):
        raise message_not_found()
    return json_response(
        {
            "messages": [views.message(message) for message in history.messages],
            "hasMore": history.has_more,
            **({} if history.has_newer is None else {"hasNewer": history.has_newer}),
            "lastSeq": history.last_seq,
            "editWindowSeconds": request.app[SETTINGS].edit_window_seconds,
            "deleteWindowSeconds": request.app[SETTINGS].delete_window_seconds,
        }
    )


async def send_message(request: web.Request) -> web.Response:
    """201 with the committed message, 200 with the one already stored under this clientMessageId."""
    user_id = await writing_user(request)
    conversation_id = conversation_id_of(request)
    body = await read_small_model(request, PostMessage)
    message_id = new_id()
    key = body.client_message_id or str(message_id)
    command = SendMessage(user_id, conversation_id, key, body.content, message_id, body.reply_to)
    within = request.app[SETTINGS].write_deadline_seconds
    outcome = accepted(await request.app[COMMANDS].execute_one(command, within=within), MessageStored)
    if outcome.duplicate:
        return json_response(views.message(await _read_one(request, command, outcome.seq)))
    stored = Message(
        id=outcome.message_id,
        seq=outcome.seq,
        content=command.content,
        sender_id=user_id,
        client_message_id=command.client_message_id,
        created_at=outcome.created_at,
        extras={} if command.reply_to is None else {"replyTo": command.reply_to},
    )
    return json_response(views.message(stored), status=201)


async def _read_one(request: web.Request, command: SendMessage, seq: int) -> Message:
    """It may have changed since it was sent."""
    history = await read_history(request.app[POOL], command.user_id, command.conversation_id, after=seq - 1, limit=1)
    if history is None:
        raise conversation_not_found()
    return history.messages[0]
