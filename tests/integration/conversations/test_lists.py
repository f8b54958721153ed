"""Listing conversations and items: order, pages, one query."""

import asyncio
from collections.abc import Iterator
from typing import Any

import asyncpg
import orjson
import pytest

from contracts.generated.models import ConversationPage, ItemPage
from services.conversations.store import conversations as store
from services.conversations.store.pool import END_OF_TIME
from tests.support.conversations import Conversations, Talk

MANY_CONVERSATIONS = """
INSERT INTO users (id, name, updated_at) VALUES ('manyfold', 'M', now()), ('other', 'O', now());
INSERT INTO items (id, seller_id, title, status, updated_at)
SELECT 'many' || n, 'other', 'Thing', 'sold', now() FROM generate_series(1, 4000) AS n;
INSERT INTO conversations (id, shard, item_id, buyer_id, seller_id, updated_event_pos, facts_event_pos,
                           last_activity_at, activity_bucket, created_at)
SELECT gen_random_uuid(), 0, 'many' || n,
       CASE n % 2 WHEN 0 THEN 'manyfold' ELSE 'other' END, CASE n % 2 WHEN 0 THEN 'other' ELSE 'manyfold' END,
       0, 0, at, activity_bucket_of(at), at
FROM generate_series(1, 4000) AS n, LATERAL (SELECT now() - make_interval(mins => n) AS at) AS t;
"""


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from _nodes(part)


async def _list(service: Conversations, user: str, **params: object) -> dict[str, object]:
    answer = await service.request("GET", "/api/conversations", user=user, params=params)
    assert answer.status == 200, answer
    body: dict[str, object] = answer.body
    return body


async def test_newest_activity_first_in_both_roles(service: Conversations) -> None:
    talks = [
        await service.new_conversation(buyer="lena"),
        await service.new_conversation(seller="lena"),
        await service.new_conversation(buyer="lena"),
    ]
    await talks[0].send("now I am the newest", user=talks[0].seller)
    page = await _list(service, "lena")
    rows = page["conversations"]
    assert isinstance(rows, list)
    assert [row["id"] for row in rows] == [str(talks[number].id) for number in (0, 2, 1)]
    assert [row["role"] for row in rows] == ["buyer", "buyer", "seller"]
    assert rows[0]["lastMessage"]["preview"] == "now I am the newest"
    assert rows[0]["lastMessage"]["senderId"] == talks[0].seller
    assert rows[0]["unreadCount"] == 1
    assert rows[1]["lastMessage"] is None
    assert page["unreadTotal"] == 1


async def test_pages_hold_every_conversation_once(service: Conversations) -> None:
    talks = [await service.new_conversation(**{role: "paula"}) for role in ["buyer", "seller"] * 6]
    found: list[str] = []
    cursor: dict[str, object] = {}
    for _ in range(20):
        page = await _list(service, "paula", limit=5, **cursor)
        rows = page["conversations"]
        assert isinstance(rows, list)
        found += [row["id"] for row in rows]
        if page["nextCursor"] is None:
            break
        cursor = {"cursor": page["nextCursor"]}
    assert found == [str(talk.id) for talk in reversed(talks)]


async def test_ties_in_time_are_not_skipped(service: Conversations, database: asyncpg.Connection) -> None:
    for _ in range(7):
        await service.new_conversation(buyer="tina")
    await database.execute(
        "UPDATE conversations SET last_activity_at = '2026-01-01', activity_bucket = activity_bucket_of('2026-01-01') "
        "WHERE buyer_id = 'tina'"
    )
    first = await _list(service, "tina", limit=4)
    second = await _list(service, "tina", limit=4, cursor=first["nextCursor"])
    rows = [*first["conversations"], *second["conversations"]]  # type: ignore[misc]  # both are lists
    assert len({row["id"] for row in rows}) == len(rows) == 7
    assert second["nextCursor"] is None


async def test_pages_cross_buckets_of_activity(service: Conversations, database: asyncpg.Connection) -> None:
    """The index orders by buckets of ten minutes; the list must not show it."""
    talks = [await service.new_conversation(buyer="olga") for _ in range(9)]
    for number, talk in enumerate(talks):
        await database.execute(
            "UPDATE conversations SET last_activity_at = $2, activity_bucket = activity_bucket_of($2) WHERE id = $1",
            talk.id,
            await database.fetchval("SELECT timestamptz '2026-01-01' + make_interval(mins => $1)", number * 4),
        )
    first = await _list(service, "olga", limit=5)
    second = await _list(service, "olga", limit=5, cursor=first["nextCursor"])
    rows = [*first["conversations"], *second["conversations"]]  # type: ignore[misc]  # both are lists
    assert [row["id"] for row in rows] == [str(talk.id) for talk in reversed(talks)]


