"""POST /internal/commands: the micro-batches of delivery."""

import orjson
from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from chassis.http.app import JSON_CONTENT_TYPE, read_json
from chassis.observability.tracing import TRACER, traceparent_in
from chassis.problems import problem_from_body
from contracts.generated import models
from services.conversations.command_kinds import Command, command_of
from services.conversations.domain import LoggedBatch, Rejected
from services.conversations.keys import COMMANDS

_COMMAND: TypeAdapter[models.Command] = TypeAdapter(models.Command)


def routes() -> list[web.RouteDef]:
    return [web.post("/internal/commands", execute_commands)]


async def execute_commands(request: web.Request) -> web.Response:
    """Respond with one result per command, in order; a rejected command does not affect the others."""
    within, commands = _read_batch(await read_json(request))
    valid = [command for command in commands if not isinstance(command, Rejected)]
    span = request.app[TRACER].follow("execute_commands", [traceparent_in(request.headers)])
    executed = await request.app[COMMANDS].execute(valid, within=within, cause=span)
    span.end(commands=len(commands))
    outcomes = iter(executed.outcomes)
    results = [(command if isinstance(command, Rejected) else next(outcomes)).document() for command in commands]
    document = {"results": results, "logged": [_written(batch) for batch in executed.logged]}
    return web.Response(body=orjson.dumps(document), content_type=JSON_CONTENT_TYPE)


def _read_batch(body: bytes) -> tuple[float, list[Command | Rejected]]:
    """The time to live in seconds, and the commands. Raises a Problem if the batch itself is invalid."""
    try:
        batch = models.CommandBatch.from_wire(body)
    except ValidationError as error:
        return _read_one_by_one(body, error)
    return batch.ttl_ms / 1000, [command_of(command) for command in batch.commands]


def _read_one_by_one(body: bytes, error: ValidationError) -> tuple[float, list[Command | Rejected]]:
    """Validate each command alone to find the invalid ones, unless the batch around them is invalid."""
    if any(entry["loc"][:1] != ("commands",) or len(entry["loc"]) == 1 for entry in error.errors()):
        raise problem_from_body(error, body)
    document = orjson.loads(body)
    return document["ttlMs"] / 1000, [_read_command(entry) for entry in document["commands"]]


def _read_command(entry: object) -> Command | Rejected:
    try:
        return command_of(_COMMAND.validate_json(orjson.dumps(entry)))
    except ValidationError as error:
        fields = sorted({".".join(map(str, entry["loc"])) or "command" for entry in error.errors()})
        return Rejected("invalid_request", f"Wrong: {', '.join(fields)}"[:500])


def _written(batch: LoggedBatch) -> dict[str, object]:
    return {"epoch": batch.epoch, "shard": batch.shard, "pos": batch.pos, "events": orjson.Fragment(batch.payload)}
