"""The answer to a batch of commands brings what it logged, ahead of the broker; nothing new is believed for that."""

from typing import Any

import pytest

from tests.integration.delivery.test_log_faults import expect_texts
from tests.integration.delivery.test_resume import say
from tests.kit.client import connect
from tests.kit.fake_conversations import FakeConversations
from tests.kit.replicas import Replica
from tests.kit.waiting import eventually


@pytest.mark.usefixtures("trusted_push")
async def test_an_answer_delivers_the_message_ahead_of_the_broker(delivery: Replica, log: FakeConversations) -> None:
    """To both people, without a look into the log; the broker's copy is a repeat."""
    conversation = log.open()
    log.answers_bring_log = True
    held: list[tuple[int, int, bytes]] = []

    async def hold(shard: int, pos: int, body: bytes) -> None:
        held.append((shard, pos, body))

    log.publish = hold
    log.beacons = False
    async with connect(delivery, "buyer") as buyer, connect(delivery, "seller") as seller:
        for text in ("1", "2"):
            await buyer.send("send_message", conversationId=conversation.id, message=text)
            await buyer.expect("message_sent")
            assert (await seller.expect("new_message"))["message"]["content"] == text
        for batch in held:
            await log.publish_now(*batch)
        await eventually(lambda: delivery.counters.repeats == 2, within=30)
        await expect_texts(buyer, "1", "2")
    assert delivery.counters.batches == {"answer": 2}
    assert log.reads == []


async def test_an_answer_that_overtakes_the_broker_waits_for_it(delivery: Replica, log: FakeConversations) -> None:
    """What was committed before it comes first, from the log if need be."""
    conversation = log.open()
    log.answers_bring_log = True
    log.publish = log.publish_nothing
    async with connect(delivery, "buyer") as buyer, connect(delivery, "seller") as seller:
        await say(log, conversation, "from elsewhere")
        await buyer.send("send_message", conversationId=conversation.id, message="mine")
        await expect_texts(seller, "from elsewhere", "mine")


async def test_events_in_an_answer_are_not_authoritative(delivery: Replica, log: FakeConversations) -> None:
    """Spoiled, of another life or no batch at all: the command is answered, and the log has the message."""
    conversation = log.open()
    log.answers_bring_log = True
    log.publish = log.publish_nothing
    spoiled: list[Any] = [
        None,
        {"pos": 1},
        {"epoch": "other", "shard": 0, "pos": 900, "events": []},
        {"epoch": "e1", "shard": 7, "pos": 1, "events": []},
        {"epoch": "e1", "shard": 0, "pos": 1, "events": [{"type": "message.sent.v1"}]},
    ]
    log.written = lambda shard, after: spoiled  # type: ignore[method-assign]  # noqa: ARG005 - the same for all
    async with connect(delivery, "buyer") as buyer, connect(delivery, "seller") as seller:
        await buyer.send("send_message", conversationId=conversation.id, message="1")
        await buyer.expect("message_sent")
        await expect_texts(seller, "1")
    assert delivery.counters.batches == {"log": 1}
    assert delivery.counters.resyncs == 0
