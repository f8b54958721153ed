"""Validates broker messages and log entries against their contracts. Does no I/O.

An event of an unknown type is no error: during a rolling upgrade, a newer release writes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from chassis.log.cursor import time_in
from contracts.generated.limits import MAX_EVENT_IDX
from contracts.generated.models import Epoch, LogEvent, LogHeadEvent, Position, Shard
from contracts.kinds import LOGGED_EVENTS
from contracts.model import ContractModel

BATCH = "application/cloudevents-batch+json"
SINGLE = "application/cloudevents+json"


def _unknown(event_type: str) -> str:
    if event_type in LOGGED_EVENTS:
        raise ValueError("a known type")
    return event_type


class UnknownEvent(ContractModel):
    """An event of a type that only a later release knows."""

    type: Annotated[str, AfterValidator(_unknown)]
    shard: Shard
    pos: Position
    idx: Annotated[int, Field(ge=0, le=MAX_EVENT_IDX)]


AnyEvent = LogEvent | UnknownEvent

_EVENT_ADAPTER: TypeAdapter[AnyEvent] = TypeAdapter(Annotated[AnyEvent, Field(union_mode="left_to_right")])
_BATCH_ADAPTER: TypeAdapter[list[AnyEvent]] = TypeAdapter(
    Annotated[
        list[Annotated[AnyEvent, Field(union_mode="left_to_right")]],
        Field(min_length=1, max_length=MAX_EVENT_IDX + 1),
    ]
)


class Poison(ValueError):
    """A message that can never be processed. The text contains none of its content."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchMessage:
    """The events of one position."""

    epoch: str
    shard: int
    pos: int
    events: list[AnyEvent]
    at: str | None
    """The time of its first event, as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadMessage:
    """A beacon: the shard's log reaches `pos`."""

    epoch: str
    shard: int
    pos: int


class _Place(ContractModel):
    """The AMQP headers of a batch."""

    epoch: Epoch
    shard: Shard
    pos: Position


def read_message(body: bytes, *, content_type: str | None, headers: Mapping[str, Any]) -> BatchMessage | HeadMessage:
    """Parse a message of the queue. Raises Poison."""
    if content_type == BATCH:
        return _read_batch(body, headers)
    if content_type == SINGLE:
        return _read_head(body)
    raise Poison("unknown_content_type")


def read_entry(entry: object) -> AnyEvent:
    """Parse an event from a page of the log. Raises Poison."""
    try:
        return _EVENT_ADAPTER.validate_json(orjson.dumps(entry))
    except ValidationError:
        raise Poison("invalid_event") from None


def _read_batch(body: bytes, headers: Mapping[str, Any]) -> BatchMessage:
    try:
        place = _Place.model_validate(dict(headers))
    except ValidationError:
        raise Poison("invalid_headers") from None
    try:
        events = _BATCH_ADAPTER.validate_json(body)
    except ValidationError as error:
        raise _poison(error) from None
    if any((event.shard, event.pos) != (place.shard, place.pos) for event in events):
        raise Poison("position_mismatch")
    return BatchMessage(epoch=place.epoch, shard=place.shard, pos=place.pos, events=events, at=time_in(body))


def _read_head(body: bytes) -> HeadMessage:
    try:
        data = LogHeadEvent.from_wire(body).data
    except ValidationError as error:
        raise _poison(error) from None
    return HeadMessage(epoch=data.epoch, shard=data.shard, pos=data.pos)


def _poison(error: ValidationError) -> Poison:
    malformed = any(entry["type"] == "json_invalid" for entry in error.errors(include_input=False))
    return Poison("malformed_json" if malformed else "invalid_event")
