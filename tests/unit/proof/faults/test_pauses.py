"""The longest pause is counted from an acknowledgement, or from what came last, to what comes next."""

from proof.faults.history import History, Outcome, Seen, Send
from proof.faults.pauses import longest_pause


def run(*messages: tuple[float, float]) -> History:
    """Messages by (acknowledged at, received at)."""
    history = History()
    for number, (acknowledged, received) in enumerate(messages, start=1):
        send = Send("c", "ben", f"m{number}", "text")
        send.complete(Outcome.OK, acknowledged, seq=number)
        history.sends.append(send)
        history.streams["anna"].append(Seen("c", number, "ben", f"m{number}", "text", received))
    return history


def test_silence_without_sends_is_not_a_pause() -> None:
    """Anna received each at once."""
    assert longest_pause(run((1.0, 1.0), (50.0, 50.0))) == 0.0


def test_a_waiting_message_makes_a_pause() -> None:
    """From its acknowledgement, for nothing else came meanwhile."""
    assert longest_pause(run((1.0, 1.0), (10.0, 14.0))) == 4.0


def test_a_message_in_between_ends_a_pause() -> None:
    """The last waited from 2 to 9, but something came at 6."""
    assert longest_pause(run((1.0, 1.0), (2.0, 6.0), (2.0, 9.0))) == 4.0


def test_the_earliest_of_those_that_wait_counts() -> None:
    """The answer to the first came late: the second was known to be stored before it."""
    assert longest_pause(run((8.0, 9.0), (3.0, 9.0))) == 6.0


def test_an_unacknowledged_message_makes_no_pause() -> None:
    """Nor does an empty history."""
    history = run((1.0, 20.0))
    history.sends[0].outcome = Outcome.UNKNOWN
    assert longest_pause(history) < 0.01
    assert longest_pause(History()) == 0.0
