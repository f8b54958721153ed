"""When messages were due, sent, acknowledged and received."""

from benchmarks.load.ledger import Ledger


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def new_message(id_: bytes) -> bytes:
    return b'{"type":"new_message","message":{"id":"m","clientMessageId":"' + id_ + b'","seq":1}}'


def test_latency_counts_from_when_a_message_was_due() -> None:
    """It was due at 100, sent at 103 and received at 104: that is four seconds, not one."""
    clock = Clock()
    ledger = Ledger("run", clock=clock)
    number = ledger.plan(100.0)
    clock.now = 103.0
    id_ = ledger.note_sent(number)
    clock.now = 104.0
    assert ledger.note_received(new_message(id_)) == number
    assert ledger.latencies([number], ledger.received, now=200.0) == [4.0]
    assert ledger.latencies([number], ledger.sent, now=200.0) == [3.0]


def test_a_missing_message_has_waited_until_now() -> None:
    """Leaving it out would make the worst messages disappear."""
    ledger = Ledger("run", clock=Clock())
    number = ledger.plan(100.0)
    assert ledger.latencies([number], ledger.received, now=130.0) == [30.0]


def test_a_message_is_outstanding_until_it_is_acknowledged_and_received() -> None:
    ledger = Ledger("run")
    id_ = ledger.note_sent(ledger.plan(0.0))
    assert ledger.outstanding == 1
    ledger.note_received(new_message(id_))
    assert ledger.outstanding == 1
    ledger.note_acknowledged(b'{"type":"message_sent","clientMessageId":"' + id_ + b'"}')
    assert ledger.outstanding == 0


def test_a_message_that_comes_twice_is_an_error() -> None:
    ledger = Ledger("run")
    id_ = ledger.note_sent(ledger.plan(0.0))
    ledger.note_received(new_message(id_))
    assert ledger.note_received(new_message(id_)) is None
    assert (len(ledger.errors), ledger.received_count) == (1, 1)


def test_messages_of_another_run_do_not_count() -> None:
    ledger = Ledger("run")
    ledger.plan(0.0)
    assert ledger.note_received(new_message(b"other-0")) is None
    assert (ledger.errors, ledger.received_count) == ([], 0)


def test_a_window_holds_what_was_due_in_it() -> None:
    ledger = Ledger("run")
    for due in (1.0, 2.0, 3.0):
        ledger.plan(due)
    assert ledger.numbers_due(2.0, 3.0) == [1]
