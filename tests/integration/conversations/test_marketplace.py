"""What the marketplace tells: by HTTP and by events, newest wins, and the people concerned hear of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractQueue
from structlog.testing import capture_logs

from services.conversations.app import SERVICE_METRICS
from tests.kit.conversations import Conversations, running_conversations, until

MANY = 250
DEAD_LETTERED = "marketplace_event.dead_lettered"


@pytest.fixture(scope="module")
async def connected(database_url: str, amqp_url: str) -> AsyncIterator[Conversations]:
    """The service with a broker."""
    async with running_conversations(database_url=database_url, amqp_url=amqp_url) as running:
        yield running


@pytest.fixture(scope="module")
async def channel(connected: Conversations, amqp_url: str) -> AsyncIterator[AbstractChannel]:
    """A channel of the marketplace's own; the service has declared the exchange."""
    connection = await aio_pika.connect(amqp_url)
    async with connection:
        yield await connection.channel()


async def _tell(channel: AbstractChannel, kind: str, data: dict[str, Any], *, at: datetime | None = None) -> None:
    event = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/marketplace",
        "type": f"marketplace.{kind}.v1",
        "time": (at or datetime.now(UTC)).isoformat(),
        "data": data,
    }
    await _publish(channel, kind, json.dumps(event).encode())


async def _publish(
    channel: AbstractChannel,
    kind: str,
    body: bytes,
    *,
    content_type: str = "application/cloudevents+json",
    headers: dict[str, str] | None = None,
) -> None:
    exchange = await channel.get_exchange("marketplace.events")
    message = aio_pika.Message(body, content_type=content_type, headers=dict(headers or {}), delivery_mode=2)
    await exchange.publish(message, routing_key=f"marketplace.{kind}")


async def _until(service: Conversations, path: str, expected: Callable[[Any], bool]) -> Any:
    answer = await until(
        lambda: service.request("GET", path, service=True),
        lambda answer: answer.status == 200 and expected(answer.body),
    )
    return answer.body


async def test_a_changed_user_changes_here_and_is_told_to_both(
    connected: Conversations, channel: AbstractChannel
) -> None:
    talk = await connected.new_conversation()
    await talk.send()
    head = await connected.head()
    await _tell(channel, "user.upserted", {"id": talk.seller, "name": "Benedict", "avatarUrl": "/b.png"})
    await _until(connected, f"/internal/users/{talk.seller}", lambda user: user["name"] == "Benedict")
    assert (await talk.view(talk.buyer))["counterpart"]["avatarUrl"] == "/b.png"

    page = await _until(
        connected, f"/internal/log?shard=0&after={head}", lambda found: "conversation.updated.v1" in str(found)
    )
    event = page["batches"][-1]["events"][-1]
    assert event["data"]["conversation"]["seller"]["name"] == "Benedict"
    assert event["data"]["recipients"] == [talk.buyer, talk.seller]


async def test_a_changed_and_a_deleted_item(connected: Conversations, channel: AbstractChannel) -> None:
    talk = await connected.new_conversation()
    item = {"id": talk.item, "sellerId": talk.seller, "title": "Better", "price": {"amount": "0.10", "currency": "EUR"}}
    await _tell(channel, "item.upserted", {**item, "status": "reserved"})
    stored = await _until(connected, f"/internal/items/{talk.item}", lambda found: found["title"] == "Better")
    assert (stored["price"], stored["status"]) == ({"amount": "0.10", "currency": "EUR"}, "reserved")
    await _tell(channel, "item.deleted", {"id": talk.item})
    await _until(connected, f"/internal/items/{talk.item}", lambda found: found["status"] == "removed")
    assert (await talk.view(talk.buyer))["item"]["title"] == "Better"


async def test_a_deleted_user_loses_name_and_picture_but_no_conversation(
    connected: Conversations, channel: AbstractChannel
) -> None:
    talk = await connected.new_conversation()
    await connected.put_user(talk.seller, avatarUrl="/face.png")
    await _tell(channel, "user.deleted", {"id": talk.seller})
    await _until(connected, f"/internal/users/{talk.seller}", lambda user: user["name"] == "Deleted user")
    counterpart = (await talk.view(talk.buyer))["counterpart"]
    assert counterpart == {"id": talk.seller, "name": "Deleted user", "avatarUrl": None}


