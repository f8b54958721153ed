"""What the broker does not bring is read from the log, and nothing overtakes it."""

from chassis.log.reader import PAGE_BATCHES
from tests.integration.notifications.stage import SECONDS, Stage, ids
from tests.kit.log_events import log_batch, log_event
from tests.kit.waiting import eventually


async def test_a_lost_batch_is_read_from_the_log(stage: Stage) -> None:
    """In its place."""
    async with stage.service() as service:
        await stage.commit()
        await stage.commit(2, publish=False)
        await stage.commit()
        await stage.expect_decided(ids(1, 2, 3, 4))
        await service.expect_metric("holes_filled_total", 2)
    await stage.expect_waiting(0)


async def test_a_lost_tail_is_found_by_the_beacon(stage: Stage) -> None:
    """No later batch has to come."""
    async with stage.service():
        await stage.commit()
        await stage.commit(publish=False)
        await stage.beacon()
        await stage.expect_decided(ids(1, 2))


async def test_a_late_batch_causes_no_read_of_the_log(stage: Stage) -> None:
    """Several publishers may overtake each other."""
    await stage.commit()
    await stage.commit(2, publish=False)
    await stage.publish(3)
    await stage.publish(2)
    async with stage.service(hole_grace_seconds=5):
        await stage.expect_decided(ids(1, 2, 3))
    assert stage.log.reads == []


async def test_while_the_log_cannot_be_read_only_its_own_shard_waits(stage: Stage) -> None:
    """What is behind the hole is neither decided nor acknowledged; the other shard goes on."""
    async with stage.service() as service:
        await stage.commit()
        await stage.expect_decided(ids(1))
        stage.log.available = False
        await stage.commit(publish=False)
        await stage.commit()
        await service.expect_metric("lag_positions", 2, shard="0")
        await eventually(lambda: stage.logged("hole.not_filled"), within=SECONDS)
        await stage.commit(shard=1)
        await stage.expect_decided([*ids(1), *ids(1, shard=1)])
        stage.log.available = True
        await stage.expect_decided([*ids(1), *ids(1, shard=1), *ids(2, 3)])


async def test_batches_behind_a_gap_are_not_acknowledged_by_a_stop(stage: Stage) -> None:
    """It is in the queue again, and decided by the next process."""
    async with stage.service() as service:
        await stage.commit()
        await eventually(lambda: stage.stored() == 1, within=SECONDS)
        stage.log.available = False
        await stage.commit(publish=False)
        await stage.commit()
        await service.expect_metric("lag_positions", 2, shard="0")
    await stage.expect_waiting(1)
    stage.log.available = True
    async with stage.service():
        await stage.commit()
        await stage.expect_decided(ids(1, 2, 3, 4))


async def test_an_event_broken_in_the_log_itself_becomes_a_dead_letter(stage: Stage) -> None:
    """It alone: its neighbours are decided, and the log goes on."""
    stage.log.life.shards[0].append([log_event(pos=1, idx=0), {"broken": "Hello"}, log_event(pos=1, idx=2)])
    async with stage.service() as service:
        await stage.publish(1)
        letter = await stage.dead_letter()
        assert letter.headers["x-death"]  # first the whole message, moved by the broker
        await stage.beacon()
        letter = await stage.dead_letter()
        assert letter.body == b'{"broken":"Hello"}'
        assert letter.headers["pos"] == 1
        await stage.commit()
        await stage.expect_decided(["0-1-0", "0-1-2", "0-2-0"])
        await service.expect_metric("dead_lettered_total", 1, reason="invalid_event")
        await service.expect_metric("dead_lettered_total", 1, reason="invalid_event_in_log")
    assert "Hello" not in repr(stage.lines)


async def test_positions_truncated_from_the_log_are_counted_and_skipped(stage: Stage) -> None:
    """What it no longer holds cannot be decided; the rest is."""
    async with stage.service():
        await stage.commit()
        await eventually(lambda: stage.stored() == 1, within=SECONDS)
    await stage.commit(4, publish=False)
    stage.log.life.floors[0] = 3
    async with stage.service() as service:
        await stage.commit()
        await stage.expect_decided(ids(1, 4, 5, 6))
        await service.expect_metric("positions_lost_total", 2)


async def test_a_log_that_is_truncated_before_a_gap_is_filled(stage: Stage) -> None:
    """The same, while the process runs: it finds its place anew."""
    async with stage.service() as service:
        await stage.commit()
        await eventually(lambda: stage.stored() == 1, within=SECONDS)
        await stage.commit(4, publish=False)
        stage.log.life.floors[0] = 3
        await stage.commit()
        await stage.expect_decided(ids(1, 4, 5, 6))
        await service.expect_metric("positions_lost_total", 2)


async def test_a_position_beyond_the_log_blocks_nothing(stage: Stage) -> None:
    """The log says where it ends: the batch was never committed and becomes a dead letter."""
    async with stage.service() as service:
        await stage.commit()
        await stage.publish(900)
        letter = await stage.dead_letter()
        assert letter.headers["pos"] == 900
        await stage.commit()
        await stage.expect_decided(ids(1, 2))
        await service.expect_metric("dead_lettered_total", 1, reason="beyond_the_log")


async def test_a_beacon_beyond_the_log_is_forgotten(stage: Stage) -> None:
    """The lag is what really exists."""
    async with stage.service() as service:
        await stage.commit()
        await stage.beacon(pos=900)
        await eventually(lambda: stage.log.reads == [(0, 1)], within=SECONDS)  # it was believed
        await service.expect_metric("lag_positions", 0, shard="0")
        await stage.commit()
        await stage.expect_decided(ids(1, 2))


async def test_a_long_backlog_is_read_page_by_page(stage: Stage) -> None:
    """In order and once, more than fits into a page."""
    for pos in range(1, 251):
        stage.log.life.shards[0].append(log_batch(pos=pos))
    async with stage.service():
        await stage.beacon()
        await stage.expect_decided(ids(*range(1, 251)))
    assert stage.log.reads == [(0, 0), (0, PAGE_BATCHES)]
