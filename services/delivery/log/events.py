"""The events of the log, one definition for each type: its fields, its frame, and its part in a resume. Does no I/O.

A new type is a schema in contracts/ and a class here, entered in EVENTS.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import orjson

from contracts.generated.limits import SYSTEM_SENDER_ID
from services.delivery.log import event_fields as fields
from services.delivery.log.missed_changes import Changes
from services.delivery.wire.server_frames import with_token


@dataclass(slots=True, kw_only=True)
class LoggedEvent(ABC):
    """One event of a batch, with its recipients and its frame."""

    frame_type: ClassVar[str]
    known: ClassVar[bool] = True
    """Whether this release knows the type."""
    changes_participants: ClassVar[bool] = False
    """Whether an account of the conversation may have been deleted or restored."""

    idx: int
    conversation_id: str
    recipients: Sequence[str]

    @classmethod
    @abstractmethod
    def parse(cls, entry: Mapping[str, Any], data: Mapping[str, Any]) -> Self:
        """Raises InvalidEvent, KeyError or TypeError."""

    @property
    def author_id(self) -> str | None:
        """The user whose message rate it is charged to."""
        return None

    @property
    def size(self) -> int:
        """Bytes of JSON kept in memory."""
        return 0

    @abstractmethod
    def frame(self, token: bytes) -> bytes:
        """The frame for every socket of every recipient."""

    @abstractmethod
    def add_to(self, changes: Changes) -> None:
        """Add the event to the changes that one user missed."""


@dataclass(slots=True, kw_only=True)
class _OfMessage(LoggedEvent):
    """An event that carries a message whole."""

    sender_id: str
    seq: int
    message: bytes
    """The `message` object as JSON."""

    @classmethod
    def parse(cls, entry: Mapping[str, Any], data: Mapping[str, Any]) -> Self:
        message = data["message"]
        fields.uuid(message["id"])
        fields.text(message["content"])
        fields.text(message["clientMessageId"])
        fields.text(message["createdAt"])
        return cls(
            idx=fields.idx(entry),
            conversation_id=fields.uuid(data["conversationId"]),
            recipients=fields.recipients(data),
            sender_id=fields.text(message["senderId"]),
            seq=fields.number(message["seq"], least=1),
            message=orjson.dumps(message),
        )

    @property
    def author_id(self) -> str | None:
        """Nobody wrote a system message."""
        return None if self.sender_id == SYSTEM_SENDER_ID else self.sender_id

    @property
    def size(self) -> int:
        return len(self.message)

    def frame(self, token: bytes) -> bytes:
        message = orjson.Fragment(self.message)
        return with_token({"type": self.frame_type, "conversationId": self.conversation_id, "message": message}, token)


@dataclass(slots=True, kw_only=True)
class MessageSent(_OfMessage):
    frame_type = "new_message"

    def add_to(self, changes: Changes) -> None:
        changes.add_message(self.seq, self.message)
        if self.author_id is not None:
            changes.mark_read(self.author_id, self.seq)  # a sender has read everything before their message


@dataclass(slots=True, kw_only=True)
class MessageChanged(_OfMessage):
    frame_type = "message_changed"

    by_sender: bool = True
    """Whether the message's sender changed it: a reaction may be the other person's."""

    @classmethod
    def parse(cls, entry: Mapping[str, Any], data: Mapping[str, Any]) -> Self:
        fields.number(data["message"]["version"], least=1)
        event = super(MessageChanged, cls).parse(entry, data)  # slots: the class is not the one that was written
        event.by_sender = data.get("change") != "reacted"
        return event

    @property
    def author_id(self) -> str | None:
        return self.sender_id if self.by_sender else None

    def add_to(self, changes: Changes) -> None:
        changes.change_message(self.seq, self.message)


@dataclass(slots=True, kw_only=True)
class ConversationRead(LoggedEvent):
    frame_type = "read"

    reader_id: str
    last_read_seq: int

    @classmethod
    def parse(cls, entry: Mapping[str, Any], data: Mapping[str, Any]) -> Self:
        return cls(
            idx=fields.idx(entry),
            conversation_id=fields.uuid(data["conversationId"]),
            recipients=fields.recipients(data),
            reader_id=fields.text(data["readerId"]),
            last_read_seq=fields.number(data["lastReadSeq"]),
        )

    def frame(self, token: bytes) -> bytes:
        return with_token(
            {
                "type": self.frame_type,
                "conversationId": self.conversation_id,
                "userId": self.reader_id,
                "lastReadSeq": self.last_read_seq,
            },
            token,
        )

    def add_to(self, changes: Changes) -> None:
        changes.mark_read(self.reader_id, self.last_read_seq)


@dataclass(slots=True, kw_only=True)
class ConversationChanged(LoggedEvent):
    frame_type = "conversation_updated"
    changes_participants = True
    reason: ClassVar[str] = "changed"

    conversation: bytes
    """The `conversation` object as JSON."""

    @classmethod
    def parse(cls, entry: Mapping[str, Any], data: Mapping[str, Any]) -> Self:
        conversation = data["conversation"]
        for name in ("buyer", "seller", "item"):
            fields.text(conversation[name]["id"])
        fields.text(conversation["createdAt"])
        return cls(
            idx=fields.idx(entry),
            conversation_id=fields.uuid(conversation["id"]),
            recipients=fields.recipients(data),
            conversation=orjson.dumps(conversation),
        )

    @property
    def size(self) -> int:
        return len(self.conversation)

    def frame(self, token: bytes) -> bytes:
        conversation = orjson.Fragment(self.conversation)
        return with_token({"type": self.frame_type, "reason": self.reason, "conversation": conversation}, token)

    def add_to(self, changes: Changes) -> None:
        changes.changed = True


@dataclass(slots=True, kw_only=True)
class ConversationStarted(ConversationChanged):
    reason = "started"


@dataclass(slots=True, kw_only=True)
class ConversationPersonal(LoggedEvent):
    """One person changed their own settings for a conversation. Only their own devices are told."""

    frame_type = "view_changed"

    view: bytes
    """The `view` object as JSON."""

    @classmethod
    def parse(cls, entry: Mapping[str, Any], data: Mapping[str, Any]) -> Self:
        recipients = fields.recipients(data)
        if len(recipients) != 1:
            raise fields.InvalidEvent("not for one person alone")
        fields.exactly(bool, data["view"]["muted"])
        return cls(
            idx=fields.idx(entry),
            conversation_id=fields.uuid(data["conversationId"]),
            recipients=recipients,
            view=orjson.dumps(data["view"]),
        )

    @property
    def size(self) -> int:
        return len(self.view)

    def frame(self, token: bytes) -> bytes:
        view = orjson.Fragment(self.view)
        return with_token({"type": self.frame_type, "conversationId": self.conversation_id, "view": view}, token)

    def add_to(self, changes: Changes) -> None:
        changes.changed = True


EVENTS: Mapping[str, type[LoggedEvent]] = {
    "message.sent.v1": MessageSent,
    "message.changed.v1": MessageChanged,
    "conversation.read.v1": ConversationRead,
    "conversation.started.v1": ConversationStarted,
    "conversation.updated.v1": ConversationChanged,
    "conversation.personal.v1": ConversationPersonal,
}


@dataclass(slots=True, kw_only=True)
class UnknownEvent(LoggedEvent):
    """A type that only a later release knows: those whom it concerns are told to fetch the conversation again.

    One that does not say whom it concerns reaches nobody.
    """

    frame_type = "conversation_stale"
    known = False
    changes_participants = True

    @classmethod
    def parse(cls, entry: Mapping[str, Any], data: Mapping[str, Any]) -> Self:
        fields.text(entry["type"])
        conversation_id, recipients = _audience(data)
        return cls(idx=fields.idx(entry), conversation_id=conversation_id, recipients=recipients)

    def frame(self, token: bytes) -> bytes:
        return with_token({"type": self.frame_type, "conversationId": self.conversation_id}, token)

    def add_to(self, changes: Changes) -> None:
        changes.changed = True
        changes.fields["changedLimited"] = True


def _audience(data: Mapping[str, Any]) -> tuple[str, Sequence[str]]:
    try:
        about = data["conversationId"] if "conversationId" in data else data["conversation"]["id"]
        return fields.uuid(about), fields.recipients(data)
    except (KeyError, TypeError, fields.InvalidEvent):
        return "", ()
