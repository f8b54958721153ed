"""Events of the log: what is used is checked, and becomes a valid frame."""

import copy
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from pydantic import TypeAdapter

from contracts.generated.models import ServerFrame
from contracts.kinds import LOGGED_EVENTS
from services.delivery.log.event_batch import parse_batch, parse_event, parse_valid
from services.delivery.log.event_fields import InvalidEvent
from tests.kit.log_events import Event, examples_of

VALID = [event for kind in LOGGED_EVENTS for event in examples_of(kind)]
ANY = VALID[0]
SERVER_FRAMES: TypeAdapter[Any] = TypeAdapter(ServerFrame)
TOKEN = b"e1.0-5-0"
CONVERSATION = "0192f1c8-7a10-7c44-9f0e-3b1d5a7e9c01"


@pytest.mark.parametrize("event", VALID, ids=lambda event: str(event["type"]))
def test_each_valid_example_becomes_a_valid_frame(event: Event) -> None:
    """With the token in it."""
    frame = parse_event(event).frame(TOKEN)
    header = 2 if frame[1] < 126 else 4
    parsed = SERVER_FRAMES.validate_json(frame[header:])
    assert parsed.token == TOKEN.decode()


@pytest.mark.parametrize("event", VALID, ids=lambda event: str(event["type"]))
def test_an_event_without_something_that_is_used_is_invalid(event: Event) -> None:
    """Take away each member in turn: either it is refused, or what is left makes the same frame."""
    expected = parse_event(event).frame(TOKEN)
    for name in event["data"]:
        lacking = {**event, "data": {key: value for key, value in event["data"].items() if key != name}}
        try:
            frame = parse_event(lacking).frame(TOKEN)
        except InvalidEvent:
            continue
        assert frame == expected, name


@pytest.mark.parametrize(
    "change",
    [
        {"type": None},
        {"type": ["message.sent.v1"]},
        {"idx": -1},
        {"idx": 1024},
        {"idx": True},
        {"data": None},
        {"data": []},
        {"data": {}},
    ],
)
def test_a_wrong_envelope_is_invalid(change: dict[str, Any]) -> None:
    """Whatever it is, it is refused, not raised through."""
    with pytest.raises(InvalidEvent):
        parse_event({**ANY, **change})


def test_an_event_of_an_unknown_type_tells_whom_it_concerns_that_the_conversation_is_stale() -> None:
    """Its conversation is named, or carried whole."""
    named = {"conversationId": CONVERSATION, "recipients": ["anna"], "color": "red"}
    whole = {"conversation": {"id": CONVERSATION}, "recipients": ["anna"]}
    for data in (named, whole):
        event = parse_event({**ANY, "type": "message.painted.v7", "data": data})
        assert (event.conversation_id, event.recipients, event.known) == (CONVERSATION, ("anna",), False)
        assert SERVER_FRAMES.validate_json(event.frame(TOKEN)[2:]).conversation_id == UUID(CONVERSATION)


@pytest.mark.parametrize(
    ("name", "value"),
    [("id", "x"), ("seq", 0), ("seq", "1"), ("content", 5), ("senderId", ""), ("createdAt", None)],
)
def test_a_wrong_message_is_invalid(name: str, value: object) -> None:
    """Clients rely on each of these."""
    event = copy.deepcopy(examples_of("message.sent.v1")[0])
    event["data"]["message"][name] = value
    with pytest.raises(InvalidEvent):
        parse_event(event)


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"5", b"[5]", b'["x"]', b"[null]", b"[[]]", b"\xff"])
def test_a_malformed_batch_is_invalid(body: bytes) -> None:
    """Bytes from the broker may be anything."""
    with pytest.raises(InvalidEvent):
        parse_batch(body)


def test_one_invalid_event_spoils_a_pushed_batch_but_not_one_from_the_log() -> None:
    """The log is the last to be asked: there, the others count."""
    good, bad = ANY, {**ANY, "data": {}}
    with pytest.raises(InvalidEvent):
        parse_batch(orjson.dumps([good, bad]))
    batch, invalid = parse_valid([good, bad])
    assert (len(batch.events), invalid) == (1, 1)


def test_a_batch_has_its_time_but_does_not_need_it() -> None:
    """The counters need it, the sockets do not."""
    event = ANY
    assert parse_batch(orjson.dumps([event])).written_at == datetime.fromisoformat(event["time"]).timestamp()
    for wrong in ({**event, "time": 5}, {**event, "time": "yesterday"}, {**event, "time": None}):
        assert parse_batch(orjson.dumps([wrong])).written_at is None


def test_an_event_about_one_persons_view_for_two_people_is_invalid() -> None:
    """It must reach nobody else, whatever wrote it."""
    (event, *_) = examples_of("conversation.personal.v1")
    with pytest.raises(InvalidEvent):
        parse_event({**event, "data": {**event["data"], "recipients": ["anna", "ben"]}})


def test_a_reaction_is_not_charged_to_the_sender_of_the_message() -> None:
    """It may be the other person's; an edit is always the sender's."""
    (edited, *_) = examples_of("message.changed.v1")
    reacted = {**edited, "data": {**edited["data"], "change": "reacted"}}
    assert parse_event(edited).author_id == edited["data"]["message"]["senderId"]
    assert parse_event(reacted).author_id is None
