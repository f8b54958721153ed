"""Reads the changes for one user between two positions in the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from uuid import UUID

import asyncpg

from contracts.generated.limits import MAX_CHANGED_MESSAGES, MAX_RESUMED_MESSAGES
from services.conversations.domain import Message
from services.conversations.store.conversations import PERSONAL_COLUMNS
from services.conversations.store.messages import message_of
from services.conversations.store.pool import Reader

MAX_CONVERSATIONS = 200  # a client that missed more must fetch its lists again

# Per conversation, the newest messages up to `up_to` are read backwards along the primary key, one more than are sent.
# An event_pos that is too low means that no older message is new, so the cost is bounded. Older messages that changed
# are found along an index of changed ones only; both parts may bring the same message. What the other person set for
# themselves changes nothing here.
CHANGES = f"""
WITH span AS (
    SELECT * FROM unnest($2::integer[], $3::bigint[], $4::bigint[]) AS s (shard, after, up_to)
),
changed AS (
    SELECT c.*, s.after, s.up_to
    FROM span s
    JOIN (
        SELECT *, 'buyer' AS role, buyer_view_pos AS my_view_pos FROM conversations WHERE buyer_id = $1
        UNION ALL
        SELECT *, 'seller' AS role, seller_view_pos AS my_view_pos FROM conversations
        WHERE seller_id = $1 AND last_seq > 0
    ) AS c ON c.shard = s.shard AND greatest(c.updated_event_pos, c.my_view_pos) > s.after
    ORDER BY c.last_activity_at DESC
    LIMIT $5
)
SELECT c.id AS conversation_id, {PERSONAL_COLUMNS},
       greatest(c.facts_event_pos, c.my_view_pos) > c.after AS changed, c.after,
       m.seq, m.id, m.content, m.client_message_id, m.created_at, m.version, m.extras, m.event_pos, m.changed_event_pos,
       sender_of(m.sender_role, c.buyer_id, c.seller_id) AS sender_id
FROM changed c
LEFT JOIN LATERAL (
    (SELECT * FROM messages
     WHERE conversation_id = c.id AND shard = c.shard AND event_pos <= c.up_to
     ORDER BY seq DESC
     LIMIT $6)
    UNION ALL
    (SELECT * FROM messages
     WHERE conversation_id = c.id AND shard = c.shard AND changed_event_pos > c.after AND event_pos <= c.after
     ORDER BY changed_event_pos DESC
     LIMIT $7)
) AS m ON true
ORDER BY c.id, m.seq
"""  # noqa: S608 - built from constants only


@dataclass(frozen=True, slots=True)
class Span:
    """One shard's part of the request: events after `after` and up to `up_to`, both event positions."""

    shard: int
    after: int
    up_to: int


@dataclass(frozen=True, slots=True)
class SyncedConversation:
    """The changes in one conversation; `messages` are the newest of those missed."""

    row: asyncpg.Record
    """Has `conversation_id`, the personal columns, and `changed`."""
    last_seq: int
    messages: list[Message]
    limited: bool
    changed_messages: list[Message]
    """Those from before, ascending by seq, as they are now."""
    changed_limited: bool


class TooMuchChanged(Exception):
    """More than MAX_CONVERSATIONS changed."""


async def read_changes(reader: Reader, user_id: str, spans: Sequence[Span]) -> list[SyncedConversation]:
    """The changed conversations of a user. Raises TooMuchChanged."""
    rows = await reader.fetch(
        CHANGES,
        user_id,
        [span.shard for span in spans],
        [span.after for span in spans],
        [span.up_to for span in spans],
        MAX_CONVERSATIONS + 1,
        MAX_RESUMED_MESSAGES + 1,
        MAX_CHANGED_MESSAGES + 1,
    )
    by_conversation: dict[UUID, list[asyncpg.Record]] = {}
    for row in rows:
        by_conversation.setdefault(row["conversation_id"], []).append(row)
    if len(by_conversation) > MAX_CONVERSATIONS:
        raise TooMuchChanged
    return [_conversation(rows) for rows in by_conversation.values()]


def _conversation(rows: list[asyncpg.Record]) -> SyncedConversation:
    found = [row for row in rows if row["seq"] is not None]
    missed = [message_of(row) for row in found if row["event_pos"] > row["after"]]
    changed = {row["seq"]: row for row in found if row["event_pos"] <= row["after"] < (row["changed_event_pos"] or 0)}
    newest = sorted(changed.values(), key=itemgetter("changed_event_pos"))[-MAX_CHANGED_MESSAGES:]
    return SyncedConversation(
        row=rows[0],
        last_seq=rows[-1]["seq"] or 0,
        messages=missed[-MAX_RESUMED_MESSAGES:],
        limited=len(missed) > MAX_RESUMED_MESSAGES,
        changed_messages=[message_of(row) for row in sorted(newest, key=itemgetter("seq"))],
        changed_limited=len(changed) > MAX_CHANGED_MESSAGES,
    )
