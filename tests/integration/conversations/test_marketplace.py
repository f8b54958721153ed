"""What the marketplace says about people and items, by HTTP and by events: the newest wins, and both are notified."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aio_pika.abc import AbstractChannel

from services.conversations.use_cases import ANNOUNCE_CHUNK
from tests.integration.conversations.marketplace import dead_lettered, until_found
from tests.kit.conversations import Conversations
from tests.kit.marketplace import tell

MANY = 250


async def test_a_changed_user_is_stored_and_sent_to_both_participants(
    connected: Conversations, channel: AbstractChannel
) -> None:
    talk = await connected.new_conversation()
    await talk.send()
    head = await connected.head(talk.shard)
    await tell(channel, "user.upserted", {"id": talk.seller, "name": "Benedict", "avatarUrl": "/b.png"})
    await until_found(connected, f"/internal/users/{talk.seller}", lambda user: user["name"] == "Benedict")
    assert (await talk.view(talk.buyer))["counterpart"]["avatarUrl"] == "/b.png"

    page = await until_found(
        connected,
        f"/internal/log?shard={talk.shard}&after={head}",
        lambda found: "conversation.updated.v1" in str(found),
    )
    event = page["batches"][-1]["events"][-1]
    assert event["data"]["conversation"]["seller"]["name"] == "Benedict"
    assert event["data"]["recipients"] == [talk.buyer, talk.seller]


async def test_a_changed_and_a_deleted_item(connected: Conversations, channel: AbstractChannel) -> None:
    talk = await connected.new_conversation()
    item = {"id": talk.item, "sellerId": talk.seller, "title": "Better", "price": {"amount": "0.10", "currency": "EUR"}}
    await tell(channel, "item.upserted", {**item, "status": "reserved"})
    stored = await until_found(connected, f"/internal/items/{talk.item}", lambda found: found["title"] == "Better")
    assert (stored["price"], stored["status"]) == ({"amount": "0.10", "currency": "EUR"}, "reserved")
    await tell(channel, "item.deleted", {"id": talk.item})
    await until_found(connected, f"/internal/items/{talk.item}", lambda found: found["status"] == "removed")
    assert (await talk.view(talk.buyer))["item"]["title"] == "Better"


async def test_a_deleted_user_loses_name_and_picture_but_no_conversation(
    connected: Conversations, channel: AbstractChannel
) -> None:
    talk = await connected.new_conversation()
    await connected.put_user(talk.seller, avatarUrl="/face.png")
    await tell(channel, "user.deleted", {"id": talk.seller})
    await until_found(connected, f"/internal/users/{talk.seller}", lambda user: user["name"] == "Deleted user")
    counterpart = (await talk.view(talk.buyer))["counterpart"]
    assert counterpart == {"id": talk.seller, "name": "Deleted user", "avatarUrl": None}


async def test_the_newest_time_wins_in_whatever_order_events_come(
    connected: Conversations, channel: AbstractChannel
) -> None:
    now = datetime.now(UTC)
    await tell(channel, "user.upserted", {"id": "tess", "name": "New"}, at=now)
    await tell(channel, "user.upserted", {"id": "tess", "name": "Old"}, at=now - timedelta(seconds=1))
    await tell(channel, "item.deleted", {"id": "gone-before"}, at=now)
    late = {"id": "gone-before", "sellerId": "tess", "title": "Late"}
    await tell(channel, "item.upserted", late, at=now - timedelta(seconds=1))
    await tell(channel, "user.upserted", {"id": "last", "name": "Last"}, at=now)
    await until_found(connected, "/internal/users/last", lambda _user: True)
    assert (await connected.request("GET", "/internal/users/tess", service=True)).body["name"] == "New"
    gone = await connected.request("GET", "/internal/items/gone-before", service=True)
    assert (gone.body["title"], gone.body["status"]) == ("Late", "removed")  # as if they had come in order
    assert (await connected.start("gone-before", buyer="amira")).code == "item_not_found"


async def test_all_of_a_busy_sellers_conversations_are_announced(connected: Conversations) -> None:
    """In chunks: each is one position of a shard's log."""
    await connected.put_item("hit", seller="busy")
    await asyncio.gather(*(connected.start("hit", buyer=f"fan{number}") for number in range(MANY)))
    ends = await connected.ends()
    await connected.put_item("hit", seller="busy", status="sold")
    events = await connected.events(after=ends)
    assert len(events) == MANY
    assert {event["data"]["conversation"]["item"]["status"] for event in events} == {"sold"}
    assert len({event["data"]["conversation"]["id"] for event in events}) == MANY
    chunks = Counter((event["shard"], event["pos"]) for event in events)
    assert max(chunks.values()) <= ANNOUNCE_CHUNK
    assert len(chunks) <= MANY // ANNOUNCE_CHUNK + connected.shards


