"""Users and items as the marketplace describes them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import asyncpg

from services.conversations.domain import ItemStatus
from services.conversations.store.pool import Reader

MAX_ANNOUNCED = 1000  # conversations per changed user or item: the most recently active; lists are read afresh anyway

# A change of the same time counts as new: what was interrupted after this statement is done again by its repetition.
PUT_USER = """
INSERT INTO users (id, name, avatar_url, deleted, updated_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, avatar_url = excluded.avatar_url, deleted = excluded.deleted, updated_at = excluded.updated_at
WHERE users.updated_at <= excluded.updated_at
RETURNING id
"""

PUT_ITEM = """
INSERT INTO items (id, seller_id, title, price_amount, price_currency, image_url, status, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO UPDATE
SET seller_id = excluded.seller_id, title = excluded.title, price_amount = excluded.price_amount,
    price_currency = excluded.price_currency, image_url = excluded.image_url, status = excluded.status,
    updated_at = excluded.updated_at
WHERE items.updated_at <= excluded.updated_at
RETURNING id
"""

REMOVE_ITEM = """
INSERT INTO items (id, status, updated_at) VALUES ($1, 'removed', $2)
ON CONFLICT (id) DO UPDATE SET status = 'removed', updated_at = excluded.updated_at
WHERE items.updated_at <= excluded.updated_at
RETURNING id
"""

GET_USER = "SELECT id, name, avatar_url FROM users WHERE id = $1"

GET_ITEM = """
SELECT id, seller_id, title, price_amount, price_currency, image_url, status
FROM items WHERE id = $1 AND title IS NOT NULL
"""

_ITEM_VIEW = """
SELECT i.id, i.seller_id, i.title, i.price_amount, i.price_currency, i.image_url, i.status, i.created_at,
       u.name AS seller_name, u.avatar_url AS seller_avatar_url
FROM items i LEFT JOIN users u ON u.id = i.seller_id
"""

LIST_ITEMS = f"""
{_ITEM_VIEW}
WHERE i.status = 'available' AND (i.created_at, i.id) < ($1, $2)
ORDER BY i.created_at DESC, i.id DESC
LIMIT $3
"""

GET_ITEM_VIEW = f"{_ITEM_VIEW} WHERE i.id = $1 AND i.status <> 'removed'"

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
    """What the marketplace says of a person at `updated_at`."""

    id: str
    name: str
    avatar_url: str | None
    deleted: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Price:
    """An exact amount of a currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Item:
    """What the marketplace says of an item at `updated_at`."""

    id: str
    seller_id: str
    title: str
    price: Price | None
    image_url: str | None
    status: ItemStatus
    updated_at: datetime


async def put_user(reader: Reader, user: User) -> bool:
    """Store it, unless something newer is known: then False."""
    stored = await reader.fetchval(PUT_USER, user.id, user.name, user.avatar_url, user.deleted, user.updated_at)
    return stored is not None


async def put_item(reader: Reader, item: Item) -> bool:
    """Store it, unless something newer is known: then False."""
    amount, currency = (None, None) if item.price is None else (item.price.amount, item.price.currency)
    stored = await reader.fetchval(
        PUT_ITEM, item.id, item.seller_id, item.title, amount, currency, item.image_url, item.status, item.updated_at
    )
    return stored is not None


async def remove_item(reader: Reader, item_id: str, updated_at: datetime) -> bool:
    """Take it off the market, also before it was ever heard of; False when something newer is known."""
    return await reader.fetchval(REMOVE_ITEM, item_id, updated_at) is not None


async def get_user(reader: Reader, user_id: str) -> asyncpg.Record | None:
    """What is known of a person."""
    return await reader.fetchrow(GET_USER, user_id)


async def get_item(reader: Reader, item_id: str) -> asyncpg.Record | None:
    """What is known of an item, also of a removed one."""
    return await reader.fetchrow(GET_ITEM, item_id)


async def get_item_view(reader: Reader, item_id: str) -> asyncpg.Record | None:
    """An item that is not removed, with its seller."""
    return await reader.fetchrow(GET_ITEM_VIEW, item_id)


async def list_items(reader: Reader, *, before_time: datetime, before_id: str, limit: int) -> list[asyncpg.Record]:
    """Items on offer with their sellers, newest first, after a place."""
    return await reader.fetch(LIST_ITEMS, before_time, before_id, limit)


async def list_people(reader: Reader) -> list[asyncpg.Record]:
    """The people the marketplace told of, by name."""
    return await reader.fetch(LIST_PEOPLE)


async def conversations_of_user(reader: Reader, user_id: str) -> list[UUID]:
    """A person's conversations, the most recently active ones."""
    return [row["id"] for row in await reader.fetch(CONVERSATIONS_OF_USER, user_id, MAX_ANNOUNCED)]


async def conversations_of_item(reader: Reader, item_id: str) -> list[UUID]:
    """The conversations about an item, the most recently active ones."""
    return [row["id"] for row in await reader.fetch(CONVERSATIONS_OF_ITEM, item_id, MAX_ANNOUNCED)]
