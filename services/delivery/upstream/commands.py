"""The commands of sockets, one definition for each kind: its frame, its body, its result, and its answer.

A new kind is a schema in contracts/ and a class here, entered in COMMANDS.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Protocol
from uuid import uuid4

import orjson

from chassis.observability.tracing import NOT_TRACED, Span
from contracts.generated import models
from services.delivery.wire import server_frames
from services.delivery.wire.client_frames import CommandFrame
from services.delivery.wire.errors import Echo
from services.delivery.wire.in_flight import Ticket


class Reply(NamedTuple):
    """A frame for the socket that issued a command."""

    frame_type: str
    frame: bytes


class Rejected(NamedTuple):
    """`conversations` refused a command; `code` is one of SENTENCES."""

    code: str
    detail: str | None


class Answered(NamedTuple):
    """`conversations` executed a command."""

    reply: Reply | None
    """None if the frame from the log, which everybody gets, suffices as answer."""
    logs_message: bool = False
    """Whether it adds an event to the log that is charged to its author's message rate."""


class CommandSink(Protocol):
    """The issuer of a command. Exactly one of these is called, once per command."""

    def command_answered(self, command: "Command", answered: Answered) -> None:
        """It was executed."""

    def command_rejected(self, command: "Command", rejected: Rejected) -> None:
        """It was not executed, and never will be."""

    def command_failed(self, command: "Command", code: str) -> None:
        """There is no result; `code` says what is known."""


class Command(ABC):
    """One command on its way to `conversations`."""

    __slots__ = ("body", "conversation_id", "deadline", "ref", "sink", "span", "ticket", "user_id")

    kind: ClassVar[str]
    """The name of the frame, the body and the span."""
    status: ClassVar[str]
    """The status of a result that is not a rejection; also the metrics label."""
    is_message: ClassVar[bool] = False
    """Whether it counts against the sender's message rate."""

    def __init__(self, frame: CommandFrame, *, sink: CommandSink, user_id: str, ticket: Ticket) -> None:
        self.sink = sink
        self.user_id = user_id
        self.conversation_id = str(frame.conversation_id)
        self.ref = frame.ref
        self.ticket = ticket
        common = {"kind": self.kind, "userId": user_id, "conversationId": self.conversation_id}
        self.body = orjson.dumps(common | self._fields(frame))
        """The command as JSON."""
        self.deadline = 0.0
        """Loop time after which its execution is not started."""
        self.span: Span = NOT_TRACED

    @property
    def echo(self) -> Echo:
        """The ids that an error about it repeats."""
        return Echo(ref=self.ref, conversation_id=self.conversation_id)

    @abstractmethod
    def _fields(self, frame: Any) -> dict[str, object]:
        """The members of the body specific to its kind."""

    @abstractmethod
    def answer(self, result: Mapping[str, Any]) -> Answered:
        """The answer to a result with `status`. Raises KeyError if a field is missing."""


class SendMessage(Command):
    """Stores a message, once per `client_message_id`."""

    __slots__ = ("client_message_id",)
    kind = "send_message"
    status = "stored"
    is_message = True

    def _fields(self, frame: models.SendMessage) -> dict[str, object]:
        self.client_message_id = frame.client_message_id or uuid4().hex
        reply_to = {} if frame.reply_to is None else {"replyTo": frame.reply_to}
        return {"clientMessageId": self.client_message_id, "content": frame.message, **reply_to}

    @property
    def echo(self) -> Echo:
        return Echo(self.ref, self.conversation_id, self.client_message_id)

    def answer(self, result: Mapping[str, Any]) -> Answered:
        duplicate = bool(result["duplicate"])
        frame = server_frames.message_sent(
            conversation_id=self.conversation_id,
            client_message_id=self.client_message_id,
            message_id=result["messageId"],
            seq=result["seq"],
            created_at=result["createdAt"],
            duplicate=duplicate,
            ref=self.ref,
        )
        return Answered(Reply("message_sent", frame), logs_message=not duplicate)


class MarkRead(Command):
    """Raises a read mark; without `seq`, to the last message before the command."""

    __slots__ = ()
    kind = "mark_read"
    status = "read"

    def _fields(self, frame: models.MarkRead) -> dict[str, object]:
        return {} if frame.seq is None else {"seq": frame.seq}

    def answer(self, result: Mapping[str, Any]) -> Answered:
        if result["advanced"] and self.ref is None:
            return Answered(None)
        frame = server_frames.read(
            conversation_id=self.conversation_id,
            user_id=self.user_id,
            last_read_seq=result["lastReadSeq"],
            ref=self.ref,
        )
        return Answered(Reply("read", frame))


class _MessageChange(Command):
    """Changes a stored message, which counts as one more of its sender's."""

    __slots__ = ()
    status = "changed"
    is_message = True

    def answer(self, result: Mapping[str, Any]) -> Answered:
        logged = not result["duplicate"]
        if self.ref is None and logged:
            return Answered(None, logs_message=True)
        frame = server_frames.message_changed(
            conversation_id=self.conversation_id, message=result["message"], ref=self.ref
        )
        return Answered(Reply("message_changed", frame), logs_message=logged)


class EditMessage(_MessageChange):
    """Changes the text, if it is still that of `expected_version`."""

    __slots__ = ()
    kind = "edit_message"

    def _fields(self, frame: models.EditMessage) -> dict[str, object]:
        return {"seq": frame.seq, "expectedVersion": frame.expected_version, "content": frame.message}


class DeleteMessage(_MessageChange):
    """Takes the text away from both people."""

    __slots__ = ()
    kind = "delete_message"

    def _fields(self, frame: models.DeleteMessage) -> dict[str, object]:
        return {"seq": frame.seq}


class React(_MessageChange):
    """Puts the user's reaction on a message, or removes it: charged to the user here, and to nobody from the log."""

    __slots__ = ()
    kind = "react"

    def _fields(self, frame: models.React) -> dict[str, object]:
        return {"seq": frame.seq, "emoji": frame.emoji}

    def answer(self, result: Mapping[str, Any]) -> Answered:
        return super().answer(result)._replace(logs_message=False)


class _ViewChange(Command):
    """Changes what holds for the user alone; the frame from the log tells all of their devices."""

    __slots__ = ()
    status = "view_changed"

    def answer(self, result: Mapping[str, Any]) -> Answered:
        if self.ref is None and not result["duplicate"]:
            return Answered(None)
        frame = server_frames.view_changed(conversation_id=self.conversation_id, view=result["view"], ref=self.ref)
        return Answered(Reply("view_changed", frame))


class MuteConversation(_ViewChange):
    """Mutes a conversation for the user, or unmutes it."""

    __slots__ = ()
    kind = "mute_conversation"

    def _fields(self, frame: models.MuteConversation) -> dict[str, object]:
        return {"muted": frame.muted}


COMMANDS: Mapping[str, type[Command]] = {
    command.kind: command for command in (SendMessage, MarkRead, EditMessage, DeleteMessage, React, MuteConversation)
}
