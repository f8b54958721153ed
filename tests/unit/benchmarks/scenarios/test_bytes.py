"""What the comparisons of socket and REST count."""

import pytest

from benchmarks.scenarios.bytes import direct, paced
from benchmarks.wire import RestBytes, SocketBytes

SOCKET = SocketBytes(sender=1000, recipient=500, handshake=1600)
REST = RestBytes(send=2000, poll_with_message=1500, poll_with_nothing=1000)


def test_directly_a_message_is_compared_without_what_flows_around_it() -> None:
    assert direct(SOCKET, REST) == (1500, 3500)


def test_without_a_socket_both_people_ask_again_and_again() -> None:
    """A message every 30 s: 15 polls of two people, of which one brings it."""
    _, by_polling = paced(SOCKET, REST)
    assert by_polling == pytest.approx(2000 + 1500 + 14 * 1000)


def test_a_message_bears_its_share_of_the_handshakes_and_heartbeats() -> None:
    """Two sockets for 20 messages, and a ping and a pong of each between two messages."""
    by_socket, _ = paced(SOCKET, REST)
    assert by_socket == pytest.approx(1500 + 2 * 1600 / 20 + 2 * 8)
