"""/internal/sync and /internal/conversations: requests of delivery on behalf of a user."""

from collections.abc import Iterable
from typing import Annotated

from aiohttp import web
from pydantic import Field

from chassis.http.app import Query, json_response, read_model, read_query
from chassis.problems import Problem
from contracts.generated.models import SyncPosition, SyncRequest, UserId
from services.conversations.api import views
from services.conversations.api.requests import conversation_id_of, conversation_not_found
from services.conversations.domain import EVENT_POS_FACTOR
from services.conversations.keys import POOL
from services.conversations.store.conversations import get_participants
from services.conversations.store.log_reads import Heads, read_heads
from services.conversations.store.sync import Span, TooMuchChanged, read_changes


class ResyncRequired(Problem):
    """The client must fetch its lists again."""

    status = 410
    default_code = "resync_required"


class OnBehalfOf(Query):
    """The user on whose behalf delivery asks."""

    user_id: Annotated[UserId, Field(alias="userId")]


def routes() -> list[web.RouteDef]:
    return [
        web.post("/internal/sync", sync),
        web.get("/internal/conversations/{conversationId:[^/]+}/participants", participants),
    ]


async def sync(request: web.Request) -> web.Response:
    """The changes for a user between two sets of positions."""
    body = await read_model(request, SyncRequest)
    pool = request.app[POOL]
    spans = _spans(body, await read_heads(pool))
    try:
        changes = await read_changes(pool, body.user_id, spans)
    except TooMuchChanged:
        raise ResyncRequired("Too many changes since these positions.") from None
    return json_response({"conversations": [views.resumed_conversation(changed) for changed in changes]})


async def participants(request: web.Request) -> web.Response:
    """A conversation's participants, last seq and read marks, for one of its participants."""
    user_id = read_query(request, OnBehalfOf).user_id
    row = await get_participants(request.app[POOL], user_id, conversation_id_of(request))
    if row is None:
        raise conversation_not_found()
    return json_response(
        {
            "conversationId": str(row["id"]),
            "buyerId": row["buyer_id"],
            "sellerId": row["seller_id"],
            "lastSeq": row["last_seq"],
            "buyerLastReadSeq": row["buyer_last_read_seq"],
            "sellerLastReadSeq": row["seller_last_read_seq"],
            "canWrite": row["can_write"],
        }
    )


def _spans(body: SyncRequest, heads: Heads) -> list[Span]:
    """One span per shard. Raises ResyncRequired if the positions are of another epoch."""
    if body.epoch != heads.epoch:
        raise ResyncRequired("The log's epoch has changed.")
    after, up_to = _by_shard(body.after), _by_shard(body.up_to)
    spans = []
    for head in heads.shards:
        begin, end = after.get(head.shard), up_to.get(head.shard)
        if begin is None or end is None or max(begin, end) >= (head.head + 1) * EVENT_POS_FACTOR:
            raise ResyncRequired("These are not positions of this log.")
        spans.append(Span(head.shard, begin, end))
    return spans


def _by_shard(positions: Iterable[SyncPosition]) -> dict[int, int]:
    return {position.shard: position.pos * EVENT_POS_FACTOR + position.idx for position in positions}
