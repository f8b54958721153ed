"""Parses the events of one transaction from the broker, a command answer, or a page of the log. Does no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from chassis.log.cursor import time_of
from services.delivery.log.event_fields import InvalidEvent
from services.delivery.log.events import EVENTS, LoggedEvent, UnknownEvent


@dataclass(frozen=True, slots=True)
class EventBatch:
    """The events of one transaction."""

    events: list[LoggedEvent]
    written_at: float | None
    """Unix time by the database's clock; None if the batch has no time."""
    at: str | None
    """The same time as text, as in the first event."""


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
    """The valid events of a batch, and the number of invalid ones."""
    events: list[LoggedEvent] = []
    invalid = 0
    for entry in entries:
        try:
            events.append(parse_event(entry))
        except InvalidEvent:
            invalid += 1
    return EventBatch(events, _written_at(entries), time_of(entries)), invalid


def parse_event(entry: Any) -> LoggedEvent:
    """An UnknownEvent if its type is unknown. Raises InvalidEvent."""
    try:
        return EVENTS.get(entry["type"], UnknownEvent).parse(entry, entry["data"])
    except (KeyError, TypeError):
        raise InvalidEvent("a field is missing or of another kind") from None


def _written_at(entries: Sequence[Any]) -> float | None:
    """All events of a batch carry the same time. Only metrics use it, so an invalid time is accepted."""
    try:
        return datetime.fromisoformat(entries[0]["time"]).timestamp()
    except (LookupError, TypeError, ValueError):
        return None
