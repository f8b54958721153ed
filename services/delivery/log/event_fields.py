"""The fields of events that sockets rely on, checked one by one. Does no I/O.

Full validation would cost four times as much per event, on the hottest path of the process. Only the fields that decide
who gets a frame, or that clients rely on, are checked; unknown fields and newer forms of the others pass.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from contracts.generated.limits import MAX_EVENT_IDX, MAX_RECIPIENTS

ValueT = TypeVar("ValueT")

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class InvalidEvent(ValueError):
    """The event violates the contract. The text contains none of its content."""


def exactly(kind: type[ValueT], value: object) -> ValueT:
    """`value` of this type, and not of one derived from it: True is no number."""
    if type(value) is not kind:
        raise InvalidEvent(f"not of type {kind.__name__}")
    return value


def text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidEvent("not a text")
    return value


def uuid(value: object) -> str:
    if not isinstance(value, str) or _UUID.fullmatch(value) is None:
        raise InvalidEvent("not a UUID")
    return value


def number(value: object, *, least: int = 0, most: int | None = None) -> int:
    found = exactly(int, value)
    if found < least or (most is not None and found > most):
        raise InvalidEvent("not a number in its range")
    return found


def idx(entry: Mapping[str, Any]) -> int:
    """The event's index in its batch."""
    return number(entry["idx"], most=MAX_EVENT_IDX)


def recipients(data: Mapping[str, Any]) -> tuple[str, ...]:
    found = exactly(list, data["recipients"])
    if not 1 <= len(found) <= MAX_RECIPIENTS:
        raise InvalidEvent("not a list of recipients")
    return tuple(text(recipient) for recipient in found)
