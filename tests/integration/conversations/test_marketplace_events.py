"""Events of the marketplace in every form: what cannot be applied is put aside and named, and holds nothing up."""

import json
from datetime import UTC, datetime

import pytest
from aio_pika.abc import AbstractChannel, AbstractQueue
from structlog.testing import capture_logs

from services.conversations.app import SERVICE_METRICS
from tests.integration.conversations.marketplace import DEAD_LETTERED, dead_lettered, until_found
from tests.kit.conversations import Conversations, until
from tests.kit.marketplace import publish, tell


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
async def test_an_unreadable_event_is_dead_lettered_and_the_next_is_applied(
    connected: Conversations, channel: AbstractChannel, body: bytes
) -> None:
    dead = await channel.get_queue("messaging.dead")
    await dead.purge()
    counted = dead_lettered(connected)
    await publish(channel, "marketplace.user.upserted", body)
    healthy = f"healthy{len(body)}"
    await tell(channel, "user.upserted", {"id": healthy, "name": "Healthy"})
    await until_found(connected, f"/internal/users/{healthy}", lambda _user: True)
    await _until_it_holds(dead, body)
    assert dead_lettered(connected) > counted  # once more when the link broke before the broker heard of it


async def test_an_invalid_decorative_field_does_not_lose_the_item(
    connected: Conversations, channel: AbstractChannel
) -> None:
    """Cut or dropped, counted, and logged with both ids; an amount is read exactly."""
    item = {"id": "odd", "sellerId": "odette", "title": "t" * 301, "imageUrl": "", "status": "available"}
    with capture_logs() as logs:
        told = await tell(channel, "item.upserted", {**item, "price": {"amount": 12.10, "currency": "EUR"}})
        stored = await until_found(connected, "/internal/items/odd", lambda _item: True)
    assert stored == {**item, "title": "t" * 300, "imageUrl": None, "price": {"amount": "12.1", "currency": "EUR"}}
    (line,) = [line for line in logs if line["event"] == "marketplace_event.repaired"]
    assert (line["event_id"], line["item_id"], line["fields"]) == (told, "odd", ("title", "imageUrl"))
    counted = connected.app[SERVICE_METRICS].marketplace_fields_repaired.labels(
        "marketplace.item.upserted.v1", "imageUrl"
    )
    assert counted._value.get() >= 1


async def test_a_refused_event_is_logged_with_both_ids(connected: Conversations, channel: AbstractChannel) -> None:
    with capture_logs() as logs:
        told = await tell(channel, "item.upserted", {"id": "nobodys", "title": "Without a seller"})
        await until(_nothing, lambda _: any(line["event"] == DEAD_LETTERED for line in logs))
    (line,) = [line for line in logs if line["event"] == DEAD_LETTERED]
    assert (line["event_id"], line["item_id"], line["fields"]) == (told, "nobodys", ["data.sellerId"])


async def test_a_refused_event_in_binary_mode_is_logged_with_the_id_of_its_headers(
    connected: Conversations, channel: AbstractChannel
) -> None:
    attributes = {"specversion": "1.0", "id": "b-9", "source": "/shop", "type": "marketplace.item.upserted.v1"}
    headers = {f"cloudEvents:{name}": text for name, text in attributes.items()}
    with capture_logs() as logs:
        await publish(channel, "marketplace.item.upserted", b"{", content_type="application/json", headers=headers)
        await publish(channel, "marketplace.item.upserted", b"{}", content_type="text/plain", headers=headers)
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
    await publish(
        channel, "marketplace.user.upserted", body, content_type="application/json; charset=utf-8", headers=headers
    )
    await until_found(connected, "/internal/users/bina", lambda user: user["name"] == "Bina")

    counted = dead_lettered(connected)
    events = [{**attributes, "type": "marketplace.user.upserted.v1", "data": data} for data in ({}, {"id": "batch"})]
    batch = json.dumps(events).encode()
    await publish(channel, "marketplace.user.upserted", batch, content_type="application/cloudevents-batch+json")
    await until_found(connected, "/internal/users/batch", lambda user: user["name"] == "User batch")
    assert dead_lettered(connected) == counted + 1


async def _until_it_holds(queue: AbstractQueue, body: bytes) -> None:
    await until(
        lambda: queue.get(no_ack=True, fail=False, timeout=60),
        lambda found: found is not None and found.body == body,
    )
