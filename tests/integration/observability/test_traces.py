"""One message is one trace, from its frame to the sockets that get it; and whoever wants no traces pays for none."""

import contextlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from deploy.native.folders import REPOSITORY
from tests.hostile.world import World
from tests.kit.raw_websocket import RawWebSocket, open_websocket
from tests.kit.running.system import running_system
from tests.kit.running.trace_collector import Collected, Recorded, running_collector
from tests.kit.waiting import eventually

PATIENCE_SECONDS = 60.0
TEXT = "nobody but the two of us reads this"
BURST = 40
REPLICAS = 2
ATTEMPTS = 10
PATH = (
    ("delivery", "POST /internal/commands"),
    ("conversations", "execute_commands"),
    ("conversations", "apply_commands"),
    ("conversations", "publish"),
)  # of a message that travels alone: each is the child of the one before

pytestmark = pytest.mark.timeout(300)  # the first test waits for the system


@pytest.fixture(scope="module")
def collected() -> Iterator[Collected]:
    with running_collector() as running:
        yield running


@pytest.fixture(scope="module")
def world(collected: Collected) -> Iterator[World]:
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collected.url,
        "OTEL_TRACES_SAMPLER_ARG": "1",
        "OTEL_BSP_SCHEDULE_DELAY": "100",  # milliseconds
        # A second attempt would be a second branch of the trace, and a busy machine may be slow.
        "COMMAND_ATTEMPT_SECONDS": "30",
        "COMMAND_DEADLINE_SECONDS": "30",
    }
    with running_system(durable=False, delivery_replicas=REPLICAS, environment=environment) as system:
        yield World(system)


def _send(world: World, number: int) -> None:
    """Some messages, all at once, from a buyer at one replica to a seller at the other."""
    first, second = world.system.delivery
    talk = world.talk
    with (
        open_websocket(first.url, world.mint(talk.buyer)) as buyer,
        open_websocket(second.url, world.mint(talk.seller)) as seller,
    ):
        for _ in range(number):
            buyer.send_json({"type": "send_message", "conversationId": talk.id, "message": TEXT})
        _await_frames(seller, {"new_message": number})
        _await_frames(buyer, {"new_message": number, "message_sent": number})


def _await_frames(socket: RawWebSocket, expected: dict[str, int]) -> None:
    """Read until so many frames of each type have come."""
    seen = Counter[str]()
    while not all(seen[kind] >= number for kind, number in expected.items()):
        seen[socket.next_json()["type"]] += 1


async def _trace_of_one(world: World, collected: Collected) -> Recorded:
    """A message's first span, once the others are there, too."""
    known = collected.named("send_message")
    _send(world, 1)
    await eventually(lambda: len(collected.named("send_message")) > len(known), within=PATIENCE_SECONDS)
    (sent,) = (span for span in collected.named("send_message") if span not in known)

    def names() -> list[str]:
        return [span.name for span in collected.spans if span.trace_id == sent.trace_id]

    await eventually(lambda: {name for _, name in PATH} | {"decide"} <= set(names()), within=PATIENCE_SECONDS)
    await eventually(lambda: names().count("deliver") >= REPLICAS, within=PATIENCE_SECONDS)
    return sent


async def test_a_trace_leads_from_the_frame_to_the_sockets(world: World, collected: Collected) -> None:
    """Through HTTP, SQL and the broker, into both replicas and the notifications."""
    sent = await _trace_of_one(world, collected)
    assert (sent.service, sent.parent_id) == ("delivery", b"")
    assert sent.attributes == {"conversation_id": world.talk.id, "outcome": "stored"}
    last = sent
    for service, name in PATH:
        (last,) = (span for span in collected.children(last) if span.name == name)
        assert last.service == service

    def below() -> list[tuple[str, str]]:
        return sorted((span.service, span.name) for span in collected.children(last))

    expected = [*[("delivery", "deliver")] * REPLICAS, ("notifications", "decide")]
    await eventually(lambda: below() == expected, within=PATIENCE_SECONDS)


async def test_a_delivery_span_counts_its_frames(world: World, collected: Collected) -> None:
    """The sender's own and the receiver's. What was read from the log instead is missing, but not in each message."""

    def frames(sent: Recorded) -> int:
        deliveries = (span for span in collected.named("deliver") if span.trace_id == sent.trace_id)
        return sum(int(span.attributes["frames"]) for span in deliveries)

    for _ in range(ATTEMPTS):
        sent = await _trace_of_one(world, collected)
        with contextlib.suppress(TimeoutError):
            await eventually(lambda sent=sent: frames(sent) == 2, within=30)  # type: ignore[misc]  # bound early
            return
    pytest.fail(f"none of {ATTEMPTS} messages was seen to reach both sockets")


async def test_messages_that_travel_together_are_linked(world: World, collected: Collected) -> None:
    """Each is the parent of the request that carried it, or linked to it."""
    before = len(collected.named("send_message"))
    _send(world, BURST)
    await eventually(lambda: len(collected.named("send_message")) == before + BURST, within=PATIENCE_SECONDS)

    def carried() -> set[bytes]:
        requests = collected.named("POST /internal/commands")
        return {cause for request in requests for cause in (request.parent_id, *request.links)}

    await eventually(
        lambda: {span.span_id for span in collected.named("send_message")} <= carried(), within=PATIENCE_SECONDS
    )


async def test_a_trace_holds_neither_text_nor_token(world: World, collected: Collected) -> None:
    await _trace_of_one(world, collected)
    everything = b"".join(collected.bodies)
    for secret in (TEXT, *world.mint.made):
        assert secret.encode() not in everything


@pytest.mark.parametrize("service", ["conversations", "delivery", "notifications"])
def test_without_a_collector_opentelemetry_is_not_imported(service: str) -> None:
    """Not even by a running tracer: there is none."""
    program = f"""
import asyncio, sys
import services.{service}.app
from chassis.observability.running_tracer import running_tracer
from chassis.observability.tracing import NULL_TRACER

async def main():
    async with running_tracer(service="{service}", endpoint=None, share=1) as tracer:
        assert tracer is NULL_TRACER

asyncio.run(main())
loaded = sorted(name for name in sys.modules if name.startswith(("opentelemetry", "google.protobuf")))
assert not loaded, loaded
"""
    subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, check=True)
