"""The projection: users and items as the marketplace describes them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

import asyncpg

from services.conversations.domain import ItemStatus
from services.conversations.store.pool import Lent, Reader

MAX_ANNOUNCED = 1000  # most recently active conversations announced per change; others are read afresh anyway

# The order of changes is total, so any order of delivery, with any repetition, ends in the same row: the newest time
# wins; at equal times a deletion wins; then the greater content. An equal change is written again, so that a repetition
# redoes the work that was interrupted after this statement.
#
# Without a time ($5 below) the change is authoritative: it takes effect now and is newer than the stored row.
PUT_USER = """
INSERT INTO users AS stored (id, name, avatar_url, deleted, updated_at)
VALUES ($1, $2, $3, $4, coalesce($5::timestamptz, now()))
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, avatar_url = excluded.avatar_url, deleted = excluded.deleted,
    updated_at = coalesce($5, greatest(now(), stored.updated_at + interval '1 microsecond'))
WHERE $5 IS NULL
   OR (stored.updated_at, stored.deleted, jsonb_build_array(stored.name, stored.avatar_url)::text COLLATE "C")
      <= ($5, excluded.deleted, jsonb_build_array(excluded.name, excluded.avatar_url)::text COLLATE "C")
RETURNING id
"""

# An item has two facts with a time each: its newest description and its newest removal. It is removed if the removal is
# not older; then `updated_at` is the removal's time and `described_at` the description's, otherwise `updated_at` is the
# description's. $7 is never 'removed' here: REMOVE_ITEM sets that.
#
# An empty description or list of pictures sorts lowest, so an item sent again with the same time, but with them, wins.
PUT_ITEM = """
INSERT INTO items AS stored
    (id, seller_id, title, price_amount, price_currency, image_url, status, updated_at, description, more_image_urls)
VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8::timestamptz, now()), $9, $10)
ON CONFLICT (id) DO UPDATE
SET seller_id = excluded.seller_id, title = excluded.title, price_amount = excluded.price_amount,
    price_currency = excluded.price_currency, image_url = excluded.image_url,
    description = excluded.description, more_image_urls = excluded.more_image_urls,
    status = CASE WHEN stored.status = 'removed' AND stored.updated_at >= $8 THEN 'removed' ELSE excluded.status END,
    described_at = CASE WHEN stored.status = 'removed' AND stored.updated_at >= $8 THEN $8 END,
    updated_at = CASE
        WHEN $8 IS NULL THEN greatest(now(), stored.updated_at + interval '1 microsecond')
        WHEN stored.status = 'removed' THEN greatest(stored.updated_at, $8)
        ELSE $8
    END
WHERE $8 IS NULL
   OR (
        CASE
            WHEN stored.status <> 'removed' THEN stored.updated_at
            WHEN stored.title IS NULL THEN '-infinity'
            ELSE coalesce(stored.described_at, stored.updated_at)
        END,
        jsonb_build_array(stored.seller_id, stored.title, stored.price_amount, stored.price_currency, stored.image_url)
            ::text COLLATE "C",
        coalesce(stored.description, '') COLLATE "C",
        stored.more_image_urls COLLATE "C",
        stored.status
      ) <= (
        $8,
        jsonb_build_array(
            excluded.seller_id, excluded.title, excluded.price_amount, excluded.price_currency, excluded.image_url
        )::text COLLATE "C",
        coalesce(excluded.description, '') COLLATE "C",
        excluded.more_image_urls COLLATE "C",
        CASE WHEN stored.status = 'removed' THEN 'removed' ELSE excluded.status END
      )
RETURNING status <> 'removed'
"""

REMOVE_ITEM = """
INSERT INTO items AS stored (id, status, updated_at) VALUES ($1, 'removed', coalesce($2::timestamptz, now()))
ON CONFLICT (id) DO UPDATE
SET status = 'removed',
    described_at = CASE
        WHEN stored.status <> 'removed' THEN stored.updated_at
        WHEN stored.title IS NOT NULL THEN coalesce(stored.described_at, stored.updated_at)
    END,
    updated_at = coalesce($2, greatest(now(), stored.updated_at + interval '1 microsecond'))
WHERE $2 IS NULL OR stored.updated_at <= $2
RETURNING id
"""

GET_USER = "SELECT id, name, avatar_url, deleted FROM users WHERE id = $1"

GET_ITEM = """
SELECT id, seller_id, title, price_amount, price_currency, image_url, status, description, more_image_urls
FROM items WHERE id = $1 AND title IS NOT NULL
"""

_ITEM_VIEW = """i.id, i.seller_id, i.title, i.price_amount, i.price_currency, i.image_url, i.status, i.created_at,
       u.name AS seller_name, u.avatar_url AS seller_avatar_url
