"""Reads conversations. Every WHERE checks membership, so a stranger finds nothing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.generated.limits import MAX_UNREAD_CONVERSATIONS
from services.conversations.store.pool import END_OF_TIME, Reader

MAX_UNREAD_TOTAL = 1000  # the count is capped here, as in the contract

# The columns that differ between the two participants. `c` has the conversation's columns and `role`, the viewer's.
PERSONAL_COLUMNS = """
       CASE c.role WHEN 'buyer' THEN c.buyer_last_read_seq ELSE c.seller_last_read_seq END AS last_read_seq,
       CASE c.role WHEN 'buyer' THEN c.seller_last_read_seq ELSE c.buyer_last_read_seq END AS counterpart_last_read_seq,
       CASE c.role WHEN 'buyer' THEN c.buyer_muted ELSE c.seller_muted END AS muted
"""

# A conversation from one participant's view. `mine` has the conversation's columns and `role`.
_VIEW = f"""
SELECT c.id, c.role, c.last_seq, c.created_at, c.last_activity_at, {PERSONAL_COLUMNS},
       c.last_message_id, c.last_message_preview, c.last_message_version, c.last_deleted_seq, c.last_message_at,
       sender_of(c.last_message_role, c.buyer_id, c.seller_id) AS last_sender_id, s.extras AS last_extras,
       p.id AS counterpart_id, p.name AS counterpart_name, p.avatar_url AS counterpart_avatar_url,
       i.id AS item_id, i.seller_id, i.title, i.price_amount, i.price_currency, i.image_url, i.status
FROM mine c
JOIN users p ON p.id = CASE c.role WHEN 'buyer' THEN c.seller_id ELSE c.buyer_id END
JOIN items i ON i.id = c.item_id
LEFT JOIN messages s
    ON c.last_message_role = 'system' AND s.conversation_id = c.id AND s.seq = c.last_seq AND s.shard = c.shard
"""  # noqa: S608 - built from constants only

# One statement for both roles: each is read along its index, newest bucket first, and no further than a page needs.
# The bucket follows from last_activity_at, so that ordering by both is ordering by the time. A conversation
# without messages is not in the seller's list.
LIST = f"""
WITH mine AS (
    (SELECT *, 'buyer' AS role FROM conversations
     WHERE buyer_id = $1 AND activity_bucket <= $2 AND (last_activity_at, id) < ($3, $4)
     ORDER BY activity_bucket DESC, last_activity_at DESC, id DESC LIMIT $5)
    UNION ALL
    (SELECT *, 'seller' AS role FROM conversations
     WHERE seller_id = $1 AND last_seq > 0 AND activity_bucket <= $2 AND (last_activity_at, id) < ($3, $4)
     ORDER BY activity_bucket DESC, last_activity_at DESC, id DESC LIMIT $5)
)
{_VIEW}
ORDER BY c.last_activity_at DESC, c.id DESC
LIMIT $5
"""  # noqa: S608 - built from constants only

# Scans all conversations of the user, along the list's index. An index of unread conversations only would make each
# message rewrite all index entries of its conversation.
_UNREAD = """
    SELECT id, last_seq, buyer_last_read_seq AS last_read_seq, last_activity_at FROM conversations
    WHERE buyer_id = $1 AND last_seq > buyer_last_read_seq
    UNION ALL
    SELECT id, last_seq, seller_last_read_seq, last_activity_at FROM conversations
    WHERE seller_id = $1 AND last_seq > seller_last_read_seq
"""

# Each row has the sum over all conversations.
UNREAD = f"""
SELECT id, last_seq, last_read_seq, least({MAX_UNREAD_TOTAL}, sum(last_seq - last_read_seq) OVER ())::bigint AS total
FROM ({_UNREAD}) AS mine
ORDER BY last_activity_at DESC
LIMIT {MAX_UNREAD_CONVERSATIONS}
"""  # noqa: S608 - built from constants only

ONE = f"""
WITH mine AS (
    SELECT *, CASE WHEN buyer_id = $1 THEN 'buyer' ELSE 'seller' END AS role
    FROM conversations WHERE id = $2 AND $1 IN (buyer_id, seller_id)
)
{_VIEW}
"""  # noqa: S608 - built from constants only

PARTICIPANTS = """
SELECT id, buyer_id, seller_id, last_seq, buyer_last_read_seq, seller_last_read_seq,
       NOT EXISTS (SELECT FROM users AS u WHERE u.id IN (buyer_id, seller_id) AND u.deleted) AS can_write
FROM conversations
WHERE id = $1 AND $2 IN (buyer_id, seller_id)
"""


@dataclass(frozen=True, slots=True)
class ListCursor:
    """A conversation's position in a list; the next page begins after it."""

    last_activity_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Unread:
    """The most recent conversations with unread messages, and the total number of unread messages."""

    conversations: list[asyncpg.Record]
    total: int


async def list_conversations(
    reader: Reader, user_id: str, *, after: ListCursor | None, limit: int
) -> list[asyncpg.Record]:
    """At most `limit` conversations of a user after a position, newest activity first."""
    if after is None:
        return await reader.fetch(LIST, user_id, _LAST_BUCKET, END_OF_TIME, _LAST_ID, limit)
    return await reader.fetch(LIST, user_id, _bucket(after.last_activity_at), after.last_activity_at, after.id, limit)


async def read_unread(reader: Reader, user_id: str) -> Unread:
    """A user's unread conversations, on all pages of the list."""
    rows = await reader.fetch(UNREAD, user_id)
    return Unread(rows, rows[0]["total"] if rows else 0)


async def get_conversation(reader: Reader, user_id: str, conversation_id: UUID) -> asyncpg.Record | None:
    """One conversation from a user's view; None if they are not a participant."""
    return await reader.fetchrow(ONE, user_id, conversation_id)


async def get_participants(reader: Reader, user_id: str, conversation_id: UUID) -> asyncpg.Record | None:
    """A conversation's participants, last seq and read marks; None if the user is not a participant."""
    return await reader.fetchrow(PARTICIPANTS, conversation_id, user_id)


_LAST_BUCKET = 2**31 - 1
_LAST_ID = UUID(int=2**128 - 1)
_BUCKET_SECONDS = 600  # as in the database's activity_bucket_of


def _bucket(moment: datetime) -> int:
    return int(moment.timestamp() // _BUCKET_SECONDS)
