"""The fields of events that sockets rely on, checked one by one. Does no I/O.

Full validation would cost four times as much per event, on the hottest path of the process. Only the fields that decide
who gets a frame, or that clients rely on, are checked; unknown fields and newer forms of the others pass.
"""

import re
from collections.abc import Mapping
from typing import Any

from contracts.generated.limits import MAX_EVENT_IDX, MAX_RECIPIENTS

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class InvalidEvent(ValueError):
    """The event violates the contract. The text contains none of its content."""


def text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidEvent("not a text")
    return value


def uuid(value: object) -> str:
    if not isinstance(value, str) or _UUID.fullmatch(value) is None:
        raise InvalidEvent("not a UUID")
    return value


def number(value: object, *, least: int = 0, most: int | None = None) -> int:
    if type(value) is not int or value < least or (most is not None and value > most):
        raise InvalidEvent("not a number in its range")
    return value


def idx(entry: Mapping[str, Any]) -> int:
    """The event's index in its batch."""
    return number(entry["idx"], most=MAX_EVENT_IDX)


def recipients(data: Mapping[str, Any]) -> tuple[str, ...]:
    found = data["recipients"]
    if not isinstance(found, list) or not 1 <= len(found) <= MAX_RECIPIENTS:
        raise InvalidEvent("not a list of recipients")
    return tuple(text(recipient) for recipient in found)
