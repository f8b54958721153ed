"""What cannot be understood ends among the dead letters, counted, and nothing else stops."""

import json
from typing import Any

import aio_pika
import pytest

from services.notifications.events import BATCH, SINGLE
from services.notifications.log.consumer import QUEUE
from tests.integration.notifications.stage import SECONDS, Stage, ids
from tests.kit.log_events import log_batch
from tests.kit.waiting import eventually

SECRET = "what-somebody-wrote"
PLACE: dict[str, Any] = {"shard": 0, "pos": 1, "epoch": "PRESENT"}


@pytest.mark.parametrize(
    ("body", "content_type", "headers", "reason"),
    [
        (SECRET.encode(), BATCH, PLACE, "malformed_json"),
        (json.dumps({"a": SECRET}).encode(), BATCH, PLACE, "invalid_event"),
        (json.dumps([{"type": SECRET}]).encode(), BATCH, PLACE, "invalid_event"),
        (json.dumps(log_batch(pos=1)).encode(), BATCH, {}, "invalid_headers"),
        (json.dumps(log_batch(pos=2)).encode(), BATCH, PLACE, "position_mismatch"),
        (json.dumps(log_batch(shard=9, pos=1)).encode(), BATCH, {**PLACE, "shard": 9}, "unknown_shard"),
        (SECRET.encode(), SINGLE, {}, "malformed_json"),
        (SECRET.encode(), None, {}, "unknown_content_type"),
    ],
)
async def test_poison_is_a_dead_letter_and_the_next_message_is_processed(
    stage: Stage, body: bytes, content_type: str | None, headers: dict[str, Any], reason: str
) -> None:
    """As it came, counted by reason, and none of its content is logged."""
    place = {**headers, "epoch": stage.log.life.epoch} if headers else headers
    async with stage.service() as service:
        await stage.send(body, content_type=content_type, headers=place)
        await stage.commit()
        letter = await stage.dead_letter()
        assert letter.body == body
        assert letter.headers["x-death"][0]["queue"] == QUEUE  # type: ignore[index,call-overload]  # AMQP tables have loose types
        await stage.expect_decided(ids(1))
        await service.expect_metric("dead_lettered_total", 1, reason=reason)
        assert (await service.ready())[0] == 200
    await stage.expect_waiting(0)
    assert SECRET not in repr(stage.lines)


async def test_a_poisoned_batch_leaves_a_gap_that_the_log_fills(stage: Stage) -> None:
    """Garbled on the way, right in the log."""
    async with stage.service():
        await stage.commit()
        (pos,) = await stage.commit(publish=False)
        await stage.send(b"[", content_type=BATCH, headers={"shard": 0, "pos": pos, "epoch": stage.log.life.epoch})
        await stage.commit()
        await stage.expect_decided(ids(1, 2, 3))


async def test_a_message_that_kills_its_consumer_again_and_again_is_a_dead_letter(stage: Stage) -> None:
    """The broker counts the deliveries; the service reads the hole from the log and goes on."""
    await stage.commit()
    for _ in range(6):  # the first delivery and five more, as the topology's limit says
        connection = await aio_pika.connect(stage.amqp_url)
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=1)
        queue = await channel.get_queue(QUEUE, ensure=False)
        received: list[object] = []

        async def take(message: object, received: list[object] = received) -> None:
            received.append(message)

        await queue.consume(take)
        await eventually(lambda received=received: bool(received), within=SECONDS)  # type: ignore[misc]  # mypy cannot infer a lambda's default
        await connection.close()
    letter = await stage.dead_letter()
    assert letter.headers["x-death"][0]["reason"] == "delivery_limit"  # type: ignore[index,call-overload]  # as above
    async with stage.service() as service:
        await stage.commit()
        await stage.expect_decided(ids(1, 2))
        await service.expect_metric("holes_filled_total", 1)
