"""Builds a conversation's entry in the `resumed` frame: the changes a user missed. Does no I/O."""

from collections import deque
from typing import Any

import orjson

from contracts.generated.limits import MAX_RESUMED_MESSAGES


class Changes:
    """Events add themselves, in log order. A field that none of them mentions is absent: it has not changed."""

    __slots__ = ("_counterparts", "_messages", "_mine", "_newest", "_total", "_user_id", "changed")

    def __init__(self, user_id: str) -> None:
        self._user_id = user_id
        self._messages: deque[bytes] = deque(maxlen=MAX_RESUMED_MESSAGES)
        self._total = 0
        self._newest: int | None = None
        self._mine: int | None = None
        self._counterparts: int | None = None
        self.changed = False
        """The conversation itself changed: its item, or one of its participants."""

    def add_message(self, seq: int, message: bytes) -> None:
        """`message` is JSON."""
        self._total += 1
        self._newest = max(seq, self._newest or 0)
        self._messages.append(message)

    def mark_read(self, reader_id: str, seq: int) -> None:
        if reader_id == self._user_id:
            self._mine = max(seq, self._mine or 0)
        else:
            self._counterparts = max(seq, self._counterparts or 0)

    def document(self, conversation_id: str) -> dict[str, Any]:
        """A ResumedConversation of the contracts."""
        optional = {
            "lastSeq": self._newest,
            "lastReadSeq": self._mine,
            "counterpartLastReadSeq": self._counterparts,
        }
        return {
            "conversationId": conversation_id,
            **{name: value for name, value in optional.items() if value is not None},
            "changed": self.changed,
            "messages": [orjson.Fragment(message) for message in self._messages],
            "limited": self._total > len(self._messages),
        }
