"""The short form of the faults: some rounds of the most telling kinds. `make faults` plays all of them, many times."""

from collections.abc import AsyncIterator

import pytest

from proof.faults.kinds import KINDS
from proof.faults.round import play_round
from proof.faults.stage import Stage, standing

# Seeds by kind; what each one breaks is said beside it. Times are not judged here: machines that run tests are busy.
ROUNDS: dict[str, dict[int, str]] = {
    "kill": {0: "conversations", 1: "a delivery replica"},
    "broker": {1: "killed"},
    "database": {0: "killed"},
    "crash": {1: "after the commit"},
    "deliveries": {1: "a third dropped, the rest doubled or late"},
    "ills": {0: "a database that only reads"},
    "failover": {1: "a standby that was behind"},
    "snapshot": {1: "a volume that was set back"},
    "links": {25: "a black hole between delivery and the broker"},
    "doors": {1: "conversations, while one key comes by two doors"},
    "gateway": {0: "the gateway"},
}


@pytest.fixture(scope="module")
async def stage() -> AsyncIterator[Stage]:
    """Two delivery replicas, so that a client may come back to another one."""
    async with standing(durable=False) as standing_stage:
        yield standing_stage


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ROUNDS)
async def test_nothing_is_lost_duplicated_or_reordered(stage: Stage, kind: str) -> None:
    """Break a part under load: the checker finds nothing, and the talk goes on."""
    fault = next(known for known in KINDS if known.name == kind)()
    await fault.set_up(stage)
    try:
        for seed, what in ROUNDS[kind].items():
            played = await play_round(fault, stage, seed)
            found = [*map(str, played.violations), *played.problems]
            assert found == [], f"{what} ({played.did})"
    finally:
        await fault.tear_down(stage)
