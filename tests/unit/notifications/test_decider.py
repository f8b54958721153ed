"""Every event is decided once and in order, and nobody is acknowledged too early."""

import asyncio
from dataclasses import replace

import orjson
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from services.notifications.decider import Decider, Verdict
from services.notifications.events import BATCH, BatchMessage, read_message
from services.notifications.metrics import ServiceMetrics
from services.notifications.policy import Decision
from tests.kit.log_events import log_batch


class Recorder:
    """A channel that remembers."""

    def __init__(self) -> None:
        self.events: list[str] = []

    async def deliver(self, decision: Decision) -> None:
        await asyncio.sleep(0)  # as a real one would, let others run
        if decision.user_id == "anna":
            self.events.append(decision.event_id)


class Note:
    """A receipt that remembers what had been decided when it was given."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self.decided_before: list[str] | None = None
        self.rejected: str | None = None

    async def acknowledge(self) -> None:
        assert self.decided_before is None, "acknowledged twice"
        self.decided_before = list(self._recorder.events)

    async def reject(self, reason: str) -> None:
        self.rejected = reason


def batch(pos: int, *, epoch: str = "e1", shard: int = 0) -> BatchMessage:
    headers = {"epoch": epoch, "shard": shard, "pos": pos}
    body = orjson.dumps(log_batch(shard=shard, pos=pos, events=2))
    message = read_message(body, content_type=BATCH, headers=headers)
    assert isinstance(message, BatchMessage)
    return message


async def started(recorder: Recorder, **positions: int) -> Decider:
    decider = Decider(channels=[recorder], metrics=ServiceMetrics(CollectorRegistry()))
    await decider.start("e1", {int(shard[1:]): pos for shard, pos in positions.items()})
    return decider


@given(st.permutations(range(1, 6)), st.lists(st.integers(1, 5), max_size=4))
def test_any_order_with_any_repeats_gives_the_same_result(arrivals: list[int], repeats: list[int]) -> None:
    """Also when they are taken by several tasks at once; an acknowledgement follows its decisions."""

    async def scenario() -> None:
        recorder = Recorder()
        decider = await started(recorder, s0=0)
        notes = [(pos, Note(recorder)) for pos in [*repeats, *arrivals]]
        verdicts = await asyncio.gather(*(decider.take(batch(pos), note) for pos, note in notes))
        assert recorder.events == [f"0-{pos}-{idx}" for pos in range(1, 6) for idx in range(2)]
        assert verdicts.count(Verdict.TAKEN) == 5
        for (pos, note), verdict in zip(notes, verdicts, strict=True):
            assert (note.decided_before is not None) == (verdict is Verdict.TAKEN)
            assert note.decided_before is None or f"0-{pos}-1" in note.decided_before
        assert decider.positions == {0: 5}

    asyncio.run(scenario())


async def test_behind_a_gap_nothing_is_decided_or_acknowledged() -> None:
    """And the other shard goes on."""
    recorder = Recorder()
    decider, late, other = await started(recorder, s0=0, s1=0), Note(recorder), Note(recorder)
    woken: list[bool] = []
    decider.on_gap = lambda: woken.append(True)
    await decider.take(batch(2), late)
    await decider.take(batch(1, shard=1), other)
    assert (late.decided_before, other.decided_before) == (None, ["1-1-0", "1-1-1"])
    assert decider.positions == {0: 0, 1: 1}
    assert woken


async def test_a_batch_of_another_epoch_or_shard_is_foreign() -> None:
    """It is neither decided nor settled."""
    recorder = Recorder()
    decider, note = await started(recorder, s0=0), Note(recorder)
    assert await decider.take(batch(1, epoch="e2"), note) is Verdict.FOREIGN
    assert await decider.take(batch(1, shard=5), note) is Verdict.FOREIGN
    assert decider.note_head(epoch="e2", shard=0, pos=9) is Verdict.FOREIGN
    assert (recorder.events, note.decided_before, note.rejected) == ([], None, None)


async def test_a_start_in_the_same_epoch_never_goes_back() -> None:
    """The stored cursor may be older than what this process has decided."""
    recorder = Recorder()
    decider = await started(recorder, s0=0)
    await decider.take(batch(1), Note(recorder))
    decider.stop()
    await decider.start("e1", {0: 0})
    assert await decider.take(batch(1), Note(recorder)) is Verdict.REPEAT


async def test_a_start_in_another_epoch_may_go_back() -> None:
    """Positions of the old one mean nothing in it."""
    recorder = Recorder()
    decider = await started(recorder, s0=9)
    await decider.start("e2", {0: 3})
    assert decider.positions == {0: 3}


async def test_batches_that_were_never_in_the_log_are_rejected() -> None:
    """A batch far beyond the head would hold up everything behind it for ever."""
    recorder = Recorder()
    decider, note = await started(recorder, s0=0), Note(recorder)
    await decider.take(batch(900), note)
    await decider.trust(0, 0)
    assert note.rejected == "beyond_the_log"
    assert decider.gaps == {}


async def test_a_head_below_our_position_or_another_batch_there_is_doubtful() -> None:
    """The log may have gone back; the message is neither dropped nor acknowledged before the log was asked."""
    recorder = Recorder()
    decider = await started(recorder, s0=4)
    first = batch(5)
    other = replace(first, at="2030-01-01T00:00:00.000000Z")
    assert await decider.take(first, Note(recorder)) is Verdict.TAKEN
    assert await decider.take(first, Note(recorder)) is Verdict.REPEAT
    assert await decider.take(other, Note(recorder)) is Verdict.DOUBTFUL
    assert decider.note_head(epoch="e1", shard=0, pos=5) is Verdict.TAKEN
    assert decider.note_head(epoch="e1", shard=0, pos=4) is Verdict.DOUBTFUL
    (position,) = decider.stands().positions
    assert (position.pos, position.at) == (5, first.at)
