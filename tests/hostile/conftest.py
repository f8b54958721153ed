"""One running system for all hostile tests; what they did must have left no trace in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile import budget
from tests.hostile.traces import assert_nothing_left
from tests.hostile.world import World
from tests.kit.running.system import System, running_system

ALLOWED_ORIGIN = "https://shop.example"
# Fuzzing is faster than people, and sockets wait while others are tried; what bounds frames, floods and silence has
# tests of its own.
LIMITS = {
    "ALLOWED_ORIGINS": ALLOWED_ORIGIN,
    "HEARTBEAT_SECONDS": "75",
    "FRAME_RATE_PER_SECOND": "2000",
    "FRAME_BURST": "4000",
    "MESSAGE_RATE_PER_SECOND": "2000",
    "MESSAGE_BURST": "4000",
    "MAX_BAD_FRAMES": "1000000",
    "WRITE_RATE_PER_SECOND": "2000",
    "WRITE_BURST": "4000",
}


def pytest_report_header() -> str:
    return budget.summary()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The time limit is the test's own: the first one waits for the system too. `make fuzz` sets its own."""
    for item in items:
        if budget.REPEATABLE and item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(300, func_only=True))


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    with running_system(durable=False, environment=LIMITS, gateway=True) as running:
        yield running


@pytest.fixture(scope="session")
def world(system: System) -> Iterator[World]:
    """At the end, whatever was tried: no secret and no error in a log, nothing open, nothing queued."""
    made = World(system)
    yield made
    assert_nothing_left(made)
