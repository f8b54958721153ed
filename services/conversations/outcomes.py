"""What became of commands: the results that `conversations` answers, and what was written to the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol
from uuid import UUID

import orjson

from services.conversations.domain import LoggedBatch, rfc3339


class Outcome(Protocol):
    """What became of a command: a class below, or Rejected."""

    @property
    def label(self) -> str:
        """The value of the metrics' label."""

    def document(self) -> dict[str, object]:
        """A CommandResult of the contracts."""


@dataclass(frozen=True, slots=True)
class MessageStored:
    """The message is committed. `duplicate`: it already was before this command."""

    status: ClassVar[str] = "stored"

    message_id: UUID
    seq: int
    created_at: datetime
    duplicate: bool

    @property
    def label(self) -> str:
        return "duplicate" if self.duplicate else self.status

    def document(self) -> dict[str, object]:
        return {
            "status": self.status,
            "messageId": str(self.message_id),
            "seq": self.seq,
            "createdAt": rfc3339(self.created_at),
            "duplicate": self.duplicate,
        }


@dataclass(frozen=True, slots=True)
class ReadMarked:
    """The read mark is at `last_read_seq`."""

    status: ClassVar[str] = "read"

    last_read_seq: int
    last_seq: int
    advanced: bool

    @property
    def label(self) -> str:
        return self.status

    def document(self) -> dict[str, object]:
        return {
            "status": self.status,
            "lastReadSeq": self.last_read_seq,
            "lastSeq": self.last_seq,
            "advanced": self.advanced,
        }


@dataclass(frozen=True, slots=True)
class MessageChanged:
    """The change is committed. `duplicate`: it was so before this command."""

    status: ClassVar[str] = "changed"

    message: str
    """A Message of the contracts, as JSON."""
    duplicate: bool

    @property
    def label(self) -> str:
        return "duplicate" if self.duplicate else self.status

    def document(self) -> dict[str, object]:
        return {"status": self.status, "message": orjson.Fragment(self.message), "duplicate": self.duplicate}


@dataclass(frozen=True, slots=True)
class ViewChanged:
    """The person's own view is as they asked. `duplicate`: it was so before this command."""

    status: ClassVar[str] = "view_changed"

    view: str
    """A ConversationView of the contracts, as JSON."""
    duplicate: bool

    @property
    def label(self) -> str:
        return "duplicate" if self.duplicate else self.status

    def document(self) -> dict[str, object]:
        return {"status": self.status, "view": orjson.Fragment(self.view), "duplicate": self.duplicate}


@dataclass(frozen=True, slots=True)
class Executed:
    """The outcomes of commands, in order, and the log batches that contain only their events."""

    outcomes: list[Outcome]
    logged: Sequence[LoggedBatch] = ()
