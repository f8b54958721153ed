"""Reading the marketplace's events: forgiving where a field decorates, strict where it identifies or orders."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.conversations.marketplace.cloud_events import MalformedEvent, read_cloud_events
from services.conversations.marketplace.events import Change, EventRefused, ItemDeleted, UserDeleted, read_change
from services.conversations.store.projections import Item, User

TIME = "2026-03-14T09:26:53.000001Z"
MOMENT = datetime(2026, 3, 14, 9, 26, 53, 1, tzinfo=UTC)
STRUCTURED = "application/cloudevents+json"
ITEM = {"id": "bike", "sellerId": "maya", "title": "City bike"}
ENVELOPE = {"specversion": "1.0", "id": "e-7", "source": "/shop", "time": TIME}


def envelope(kind: str = "item.upserted", data: Any = ITEM, **attributes: Any) -> dict[str, Any]:
    event = {**ENVELOPE, "type": f"marketplace.{kind}.v1", "data": data, **attributes}
    return {name: value for name, value in event.items() if value is not ...}


def read(body: bytes, *, content_type: str | None = STRUCTURED, **headers: Any) -> list[Change]:
    return [read_change(event) for event in read_cloud_events(body, content_type=content_type, headers=headers)]


def read_one(*arguments: Any, **attributes: Any) -> Change:
    (change,) = read(json.dumps(envelope(*arguments, **attributes)).encode())
    return change


def item_of(change: Change) -> Item:
    assert isinstance(change.what, Item)
    return change.what


def user_of(change: Change) -> User:
    assert isinstance(change.what, User)
    return change.what


def test_an_event_of_each_type_is_read() -> None:
    assert item_of(read_one()).updated_at == MOMENT
    assert user_of(read_one("user.upserted", {"id": "maya", "name": "Maya"})).name == "Maya"
    assert read_one("user.deleted", {"id": "maya"}).what == UserDeleted("maya", MOMENT)
    assert read_one("item.deleted", {"id": "bike"}).what == ItemDeleted("bike", MOMENT)
    assert read_one().repaired == ()
    assert read_one().ids == {"event_id": "e-7", "item_id": "bike"}


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("imageUrl", "", None),
        ("imageUrl", "javascript:alert(1)", None),
        ("imageUrl", 7, None),
        ("description", "d" * 10_001, "d" * 10_000),
        ("description", "a\u0000b", "a\ufffdb"),
        ("description", ["a"], None),
        ("moreImageUrls", "/1.svg", ()),
        ("moreImageUrls", ["/1.svg", "javascript:alert(1)", 7, "/2.svg", "/3.svg"], ("/2.svg", "/3.svg")),
        (
            "moreImageUrls",
            [f"/{number}.svg" for number in range(30)],
            tuple(f"/{number}.svg" for number in range(1, 20)),
        ),
        ("title", "x" * 301, "x" * 300),
        ("title", "", "Item bike"),
        ("title", None, "Item bike"),
        ("title", "a\u0000b", "a\ufffdb"),
        ("title", "a\ud83d", "a\ufffd"),
        ("status", "sold out", "available"),
        ("price", 12.5, None),
        ("price", {"amount": "12,50", "currency": "EUR"}, None),
        ("price", {"amount": "-1", "currency": "EUR"}, None),
        ("price", {"amount": "1_000", "currency": "EUR"}, None),
        ("price", {"amount": True, "currency": "EUR"}, None),
        ("price", {"amount": "1e999", "currency": "EUR"}, None),
        ("price", {"amount": "1"}, None),
    ],
)
def test_a_field_that_only_decorates_is_cut_or_dropped(field: str, value: Any, stored: Any) -> None:
    change = read_one("item.upserted", {**ITEM, field: value})
    item = item_of(change)
    found = {
        "imageUrl": item.image_url,
        "title": item.title,
        "status": item.status,
        "price": item.price,
        "description": item.description,
        "moreImageUrls": item.more_image_urls,
    }
    assert (found[field], change.repaired) == (stored, (field,))


def test_an_item_is_read_with_its_description_and_all_its_pictures() -> None:
    details = {"description": "Two locks.\r\nNew brakes. ", "imageUrl": "/1.svg", "moreImageUrls": ["/2.svg", "/3.svg"]}
    change = read_one("item.upserted", {**ITEM, **details})
    item = item_of(change)
    assert (item.description, item.image_url, item.more_image_urls) == (
        "Two locks.\nNew brakes.",
        "/1.svg",
        ("/2.svg", "/3.svg"),
    )
    assert change.repaired == ()


def test_a_persons_name_and_picture_are_cut_or_dropped() -> None:
    change = read_one("user.upserted", {"id": "maya", "name": "y" * 201, "avatarUrl": "not an address"})
    assert (user_of(change).name, user_of(change).avatar_url) == ("y" * 200, None)
    assert change.repaired == ("name", "avatarUrl")
    assert user_of(read_one("user.upserted", {"id": "maya", "name": " "})).name == "User maya"


@pytest.mark.parametrize(
    ("amount", "stored"),
    [
        ("12.5", "12.5"),
        ("12.50", "12.50"),
        ("0.1", "0.1"),
        ("19.990000000000002", "19.9900"),
        ("1e2", "100"),
        ("-0.0", "0.0"),
        ("1234567890123", None),
        ('"0.10"', "0.10"),
        ('" 12.00000 "', "12.0000"),
    ],
)
def test_an_amount_is_the_exact_decimal_of_its_text(amount: str, stored: str | None) -> None:
    body = json.dumps(envelope(data={**ITEM, "price": {"amount": "AMOUNT", "currency": "eur"}}))
    (change,) = read(body.replace('"AMOUNT"', amount).encode())
    price = item_of(change).price
    assert (None if price is None else str(price.amount)) == stored
    assert price is None or price.currency == "EUR"


def test_null_and_unknown_fields_and_letter_case_of_the_status_are_no_fault() -> None:
    data = {**ITEM, "price": None, "imageUrl": None, "status": None, "colour": "red"}
    data |= {"description": None, "moreImageUrls": None}
    assert read_one("item.upserted", data).repaired == ()
    assert item_of(read_one("item.upserted", {**ITEM, "status": "SOLD"})).status == "sold"


def test_a_number_is_an_id_by_its_digits() -> None:
    item = item_of(read_one("item.upserted", {**ITEM, "id": 42, "sellerId": 7}))
    assert (item.id, item.seller_id) == ("42", "7")


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"data": {**ITEM, "id": ""}}, ["data.id"]),
        ({"data": {**ITEM, "id": 4.5}}, ["data.id"]),
        ({"data": {**ITEM, "sellerId": None}}, ["data.sellerId"]),
        ({"data": {"id": "bike", "title": "City bike"}}, ["data.sellerId"]),
        ({"data": "text"}, ["data"]),
        ({"type": "marketplace.item.upserted.v2"}, ["type"]),
        ({"specversion": "0.3"}, ["specversion"]),
        ({"source": ...}, ["source"]),
        ({"time": "yesterday"}, ["time"]),
        ({"time": 1_767_225_600}, ["time"]),
        ({"time": "1767225600"}, ["time"]),
        ({"time": "9999-12-31T23:59:59-14:00"}, ["time"]),
        ({"time": "2999-01-01T00:00:00Z"}, ["time"]),
    ],
)
def test_invalid_identifying_or_ordering_fields_refuse_the_event_with_its_ids(
    change: dict[str, Any], fields: list[str]
) -> None:
    with pytest.raises(EventRefused) as refused:
        read_one(**change)
    assert refused.value.fields == fields
    assert refused.value.ids["event_id"] == "e-7"
    if isinstance(change.get("data", ITEM), dict):
        assert refused.value.ids["item_id"] == str(change.get("data", ITEM)["id"])


@pytest.mark.parametrize(
    ("time", "moment"),
    [
        ("2026-03-14t09:26:53.000001z", MOMENT),
        ("2026-03-14 10:26:53.000001+01:00", MOMENT),
        ("2026-03-14T09:26:53.000001999Z", MOMENT),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2017-01-01T00:59:60.5+01:00", datetime(2017, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
        (..., None),
        (None, None),
    ],
)
def test_a_time_in_every_form_of_rfc_3339(time: Any, moment: datetime | None) -> None:
    """Without one the event counts as of its arrival."""
    assert item_of(read_one(time=time)).updated_at == moment


@pytest.mark.parametrize(
    "content_type",
    [None, "", STRUCTURED, "application/json", "Application/CloudEvents+JSON; charset=UTF-8", "text/plain"],
)
def test_the_structured_mode_under_every_content_type(content_type: str | None) -> None:
    body = json.dumps(envelope(traceparent="00-1", datacontenttype="application/json; charset=utf-8")).encode()
    for text in (body, b"\xef\xbb\xbf" + body):
        (change,) = read(text, content_type=content_type)
        assert item_of(change).id == "bike"


def test_data_in_base64() -> None:
    encoded = base64.b64encode(json.dumps(ITEM).encode()).decode()
    assert item_of(read_one("item.upserted", ..., data_base64=encoded)).id == "bike"


@pytest.mark.parametrize("prefix", ["cloudEvents:", "cloudEvents_", "ce-", "ce_", "CE-"])
@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "application/octet-stream", None]
)
def test_the_binary_mode_has_its_attributes_in_the_headers(prefix: str, content_type: str | None) -> None:
    attributes = {**ENVELOPE, "type": "marketplace.item.upserted.v1"}
    headers = {f"{prefix}{name}": value for name, value in attributes.items()}
    for time in (TIME, TIME.encode(), MOMENT):
        (change,) = read(json.dumps(ITEM).encode(), content_type=content_type, **{**headers, f"{prefix}time": time})
        assert (item_of(change).id, item_of(change).updated_at) == ("bike", MOMENT)
        assert change.ids == {"event_id": "e-7", "item_id": "bike"}


def test_the_batched_mode_has_several_events() -> None:
    body = json.dumps([envelope(), envelope("item.deleted", {"id": "bike"})]).encode()
    for content_type in ("application/cloudevents-batch+json", None):
        assert [type(change.what) for change in read(body, content_type=content_type)] == [Item, ItemDeleted]
    assert read(b"[]", content_type="application/cloudevents-batch+json") == []


@pytest.mark.parametrize(
    ("body", "content_type", "field"),
    [
        (b"not json", STRUCTURED, "body"),
        (b"\xff", STRUCTURED, "body"),
        (b"[" * 100_000, STRUCTURED, "body"),
        (b'{"price": NaN}', STRUCTURED, "body"),
        (json.dumps(envelope()).encode(), "application/cloudevents+avro", "content_type"),
        (json.dumps(envelope()).encode(), "application/cloudevents+json; charset=utf-16", "content_type"),
    ],
)
def test_an_invalid_cloud_event_is_refused(body: bytes, content_type: str, field: str) -> None:
    with pytest.raises(MalformedEvent, match=field):
        read(body, content_type=content_type)
