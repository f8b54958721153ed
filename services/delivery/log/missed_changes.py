"""Builds a conversation's entry in the `resumed` frame: the changes a user missed. Does no I/O."""

from typing import Any

import orjson

from contracts.generated.limits import MAX_CHANGED_MESSAGES, MAX_RESUMED_MESSAGES


class Changes:
    """Events add themselves, in log order. A field that none of them sets is absent: it has not changed."""

    __slots__ = ("_changed", "_first", "_messages", "changed", "fields", "user_id")

    def __init__(self, user_id: str) -> None:
        self.user_id = user_id
        self.fields: dict[str, Any] = {}
        """Optional fields of a ResumedConversation."""
        self._messages: dict[int, bytes] = {}
        """The newest missed messages by seq, each as it is now."""
        self._first: int | None = None
        """The seq of the first missed message."""
        self._changed: dict[int, bytes] = {}
        """Changed messages from before, by seq, the last changed at the end."""
        self.changed = False
        """The conversation itself changed: its item, one of its participants, or the user's own view."""

    def add_message(self, seq: int, message: bytes) -> None:
        """`message` is JSON."""
        if self._first is None:
            self._first = seq
        self._raise("lastSeq", seq)
        self._messages[seq] = message
        if len(self._messages) > MAX_RESUMED_MESSAGES:
            del self._messages[next(iter(self._messages))]

    def change_message(self, seq: int, message: bytes) -> None:
        """Replaces an earlier form of the message, so that no byte of that is sent. `message` is JSON."""
        if seq in self._messages:
            self._messages[seq] = message
        elif self._first is None or seq < self._first:
            self._changed.pop(seq, None)
            self._changed[seq] = message
            if len(self._changed) > MAX_CHANGED_MESSAGES:
                del self._changed[next(iter(self._changed))]
                self.fields["changedLimited"] = True
        # Else it was missed and is left out: clients fetch it, as it is now, because of `limited`.

    def mark_read(self, reader_id: str, seq: int) -> None:
        self._raise("lastReadSeq" if reader_id == self.user_id else "counterpartLastReadSeq", seq)

    def document(self, conversation_id: str) -> dict[str, Any]:
        """A ResumedConversation of the contracts."""
        document = {
            "conversationId": conversation_id,
            **self.fields,
            "changed": self.changed,
            "messages": _fragments(self._messages),
            "limited": self._first is not None and self._first not in self._messages,
        }
        if self._changed:
            document["changedMessages"] = _fragments(dict(sorted(self._changed.items())))
        return document

    def _raise(self, mark: str, seq: int) -> None:
        self.fields[mark] = max(seq, self.fields.get(mark, 0))


def _fragments(messages: dict[int, bytes]) -> list[orjson.Fragment]:
    return [orjson.Fragment(message) for message in messages.values()]
