"""What the comparison of socket and REST counts."""

import pytest

from tests.bench.scenarios.bytes import paced
from tests.bench.wire import RestBytes, SocketBytes


def test_without_a_socket_both_people_ask_again_and_again() -> None:
    """A message every 30 s: 15 polls of two people, of which one brings it; by socket, a heartbeat of each."""
    by_socket, by_polling = paced(
        SocketBytes(sender=1000, recipient=500), RestBytes(send=2000, poll_with_message=1500, poll_with_nothing=1000)
    )
    assert by_socket == 1500 + 2 * 8
    assert by_polling == pytest.approx(2000 + 1500 + 14 * 1000)
