"""The words and rules of conversations, without input or output."""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import uuid_utils.compat as uuid_utils

from contracts.generated.limits import MAX_EVENT_IDX

PLACEHOLDER_ITEM_TITLE = "Item {id}"  # for items whose event has no title
MAX_NAME = 200  # characters, as PersonName in contracts/types.json
DELETED_USER_NAME = "Deleted user"

MAX_CLOCK_LEAD = timedelta(minutes=5)  # a later time comes from a wrong clock and would keep every change out

EVENT_POS_FACTOR = MAX_EVENT_IDX + 1  # an event's place in its shard's log is pos * 1024 + idx

ItemStatus = Literal["available", "reserved", "sold", "removed"]


@dataclass(frozen=True, slots=True)
class Message:
    """A message as both people see it."""

    id: UUID
    seq: int
    content: str
    sender_id: str
    client_message_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Rejected:
    """The command changed nothing; `code` is one of contracts/error-codes.json. See OUTCOME_UNKNOWN."""

    code: str
    detail: str = ""
    retry_after_seconds: int | None = None

    @property
    def label(self) -> str:
        """The value of the metrics' label."""
        return self.code

    def document(self) -> dict[str, object]:
        """A CommandRejected of the contracts."""
        document: dict[str, object] = {"status": "rejected", "code": self.code}
        return document | {"detail": self.detail} if self.detail else document


OVERLOADED = Rejected("overloaded", "Too much work is waiting already.")
UNAVAILABLE = Rejected("unavailable", "The database did not take it in time.")
OUTCOME_UNKNOWN = Rejected("outcome_unknown", "It may have been stored: repeat it with the same clientMessageId.")
INTERNAL_ERROR = Rejected("internal_error", "It could not be stored.")


@dataclass(frozen=True, slots=True)
class LoggedBatch:
    """One committed position of the log; `payload` is its JSON array of events."""

    shard: int
    pos: int
    epoch: str
    payload: str
    traceparent: str | None = None
    """Of the transaction, if it is traced."""


def placeholder_name(user_id: str) -> str:
    """For people whom the marketplace has not told us about; start_conversation has it too."""
    return f"User {user_id}"[:MAX_NAME]


def shard_of(conversation_id: UUID, shards: int) -> int:
    """The shard in which a conversation lives, for good: the number of shards never changes."""
    return zlib.crc32(conversation_id.bytes) % shards


def new_id() -> UUID:
    """A fresh UUID of version 7: ids made one after the other lie next to each other in an index."""
    return uuid_utils.uuid7()


def is_in_calendar(moment: datetime) -> bool:
    """Has it a date in UTC? One at the very ends of the calendar, with an offset, has none."""
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return False
    return True


def is_too_far_ahead(moment: datetime) -> bool:
    """Whether the time of a change lies further ahead of this clock than two good clocks differ."""
    return moment - datetime.now(UTC) > MAX_CLOCK_LEAD


def rfc3339(moment: datetime) -> str:
    """UTC with microseconds, always of the same length; `moment` is in UTC already."""
    return moment.isoformat(timespec="microseconds")[:26] + "Z"
