"""The commands, one definition for each kind: its wire form, and its way into the database and out of it.

A new kind is a schema in contracts/ and a class here, entered in COMMANDS. Its outcome may be one that exists.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, NamedTuple, Self
from uuid import UUID

import asyncpg

from contracts.generated import models
from services.conversations.domain import new_id
from services.conversations.outcomes import MessageChanged, MessageStored, Outcome, ReadMarked, ViewChanged


class CommandRow(NamedTuple):
    """The columns of `apply_commands`."""

    kind: str
    user_id: str
    conversation_id: UUID
    client_message_id: str | None = None
    message_id: UUID | None = None
    content: str | None = None
    seq: int | None = None
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Command(ABC):
    """One command of a user."""

    kind: ClassVar[str]

    user_id: str
    conversation_id: UUID

    @classmethod
    @abstractmethod
    def of(cls, wire: Any) -> Self:
        """From the model of its kind."""

    @property
    def size_bytes(self) -> int:
        """Approximate size in memory and in the database call."""
        return 200


@dataclass(frozen=True, slots=True)
class BatchedCommand(Command):
    """One of many that `apply_commands` executes at once."""

    @abstractmethod
    def row(self) -> CommandRow: ...

    @abstractmethod
    def outcome(self, row: asyncpg.Record) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class SendMessage(BatchedCommand):
    """Store a message, once per `client_message_id`. `message_id` stays the same over all attempts."""

    kind: ClassVar[str] = "send_message"

    client_message_id: str
    content: str
    message_id: UUID
    reply_to: int | None = None
    """The seq of the message that it answers."""

    @classmethod
    def of(cls, wire: models.SendMessageCommand) -> Self:
        return cls(wire.user_id, wire.conversation_id, wire.client_message_id, wire.content, new_id(), wire.reply_to)

    @property
    def size_bytes(self) -> int:
        return 200 + 2 * len(self.content)

    def row(self) -> CommandRow:
        return CommandRow(
            self.kind,
            self.user_id,
            self.conversation_id,
            self.client_message_id,
            self.message_id,
            self.content,
            reply_to=self.reply_to,
        )

    def outcome(self, row: asyncpg.Record) -> MessageStored:
        """A command retried after a lost answer finds its own message, which is not a duplicate."""
        message_id = row["message_id"]
        duplicate = row["duplicate"] and message_id != self.message_id
        return MessageStored(message_id, row["seq"], row["created_at"], duplicate)


@dataclass(frozen=True, slots=True)
class MarkRead(BatchedCommand):
    """Raise a read mark; without `seq`, to the last message before this command."""

    kind: ClassVar[str] = "mark_read"

    seq: int | None

    @classmethod
    def of(cls, wire: models.MarkReadCommand) -> Self:
        return cls(wire.user_id, wire.conversation_id, wire.seq)

    def row(self) -> CommandRow:
        return CommandRow(self.kind, self.user_id, self.conversation_id, seq=self.seq)

    def outcome(self, row: asyncpg.Record) -> ReadMarked:
        return ReadMarked(row["last_read_seq"], row["last_seq"], row["advanced"])


@dataclass(frozen=True, slots=True)
class CommandRules:
    """What the operator allows."""

    withheld: frozenset[str]
    """Types of events that some reader of the log does not step over yet."""
    edit_window: timedelta
    delete_window: timedelta


@dataclass(frozen=True, slots=True)
class SingleCommand(Command):
    """One that a database function of its own executes, of the same name, behind a batch or alone."""

    event: ClassVar[str]
    """The type of the event that it writes."""

    @abstractmethod
    def arguments(self, rules: CommandRules) -> tuple[object, ...]:
        """Those of its function that follow the user and the conversation."""

    @abstractmethod
    def outcome(self, row: asyncpg.Record) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class MessageChange(SingleCommand):
    """A change of a stored message."""

    event: ClassVar[str] = "message.changed.v1"

    seq: int

    def outcome(self, row: asyncpg.Record) -> MessageChanged:
        return MessageChanged(row["message"], row["duplicate"])


@dataclass(frozen=True, slots=True)
class EditMessage(MessageChange):
    """Change the text, if it is still that of `expected_version`."""

    kind: ClassVar[str] = "edit_message"

    expected_version: int
    content: str

    @classmethod
    def of(cls, wire: models.EditMessageCommand) -> Self:
        return cls(wire.user_id, wire.conversation_id, wire.seq, wire.expected_version, wire.content)

    def arguments(self, rules: CommandRules) -> tuple[object, ...]:
        return self.seq, self.expected_version, self.content, rules.edit_window


@dataclass(frozen=True, slots=True)
class DeleteMessage(MessageChange):
    """Take the text away from both people, wherever it is stored."""

    kind: ClassVar[str] = "delete_message"

    @classmethod
    def of(cls, wire: models.DeleteMessageCommand) -> Self:
        return cls(wire.user_id, wire.conversation_id, wire.seq)

    def arguments(self, rules: CommandRules) -> tuple[object, ...]:
        return self.seq, rules.delete_window


@dataclass(frozen=True, slots=True)
class React(MessageChange):
    """Put the person's reaction on a message, or remove it."""

    kind: ClassVar[str] = "react"

    emoji: str | None

    @classmethod
    def of(cls, wire: models.ReactCommand) -> Self:
        return cls(wire.user_id, wire.conversation_id, wire.seq, wire.emoji)

    def arguments(self, rules: CommandRules) -> tuple[object, ...]:  # noqa: ARG002 - allowed at any time
        return self.seq, self.emoji


@dataclass(frozen=True, slots=True)
class ViewChange(SingleCommand):
    """A change of what holds for one person alone."""

    event: ClassVar[str] = "conversation.personal.v1"

    def outcome(self, row: asyncpg.Record) -> ViewChanged:
        return ViewChanged(row["view"], row["duplicate"])


@dataclass(frozen=True, slots=True)
class MuteConversation(ViewChange):
    """Be notified of none of its messages, or of each again."""

    kind: ClassVar[str] = "mute_conversation"

    muted: bool

    @classmethod
    def of(cls, wire: models.MuteConversationCommand) -> Self:
        return cls(wire.user_id, wire.conversation_id, wire.muted)

    def arguments(self, rules: CommandRules) -> tuple[object, ...]:  # noqa: ARG002 - allowed at any time
        return (self.muted,)


COMMANDS: Mapping[str, type[Command]] = {
    command.kind: command for command in (SendMessage, MarkRead, EditMessage, DeleteMessage, React, MuteConversation)
}


def command_of(wire: models.Command) -> Command:
    return COMMANDS[wire.kind].of(wire)
