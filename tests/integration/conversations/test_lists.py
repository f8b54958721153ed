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
from tests.kit.conversations import Conversations, Talk

MANY_CONVERSATIONS = """
INSERT INTO users (id, name, updated_at) VALUES ('manyfold', 'M', now()), ('other', 'O', now());
INSERT INTO items (id, seller_id, title, status, updated_at)
SELECT 'many' || n, 'other', 'Thing', 'sold', now() FROM generate_series(1, 4000) AS n;
INSERT INTO conversations (id, shard, item_id, buyer_id, seller_id, updated_event_pos, facts_event_pos,
                           last_activity_at, activity_bucket, created_at, last_seq, last_message_id)
SELECT gen_random_uuid(), 0, 'many' || n,
       CASE n % 2 WHEN 0 THEN 'manyfold' ELSE 'other' END, CASE n % 2 WHEN 0 THEN 'other' ELSE 'manyfold' END,
       0, 0, at, activity_bucket_of(at), at, 1, gen_random_uuid()
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
    talks = [await service.new_conversation(buyer="lena"), await service.new_conversation(seller="lena")]
    await talks[1].send("mine", user="lena")
    talks.append(await service.new_conversation(buyer="lena"))
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
    for talk in talks:
        await talk.send(user="paula")
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
    page = await _list(service, "nobody")
    assert page.pop("token")
    assert page == {"conversations": [], "nextCursor": None, "unreadTotal": 0, "unread": []}


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


async def test_a_page_is_as_fast_with_thousands_of_conversations(
    database: asyncpg.Connection,
) -> None:
    """A page reads little more than it shows; what is unread is found along the same indexes."""
    await database.execute(MANY_CONVERSATIONS)
    await database.execute("ANALYZE conversations")
    page = await _scans(database, store.LIST, "manyfold", store._LAST_BUCKET, END_OF_TIME, store._LAST_ID, 31)
    assert {scan.get("Index Name") for scan in page} == {"conversations_of_buyer", "conversations_of_seller"}
    assert all(scan["Actual Rows"] < 100 for scan in page)
    await database.execute("SET enable_seqscan = off")  # the table holds hardly anybody else
    unread = await _scans(database, store.UNREAD, "manyfold")
    assert {scan.get("Index Name") for scan in unread} == {"conversations_of_buyer", "conversations_of_seller"}


async def _scans(database: asyncpg.Connection, statement: str, *arguments: object) -> list[dict[str, Any]]:
    plan = await database.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *arguments)
    nodes = _nodes(orjson.loads(plan)[0]["Plan"])
    return [node for node in nodes if node.get("Relation Name") == "conversations" or "Index Name" in node]


async def test_unread_messages_are_counted_on_every_page(service: Conversations) -> None:
    """The first page brings the total and the unread conversations of both roles; others bring neither."""
    talks = [await service.new_conversation(**{role: "nora"}) for role in ("buyer", "seller", "buyer", "seller")]
    for talk, texts in zip(talks, (2, 1, 1, 0), strict=True):
        for number in range(texts):
            await talk.send(str(number), user=talk.seller if talk.buyer == "nora" else talk.buyer)
    await talks[2].mark_read(user="nora")
    first = await _list(service, "nora", limit=1)
    assert first["unreadTotal"] == 3
    assert first["unread"] == [
        {"conversationId": str(talks[1].id), "lastSeq": 1, "lastReadSeq": 0},
        {"conversationId": str(talks[0].id), "lastSeq": 2, "lastReadSeq": 0},
    ]
    second = await _list(service, "nora", limit=1, cursor=first["nextCursor"])
    assert second.keys() == {"conversations", "nextCursor"}


async def test_a_page_contains_a_sync_token(service: Conversations) -> None:
    """With the page's token a socket gets what was sent after the page was read, and nothing of before."""
    talk = await service.new_conversation(buyer="tom")
    await talk.send("before", user=talk.seller)
    epoch, *places = str((await _list(service, "tom"))["token"]).split(".")
    await talk.send("after", user=talk.seller)
    after = [dict(zip(("shard", "pos", "idx"), map(int, place.split("-")), strict=True)) for place in places]
    up_to = [{"shard": place["shard"], "pos": await service.head(place["shard"]), "idx": 1023} for place in after]
    body = {"userId": "tom", "epoch": epoch, "after": after, "upTo": up_to}
    changed = (await service.request("POST", "/internal/sync", service=True, body=body)).body["conversations"]
    assert [[message["content"] for message in one["messages"]] for one in changed] == [["after"]]


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
