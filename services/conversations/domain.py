"""The terms and rules of conversations. Does no I/O."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import uuid_utils.compat as uuid_utils

from contracts.generated.limits import MAX_EVENT_IDX

PLACEHOLDER_ITEM_TITLE = "Item {id}"  # for items whose event has no title
MAX_NAME = 200  # characters, as PersonName in contracts/types.json
DELETED_USER_NAME = "Deleted user"

MAX_CLOCK_LEAD = timedelta(minutes=5)  # a later time comes from a wrong clock and would block every later change

TENANT = 0  # of every user, item and conversation: the keys have room for more, the product does not offer them yet

EVENT_POS_FACTOR = MAX_EVENT_IDX + 1  # an event's position in its shard's log is pos * 1024 + idx

ItemStatus = Literal["available", "reserved", "sold", "removed"]


@dataclass(frozen=True, slots=True)
class Message:
    """A message as both participants see it."""

    id: UUID
    seq: int
    content: str
    sender_id: str
    client_message_id: str
    created_at: datetime
    version: int = 0
    extras: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the contract that only some messages have."""


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


OVERLOADED = Rejected("overloaded", "The queue is full.")
UNAVAILABLE = Rejected("unavailable", "The database did not respond in time.")
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
    """The transaction's, if it is traced."""


def placeholder_name(user_id: str) -> str:
    """The name shown for an unknown user; the database function start_conversation has the same."""
    return f"User {user_id}"[:MAX_NAME]


def shard_of(conversation_id: UUID, shards: int) -> int:
    """The shard of a conversation. It never changes, nor does the number of shards."""
    return zlib.crc32(conversation_id.bytes) % shards


def placement(*, tenant: int, item_id: str, buyer_id: str, shards: int) -> int:
    """The shard in which a buyer's new conversations about an item are placed; older releases placed them anywhere."""
    return zlib.crc32("\0".join((str(tenant), item_id, buyer_id)).encode()) % shards


def new_id() -> UUID:
    """A new UUID of version 7: consecutive ids are neighbours in an index."""
    return uuid_utils.uuid7()


def new_id_in(shard: int, shards: int) -> UUID:
    """A new id of a conversation in a given shard: as many tries as there are shards, on average."""
    while shard_of(made := new_id(), shards) != shard:
        pass
    return made


def is_in_calendar(moment: datetime) -> bool:
    """Whether it has a date in UTC: a time with an offset at either end of the calendar may not."""
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return False
    return True


def is_too_far_ahead(moment: datetime) -> bool:
    """Whether a change's time is further in the future than a tolerable clock difference."""
    return moment - datetime.now(UTC) > MAX_CLOCK_LEAD


def rfc3339(moment: datetime) -> str:
    """UTC with microseconds, always of the same length; `moment` is in UTC already."""
    return moment.isoformat(timespec="microseconds")[:26] + "Z"
