"""Builds a conversation's entry in the `resumed` frame: the changes a user missed. Does no I/O."""

from collections import deque
from typing import Any

import orjson

from contracts.generated.limits import MAX_RESUMED_MESSAGES


class Changes:
    """Events add themselves, in log order. A field that none of them sets is absent: it has not changed."""

    __slots__ = ("_messages", "_total", "changed", "fields", "user_id")

    def __init__(self, user_id: str) -> None:
        self.user_id = user_id
        self.fields: dict[str, Any] = {}
        """Optional fields of a ResumedConversation."""
        self._messages: deque[bytes] = deque(maxlen=MAX_RESUMED_MESSAGES)
        self._total = 0
        self.changed = False
        """The conversation itself changed: its item, or one of its participants."""

    def add_message(self, seq: int, message: bytes) -> None:
        """`message` is JSON."""
        self._total += 1
        self._raise("lastSeq", seq)
        self._messages.append(message)

    def mark_read(self, reader_id: str, seq: int) -> None:
        self._raise("lastReadSeq" if reader_id == self.user_id else "counterpartLastReadSeq", seq)

    def document(self, conversation_id: str) -> dict[str, Any]:
        """A ResumedConversation of the contracts."""
        return {
            "conversationId": conversation_id,
            **self.fields,
            "changed": self.changed,
            "messages": [orjson.Fragment(message) for message in self._messages],
            "limited": self._total > len(self._messages),
        }

    def _raise(self, mark: str, seq: int) -> None:
        self.fields[mark] = max(seq, self.fields.get(mark, 0))
