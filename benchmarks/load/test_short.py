"""The load generators in short, on the real system: what they measure is real. No figure is asserted."""

from collections.abc import Iterator

import pytest

from benchmarks.load.ledger import Ledger
from benchmarks.load.open_loop import poisson_schedule, run_open_loop
from benchmarks.load.pairs import connect_pairs, run_closed_loop
from benchmarks.load.talker import Talker
from benchmarks.load.target import target_of
from benchmarks.stage import measured_system, processor_seconds
from tests.kit.running.system import System

# A machine that stands still for a while makes no message fail.
PATIENT = {"COMMAND_DEADLINE_SECONDS": "60", "HEARTBEAT_SECONDS": "75"}


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    """One system with two replicas of delivery."""
    with measured_system(delivery_replicas=2, environment=PATIENT, durable=False) as running:
        yield running


async def test_pairs_in_a_closed_loop_get_an_answer_to_every_message(system: System) -> None:
    """Five pairs talk for a moment: each message that counts was stored, acknowledged and received."""
    before = _stored(system)
    measured = await run_closed_loop(target_of(system), pairs=5, seconds=1, meter=lambda: processor_seconds(system))
    assert 0 < measured.completed <= _stored(system) - before
    assert len(measured.to_receipt) == len(measured.to_ack) > 0
    assert {"load_generator", "conversations", "delivery", "notifications"} <= set(measured.used)
    assert all(seconds >= 0 for seconds in measured.used.values())
    assert measured.used["load_generator"] > 0


async def test_an_open_loop_sends_its_whole_schedule_over_every_replica(system: System) -> None:
    """A second of planned messages: every one was stored once."""
    ledger, before = Ledger("open"), _stored(system)
    urls = [replica.url.replace("http", "ws", 1) + "/ws" for replica in system.delivery]
    talkers = await connect_pairs(target_of(system), ledger, Talker, pairs=4, name="open", urls=urls)
    schedule = poisson_schedule(rate=100, seconds=1, senders=len(talkers), seed=1)
    measured = await run_open_loop(talkers, ledger, schedule, warm_up=0.2, grace=60)
    assert ledger.sent_count == ledger.received_count == len(schedule) == _stored(system) - before
    assert len(measured.to_receipt) == len(measured.to_ack) < len(schedule)


def _stored(system: System) -> int:
    return int(system.postgres.query("SELECT count(*) FROM messages", "messaging"))
