"""Copies of the marketplace's users and items: one total order of changes, whatever the order of delivery."""

import itertools
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest

from services.conversations.domain import DELETED_USER_NAME, ItemStatus
from services.conversations.store import projections
from services.conversations.store.projections import Item, ItemChange, Price, User

ORDERS = 40
EARLY = datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC)
TIE = EARLY + timedelta(microseconds=1)
LATE = TIE + timedelta(microseconds=1)

Change = Callable[[asyncpg.Connection, str], Awaitable[object]]


def upserted_user(name: str, at: datetime, *, avatar: str | None = None) -> Change:
    return lambda connection, key: projections.put_user(
        connection, User(key, name, avatar, deleted=False, updated_at=at)
    )


def deleted_user(at: datetime) -> Change:
    return lambda connection, key: projections.put_user(
        connection, User(key, DELETED_USER_NAME, None, deleted=True, updated_at=at)
    )


def upserted_item(
    title: str,
    at: datetime,
    *,
    status: ItemStatus = "available",
    amount: str | None = None,
    description: str | None = None,
    more: tuple[str, ...] = (),
) -> Change:
    price = None if amount is None else Price(Decimal(amount), "EUR")
    item = Item("", "seller", title, price, None, status, at, description, more)
    return lambda connection, key: projections.put_item(connection, replace(item, id=key))


def deleted_item(at: datetime) -> Change:
    return lambda connection, key: projections.remove_item(connection, key, at)


SETS: dict[str, tuple[str, list[Change]]] = {
    "a user deleted at the time of a change": (
        "users",
        [upserted_user("Ada", EARLY), upserted_user("Ada", TIE), deleted_user(TIE), upserted_user("Zoe", TIE)],
    ),
    "a user who comes back": (
        "users",
        [deleted_user(EARLY), deleted_user(TIE), upserted_user("Ada", LATE), upserted_user("Ada", LATE, avatar="/a")],
    ),
    "an item deleted at the time of a change": (
        "items",
        [
            upserted_item("Early", EARLY),
            upserted_item("Zither", TIE),
            upserted_item("Accordion", TIE, status="removed"),
            deleted_item(TIE),
        ],
    ),
    "an item deleted later than it was described": (
        "items",
        [
            upserted_item("Early", EARLY, amount="1.5"),
            upserted_item("Tie", TIE, amount="1.50"),
            upserted_item("Tie", TIE, amount="1.5", status="sold"),
            deleted_item(EARLY),
            deleted_item(LATE),
        ],
    ),
    "an item whose details change": (
        "items",
        [
            upserted_item("Bike", EARLY, description="Old", more=("/9",)),
            upserted_item("Bike", TIE),
            upserted_item("Bike", TIE, description="! New", more=("/1", "/2")),
            upserted_item("Bike", TIE, description="! New"),
            deleted_item(EARLY),
        ],
    ),
    "an item that is offered again": (
        "items",
        [
            upserted_item("Early", EARLY),
            upserted_item("Gone", TIE, status="removed"),
            deleted_item(EARLY),
            upserted_item("Back", LATE),
            upserted_item("Back", LATE, status="reserved"),
        ],
    ),
}


@pytest.mark.parametrize("name", SETS)
async def test_every_order_and_repetition_of_changes_ends_in_one_row(database: asyncpg.Connection, name: str) -> None:
    table, changes = SETS[name]
    columns = "name, avatar_url, deleted, updated_at"
    if table == "items":
        columns = "seller_id, title, price_amount::text, image_url, more_image_urls, description, status"
        columns += ", described_at, updated_at"
    orders = [list(order) for order in itertools.permutations(changes)]
    chance = random.Random(name)  # noqa: S311 - a seed, no secret
    ends = set()
    await database.execute("SET synchronous_commit TO off")
    for number, order in enumerate(chance.choices(orders, k=ORDERS)):
        repeated = [*order, *chance.choices(changes, k=2)]
        key = f"{name.replace(' ', '-')}.{number}"
        for change in repeated:
            await change(database, key)
        ends.add(str(await database.fetchrow(f"SELECT {columns} FROM {table} WHERE id = $1", key)))  # noqa: S608
    assert len(ends) == 1, ends


async def test_a_change_without_a_time_is_newer_than_the_stored_row(database: asyncpg.Connection) -> None:
    """Repeated ones, too: the stored time grows by the smallest step."""
    ahead = datetime.now(UTC) + timedelta(minutes=4)
    await projections.put_user(database, User("ahead", "Event", None, deleted=False, updated_at=ahead))
    for name in ("First", "Second"):
        assert await projections.put_user(database, User("ahead", name, None, deleted=False, updated_at=None))
    row = await database.fetchrow("SELECT name, updated_at FROM users WHERE id = 'ahead'")
    assert row is not None
    assert (row["name"], row["updated_at"]) == ("Second", ahead + timedelta(microseconds=2))
    assert not await projections.put_user(database, User("ahead", "Event", None, deleted=False, updated_at=ahead))


@pytest.mark.parametrize("status", ["available", "removed"])
async def test_an_item_described_without_a_time_replaces_a_removal(
    database: asyncpg.Connection, status: ItemStatus
) -> None:
    key, ahead = f"authoritative.{status}", datetime.now(UTC) + timedelta(minutes=4)
    await projections.remove_item(database, key, ahead)
    item = Item(key, "seller", "Back", None, None, status, None)
    await projections.put_item(database, item)
    row = await database.fetchrow("SELECT title, status FROM items WHERE id = $1", key)
    assert row is not None
    assert tuple(row) == ("Back", status)


async def test_details_sent_again_at_the_time_of_the_stored_item_are_added(database: asyncpg.Connection) -> None:
    """A release that does not know them has stored the item without; an older version changes nothing."""
    await upserted_item("Bike", TIE)(database, "details")
    assert await upserted_item("Bike", TIE, description="Blue", more=("/2",))(database, "details") == ItemChange.APPLIED
    assert await upserted_item("Bike", EARLY, description="Old")(database, "details") == ItemChange.OUTDATED
    row = await projections.get_item(database, "details")
    assert row is not None
    assert (row["description"], row["more_image_urls"]) == ("Blue", ["/2"])
    await upserted_item("Bike", LATE)(database, "details")
    row = await projections.get_item(database, "details")
    assert row is not None
    assert (row["description"], row["more_image_urls"]) == (None, [])
