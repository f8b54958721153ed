"""Commands on their way to `conversations`, and who waits for their outcome."""

from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from chassis.observability.tracing import Span
from services.delivery.wire.errors import Echo

Result = dict[str, Any]


class CommandSink(Protocol):
    """Who issued a command and learns what came of it. Exactly one of these is called, once per command."""

    def command_answered(self, command: "Command", result: Result) -> None:
        """`result` is a CommandResult: stored, read or rejected."""

    def command_failed(self, command: "Command", code: str) -> None:
        """There is no result; `code` says what can be known."""


@dataclass(slots=True, eq=False)
class Command:
    """One command on its way."""

    sink: CommandSink
    user_id: str
    conversation_id: str
    client_message_id: str | None
    ref: str | None
    body: bytes
    """The command as JSON."""
    deadline: float = 0.0
    """Loop time after which it is not begun any more."""
    span: Span | None = None
    """Its trace, if it is traced."""

    @property
    def echo(self) -> Echo:
        """What an error about it repeats."""
        return Echo(ref=self.ref, conversation_id=self.conversation_id, client_message_id=self.client_message_id)

    @classmethod
    def send_message(
        cls,
        *,
        sink: CommandSink,
        user_id: str,
        conversation_id: str,
        client_message_id: str,
        content: str,
        ref: str | None,
    ) -> "Command":
        body = orjson.dumps(
            {
                "kind": "send_message",
                "userId": user_id,
                "conversationId": conversation_id,
                "clientMessageId": client_message_id,
                "content": content,
            }
        )
        return cls(sink, user_id, conversation_id, client_message_id, ref, body)

    @classmethod
    def mark_read(
        cls, *, sink: CommandSink, user_id: str, conversation_id: str, seq: int | None, ref: str | None
    ) -> "Command":
        command: dict[str, Any] = {"kind": "mark_read", "userId": user_id, "conversationId": conversation_id}
        if seq is not None:
            command["seq"] = seq
        return cls(sink, user_id, conversation_id, None, ref, orjson.dumps(command))
