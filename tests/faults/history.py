"""What happened in a run, as its clients saw it."""

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """How a send ended for the one who sent it."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass
class Send:
    """One message somebody wanted to send; `seq` once it is acknowledged."""

    conversation: str
    sender: str
    client_message_id: str
    content: str
    outcome: Outcome = Outcome.UNKNOWN
    seq: int | None = None
    acks: int = 0


@dataclass(frozen=True)
class Seen:
    """One message as it reached somebody."""

    conversation: str
    seq: int
    sender: str
    client_message_id: str
    content: str


@dataclass
class SocketLog:
    """The `new_message` frames of one socket, in the order in which they came."""

    user: str
    frames: list[Seen] = field(default_factory=list)


@dataclass
class History:
    """Everything recorded in one run."""

    sends: list[Send] = field(default_factory=list)
    sockets: list[SocketLog] = field(default_factory=list)
    streams: dict[str, list[Seen]] = field(default_factory=lambda: defaultdict(list))  # by user, after merging
    watermarks: dict[tuple[str, str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def acknowledged(self) -> list[Send]:
        """The sends that were acknowledged."""
        return [send for send in self.sends if send.outcome is Outcome.ACKNOWLEDGED]
