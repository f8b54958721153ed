"""The rules of commands once more, in plain Python, one command after the other: what the database must agree with."""

from dataclasses import dataclass, field
from uuid import UUID

from services.conversations.command_kinds import Command, SendMessage


@dataclass
class ReferenceConversation:
    """What a conversation should be."""

    id: UUID
    people: dict[str, str]  # user by role
    messages: list[SendMessage] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=lambda: {"buyer": 0, "seller": 0})

    def role_of(self, user_id: str) -> str | None:
        return next((role for role, user in self.people.items() if user == user_id), None)


Expectation = tuple[object, ...]
Event = tuple[object, ...]


class Reference:
    """Executes commands and says what each should answer and which event it should write."""

    def __init__(self, conversations: list[ReferenceConversation]) -> None:
        self.conversations = {conversation.id: conversation for conversation in conversations}

    def execute(self, command: Command) -> tuple[Expectation, Event | None]:
        conversation = self.conversations.get(command.conversation_id)
        role = None if conversation is None else conversation.role_of(command.user_id)
        if conversation is None or role is None:
            return ("rejected", "conversation_not_found"), None
        if isinstance(command, SendMessage):
            return self._send(conversation, role, command)
        return self._mark_read(conversation, role, command.user_id, command.seq)

    def _send(
        self, conversation: ReferenceConversation, role: str, command: SendMessage
    ) -> tuple[Expectation, Event | None]:
        for seq, earlier in enumerate(conversation.messages, start=1):
            if (earlier.user_id, earlier.client_message_id) == (command.user_id, command.client_message_id):
                if earlier.content != command.content:
                    return ("rejected", "client_message_id_conflict"), None
                return ("stored", earlier.message_id, seq, True), None
        conversation.messages.append(command)
        seq = len(conversation.messages)
        conversation.read[role] = max(conversation.read[role], seq)
        event = ("message.sent.v1", conversation.id, command.message_id, seq, command.content, command.user_id)
        return ("stored", command.message_id, seq, False), event

    def _mark_read(
        self, conversation: ReferenceConversation, role: str, user_id: str, seq: int | None
    ) -> tuple[Expectation, Event | None]:
        last = len(conversation.messages)
        target = last if seq is None else min(seq, last)
        advanced = target > conversation.read[role]
        conversation.read[role] = max(conversation.read[role], target)
        event = ("conversation.read.v1", conversation.id, user_id, target) if advanced else None
        return ("read", conversation.read[role], last, advanced), event