async def test_a_deletion_by_http_wins_over_an_event_whose_clock_is_ahead(
    connected: Conversations, channel: AbstractChannel
) -> None:
    """And so does a change without a time; after it, the event is outdated."""
    ahead = datetime.now(UTC) + timedelta(seconds=30)
    item = {"id": "skewed", "sellerId": "skew", "title": "From the event"}
    await tell(channel, "user.upserted", {"id": "skew", "name": "From the event"}, at=ahead)
    await tell(channel, "item.upserted", item, at=ahead)
    await until_found(connected, "/internal/items/skewed", lambda _item: True)
    assert (await connected.put_user("skew", name="By HTTP")).body["name"] == "By HTTP"
    assert (await connected.put_item("skewed", seller="skew", title="By HTTP")).body["title"] == "By HTTP"
    for path in ("/internal/users/skew", "/internal/items/skewed"):
        assert (await connected.request("DELETE", path, service=True)).status == 204
    await tell(channel, "item.upserted", item, at=ahead)
    await tell(channel, "user.upserted", {"id": "skew", "name": "From the event"}, at=ahead)
    await tell(channel, "user.upserted", {"id": "after-skew", "name": "Last"})
    await until_found(connected, "/internal/users/after-skew", lambda _user: True)
    assert (await connected.request("GET", "/internal/users/skew", service=True)).body["name"] == "Deleted user"
    assert (await connected.request("GET", "/internal/items/skewed", service=True)).body["status"] == "removed"


