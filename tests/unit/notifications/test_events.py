"""What is a message of ours, and what is poison."""

import json
from typing import Any

import pytest

from services.notifications.events import (
    BATCH,
    SINGLE,
    BatchMessage,
    HeadMessage,
    Poison,
    UnknownEvent,
    read_entry,
    read_message,
)
from tests.kit.log_events import log_batch, log_event, log_head

PLACE = {"epoch": "e1", "shard": 0, "pos": 7}


def read(
    document: object, *, content_type: str | None = BATCH, headers: dict[str, Any] | None = None
) -> BatchMessage | HeadMessage:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_message(body, content_type=content_type, headers=PLACE if headers is None else headers)


def test_a_batch_is_read_with_its_position() -> None:
    """Headers and events agree."""
    message = read(log_batch(pos=7, events=3))
    assert isinstance(message, BatchMessage)
    assert (message.epoch, message.shard, message.pos) == ("e1", 0, 7)
    assert [event.idx for event in message.events] == [0, 1, 2]


def test_a_beacon_is_read() -> None:
    """It carries its place in its data."""
    message = read(log_head(epoch="e1", shard=2, pos=9), content_type=SINGLE, headers={})
    assert message == HeadMessage(epoch="e1", shard=2, pos=9)


@pytest.mark.parametrize(
    ("document", "options", "reason"),
    [
        (b"{", {}, "malformed_json"),
        (b"\xff\xfe", {}, "malformed_json"),
        (b"[]", {}, "invalid_event"),
        (log_event(pos=7), {}, "invalid_event"),
        ([{"type": "message.sent.v9"}], {}, "invalid_event"),
        ([{**log_event(pos=7), "type": "message.sent.v9", "shard": "0"}], {}, "invalid_event"),
        ([{**log_event(pos=8), "type": "message.sent.v9"}], {}, "position_mismatch"),
        ([*log_batch(pos=7), {**log_event(pos=7, idx=1), "data": {}}], {}, "invalid_event"),
        (log_batch(pos=7), {"headers": {}}, "invalid_headers"),
        (log_batch(pos=7), {"headers": {**PLACE, "pos": "7"}}, "invalid_headers"),
        (log_batch(pos=8), {}, "position_mismatch"),
        (log_batch(shard=1, pos=7), {}, "position_mismatch"),
        (log_batch(pos=7), {"content_type": None}, "unknown_content_type"),
        (log_batch(pos=7), {"content_type": "text/plain"}, "unknown_content_type"),
        (log_event(pos=7), {"content_type": SINGLE}, "invalid_event"),
        (b"nonsense", {"content_type": SINGLE}, "malformed_json"),
    ],
)
def test_poison_has_a_reason(document: object, options: dict[str, Any], reason: str) -> None:
    """And by nothing of its content."""
    with pytest.raises(Poison) as caught:
        read(document, **options)
    assert str(caught.value) == reason
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("data", [{"recipients": ["anna"]}, {}, None, 5])
def test_an_event_of_an_unknown_type_is_no_poison_whatever_it_carries(data: object) -> None:
    """A newer release wrote it; the known events beside it are read as ever."""
    newer = {**log_event(pos=7, idx=1), "type": "message.sent.v9", "data": data}
    message = read([log_event(pos=7), newer])
    assert isinstance(message, BatchMessage)
    assert [isinstance(event, UnknownEvent) for event in message.events] == [False, True]
    assert isinstance(read_entry(newer), UnknownEvent)


def test_an_entry_of_the_log_is_checked_the_same() -> None:
    """An event that is right passes; one that is not is poison."""
    assert read_entry(log_event(pos=7)).pos == 7
    with pytest.raises(Poison, match="invalid_event"):
        read_entry({**log_event(pos=7), "data": None})