async def test_an_empty_list(service: Conversations) -> None:
    assert await _list(service, "nobody") == {"conversations": [], "nextCursor": None, "unreadTotal": 0}


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": ""}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "bm9uc2Vuc2U"}, "cursor"),
        ({"cursor": "WzEsIm5vLXV1aWQiXQ"}, "cursor"),
        ({"cursor": "Wy0xLCJ4Il0"}, "cursor"),
        ({"cursor": "x" * 257}, "cursor"),
    ],
)
async def test_wrong_parameters_are_named(service: Conversations, params: dict[str, str], field: str) -> None:
    answer = await service.request("GET", "/api/conversations", user="amira", params=params)
    assert (answer.status, answer.code) == (422, "invalid_request")
    assert [error["field"] for error in answer.body["errors"]] == [field]


async def test_a_page_reads_little_more_than_it_shows(database: asyncpg.Connection) -> None:
    """Somebody with thousands of conversations gets a page as fast as anybody; one statement brings it."""
    await database.execute(MANY_CONVERSATIONS)
    await database.execute("ANALYZE conversations")
    plan = await database.fetchval(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {store.LIST_WITH_UNREAD.replace(store.UNREAD_TOTAL, 'SELECT 0')}",
        "manyfold",
        store._LAST_BUCKET,
        END_OF_TIME,
        store._LAST_ID,
        31,
    )
    scans = [node for node in _nodes(orjson.loads(plan)[0]["Plan"]) if node.get("Relation Name") == "conversations"]
    assert {node.get("Index Name") for node in scans} == {"conversations_of_buyer", "conversations_of_seller"}
    assert all(node["Actual Rows"] < 100 for node in scans)


async def test_the_wire_form_is_the_contract(service: Conversations) -> None:
    talk = await service.new_conversation(buyer="wera")
    await talk.send("x" * 500)
    answer = await service.request("GET", "/api/conversations", user="wera")
    page = ConversationPage.model_validate(answer.body, strict=False)
    last = page.conversations[0].last_message
    assert last is not None
    assert len(last.preview) == 160


async def test_items_on_offer_newest_first(service: Conversations) -> None:
    for name in ("offer1", "offer2", "offer3"):
        await service.put_item(name, seller="ben")
    await service.put_item("offer2", seller="ben", status="sold")
    answer = await service.request("GET", "/api/items", params={"limit": 100})
    page = ItemPage.model_validate(answer.body, strict=False)
    names = [entry.item.id for entry in page.items if entry.item.id.startswith("offer")]
    assert names == ["offer3", "offer1"]
    first = await service.request("GET", "/api/items", params={"limit": 1})
    second = await service.request("GET", "/api/items", params={"limit": 1, "cursor": first.body["nextCursor"]})
    assert [first.body["items"][0]["item"]["id"], second.body["items"][0]["item"]["id"]] == ["offer3", "offer1"]


async def test_one_item_with_its_seller(service: Conversations) -> None:
    await service.put_user("ben", avatarUrl="/faces/ben.png")
    await service.put_item("chair", seller="ben", price={"amount": "5", "currency": "EUR"})
    answer = await service.request("GET", "/api/items/chair")
    assert answer.body["item"]["price"] == {"amount": "5", "currency": "EUR"}
    assert answer.body["seller"] == {"id": "ben", "name": "Ben", "avatarUrl": "/faces/ben.png"}
    for missing in ("nothing", "with%20space", "a" * 256):
        answer = await service.request("GET", f"/api/items/{missing}")
        assert (answer.status, answer.code) == (404, "item_not_found")


async def test_concurrent_sends_keep_the_list_consistent(service: Conversations) -> None:
    talk: Talk = await service.new_conversation(buyer="zoe")
    await asyncio.gather(*(talk.send(str(number), user=talk.seller) for number in range(20)))
    row = (await _list(service, "zoe"))["conversations"][0]  # type: ignore[index]  # a list
    assert (row["lastSeq"], row["unreadCount"], row["lastMessage"]["seq"]) == (20, 20, 20)
