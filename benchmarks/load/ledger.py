"""When each message of a run was due, sent, acknowledged and received."""

import time
from array import array
from collections.abc import Callable, Iterable, Sequence

NOT_YET = 0.0
_ID_FIELD = b'"clientMessageId":"'


class Ledger:
    """Messages by number, from 0; times are of `clock`, in seconds.

    A latency counts from the time at which a message was *due*. Where the load generator or the system could not
    keep up, the wait before the sending is in it: leaving it out would hide just the bad moments (coordinated
    omission).
    """

    def __init__(self, run: str, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self.clock = clock
        self.due = array("d")
        self.sent = array("d")
        self.acknowledged = array("d")
        self.received = array("d")
        self.sent_count = 0
        self.received_count = 0
        self.acknowledged_count = 0
        self.errors: list[bytes] = []
        self._id_head = run.encode() + b"-"
        self._mark = _ID_FIELD + self._id_head

    @property
    def outstanding(self) -> int:
        """The number of messages sent but not both acknowledged and received."""
        return self.sent_count - min(self.received_count, self.acknowledged_count)

    def plan(self, due: float) -> int:
        """A message that is to be sent at `due`; returns its number."""
        self.due.append(due)
        for times in (self.sent, self.acknowledged, self.received):
            times.append(NOT_YET)
        return len(self.due) - 1

    def note_sent(self, number: int) -> bytes:
        """It is sent now; returns its clientMessageId."""
        self.sent[number] = self.clock()
        self.sent_count += 1
        return b"%s%d" % (self._id_head, number)

    def note_acknowledged(self, body: bytes) -> int | None:
        """The sender got this `message_sent`; returns the number, None if it is of no message of this run."""
        number = self._number(body)
        if number is not None and self.acknowledged[number] == NOT_YET:
            self.acknowledged[number] = self.clock()
            self.acknowledged_count += 1
        return number

    def note_received(self, body: bytes) -> int | None:
        """The recipient got this `new_message`; as above. A second one is an error: the system promises one."""
        number = self._number(body)
        if number is None:
            return None
        if self.received[number] != NOT_YET:
            self.errors.append(b"received twice: " + body)
            return None
        self.received[number] = self.clock()
        self.received_count += 1
        return number

    def numbers_due(self, since: float, until: float) -> list[int]:
        """The messages that were due in [since, until)."""
        return [number for number, due in enumerate(self.due) if since <= due < until]

    def latencies(self, numbers: Iterable[int], reached: Sequence[float], *, now: float) -> list[float]:
        """From due to `reached` (`acknowledged`, `received`, `sent`). What is not there yet has waited until now."""
        return [(reached[number] or now) - self.due[number] for number in numbers]

    def _number(self, body: bytes) -> int | None:
        start = body.find(self._mark)
        if start < 0:
            return None
        start += len(self._mark)
        return int(body[start : body.index(b'"', start)])
