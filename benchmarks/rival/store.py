"""The plain server's tables and statements: one transaction for each message."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

CONNECTIONS = 20
"""To PostgreSQL. On two cores 5 and 10 carry less, 50 and 80 no more."""

# The product's columns and unique keys, without those that only its log needs.
CREATE = """
CREATE TYPE participant_role AS ENUM ('buyer', 'seller');
CREATE TABLE conversations (
    id              uuid   PRIMARY KEY,
    item_id         text   NOT NULL,
    buyer_id        text   NOT NULL,
    seller_id       text   NOT NULL,
    last_seq        bigint NOT NULL DEFAULT 0,
    last_message_at timestamptz,
    UNIQUE (item_id, buyer_id)
) WITH (fillfactor = 50);
CREATE TABLE messages (
    conversation_id   uuid             NOT NULL,
    seq               bigint           NOT NULL,
    id                uuid             NOT NULL,
    sender_role       participant_role NOT NULL,
    client_message_id text COLLATE "C" NOT NULL,
    content           text             NOT NULL,
    created_at        timestamptz      NOT NULL,
    PRIMARY KEY (conversation_id, seq),
    UNIQUE (conversation_id, sender_role, client_message_id)
);
"""
START = """
INSERT INTO conversations (id, item_id, buyer_id, seller_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (item_id, buyer_id) DO UPDATE SET seller_id = excluded.seller_id
RETURNING id
"""
# A duplicate violates the unique key, which also rolls back the raised last_seq. ON CONFLICT DO NOTHING costs the same
# but would leave a gap in the numbers.
STORE = """
WITH raised AS (
    UPDATE conversations SET last_seq = last_seq + 1, last_message_at = now()
    WHERE id = $1 AND $2 IN (buyer_id, seller_id)
    RETURNING last_seq, last_message_at, buyer_id, seller_id
), stored AS (
    INSERT INTO messages (conversation_id, seq, id, sender_role, client_message_id, content, created_at)
    SELECT $1, last_seq, $4, (CASE WHEN buyer_id = $2 THEN 'buyer' ELSE 'seller' END)::participant_role, $3, $5,
           last_message_at
    FROM raised
)
SELECT $4::uuid, last_seq, last_message_at, CASE WHEN buyer_id = $2 THEN seller_id ELSE buyer_id END FROM raised
"""
FIND = """
SELECT m.id, m.seq, m.created_at, CASE WHEN c.buyer_id = $2 THEN c.seller_id ELSE c.buyer_id END
FROM messages m JOIN conversations c ON c.id = m.conversation_id
WHERE m.conversation_id = $1 AND m.client_message_id = $3
  AND m.sender_role = (CASE WHEN c.buyer_id = $2 THEN 'buyer' ELSE 'seller' END)::participant_role
"""


class NotAMember(Exception):
    """The sender is not in this conversation, or it does not exist."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message to store."""

    id: UUID
    conversation_id: UUID
    sender_id: str
    client_message_id: str
    content: str


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored values: those of the first message, if it is a duplicate."""

    id: str
    seq: int
    created_at: datetime
    recipient_id: str
    duplicate: bool


class Store:
    """Everything is asked of PostgreSQL at once; nothing is gathered."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def start_conversation(self, *, item_id: str, buyer_id: str, seller_id: str) -> UUID:
        """The conversation's id; that of an earlier start, if there was one."""
        id_: UUID = await self._pool.fetchval(START, uuid7(), item_id, buyer_id, seller_id)
        return id_

    async def add(self, message: Message) -> Stored:
        """Returns when it is committed. Raises NotAMember."""
        key = (message.conversation_id, message.sender_id, message.client_message_id)
        duplicate = False
        try:
            row = await self._pool.fetchrow(STORE, *key, message.id, message.content)
        except asyncpg.UniqueViolationError:
            duplicate = True
            row = await self._pool.fetchrow(FIND, *key)
        if row is None:
            raise NotAMember
        id_, seq, created_at, recipient_id = row
        return Stored(id=str(id_), seq=seq, created_at=created_at, recipient_id=recipient_id, duplicate=duplicate)


@contextlib.asynccontextmanager
async def open_store(database_url: str, *, connections: int = CONNECTIONS) -> AsyncIterator[Store]:
    """A store in an empty database."""

    async def leave_as_it_is(_: asyncpg.Connection) -> None:
        """The pool's own reset is a round trip after each statement, and no statement here changes the session."""

    pool = await asyncpg.create_pool(database_url, min_size=connections, max_size=connections, reset=leave_as_it_is)
    async with pool:
        await pool.execute(CREATE)
        yield Store(pool)
