"""The commands, one definition for each kind: its wire form, its database row, and its outcome.

A new kind is a schema in contracts/ and two classes here, the command and its outcome, entered in COMMANDS.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Self
from uuid import UUID

import asyncpg

from contracts.generated.models import MarkReadCommand, SendMessageCommand
from services.conversations.domain import LoggedBatch, Rejected, new_id, rfc3339


class CommandRow(NamedTuple):
    """The columns of `apply_commands`."""

    kind: str
    user_id: str
    conversation_id: UUID
    client_message_id: str | None = None
    message_id: UUID | None = None
    content: str | None = None
    seq: int | None = None


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
        """The value of the metrics' label."""
        return "duplicate" if self.duplicate else self.status

    def document(self) -> dict[str, object]:
        """A MessageStored of the contracts."""
        return {
            "status": self.status,
            "messageId": str(self.message_id),
            "seq": self.seq,
            "createdAt": rfc3339(self.created_at),
            "duplicate": self.duplicate,
        }


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Store a message, once per `client_message_id`. `message_id` stays the same over all attempts."""

    kind: ClassVar[str] = "send_message"

    user_id: str
    conversation_id: UUID
    client_message_id: str
    content: str
    message_id: UUID

    @classmethod
    def of(cls, wire: SendMessageCommand) -> Self:
        return cls(wire.user_id, wire.conversation_id, wire.client_message_id, wire.content, new_id())

    @property
    def size_bytes(self) -> int:
        """Approximate size in memory and in the database call."""
        return 200 + 2 * len(self.content)

    def row(self) -> CommandRow:
        return CommandRow(
            self.kind, self.user_id, self.conversation_id, self.client_message_id, self.message_id, self.content
        )

    def outcome(self, row: asyncpg.Record) -> MessageStored:
        """A command retried after a lost answer finds its own message, which is not a duplicate."""
        message_id = row["message_id"]
        duplicate = row["duplicate"] and message_id != self.message_id
        return MessageStored(message_id, row["seq"], row["created_at"], duplicate)


@dataclass(frozen=True, slots=True)
class ReadMarked:
    """The read mark is at `last_read_seq`."""

    status: ClassVar[str] = "read"

    last_read_seq: int
    last_seq: int
    advanced: bool

    @property
    def label(self) -> str:
        """The value of the metrics' label."""
        return self.status

    def document(self) -> dict[str, object]:
        """A ReadMarked of the contracts."""
        return {
            "status": self.status,
            "lastReadSeq": self.last_read_seq,
            "lastSeq": self.last_seq,
            "advanced": self.advanced,
        }


@dataclass(frozen=True, slots=True)
class MarkRead:
    """Raise a read mark; without `seq`, to the last message before this command."""

    kind: ClassVar[str] = "mark_read"

    user_id: str
    conversation_id: UUID
    seq: int | None

    @classmethod
    def of(cls, wire: MarkReadCommand) -> Self:
        return cls(wire.user_id, wire.conversation_id, wire.seq)

    @property
    def size_bytes(self) -> int:
        """Approximate size in memory and in the database call."""
        return 200

    def row(self) -> CommandRow:
        return CommandRow(self.kind, self.user_id, self.conversation_id, seq=self.seq)

    def outcome(self, row: asyncpg.Record) -> ReadMarked:
        return ReadMarked(row["last_read_seq"], row["last_seq"], row["advanced"])


Command = SendMessage | MarkRead
Outcome = MessageStored | ReadMarked | Rejected
WireCommand = SendMessageCommand | MarkReadCommand

COMMANDS: Mapping[type[WireCommand], Any] = {SendMessageCommand: SendMessage, MarkReadCommand: MarkRead}


def command_of(wire: WireCommand) -> Command:
    command: Command = COMMANDS[type(wire)].of(wire)
    return command


@dataclass(frozen=True, slots=True)
class Executed:
    """The outcomes of commands, in order, and the log batches that contain only their events."""

    outcomes: list[Outcome]
    logged: Sequence[LoggedBatch] = ()
