"""The events of a run, as its clients saw them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    OK = "ok"
    """Acknowledged: it is stored."""
    FAIL = "fail"
    """Refused, or given up after an error by which nothing was stored: it must never appear."""
    UNKNOWN = "unknown"
    """No answer, or one that says nobody knows: it may be stored, once."""


@dataclass
class Send:
    """One message to send; `seq` is set once it is acknowledged. Times are seconds of one clock."""

    conversation: str
    sender: str
    client_message_id: str
    content: str
    outcome: Outcome = Outcome.UNKNOWN
    seq: int | None = None
    invoked_at: float = 0.0
    completed_at: float | None = None
    in_turn: bool = True
    """Sent after the sender's send before was answered: only then their order says anything."""
    refusal: str | None = None
    """The code of the error that ended it."""

    def complete(self, outcome: Outcome, at: float, *, seq: int | None = None) -> None:
        self.outcome, self.completed_at, self.seq = outcome, at, seq


@dataclass(frozen=True)
class Answered:
    content: str
    outcome: Outcome
    seq: int | None = None
    duplicate: bool = False
    refusal: str | None = None


@dataclass(frozen=True)
class SharedKey:
    """One clientMessageId, sent by a socket and by REST at the same time."""

    conversation: str
    sender: str
    client_message_id: str
    answers: tuple[Answered, ...]


@dataclass(frozen=True)
class Decision:
    """The decision of notifications on one event for one person."""

    event_id: str
    event_type: str
    conversation: str
    user: str
    action: str
    seq: int | None
    at: float = field(default=0.0, compare=False)
    """Unix time."""


@dataclass(frozen=True)
class Message:
    """As it reached somebody, or as it is stored."""

    conversation: str
    seq: int
    sender: str
    client_message_id: str
    content: str
    at: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Mark:
    """The read mark of `reader`, as a client received it."""

    conversation: str
    reader: str
    seq: int


@dataclass
class SocketLog:
    """The frames of one socket, in order of arrival: every `new_message`, and every `read` of the log."""

    user: str
    frames: list[Message] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    close_code: int | None = None


@dataclass
class History:
    sends: list[Send] = field(default_factory=list)
    sockets: list[SocketLog] = field(default_factory=list)
    streams: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    """What each user has after merging frames, resumes and pages."""
    read_states: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    """How far, as `(viewer, conversation, reader)` has it after merging."""
    unread_counts: dict[tuple[str, str], int] = field(default_factory=dict)
    """`unreadCount` of `(user, conversation)`, as REST told it at the end."""

    shared_keys: list[SharedKey] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    """Of notifications, about these conversations, in order."""

    @property
    def acknowledged(self) -> list[Send]:
        return [send for send in self.sends if send.outcome is Outcome.OK]

    def forget_lost(self, stored: Iterable[tuple[str, str, str]], *, before: float) -> int:
        """Take out what was acknowledged before that moment and is not stored; how many those were.

        For a database that lost its last seconds, as one does whose standby was behind.
        """
        keys = set(stored)

        def is_lost(send: Send) -> bool:
            key = (send.conversation, send.sender, send.client_message_id)
            return send.outcome is Outcome.OK and (send.completed_at or 0.0) < before and key not in keys

        lost = [send for send in self.sends if is_lost(send)]
        self.sends = [send for send in self.sends if send not in lost]
        return len(lost)