async def test_an_event_delivered_again_does_not_undo_a_deletion_of_the_same_time(
    connected: Conversations, channel: AbstractChannel
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    item = {"id": "tied", "sellerId": "tie", "title": "Tied"}
    for kind, data in (
        ("user.upserted", {"id": "tie", "name": "Tia"}),
        ("user.deleted", {"id": "tie"}),
        ("user.upserted", {"id": "tie", "name": "Tia"}),
        ("item.upserted", item),
        ("item.deleted", {"id": "tied"}),
        ("item.upserted", item),
        ("user.upserted", {"id": "after-tie", "name": "Last"}),
    ):
        await tell(channel, kind, data, at=now)
    await until_found(connected, "/internal/users/after-tie", lambda _user: True)
    assert (await connected.request("GET", "/internal/users/tie", service=True)).body["name"] == "Deleted user"
    assert (await connected.request("GET", "/internal/items/tied", service=True)).body["status"] == "removed"


async def test_by_http_a_change_that_is_not_applied_is_refused(connected: Conversations) -> None:
    """A repetition of the stored change is none."""
    new = {"name": "New", "updatedAt": "2026-01-02T00:00:00.000000Z"}
    assert [(await connected.put_user("rob", **new)).body["name"] for _ in range(2)] == ["New", "New"]
    late = await connected.put_user("rob", name="Old", updatedAt="2026-01-01T00:00:00.000000Z")
    assert (late.status, late.code) == (409, "outdated")
    gone = await connected.request("DELETE", "/internal/users/rob", service=True)
    again = await connected.request("DELETE", "/internal/users/rob", service=True)
    assert (gone.status, again.status) == (204, 204)
    assert (await connected.put_user("rob", **new)).code == "outdated"

    moment = {"updatedAt": "2026-01-02T00:00:00.000000Z"}
    assert (await connected.put_item("boat", seller="rob", status="removed", **moment)).body["status"] == "removed"
    assert (await connected.put_item("boat", seller="rob", **moment)).code == "outdated"


async def test_a_time_far_ahead_is_refused(connected: Conversations, channel: AbstractChannel) -> None:
    """It would keep every change out until it has passed."""
    ahead = datetime.now(UTC) + timedelta(hours=1)
    for answer in (
        await connected.put_user("futura", updatedAt=ahead.isoformat()),
        await connected.put_item("futuristic", seller="futura", updatedAt=ahead.isoformat()),
    ):
        assert (answer.status, answer.code) == (422, "invalid_request")
        assert answer.body["errors"][0]["field"] == "updatedAt"
    counted = dead_lettered(connected)
    await tell(channel, "user.upserted", {"id": "futura", "name": "Wrong clock"}, at=ahead)
    await tell(channel, "user.upserted", {"id": "futura", "name": "Right clock"})
    await until_found(connected, "/internal/users/futura", lambda user: user["name"] == "Right clock")
    assert dead_lettered(connected) == counted + 1


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/internal/users/x", {"name": ""}, "name"),
        ("/internal/users/x", {"name": "X", "avatarUrl": "javascript:alert(1)"}, "avatarUrl"),
        ("/internal/users/x", {"name": "X", "avatarUrl": "//other.example/x"}, "avatarUrl"),
        ("/internal/items/x", {"sellerId": "s", "title": "T", "imageUrl": "/\\other.example"}, "imageUrl"),
        ("/internal/items/x", {"sellerId": "s", "title": "T", "imageUrl": "https://u:p@host.example/"}, "imageUrl"),
        ("/internal/items/x", {"sellerId": "s", "title": "T", "imageUrl": "https://h.example/\u202egnp"}, "imageUrl"),
        ("/internal/items/x", {"sellerId": "s", "title": "T", "description": "d" * 10_001}, "description"),
        ("/internal/items/x", {"sellerId": "s", "title": "T", "moreImageUrls": ["/1", "data:,"]}, "moreImageUrls.1"),
        ("/internal/items/x", {"sellerId": "s", "title": "T", "moreImageUrls": ["/1"] * 21}, "moreImageUrls"),
        ("/internal/users/with%20space", {"name": "X"}, "userId"),
        ("/internal/items/x", {"sellerId": "s", "title": ""}, "title"),
        ("/internal/items/x", {"sellerId": "s", "title": "T", "price": {"amount": "1,5", "currency": "EUR"}}, None),
        ("/internal/items/x", {"sellerId": "s", "title": "T", "status": "lost"}, "status"),
    ],
)
async def test_wrong_descriptions_are_named(
    connected: Conversations, path: str, body: dict[str, Any], field: str | None
) -> None:
    answer = await connected.request("PUT", path, service=True, body=body)
    assert (answer.status, answer.code) == (422, "invalid_request")
    if field is not None:
        assert answer.body["errors"][0]["field"] == field


async def test_the_details_of_an_item_are_shown_with_it_alone(
    connected: Conversations, channel: AbstractChannel
) -> None:
    """By event and by HTTP: a change replaces them, one without them clears them, no list carries them."""
    details = {"description": "Blue.\n\nTwo locks.", "moreImageUrls": ["/2.svg", "/3.svg"]}
    item = {"id": "detailed", "sellerId": "dee", "title": "Bike", "imageUrl": "/1.svg"}
    await tell(channel, "user.upserted", {"id": "dee", "name": "Dee"})
    await tell(channel, "item.upserted", {**item, **details})
    await until_found(connected, "/internal/items/detailed", lambda _item: True)
    shown = (await connected.request("GET", "/api/items/detailed")).body["item"]
    assert shown == {**item, **details, "price": None, "status": "available"}
    started = (await connected.start("detailed", buyer="amira")).body
    listed = (await connected.request("GET", "/api/items", params={"limit": 100})).body["items"]
    in_list = [view["item"] for view in listed if view["item"]["id"] == "detailed"]
    assert [*in_list, started["item"]] == 2 * [{**item, "price": None, "status": "available"}]

    longest = {"description": "\U0001f6b2" * 10_000, "moreImageUrls": [f"/{n:02}" + "x" * 2045 for n in range(20)]}
    stored = await connected.put_item("detailed", seller="dee", title="Bike", **longest)
    assert (stored.body["description"], stored.body["imageUrl"]) == (longest["description"], "/00" + "x" * 2045)
    assert stored.body["moreImageUrls"] == longest["moreImageUrls"][1:]
    cleared = await connected.put_item("detailed", seller="dee", title="Bike")
    assert {"description", "moreImageUrls"}.isdisjoint(cleared.body)
