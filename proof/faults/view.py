"""One person's view: messages merged by seq, whatever their source, and the read marks."""

import time
from typing import Any

from proof.faults.history import History, Mark, Message


class View:
    """Merges, and writes what is shown into the history."""

    def __init__(self, user: str, history: History) -> None:
        self._user, self._history = user, history
        self._last_seq: dict[str, int] = {}
        self._ahead: dict[str, dict[int, Message]] = {}
        self.counterparts: dict[str, str] = {}
        self.beginnings = 0
        """How often it was begun anew; what was read for an earlier one does not belong to this one."""

    def begin_anew(self) -> None:
        """Clear the view: the log went back, and a seq may refer to another text."""
        self.beginnings += 1
        self._last_seq, self._ahead = {}, {}
        self._history.streams[self._user] = []
        for key in [key for key in self._history.read_states if key[0] == self._user]:
            del self._history.read_states[key]

    def seen(self, conversation: str) -> int:
        """Up to where nothing is missing."""
        return self._last_seq.get(conversation, 0)

    def has_hole(self, conversation: str) -> bool:
        """Whether a later message has already arrived."""
        return bool(self._ahead.get(conversation))

    def merge(self, seen: Message) -> None:
        """Take a message; a repeat is dropped, one that is ahead waits for those before it."""
        last = self.seen(seen.conversation)
        if seen.seq <= last:
            return
        ahead = self._ahead.setdefault(seen.conversation, {})
        ahead[seen.seq] = seen
        while (following := ahead.pop(last + 1, None)) is not None:
            last = self._last_seq[seen.conversation] = following.seq
            self._history.streams[self._user].append(following)
            # Sending a message marks earlier ones as read.
            self.note_read(Mark(following.conversation, following.sender, following.seq))

    def note_read(self, mark: Mark) -> None:
        """Somebody has read so far; the highest counts."""
        states, key = self._history.read_states, (self._user, mark.conversation, mark.reader)
        states[key] = max(states[key], mark.seq)

    def note_own_read(self, conversation: str, seq: int) -> None:
        self.note_read(Mark(conversation, self._user, seq))

    def note_counterparts_read(self, conversation: str, seq: int) -> None:
        self.note_read(Mark(conversation, self.counterparts[conversation], seq))


def seen_of(conversation: str, message: dict[str, Any]) -> Message:
    """A Message of the contracts, received now."""
    return Message(
        conversation,
        message["seq"],
        message["senderId"],
        message["clientMessageId"],
        message["content"],
        time.monotonic(),
    )
