"""What readiness takes for proof that writes go through, and how often it asks."""

import asyncio

import pytest

from chassis.health import NotReady
from services.conversations.writes.write_proof import FAILED_SECONDS, PROVEN_SECONDS, WriteProof


class Stage:
    """A clock, and a write that goes through or not."""

    def __init__(self) -> None:
        self.now = 0.0
        self.writes = 0
        self.error: Exception | None = None
        self.proof = WriteProof(self.write, clock=lambda: self.now)

    async def write(self) -> None:
        self.writes += 1
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error

    async def ready(self) -> bool:
        try:
            await self.proof.check()
        except NotReady:
            return False
        return True


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_any_number_of_probes_costs_one_write_a_second(stage: Stage) -> None:
    assert all(await asyncio.gather(*(stage.ready() for _ in range(20))))
    assert await stage.ready()
    stage.now += PROVEN_SECONDS
    assert await stage.ready()
    assert stage.writes == 2


async def test_a_batch_that_was_written_is_proof(stage: Stage) -> None:
    stage.error = RuntimeError()
    stage.proof.succeeded()
    assert await stage.ready()
    assert stage.writes == 0


async def test_a_failed_write_fails_every_probe_until_one_succeeds(stage: Stage) -> None:
    stage.error = RuntimeError("nothing of this is told")
    with pytest.raises(NotReady, match=r"^nothing can be written: RuntimeError$"):
        await stage.proof.check()
    assert not await stage.ready()
    stage.error = None
    stage.now += PROVEN_SECONDS
    assert await stage.ready()


async def test_a_batch_that_failed_counts_until_another_one_succeeds_or_time_has_passed(stage: Stage) -> None:
    """What changes nothing may be written where a batch finds no room."""
    stage.proof.failed()
    assert not await stage.ready()
    stage.proof.succeeded()
    assert await stage.ready()
    stage.proof.failed()
    stage.now += FAILED_SECONDS
    assert await stage.ready()