async def test_the_newest_time_wins_in_whatever_order_events_come(
    connected: Conversations, channel: AbstractChannel
) -> None:
    now = datetime.now(UTC)
    await _tell(channel, "user.upserted", {"id": "tess", "name": "New"}, at=now)
    await _tell(channel, "user.upserted", {"id": "tess", "name": "Old"}, at=now - timedelta(seconds=1))
    await _tell(channel, "item.deleted", {"id": "gone-before"}, at=now)
    late = {"id": "gone-before", "sellerId": "tess", "title": "Late"}
    await _tell(channel, "item.upserted", late, at=now - timedelta(seconds=1))
    await _tell(channel, "user.upserted", {"id": "last", "name": "Last"}, at=now)
    await _until(connected, "/internal/users/last", lambda _user: True)
    assert (await connected.request("GET", "/internal/users/tess", service=True)).body["name"] == "New"
    gone = await connected.request("GET", "/internal/items/gone-before", service=True)
    assert (gone.body["title"], gone.body["status"]) == ("Late", "removed")  # as if they had come in order
    assert (await connected.start("gone-before", buyer="amira")).code == "item_not_found"


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"{}",
        b'{"specversion":"1.0","id":"1","source":"/m","type":"marketplace.user.upserted.v9","time":"x","data":{}}',
        b'{"specversion":"1.0","id":"1","source":"/m","type":"marketplace.user.upserted.v1",'
        b'"time":"2026-01-01T00:00:00Z","data":{"id":"","name":"Poison"}}',
        # A time where it was written, and none in UTC.
        b'{"specversion":"1.0","id":"1","source":"/m","type":"marketplace.user.upserted.v1",'
        b'"time":"9999-12-31T23:59:59-14:00","data":{"id":"poison","name":"Poison"}}',
    ],
)
async def test_an_event_nobody_understands_is_put_aside_and_the_next_is_applied(
    connected: Conversations, channel: AbstractChannel, body: bytes
) -> None:
    dead = await channel.get_queue("messaging.dead")
    await dead.purge()
    counted = _dead_lettered(connected)
    await _publish(channel, "user.upserted", body)
    healthy = f"healthy{len(body)}"
    await _tell(channel, "user.upserted", {"id": healthy, "name": "Healthy"})
    await _until(connected, f"/internal/users/{healthy}", lambda _user: True)
    await _until_it_holds(dead, body)
    assert _dead_lettered(connected) > counted  # once more when the link broke before the broker heard of it


async def test_decorative_fields_do_not_cost_the_item(connected: Conversations, channel: AbstractChannel) -> None:
    """Cut or dropped, counted, and logged with both ids; an amount is read exactly."""
    item = {"id": "odd", "sellerId": "odette", "title": "t" * 301, "imageUrl": "", "status": "available"}
    with capture_logs() as logs:
        await _tell(channel, "item.upserted", {**item, "price": {"amount": 12.10, "currency": "EUR"}})
        stored = await _until(connected, "/internal/items/odd", lambda _item: True)
    assert stored == {**item, "title": "t" * 300, "imageUrl": None, "price": {"amount": "12.1", "currency": "EUR"}}
    (line,) = [line for line in logs if line["event"] == "marketplace_event.repaired"]
    assert (line["event_id"], line["item_id"], line["fields"]) == ("e-1", "odd", ("title", "imageUrl"))
    counted = connected.app[SERVICE_METRICS].marketplace_fields_repaired.labels(
        "marketplace.item.upserted.v1", "imageUrl"
    )
    assert counted._value.get() >= 1


async def test_a_refused_event_is_logged_with_both_ids(connected: Conversations, channel: AbstractChannel) -> None:
    with capture_logs() as logs:
        await _tell(channel, "item.upserted", {"id": "nobodys", "title": "Without a seller"})
        await until(_nothing, lambda _: any(line["event"] == DEAD_LETTERED for line in logs))
    (line,) = [line for line in logs if line["event"] == DEAD_LETTERED]
    assert (line["event_id"], line["item_id"], line["fields"]) == ("e-1", "nobodys", ["data.sellerId"])


async def test_a_refused_event_in_binary_mode_is_logged_with_the_id_of_its_headers(
    connected: Conversations, channel: AbstractChannel
) -> None:
    attributes = {"specversion": "1.0", "id": "b-9", "source": "/shop", "type": "marketplace.item.upserted.v1"}
    headers = {f"cloudEvents:{name}": text for name, text in attributes.items()}
    with capture_logs() as logs:
        await _publish(channel, "item.upserted", b"{", content_type="application/json", headers=headers)
        await _publish(channel, "item.upserted", b"{}", content_type="text/plain", headers=headers)
        await until(_nothing, lambda _: [line["event"] for line in logs].count(DEAD_LETTERED) == 2)
    lines = [line for line in logs if line["event"] == DEAD_LETTERED]
    assert [(line["event_id"], line["type"], line["fields"]) for line in lines] == [
        ("b-9", attributes["type"], ["body"]),
        ("b-9", attributes["type"], ["content_type"]),
    ]


