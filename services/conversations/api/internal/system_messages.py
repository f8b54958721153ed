"""POST /internal/conversations/{conversationId}/system-messages: messages of the marketplace itself."""

from aiohttp import web
from pydantic import ValidationError

from chassis.http.app import JSON_CONTENT_TYPE, MAX_BODY_BYTES, read_json
from chassis.problems import FieldError, InvalidRequest, problem_from_body
from contracts.model import ContractModel
from services.conversations.api.refusals import problem_of
from services.conversations.api.requests import conversation_id_of, segment
from services.conversations.domain import Rejected
from services.conversations.keys import MARKETPLACE
from services.conversations.system_messages.rendering import (
    KINDS,
    MAX_TEXTS_LENGTH,
    SystemMessage,
    TextsTooLong,
    render,
)

# Texts of maximum length with every character escaped as a surrogate pair, and the other fields.
MAX_BYTES = MAX_TEXTS_LENGTH * len(r"\ud83d\ude00") + MAX_BODY_BYTES


class _OfAnyKind(ContractModel):
    kind: str


def routes() -> list[web.RouteDef]:
    return [web.post(f"/internal/conversations/{segment('conversationId')}/system-messages", post_system_message)]


async def post_system_message(request: web.Request) -> web.Response:
    """201 with the stored message, 200 with the one that is stored under this key already."""
    conversation_id = conversation_id_of(request)
    message = _read(await read_json(request.clone(client_max_size=MAX_BYTES)))
    outcome = await request.app[MARKETPLACE].post(conversation_id, message)
    if isinstance(outcome, Rejected):
        raise problem_of(outcome)
    return web.Response(text=outcome.message, status=200 if outcome.duplicate else 201, content_type=JSON_CONTENT_TYPE)


def _read(body: bytes) -> SystemMessage:
    """By the model of its kind, so that errors name the fields as they are given."""
    try:
        model = KINDS.get(_OfAnyKind.from_wire(body).kind)
        if model is None:
            raise _wrong("kind", f"Is none of {', '.join(KINDS)}")
        return render(model.from_wire(body))
    except ValidationError as error:
        raise problem_from_body(error, body) from None
    except TextsTooLong:
        raise _wrong("text", f"Has more than {MAX_TEXTS_LENGTH} characters in all languages together") from None


def _wrong(field: str, message: str) -> InvalidRequest:
    return InvalidRequest("One or more fields are wrong.", errors=[FieldError(field=field, message=message)])
