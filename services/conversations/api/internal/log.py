"""/internal/log: pages of the log for consumers that missed batches, and the consumers' cursors.

A consumer's position is evidence: if the log does not contain it, the log went back, and a new epoch begins.
"""

import re
from typing import Annotated

import orjson
from aiohttp import web
from pydantic import Field

from chassis.http.app import JSON_CONTENT_TYPE, Query, json_response, read_model, read_query
from chassis.problems import FieldError, InvalidRequest, NotFound, Problem
from contracts.generated.limits import MAX_POSITION
from contracts.generated.models import LogCursor
from services.conversations.keys import POOL
from services.conversations.store import epochs, log_reads

MAX_PAGE_BATCHES = 1000
DEFAULT_PAGE_BATCHES = 100
MAX_PAGE_BYTES = 4 * 1024 * 1024
_CONSUMER = re.compile(r"[a-z][a-z0-9-]{0,63}")


class LogTruncated(Problem):
    """The log no longer contains these positions."""

    status = 410
    default_code = "log_truncated"


class EpochEnded(Problem):
    """These positions are of another epoch."""

    status = 410
    default_code = "resync_required"


class LogQuery(Query):
    shard: Annotated[int, Field(ge=0, le=1023)]
    after: Annotated[int, Field(ge=0, le=MAX_POSITION)]
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE_BATCHES)] = DEFAULT_PAGE_BATCHES


def routes() -> list[web.RouteDef]:
    cursor = "/internal/log/cursors/{consumer}"
    return [
        web.get("/internal/log/heads", get_heads),
        web.post("/internal/log/heads", check_position),
        web.get("/internal/log", get_page),
        web.get(cursor, get_cursor),
        web.put(cursor, put_cursor),
    ]


async def get_heads(request: web.Request) -> web.Response:
    """The head of each shard."""
    heads = await log_reads.read_heads(request.app[POOL])
    shards = [{"shard": shard.shard, "head": shard.head, "floor": shard.floor} for shard in heads.shards]
    return json_response({"epoch": heads.epoch, "shards": shards})


async def check_position(request: web.Request) -> web.Response:
    """The head of each shard, after checking that the log contains what the consumer has applied."""
    await _check(request, await read_model(request, LogCursor))
    return await get_heads(request)


async def get_page(request: web.Request) -> web.Response:
    """Batches after a position, without gaps. Positions are dense and commit in order, so none can appear later."""
    query = read_query(request, LogQuery)
    pool = request.app[POOL]
    heads = await log_reads.read_heads(pool)
    head = heads.of(query.shard)
    if head is None:
        raise NotFound("There is no such shard.")
    page: list[tuple[int, str]] = []
    if query.after >= head.floor:
        page = await log_reads.read_page(
            pool,
            shard=query.shard,
            after=query.after,
            up_to=head.head,
            limit=query.limit,
            max_bytes=MAX_PAGE_BYTES,
        )
    # Also when old batches were dropped between the two statements.
    if query.after < head.head and (not page or page[0][0] != query.after + 1):
        raise LogTruncated(f"The log of shard {query.shard} no longer reaches back to {query.after}.")
    batches = [{"pos": pos, "events": orjson.Fragment(payload)} for pos, payload in page]
    body = {"epoch": heads.epoch, "shard": query.shard, "head": head.head, "batches": batches}
    return web.Response(body=orjson.dumps(body), content_type=JSON_CONTENT_TYPE)


async def get_cursor(request: web.Request) -> web.Response:
    """The cursor that a consumer stored last."""
    cursor = await log_reads.read_cursor(request.app[POOL], _consumer(request))
    if cursor is None:
        raise NotFound("This consumer has not stored a cursor.")
    positions = [{"shard": shard, "pos": pos} for shard, pos in cursor.positions.items()]
    return json_response({"epoch": cursor.epoch, "positions": positions})


async def put_cursor(request: web.Request) -> web.Response:
    """Store a consumer's cursor; within an epoch it never goes back. Raises EpochEnded."""
    consumer = _consumer(request)
    body = await read_model(request, LogCursor)
    await _check(request, body)
    positions = {position.shard: position.pos for position in body.positions}
    if not await log_reads.put_cursor(request.app[POOL], consumer, log_reads.Cursor(body.epoch, positions)):
        raise EpochEnded("These positions are of another epoch.")
    return web.Response(status=204)


async def _check(request: web.Request, stands: LogCursor) -> None:
    claims = [epochs.Claim(position.shard, position.pos, position.at) for position in stands.positions]
    await epochs.check_claims(request.app[POOL], stands.epoch, claims)


def _consumer(request: web.Request) -> str:
    name = request.match_info["consumer"]
    if not _CONSUMER.fullmatch(name):
        message = "a lower-case name of letters, digits and -"
        raise InvalidRequest("One or more fields are wrong.", errors=[FieldError(field="consumer", message=message)])
    return name