async def _nothing() -> None:
    pass


async def test_an_event_in_binary_mode_and_a_batch_with_one_bad_event(
    connected: Conversations, channel: AbstractChannel
) -> None:
    attributes = {"specversion": "1.0", "id": "b-1", "source": "/shop", "time": datetime.now(UTC).isoformat()}
    headers = {f"cloudEvents:{name}": text for name, text in attributes.items()}
    headers["cloudEvents:type"] = "marketplace.user.upserted.v1"
    body = json.dumps({"id": "bina", "name": "Bina"}).encode()
    await _publish(channel, "user.upserted", body, content_type="application/json; charset=utf-8", headers=headers)
    await _until(connected, "/internal/users/bina", lambda user: user["name"] == "Bina")

    counted = _dead_lettered(connected)
    events = [{**attributes, "type": "marketplace.user.upserted.v1", "data": data} for data in ({}, {"id": "batch"})]
    batch = json.dumps(events).encode()
    await _publish(channel, "user.upserted", batch, content_type="application/cloudevents-batch+json")
    await _until(connected, "/internal/users/batch", lambda user: user["name"] == "User batch")
    assert _dead_lettered(connected) == counted + 1


async def _until_it_holds(queue: AbstractQueue, body: bytes) -> None:
    await until(
        lambda: queue.get(no_ack=True, fail=False, timeout=60),
        lambda found: found is not None and found.body == body,
    )


def _dead_lettered(service: Conversations) -> float:
    samples = [
        sample.value
        for metric in service.app[SERVICE_METRICS].marketplace_events.collect()
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels["result"] == "dead_lettered"
    ]
    return sum(samples)


async def test_all_of_a_busy_sellers_conversations_are_told(connected: Conversations) -> None:
    """In chunks: each is one position of the log."""
    await connected.put_item("hit", seller="busy")
    await asyncio.gather(*(connected.start("hit", buyer=f"fan{number}") for number in range(MANY)))
    head = await connected.head()
    await connected.put_item("hit", seller="busy", status="sold")
    batches = await connected.log(after=head)
    events = [event for batch in batches for event in batch["events"]]
    assert len(events) == MANY
    assert {event["data"]["conversation"]["item"]["status"] for event in events} == {"sold"}
    assert len({event["data"]["conversation"]["id"] for event in events}) == MANY
    assert [len(batch["events"]) for batch in batches] == [100, 100, 50]


async def test_a_deletion_by_http_wins_over_an_event_whose_clock_is_ahead(
    connected: Conversations, channel: AbstractChannel
) -> None:
    """And so does a change without a time; after it, the event is outdated."""
    ahead = datetime.now(UTC) + timedelta(seconds=30)
    item = {"id": "skewed", "sellerId": "skew", "title": "From the event"}
    await _tell(channel, "user.upserted", {"id": "skew", "name": "From the event"}, at=ahead)
    await _tell(channel, "item.upserted", item, at=ahead)
    await _until(connected, "/internal/items/skewed", lambda _item: True)
    assert (await connected.put_user("skew", name="By HTTP")).body["name"] == "By HTTP"
    assert (await connected.put_item("skewed", seller="skew", title="By HTTP")).body["title"] == "By HTTP"
    for path in ("/internal/users/skew", "/internal/items/skewed"):
        assert (await connected.request("DELETE", path, service=True)).status == 204
    await _tell(channel, "item.upserted", item, at=ahead)
    await _tell(channel, "user.upserted", {"id": "skew", "name": "From the event"}, at=ahead)
    await _tell(channel, "user.upserted", {"id": "after-skew", "name": "Last"})
    await _until(connected, "/internal/users/after-skew", lambda _user: True)
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
        await _tell(channel, kind, data, at=now)
    await _until(connected, "/internal/users/after-tie", lambda _user: True)
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
    counted = _dead_lettered(connected)
    await _tell(channel, "user.upserted", {"id": "futura", "name": "Wrong clock"}, at=ahead)
    await _tell(channel, "user.upserted", {"id": "futura", "name": "Right clock"})
    await _until(connected, "/internal/users/futura", lambda user: user["name"] == "Right clock")
    assert _dead_lettered(connected) == counted + 1


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
    await _tell(channel, "user.upserted", {"id": "dee", "name": "Dee"})
    await _tell(channel, "item.upserted", {**item, **details})
    await _until(connected, "/internal/items/detailed", lambda _item: True)
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
