"""What an attack may leave behind: nothing that waits, nothing that grows, no secret and no fault of ours in a log."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from prometheus_client.parser import text_string_to_metric_families

from tests.hostile.rest import call
from tests.hostile.world import MARKER, World
from tests.kit.private_logs import assert_private
from tests.kit.raw_websocket import PATIENCE_SECONDS
from tests.kit.running.system import Service

# Gauges of delivery that are 0 when nobody is connected.
AT_REST = (
    "delivery_sockets",
    "delivery_users",
    "delivery_outbox_bytes",
    "delivery_commands_queued",
    "delivery_lookups_open",
)
MAX_SERIES = 2_000  # of one service, twice what it has when all was tried once; clients choose none of them
MAX_OPEN_FILES = 200
_POLL_SECONDS = 0.05
_LOUD = ("error", "critical")

Samples = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(service: Service) -> Samples:
    """Every sample of /metrics, by name and labels."""
    text = call(service.url, "GET", "/metrics").body.decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def figure(service: Service, name: str, **labels: str) -> float:
    """One figure; 0 when it was never counted."""
    return samples(service).get((name, tuple(sorted(labels.items()))), 0.0)


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for a condition. Raises TimeoutError."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(_POLL_SECONDS)  # figures announce nothing; `tests.kit.waiting` is for tests that do not block


def at_rest(world: World) -> bool:
    """Nobody is connected, nothing waits for anything."""
    found = samples(world.system.delivery[0])
    return all(found[name, ()] == 0 for name in AT_REST)


def assert_nothing_left(world: World) -> None:
    """To be called when every client is gone."""
    wait_until(lambda: at_rest(world))
    for service in (world.system.conversations, *world.system.delivery, world.system.notifications):
        found = samples(service)
        assert len(found) < MAX_SERIES, f"{service.name} has {len(found)} time series"
        assert found["process_open_fds", ()] < MAX_OPEN_FILES, f"{service.name} keeps files open"
    logs = [service.log for service in world.system.services]
    assert_private(logs, tokens=world.mint.made, texts=[MARKER])
    faults = faults_logged(world)
    assert not faults, f"logged as faults: {faults}"


def faults_logged(world: World) -> list[dict[str, Any]]:
    """Lines by which a service says that something of its own went wrong; whatever a client does is no such thing."""
    lines = (line for service in world.system.services for line in service.log.read_bytes().splitlines())
    events = (orjson.loads(line) for line in lines if line.startswith(b"{"))
    return [event for event in events if event.get("level") in _LOUD]
