"""Events of the log, checked and reduced to what sockets need. Does no I/O.

Checked is exactly what is used here: every field that decides who gets a frame, or that a client relies on. Full
validation would cost four times as much per event, on the hottest path of the process; unknown fields and newer
versions of what is not used pass.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import orjson

from chassis.log.cursor import time_of
from contracts.generated.limits import MAX_EVENT_IDX, MAX_RECIPIENTS
from services.delivery.wire.server_frames import with_token

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class InvalidEvent(ValueError):
    """Not what the contract promises. Holds nothing of the content."""


@dataclass(slots=True, kw_only=True)
class LoggedEvent:
    """One event of a batch: who gets it, and its frame."""

    frame_type: ClassVar[str]

    idx: int
    conversation_id: str
    recipients: Sequence[str]

    @property
    def size(self) -> int:
        """Bytes of JSON it keeps."""
        return 0

    def frame(self, token: bytes) -> bytes:
        """The frame every socket of every recipient gets."""
        raise NotImplementedError


@dataclass(slots=True, kw_only=True)
class MessageSent(LoggedEvent):
    frame_type = "new_message"

    sender_id: str
    seq: int
    message: bytes
    """The `message` object as JSON."""

    @property
    def size(self) -> int:
        return len(self.message)

    def frame(self, token: bytes) -> bytes:
        message = orjson.Fragment(self.message)
        return with_token({"type": self.frame_type, "conversationId": self.conversation_id, "message": message}, token)


@dataclass(slots=True, kw_only=True)
class ConversationRead(LoggedEvent):
    frame_type = "read"

    reader_id: str
    last_read_seq: int

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


@dataclass(slots=True, kw_only=True)
class ConversationChanged(LoggedEvent):
    frame_type = "conversation_updated"

    reason: str
    conversation: bytes
    """The `conversation` object as JSON."""

    @property
    def size(self) -> int:
        return len(self.conversation)

    def frame(self, token: bytes) -> bytes:
        conversation = orjson.Fragment(self.conversation)
        return with_token({"type": self.frame_type, "reason": self.reason, "conversation": conversation}, token)


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
        return _PARSERS[entry["type"]](entry, entry["data"])
    except (KeyError, TypeError):
        raise InvalidEvent("a field is missing or of another kind") from None


def _written_at(entries: Sequence[Any]) -> float | None:
    """All events of a batch carry the same time. Only counters use it, so a wrong one is no reason to refuse."""
    try:
        return datetime.fromisoformat(entries[0]["time"]).timestamp()
    except (LookupError, TypeError, ValueError):
        return None


def _message_sent(entry: Mapping[str, Any], data: Mapping[str, Any]) -> MessageSent:
    message = data["message"]
    _uuid(message["id"])
    _text(message["content"])
    _text(message["clientMessageId"])
    _text(message["createdAt"])
    return MessageSent(
        idx=_number(entry["idx"], most=MAX_EVENT_IDX),
        conversation_id=_uuid(data["conversationId"]),
        recipients=_recipients(data["recipients"]),
        sender_id=_text(message["senderId"]),
        seq=_number(message["seq"], least=1),
        message=orjson.dumps(message),
    )


def _conversation_read(entry: Mapping[str, Any], data: Mapping[str, Any]) -> ConversationRead:
    return ConversationRead(
        idx=_number(entry["idx"], most=MAX_EVENT_IDX),
        conversation_id=_uuid(data["conversationId"]),
        recipients=_recipients(data["recipients"]),
        reader_id=_text(data["readerId"]),
        last_read_seq=_number(data["lastReadSeq"]),
    )


def _conversation_changed(reason: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], ConversationChanged]:
    def parse(entry: Mapping[str, Any], data: Mapping[str, Any]) -> ConversationChanged:
        conversation = data["conversation"]
        for name in ("buyer", "seller", "item"):
            _text(conversation[name]["id"])
        _text(conversation["createdAt"])
        return ConversationChanged(
            idx=_number(entry["idx"], most=MAX_EVENT_IDX),
            conversation_id=_uuid(conversation["id"]),
            recipients=_recipients(data["recipients"]),
            reason=reason,
            conversation=orjson.dumps(conversation),
        )

    return parse


_PARSERS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], LoggedEvent]] = {
    "message.sent.v1": _message_sent,
    "conversation.read.v1": _conversation_read,
    "conversation.started.v1": _conversation_changed("started"),
    "conversation.updated.v1": _conversation_changed("changed"),
}


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidEvent("not a text")
    return value


def _uuid(value: object) -> str:
    if not isinstance(value, str) or _UUID.fullmatch(value) is None:
        raise InvalidEvent("not a UUID")
    return value


def _number(value: object, *, least: int = 0, most: int | None = None) -> int:
    if type(value) is not int or value < least or (most is not None and value > most):
        raise InvalidEvent("not a number in its range")
    return value


def _recipients(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_RECIPIENTS:
        raise InvalidEvent("not a list of recipients")
    for recipient in value:
        _text(recipient)
    return tuple(value)
