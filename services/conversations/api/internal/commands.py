"""POST /internal/commands: the micro-batches of delivery."""

import orjson
from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from chassis.http.app import JSON_CONTENT_TYPE, read_json
from chassis.observability.tracing import TRACER, traceparent_in
from chassis.problems import problem_from_body
from contracts.generated.models import Command as WireCommand
from contracts.generated.models import CommandBatch, MarkReadCommand, SendMessageCommand
from services.conversations.domain import (
    Command,
    LoggedBatch,
    MarkRead,
    MessageStored,
    Outcome,
    ReadMarked,
    Rejected,
    SendMessage,
    new_id,
    rfc3339,
)
from services.conversations.keys import COMMANDS

_COMMAND: TypeAdapter[SendMessageCommand | MarkReadCommand] = TypeAdapter(WireCommand)


def routes() -> list[web.RouteDef]:
    """The addresses of this module."""
    return [web.post("/internal/commands", execute_commands)]


async def execute_commands(request: web.Request) -> web.Response:
    """One result per command, in order; a command that is refused leaves the others alone."""
    within, commands = _read_batch(await read_json(request))
    valid = [command for command in commands if not isinstance(command, Rejected)]
    span = request.app[TRACER].follow("execute_commands", [traceparent_in(request.headers)])
    executed = await request.app[COMMANDS].execute(valid, within=within, cause=span)
    span.end(commands=len(commands))
    outcomes = iter(executed.outcomes)
    results = [_result(command if isinstance(command, Rejected) else next(outcomes)) for command in commands]
    document = {"results": results, "logged": [_written(batch) for batch in executed.logged]}
    return web.Response(body=orjson.dumps(document), content_type=JSON_CONTENT_TYPE)


def _read_batch(body: bytes) -> tuple[float, list[Command | Rejected]]:
    """The time to live in seconds, and the commands; raises a Problem when the batch itself is wrong."""
    try:
        batch = CommandBatch.from_wire(body)
    except ValidationError as error:
        return _read_one_by_one(body, error)
    return batch.ttl_ms / 1000, [_command(command) for command in batch.commands]


def _read_one_by_one(body: bytes, error: ValidationError) -> tuple[float, list[Command | Rejected]]:
    """At least one command may be wrong: find out which, unless the batch around them is."""
    if any(entry["loc"][:1] != ("commands",) or len(entry["loc"]) == 1 for entry in error.errors()):
        raise problem_from_body(error, body)
    document = orjson.loads(body)
    return document["ttlMs"] / 1000, [_read_command(entry) for entry in document["commands"]]


def _read_command(entry: object) -> Command | Rejected:
    try:
        return _command(_COMMAND.validate_json(orjson.dumps(entry)))
    except ValidationError as error:
        fields = sorted({".".join(map(str, entry["loc"])) or "command" for entry in error.errors()})
        return Rejected("invalid_request", f"Wrong: {', '.join(fields)}"[:500])


def _command(command: SendMessageCommand | MarkReadCommand) -> Command:
    if isinstance(command, SendMessageCommand):
        return SendMessage(
            command.user_id, command.conversation_id, command.client_message_id, command.content, new_id()
        )
    return MarkRead(command.user_id, command.conversation_id, command.seq)


def _result(outcome: Outcome) -> dict[str, object]:
    if isinstance(outcome, MessageStored):
        return {
            "status": "stored",
            "messageId": str(outcome.message_id),
            "seq": outcome.seq,
            "createdAt": rfc3339(outcome.created_at),
            "duplicate": outcome.duplicate,
        }
    if isinstance(outcome, ReadMarked):
        return {
            "status": "read",
            "lastReadSeq": outcome.last_read_seq,
            "lastSeq": outcome.last_seq,
            "advanced": outcome.advanced,
        }
    result: dict[str, object] = {"status": "rejected", "code": outcome.code}
    if outcome.detail:
        result["detail"] = outcome.detail
    return result


def _written(batch: LoggedBatch) -> dict[str, object]:
    return {"epoch": batch.epoch, "shard": batch.shard, "pos": batch.pos, "events": orjson.Fragment(batch.payload)}
