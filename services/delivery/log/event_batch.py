"""The events of one transaction, as the broker, an answer, or a page of the log brings them. Does no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from chassis.log.cursor import time_of
from services.delivery.log.event_fields import InvalidEvent
from services.delivery.log.events import EVENTS, LoggedEvent


@dataclass(frozen=True, slots=True)
class EventBatch:
    """The events of one transaction."""

    events: list[LoggedEvent]
    written_at: float | None
    """Unix time by the database's clock; None when the batch does not say."""
    at: str | None
    """The same, as its first event has it."""


def parse_batch(body: bytes) -> EventBatch:
    """A broker message. Raises InvalidEvent when any of its events is wrong."""
    try:
        entries = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InvalidEvent("not JSON") from None
    if not isinstance(entries, list):
        raise InvalidEvent("not a batch")
    return parse_entries(entries)


def parse_entries(entries: Sequence[Any]) -> EventBatch:
    """A batch of events. Raises InvalidEvent when any of them is wrong."""
    return EventBatch([parse_event(entry) for entry in entries], _written_at(entries), time_of(entries))


def parse_valid(entries: Sequence[Any]) -> tuple[EventBatch, int]:
    """The events of a batch that are right, and how many are not."""
    events: list[LoggedEvent] = []
    invalid = 0
    for entry in entries:
        try:
            events.append(parse_event(entry))
        except InvalidEvent:
            invalid += 1
    return EventBatch(events, _written_at(entries), time_of(entries)), invalid


def parse_event(entry: Any) -> LoggedEvent:
    """Raises InvalidEvent."""
    try:
        return EVENTS[entry["type"]].parse(entry, entry["data"])
    except (KeyError, TypeError):
        raise InvalidEvent("a field is missing or of another kind") from None


def _written_at(entries: Sequence[Any]) -> float | None:
    """All events of a batch carry the same time. Only metrics use it, so a wrong one is no reason to refuse."""
    try:
        return datetime.fromisoformat(entries[0]["time"]).timestamp()
    except (LookupError, TypeError, ValueError):
        return None
