"""The load script in short: what it measures is real, for every message that it counts was delivered."""

from tests.faults.workload import target_of
from tests.load.__main__ import UNLIMITED
from tests.load.pairs import run_closed_loop
from tests.support.system import running_system


async def test_pairs_in_a_closed_loop_get_an_answer_to_every_message() -> None:
    """Five pairs talk for a moment: messages flow, each is acknowledged, nothing is refused."""
    with running_system(environment=UNLIMITED) as system:
        tally = await run_closed_loop(target_of(system), pairs=5, seconds=1)
        stored = int(system.postgres.query("SELECT count(*) FROM messages", "messaging"))
    assert tally.errors == []
    assert 0 < len(tally.to_receipt) <= stored
    assert len(tally.to_ack) > 0
