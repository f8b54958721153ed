"""What comes over the broker is decided about once, in order, and survives restarts."""

from contracts.kinds import LOGGED_EVENTS
from tests.integration.notifications.stage import SECONDS, Stage, ids
from tests.kit.log_events import CONVERSATION_READ, MESSAGE_SENT, log_event
from tests.kit.waiting import eventually


async def test_every_kind_of_event_is_decided_and_logged_without_its_text(stage: Stage) -> None:
    """Then it is acknowledged: the queue is empty."""
    ids_of = {kind: f"0-1-{idx}" for idx, kind in enumerate(LOGGED_EVENTS)}
    stage.log.life.shards[0].append([log_event(kind, pos=1, idx=idx) for idx, kind in enumerate(LOGGED_EVENTS)])
    async with stage.service() as service:
        await stage.publish(1)
        await stage.expect_decided([ids_of[MESSAGE_SENT]])
        await eventually(lambda: stage.decided(action="withdraw") == [ids_of[CONVERSATION_READ]], within=SECONDS)
        await service.expect_metric("decided_total", 1, type=MESSAGE_SENT, action="notify", reason="new_message")
        await service.expect_metric("position", 1, shard="0")
        await service.expect_metric("lag_positions", 0, shard="0")
    await stage.expect_waiting(0)
    assert "Hello" not in repr(stage.lines)


async def test_a_repeat_is_dropped(stage: Stage) -> None:
    """Once decided, a position is not decided again, however often it comes."""
    async with stage.service() as service:
        await stage.commit(2)
        for pos in (1, 2, 2):
            await stage.publish(pos)
        await stage.commit()
        await stage.expect_decided(ids(1, 2, 3))
        await service.expect_metric("repeats_dropped_total", 3)


async def test_after_a_clean_stop_nothing_is_repeated_or_missed(stage: Stage) -> None:
    """Not even when the broker delivers everything again, and more came meanwhile."""
    async with stage.service(cursor_store_seconds=60):
        await stage.commit(3)
        await stage.expect_decided(ids(1, 2, 3))
    assert stage.stored() == 3
    await stage.commit(2)
    async with stage.service():
        for pos in (1, 2, 3):
            await stage.publish(pos)
        await stage.commit()
        await stage.expect_decided(ids(1, 2, 3, 4, 5, 6))


async def test_the_cursor_is_stored_while_it_moves(stage: Stage) -> None:
    """A crash repeats at most what came since the last store."""
    async with stage.service() as service:
        await stage.commit(2)
        await eventually(lambda: stage.stored() == 2, within=SECONDS)
        await eventually(lambda: service.metric("cursor_stores_total", outcome="stored") >= 1, within=SECONDS)


async def test_what_was_committed_before_the_first_start_is_decided(stage: Stage) -> None:
    """All that the log still holds, also what the broker no longer has."""
    await stage.commit(3, publish=False)
    async with stage.service():
        await stage.commit()
        await stage.expect_decided(ids(1, 2, 3, 4))


async def test_shards_are_independent(stage: Stage) -> None:
    """Each has its own positions."""
    async with stage.service():
        await stage.commit(shard=1)
        await stage.commit(shard=0)
        await stage.commit(shard=1)
        await stage.expect_decided([*ids(1, shard=1), *ids(1), *ids(2, shard=1)])


async def test_a_new_epoch_of_the_log_begins(stage: Stage) -> None:
    """After a restore from a backup: positions go back, what is left of the old life is dropped."""
    async with stage.service() as service:
        await stage.commit(3)
        await eventually(lambda: stage.stored() == 3, within=SECONDS)
        old = stage.log.life.epoch
        stage.log.new_life("restored")
        assert stage.log.cursor is not None
        stage.log.cursor = stage.log.cursor.model_copy(update={"positions": []})
        await stage.commit()
        await stage.expect_decided([*ids(1, 2, 3), *ids(1)])
        await stage.publish(4, epoch=old)
        await eventually(lambda: service.metric("stale_dropped_total") >= 1, within=SECONDS)
    await stage.expect_waiting(0)
