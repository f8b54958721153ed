"""A replica that is asked to stop lets its sockets go over the window, and waits for no one beyond its time."""

from collections.abc import Callable

import pytest

from contracts.generated.catalogues import CloseCode
from services.delivery.sockets.drain import POLL_SECONDS, WINDOW, drain
from services.delivery.sockets.hub import Hub
from tests.unit.benchmarks.load.virtual_time import VirtualTimeLoop, run_in_virtual_time

SECONDS = 10.0


class Socket:
    """Closes when it is asked to leave, or waits for an answer that does not come."""

    def __init__(self, hub: "Hub[Socket]", now: Callable[[], float], *, idle: bool) -> None:
        self._hub, self._now, self._idle = hub, now, idle
        self.user_id = "anna"
        self.asked: list[float] = []
        self.closed: list[tuple[float, CloseCode]] = []
        hub.register(self)

    def leave(self, code: CloseCode) -> None:
        self.asked.append(self._now())
        if self._idle:
            self.close(code)

    def close(self, code: CloseCode) -> None:
        self.closed.append((self._now(), code))
        self._hub.unregister(self)


def drained(count: int, *, idle: bool) -> tuple[list[Socket], float]:
    """So many sockets, as time counts from the beginning of the drain; and how long it took."""

    async def play(loop: VirtualTimeLoop) -> tuple[list[Socket], float]:
        began = loop.time()
        hub: Hub[Socket] = Hub(max_per_user=count)
        sockets = [Socket(hub, lambda: loop.time() - began, idle=idle) for _ in range(count)]
        await drain(hub, seconds=SECONDS)  # type: ignore[arg-type]  # all that it uses of a connection
        return sockets, loop.time() - began

    return run_in_virtual_time(play)


def test_sockets_leave_one_by_one_evenly_over_the_window() -> None:
    """So that their clients do not all come to the next replica at the same moment."""
    sockets, took = drained(20, idle=True)
    assert sorted(moment for socket in sockets for moment in socket.asked) == pytest.approx(
        [n * SECONDS * WINDOW / 20 for n in range(20)]
    )
    assert all([code for _, code in socket.closed] == [CloseCode.DRAINING] for socket in sockets)
    assert took <= SECONDS * WINDOW


def test_a_socket_without_its_answer_is_closed_at_the_end_of_the_window() -> None:
    """Another replica has the answer."""
    sockets, took = drained(3, idle=False)
    closings = [closing for socket in sockets for closing in socket.closed]
    assert [code for _, code in closings] == [CloseCode.DRAINING] * 3
    assert [moment for moment, _ in closings] == pytest.approx([SECONDS] * 3, abs=2 * POLL_SECONDS)
    assert took == pytest.approx(SECONDS, abs=2 * POLL_SECONDS)
