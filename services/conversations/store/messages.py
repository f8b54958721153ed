"""Reads messages, by seq."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.conversations.domain import Message
from services.conversations.store.pool import Reader

# The join with the conversation distinguishes a stranger (no row) from an empty page (one row without a message), and
# reads the messages and last_seq in one snapshot.
_PAGE = """
SELECT c.last_seq, m.seq, m.id, m.content, m.client_message_id, m.created_at, m.version, m.extras,
       sender_of(m.sender_role, c.buyer_id, c.seller_id) AS sender_id
FROM conversations c
LEFT JOIN LATERAL (
    SELECT * FROM messages
    WHERE conversation_id = c.id AND shard = c.shard AND {bound}
    ORDER BY seq {direction}
    LIMIT $4
) AS m ON true
WHERE c.id = $1 AND $2 IN (c.buyer_id, c.seller_id)
ORDER BY m.seq
"""

BEFORE = _PAGE.format(bound="seq < $3", direction="DESC")
AFTER = _PAGE.format(bound="seq > $3", direction="ASC")

# A stranger finds no row; a message that does not exist, or was never edited, is one row without a version.
VERSIONS = """
SELECT m.seq IS NOT NULL AS exists, v.version, v.content, v.written_at
FROM conversations c
LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq = $3 AND m.shard = c.shard
LEFT JOIN message_versions v ON v.conversation_id = m.conversation_id AND v.seq = m.seq AND v.shard = m.shard
WHERE c.id = $1 AND $2 IN (c.buyer_id, c.seller_id)
ORDER BY v.version
"""

_PAST_THE_LAST = 2**63 - 1
_NO_EXTRAS: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class History:
    """Messages ascending by seq. `has_more`: in the requested direction; around a message, before it."""

    messages: list[Message]
    has_more: bool
    last_seq: int
    has_newer: bool | None = None
    """Around a message: after it."""


async def read_history(
    reader: Reader,
    user_id: str,
    conversation_id: UUID,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int,
) -> History | None:
    """A page next to a seq, or the newest messages; None if the user is not a participant."""
    if after is not None:
        rows = await reader.fetch(AFTER, conversation_id, user_id, after, limit + 1)
    else:
        bound = _PAST_THE_LAST if before is None else before
        rows = await reader.fetch(BEFORE, conversation_id, user_id, bound, limit + 1)
    if not rows:
        return None
    found = [message_of(row) for row in rows if row["seq"] is not None]
    page = found[:limit] if after is not None else found[-limit:]
    return History(page, has_more=len(found) > limit, last_seq=rows[0]["last_seq"])


async def read_around(reader: Reader, user_id: str, conversation_id: UUID, *, seq: int, limit: int) -> History | None:
    """The page with a seq in its middle, if it exists; None if the user is not a participant."""
    before = max(0, seq - limit // 2 - 1)
    history = await read_history(reader, user_id, conversation_id, after=before, limit=limit)
    return history and replace(history, has_more=before > 0, has_newer=history.has_more)


@dataclass(frozen=True, slots=True)
class Versions:
    """The earlier texts of a message, oldest first, with `version`, `content` and `written_at`."""

    exists: bool
    rows: list[asyncpg.Record]


async def read_versions(reader: Reader, user_id: str, conversation_id: UUID, seq: int) -> Versions | None:
    """None if the user is not a participant."""
    rows = await reader.fetch(VERSIONS, conversation_id, user_id, seq)
    if not rows:
        return None
    return Versions(exists=rows[0]["exists"], rows=[row for row in rows if row["version"] is not None])


def message_of(row: asyncpg.Record) -> Message:
    """The message of a row with its columns and `sender_id`."""
    return Message(
        id=row["id"],
        seq=row["seq"],
        content=row["content"],
        sender_id=row["sender_id"],
        client_message_id=row["client_message_id"],
        created_at=row["created_at"],
        version=row["version"] or 0,
        extras=shown_extras(row["extras"]),
    )


def shown_extras(extras: str | None) -> Mapping[str, Any]:
    """Without what the database keeps for itself (`message_json`)."""
    if extras is None:
        return _NO_EXTRAS
    return {name: value for name, value in orjson.loads(extras).items() if name != "_"}
