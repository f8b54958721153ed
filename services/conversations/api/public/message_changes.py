"""/api/conversations/{conversationId}/messages/{seq}: editing, deleting, the earlier texts, and reactions."""

from aiohttp import web

from chassis.http.app import JSON_CONTENT_TYPE, json_response
from contracts.generated.models import PatchMessage, PutReaction
from services.conversations.api import views
from services.conversations.api.refusals import accepted
from services.conversations.api.requests import (
    conversation_id_of,
    conversation_not_found,
    current_user,
    message_not_found,
    read_small_model,
    seq_of,
    writing_user,
)
from services.conversations.command_kinds import DeleteMessage, EditMessage, MessageChange, React
from services.conversations.keys import COMMANDS, POOL, SETTINGS
from services.conversations.outcomes import MessageChanged
from services.conversations.store.messages import read_versions


def routes() -> list[web.RouteDef]:
    one = "/api/conversations/{conversationId:[^/]+}/messages/{seq:[^/]+}"
    return [
        web.patch(one, edit_message),
        web.delete(one, delete_message),
        web.get(f"{one}/versions", list_versions),
        web.put(f"{one}/reaction", react),
        web.delete(f"{one}/reaction", remove_reaction),
    ]


async def edit_message(request: web.Request) -> web.Response:
    """200 with the message as it is now."""
    user_id = await writing_user(request)
    conversation_id, seq = conversation_id_of(request), seq_of(request)
    body = await read_small_model(request, PatchMessage)
    return await _change(request, EditMessage(user_id, conversation_id, seq, body.expected_version, body.content))


async def delete_message(request: web.Request) -> web.Response:
    """200 with the message as it is now: without its text."""
    user_id = await writing_user(request)
    return await _change(request, DeleteMessage(user_id, conversation_id_of(request), seq_of(request)))


async def list_versions(request: web.Request) -> web.Response:
    """The earlier texts of a message, for both participants."""
    user_id = await current_user(request)
    conversation_id, seq = conversation_id_of(request), seq_of(request)
    versions = await read_versions(request.app[POOL], user_id, conversation_id, seq)
    if versions is None:
        raise conversation_not_found()
    if not versions.exists:
        raise message_not_found()
    return json_response({"versions": [views.version(row) for row in versions.rows]})


async def react(request: web.Request) -> web.Response:
    """200 with the message as it is now."""
    user_id = await writing_user(request)
    conversation_id, seq = conversation_id_of(request), seq_of(request)
    body = await read_small_model(request, PutReaction)
    return await _change(request, React(user_id, conversation_id, seq, body.emoji))


async def remove_reaction(request: web.Request) -> web.Response:
    """200 with the message as it is now, whether there was a reaction or not."""
    user_id = await writing_user(request)
    return await _change(request, React(user_id, conversation_id_of(request), seq_of(request), None))


async def _change(request: web.Request, change: MessageChange) -> web.Response:
    within = request.app[SETTINGS].write_deadline_seconds
    changed = accepted(await request.app[COMMANDS].execute_one(change, within=within), MessageChanged)
    return web.Response(body=changed.message.encode(), content_type=JSON_CONTENT_TYPE)
