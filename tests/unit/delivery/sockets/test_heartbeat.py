"""When sockets are pinged, and how long one that does not answer is kept."""

import asyncio
import contextlib
import math
from collections.abc import Callable
from typing import cast

from contracts.generated.catalogues import CloseCode
from services.delivery.sockets.connection import Connection
from services.delivery.sockets.heartbeat import DEAD_AFTER, Pulse
from tests.unit.benchmarks.load.virtual_time import VirtualTimeLoop, run_in_virtual_time

HEARTBEAT = 30.0
A_LOOK_AT_ALL = 1.0  # the pulse comes by so often, at this heartbeat


class Peer:
    """A socket whose client answers pings as it likes."""

    expires_at = math.inf
    closing = False

    def __init__(self, pulse: Pulse, now: Callable[[], float], *, answers: bool) -> None:
        self._now, self._answers = now, answers
        self.last_seen = now()
        self.ping_at = pulse.first_ping(now())
        self.pinged: list[float] = []
        self.closed: list[tuple[float, CloseCode]] = []

    def ping(self) -> None:
        self.pinged.append(self._now())
        if self._answers:
            self.last_seen = self._now()

    def close(self, code: CloseCode) -> None:
        self.closing = True
        self.closed.append((self._now(), code))


def watched(*, answers: bool, seconds: float) -> tuple[float, Peer]:
    """When it came, and what became of it."""

    async def play(loop: VirtualTimeLoop) -> tuple[float, Peer]:
        pulse = Pulse(connections=lambda: [cast(Connection, peer)], heartbeat_seconds=HEARTBEAT)
        came, peer = loop.time(), Peer(pulse, loop.time, answers=answers)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await pulse.run()
        return came, peer

    return run_in_virtual_time(play)


def test_a_peer_that_does_not_answer_is_pinged_once_and_closed_after_one_and_a_half_heartbeats() -> None:
    """And then left alone."""
    came, peer = watched(answers=False, seconds=10 * HEARTBEAT)
    (pinged,) = peer.pinged
    assert HEARTBEAT / 2 <= pinged - came <= HEARTBEAT + A_LOOK_AT_ALL
    ((closed, code),) = peer.closed
    assert DEAD_AFTER * HEARTBEAT <= closed - came <= DEAD_AFTER * HEARTBEAT + A_LOOK_AT_ALL
    assert code is CloseCode.HEARTBEAT_MISSED


def test_a_peer_that_answers_is_pinged_every_heartbeat_and_stays() -> None:
    _, peer = watched(answers=True, seconds=10 * HEARTBEAT)
    pauses = [later - sooner for sooner, later in zip(peer.pinged, peer.pinged[1:], strict=False)]
    assert len(pauses) >= 8
    assert all(HEARTBEAT <= pause <= HEARTBEAT + A_LOOK_AT_ALL for pause in pauses)
    assert peer.closed == []