FROM items i LEFT JOIN users u ON u.id = i.seller_id"""

LIST_ITEMS = f"""
SELECT {_ITEM_VIEW}
WHERE i.status = 'available' AND u.deleted IS NOT TRUE AND (i.created_at, i.id) < ($1, $2)
ORDER BY i.created_at DESC, i.id DESC
LIMIT $3
"""

GET_ITEM_DETAILS = f"""
SELECT i.description, i.more_image_urls, {_ITEM_VIEW}
WHERE i.id = $1 AND i.status <> 'removed' AND u.deleted IS NOT TRUE
"""

LIST_PEOPLE = """
SELECT id, name, avatar_url FROM users WHERE NOT deleted AND updated_at > '-infinity' ORDER BY name, id LIMIT 100
"""

CONVERSATIONS_OF_USER = """
SELECT id FROM (
    SELECT id, last_activity_at FROM conversations WHERE buyer_id = $1
    UNION ALL
    SELECT id, last_activity_at FROM conversations WHERE seller_id = $1
) AS mine
ORDER BY last_activity_at DESC LIMIT $2
"""

CONVERSATIONS_OF_ITEM = "SELECT id FROM conversations WHERE item_id = $1 ORDER BY last_activity_at DESC LIMIT $2"


@dataclass(frozen=True, slots=True)
class User:
    """A user as the marketplace describes them at `updated_at`; None means now, whatever is stored."""

    id: str
    name: str
    avatar_url: str | None
    deleted: bool
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Price:
    """An exact amount in a currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item as the marketplace describes it at `updated_at`; None means now, whatever is stored."""

    id: str
    seller_id: str
    title: str
    price: Price | None
    image_url: str | None
    status: ItemStatus
    updated_at: datetime | None
    description: str | None = None
    more_image_urls: tuple[str, ...] = ()


class ItemChange(Enum):
    """The result of storing an item's description."""

    APPLIED = "applied"
    ONLY_DESCRIBED = "only_described"
    """Stored, but the item was removed at this time or later, and stays removed."""
    OUTDATED = "outdated"
    """A newer description is stored."""


async def put_user(reader: Reader, user: User) -> bool:
    """Store a user. False if a newer change is stored."""
    stored = await reader.fetchval(PUT_USER, user.id, user.name, user.avatar_url, user.deleted, user.updated_at)
    return stored is not None


async def put_item(connection: Lent, item: Item) -> ItemChange:
    """Store an item's description; the status `removed` counts as its removal at the same time."""
    async with connection.transaction():
        described = await _describe_item(connection, item)
        if item.status != "removed":
            return described
        removed = await connection.fetchval(REMOVE_ITEM, item.id, item.updated_at)
    return described if removed is None else ItemChange.APPLIED


async def _describe_item(connection: Lent, item: Item) -> ItemChange:
    amount, currency = (None, None) if item.price is None else (item.price.amount, item.price.currency)
    status = "available" if item.status == "removed" else item.status
    offered = await connection.fetchval(
        PUT_ITEM,
        item.id,
        item.seller_id,
        item.title,
        amount,
        currency,
        item.image_url,
        status,
        item.updated_at,
        item.description,
        item.more_image_urls,
    )
    if offered is None:
        return ItemChange.OUTDATED
    return ItemChange.APPLIED if offered else ItemChange.ONLY_DESCRIBED


async def remove_item(reader: Reader, item_id: str, updated_at: datetime | None) -> bool:
    """Remove an item, even an unknown one. False if a newer change is stored."""
    return await reader.fetchval(REMOVE_ITEM, item_id, updated_at) is not None


async def get_user(reader: Reader, user_id: str) -> asyncpg.Record | None:
    """A user, even a deleted one."""
    return await reader.fetchrow(GET_USER, user_id)


async def get_item(reader: Reader, item_id: str) -> asyncpg.Record | None:
    """An item, even a removed one."""
    return await reader.fetchrow(GET_ITEM, item_id)


async def get_item_details(reader: Reader, item_id: str) -> asyncpg.Record | None:
    """A full item with its seller; None if the item is removed or the seller deleted."""
    return await reader.fetchrow(GET_ITEM_DETAILS, item_id)


async def list_items(reader: Reader, *, before_time: datetime, before_id: str, limit: int) -> list[asyncpg.Record]:
    """Items on offer with their sellers, newest first, after a position."""
    return await reader.fetch(LIST_ITEMS, before_time, before_id, limit)


async def list_people(reader: Reader) -> list[asyncpg.Record]:
    """All known users, ordered by name."""
    return await reader.fetch(LIST_PEOPLE)


async def conversations_of_user(reader: Reader, user_id: str) -> list[UUID]:
    """A user's most recently active conversations."""
    return [row["id"] for row in await reader.fetch(CONVERSATIONS_OF_USER, user_id, MAX_ANNOUNCED)]


async def conversations_of_item(reader: Reader, item_id: str) -> list[UUID]:
    """The most recently active conversations about an item."""
    return [row["id"] for row in await reader.fetch(CONVERSATIONS_OF_ITEM, item_id, MAX_ANNOUNCED)]
