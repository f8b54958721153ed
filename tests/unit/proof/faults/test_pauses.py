"""The longest pause is counted from an acknowledgement, or from what came last, to what comes next."""

import pytest

from proof.faults.history import History, Message, Outcome, Send
from proof.faults.pauses import longest_pause


def run(*messages: tuple[float | None, float]) -> History:
    """Messages by (acknowledged at, received at)."""
    history = History()
    for number, (acknowledged, received) in enumerate(messages, start=1):
        send = Send("c", "ben", f"m{number}", "text")
        if acknowledged is not None:
            send.complete(Outcome.OK, acknowledged, seq=number)
        history.sends.append(send)
        history.streams["anna"].append(Message("c", number, "ben", f"m{number}", "text", received))
    return history


@pytest.mark.parametrize(
    ("messages", "pause"),
    [
        ([], 0.0),
        ([(1.0, 1.0), (50.0, 50.0)], 0.0),  # silence without sends
        ([(1.0, 1.0), (10.0, 14.0)], 4.0),  # from its acknowledgement, for nothing else came meanwhile
        ([(1.0, 1.0), (2.0, 6.0), (2.0, 9.0)], 4.0),  # the last waited from 2 to 9, but something came at 6
        ([(8.0, 9.0), (3.0, 9.0)], 6.0),  # the answer to the first came late: the second was known to be stored before
        ([(None, 20.0)], 0.0),  # what is not acknowledged is not waited for
    ],
)
def test_the_longest_wait_for_an_acknowledged_message_counts(
    messages: list[tuple[float | None, float]], pause: float
) -> None:
    assert longest_pause(run(*messages)) == pause
