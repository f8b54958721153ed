"""The rows that a round left in the database, as the checker compares them with the history."""

from dataclasses import dataclass, field

from proof.faults.history import Message


@dataclass(frozen=True)
class StoredConversation:
    id: str
    people: tuple[str, str]
    last_seq: int
    last_read_seq: dict[str, int]


@dataclass(frozen=True)
class Tables:
    conversations: list[StoredConversation]
    messages: list[Message]
    cursors: dict[int, int] = field(default_factory=dict)
    """How far notifications say they came, by shard."""
    heads: dict[int, int] = field(default_factory=dict)
    """How far the log reaches, by shard; read after the cursors."""

    def stream(self, user: str) -> dict[str, list[Message]]:
        """Every message of a person's conversations, by conversation, in order."""
        streams: dict[str, list[Message]] = {c.id: [] for c in self.conversations if user in c.people}
        for message in sorted(self.messages, key=lambda message: message.seq):
            if message.conversation in streams:
                streams[message.conversation].append(message)
        return streams
