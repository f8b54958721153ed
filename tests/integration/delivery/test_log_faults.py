"""The broker may lose, repeat or reorder anything, or be away: no socket notices more than a pause."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import orjson
import pytest
import structlog

from contracts.generated.catalogues import CloseCode
from services.delivery.app import REPLICA
from tests.integration.delivery.test_resume import say
from tests.kit.client import Socket, connect
from tests.kit.fake_conversations import Conversation, FakeConversations
from tests.kit.replicas import Replica
from tests.kit.running.servers import RabbitMQ
from tests.kit.waiting import eventually

# rabbitmqctl refuses to delete another connection's exclusive queue; an operator's tools do it like this.
_DELETE_QUEUE = (
    'rabbit_amqqueue:with(rabbit_misc:r(<<"/">>, queue, <<"%s">>),'
    ' fun (Q) -> rabbit_amqqueue:delete(Q, false, false, <<"test">>) end).'
)


async def expect_texts(socket: Socket, *expected: str) -> None:
    """Exactly these, in this order, once, with dense seqs."""
    frames = [await socket.expect("new_message") for _ in expected]
    assert [frame["message"]["content"] for frame in frames] == list(expected)
    seqs = [frame["message"]["seq"] for frame in frames]
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
    assert await socket.settle() == []


@pytest.mark.usefixtures("trusted_push")
async def test_repeated_batches_are_dropped(delivery: Replica, log: FakeConversations) -> None:
    """A publisher that is not sure publishes again."""
    conversation = log.open()

    async def twice(shard: int, pos: int, body: bytes) -> None:
        await log.publish_now(shard, pos, body)
        await log.publish_now(shard, pos, body)

    log.publish = twice
    async with connect(delivery, "buyer") as buyer:
        await say(log, conversation, "1", "2", "3")
        await eventually(lambda: delivery.counters.repeats >= 3, within=30)
        await expect_texts(buyer, "1", "2", "3")


async def test_reordered_batches_are_put_in_order(delivery: Replica, log: FakeConversations) -> None:
    """Whatever overtook what."""
    conversation = log.open()
    held: list[tuple[int, int, bytes]] = []

    async def hold(shard: int, pos: int, body: bytes) -> None:
        held.append((shard, pos, body))

    log.publish = hold
    expected = [str(n) for n in range(20)]
    async with connect(delivery, "buyer") as buyer:
        await say(log, conversation, *expected)
        random.Random(7).shuffle(held)  # noqa: S311 - the same order every time
        for batch in held:
            await log.publish_now(*batch)
        await expect_texts(buyer, *expected)


async def test_a_lost_batch_is_read_from_the_log(delivery: Replica, log: FakeConversations) -> None:
    """The next one shows the hole."""
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer:
        await say(log, conversation, "1")
        log.publish = log.publish_nothing
        await say(log, conversation, "2", "3")
        log.publish = log.publish_now
        await say(log, conversation, "4")
        await expect_texts(buyer, "1", "2", "3", "4")
    assert delivery.counters.batches["log"] >= 2


async def test_a_lost_tail_is_found_by_the_beacon(delivery: Replica, log: FakeConversations) -> None:
    """No later batch would show it."""
    conversation = log.open()
    log.publish = log.publish_nothing
    async with connect(delivery, "buyer") as buyer:
        await say(log, conversation, "1", "2")
        await expect_texts(buyer, "1", "2")
    assert delivery.counters.batches == {"log": 2}


async def test_without_beacons_the_log_is_polled(delivery: Replica, log: FakeConversations) -> None:
    """The publisher is down and the broker is not: messages come all the same, more slowly."""
    conversation = log.open()
    log.beacons = False
    log.publish = log.publish_nothing
    await eventually(lambda: not delivery.feed.live, within=30)
    async with connect(delivery, "buyer") as buyer:
        await say(log, conversation, "1", "2")
        await expect_texts(buyer, "1", "2")
        await eventually(lambda: delivery.follower.following, within=30)


async def test_batches_that_do_not_belong_to_the_log_are_harmless(delivery: Replica, log: FakeConversations) -> None:
    """Rubbish, a position from nowhere, another epoch: counted, and the stream goes on."""
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer:
        await log.publish_now(0, 900, b"[]")
        await log.publish_now(0, 1, b"rubbish")
        await log.publish_now(0, 1, b"[]", epoch="other")
        await log.publish_now(0, 2, b"[]", epoch="other")
        await say(log, conversation, "1", "2")
        await expect_texts(buyer, "1", "2")
    assert delivery.counters.resyncs == 0


@pytest.mark.usefixtures("trusted_push")
async def test_an_invalid_event_is_read_again_and_then_skipped(delivery: Replica, log: FakeConversations) -> None:
    """The others of its batch arrive, and so does what follows."""
    conversation = log.open()
    command = {"kind": "send_message", "conversationId": conversation.id, "userId": "seller"}
    async with connect(delivery, "buyer") as buyer:
        commands = [{**command, "clientMessageId": f"c-{n}", "content": f"{n}"} for n in range(3)]
        log.reference.execute(commands)
        (events,) = log.life.shards[0]
        events[1]["data"] = {**events[1]["data"], "message": {}}
        await log.publish_now(0, 1, orjson.dumps(events))
        await say(log, conversation, "after")
        received = [(await buyer.expect("new_message"))["message"]["content"] for _ in range(3)]
        assert received == ["0", "2", "after"]
    assert delivery.counters.invalid_events == 2  # as it was pushed, and as the log has it


@pytest.mark.usefixtures("trusted_push")
async def test_a_corrupt_batch_is_read_from_the_log(delivery: Replica, log: FakeConversations) -> None:
    """The broker's copy is hearsay."""
    conversation = log.open()

    async def spoil(shard: int, pos: int, body: bytes) -> None:
        events = orjson.loads(body)
        del events[0]["data"]["recipients"]
        await log.publish_now(shard, pos, orjson.dumps(events))

    log.publish = spoil
    log.beacons = False
    polls = delivery.counters.polls
    async with connect(delivery, "buyer") as buyer:
        await say(log, conversation, "1")
        await expect_texts(buyer, "1")
    assert delivery.counters.invalid_events == 1
    assert delivery.counters.polls == polls  # it was the batch itself that made us ask


async def test_a_new_epoch_of_the_log_makes_every_client_start_afresh(
    delivery: Replica, log: FakeConversations
) -> None:
    """After a restore from a backup: sockets are closed, and old tokens are told apart."""
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer:
        await say(log, conversation, "1")
        token = (await buyer.expect("new_message"))["token"]
        log.new_life("e2")
        assert await buyer.expect_close() == CloseCode.RESYNC_REQUIRED
    await eventually(lambda: delivery.stream.started, within=30)
    async with connect(delivery, "buyer") as buyer:
        assert buyer.welcome["token"].startswith("e2.")
        await buyer.send("resume", token=token)
        assert (await buyer.expect("error"))["code"] == "resync_required"
        await say(log, log.open(), "new life")
        assert (await buyer.expect("new_message"))["message"]["content"] == "new life"


async def test_a_log_that_went_back_makes_every_client_start_afresh(delivery: Replica, log: FakeConversations) -> None:
    """Even when nobody changed its epoch."""
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer:
        await say(log, conversation, "1", "2")
        for _ in range(2):
            await buyer.expect("new_message")
        log.life.shards[0].pop()
        delivery.feed.doubt.set()
        assert await buyer.expect_close() == CloseCode.RESYNC_REQUIRED


async def test_a_gap_that_the_log_no_longer_covers_makes_every_client_start_afresh(
    delivery: Replica, log: FakeConversations
) -> None:
    """The clients fetch the lists by REST."""
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer:
        log.publish = log.publish_nothing
        await say(log, conversation, "1", "2")
        log.life.floors[0] = 2
        log.publish = log.publish_now
        await say(log, conversation, "3")
        assert await buyer.expect_close() == CloseCode.RESYNC_REQUIRED


@asynccontextmanager
async def stopped(rabbitmq: RabbitMQ) -> AsyncIterator[None]:
    """The broker is down for the length of the block."""
    await asyncio.to_thread(rabbitmq.stop)
    try:
        yield
    finally:
        await asyncio.to_thread(rabbitmq.start)


async def test_a_queue_that_is_deleted_is_replaced_at_once(
    delivery: Replica, log: FakeConversations, rabbitmq: RabbitMQ
) -> None:
    """The broker says so; the silence of the beacons would tell later."""
    conversation, link = log.open(), delivery.consumer.link
    with structlog.testing.capture_logs() as logs:
        answer = ""
        while "ok" not in answer:  # it is not there when just now the connection was another one
            epoch = link.epoch
            queue = f"delivery.{delivery.app[REPLICA]}.{epoch}"
            answer = await asyncio.to_thread(rabbitmq.ctl, "eval", _DELETE_QUEUE % queue)
        await eventually(lambda: link.epoch > epoch and delivery.feed.live, within=30)
    assert f"the consumer of {queue} was cancelled" in {entry.get("reason") for entry in logs}
    async with connect(delivery, "buyer") as buyer:
        await say(log, conversation, "after")
        await expect_texts(buyer, "after")


async def test_messages_arrive_while_the_broker_is_down_and_after(
    delivery: Replica, log: FakeConversations, rabbitmq: RabbitMQ
) -> None:
    """Push goes on by polling; when the broker is back, it pushes again. Nothing is lost, doubled or reordered."""
    conversation = log.open()
    expected: list[str] = []

    async def talk(sender: Socket, text: str) -> None:
        expected.append(text)
        await sender.send("send_message", conversationId=conversation.id, message=text, ref=text)
        assert (await sender.expect("message_sent"))["ref"] == text

    async with connect(delivery, "buyer") as buyer, connect(delivery, "seller") as seller:
        await talk(buyer, "before")
        async with stopped(rabbitmq):
            await eventually(lambda: not delivery.feed.consuming, within=30)
            for n in range(5):
                await talk(buyer, f"down {n}")
            await eventually(lambda: delivery.follower.following, within=30)
            received = [(await seller.expect("new_message"))["message"]["content"] for _ in range(6)]
            assert received == expected
            # Typing is lost without regret.
            await buyer.send("typing", conversationId=conversation.id)
        await talk(buyer, "starting")
        await eventually(lambda: delivery.feed.live, within=60)
        await talk(buyer, "after")
        for text in ("starting", "after"):
            assert (await seller.expect("new_message"))["message"]["content"] == text
        assert [frame["type"] for frame in await seller.settle()] == []
        assert delivery.counters.resyncs == 0


async def test_random_faults_lose_nothing(delivery: Replica, log: FakeConversations) -> None:
    """Batches dropped, doubled and delayed at random, with sockets that come and go."""
    chance = random.Random(11)  # noqa: S311 - the same faults every time
    later: set[asyncio.Task[None]] = set()

    async def unreliable(shard: int, pos: int, body: bytes) -> None:
        for _ in range(chance.choice((0, 1, 1, 2))):
            later.add(asyncio.create_task(delayed(shard, pos, body)))

    async def delayed(shard: int, pos: int, body: bytes) -> None:
        await asyncio.sleep(chance.random() * 0.1)
        await log.publish_now(shard, pos, body)

    log.publish = unreliable
    conversations = [log.open(buyer="buyer", seller=f"seller-{n}") for n in range(3)]
    async with connect(delivery, "buyer") as buyer:
        for n in range(100):
            conversation: Conversation = chance.choice(conversations)
            await say(log, conversation, f"{n} {uuid4().hex}", user=conversation.seller)
        await asyncio.gather(*later)
        received = [await buyer.expect("new_message") for _ in range(100)]
        for conversation in conversations:
            seqs = [frame["message"]["seq"] for frame in received if frame["conversationId"] == conversation.id]
            assert seqs == list(range(1, len(conversation.messages) + 1))
        assert await buyer.settle() == []
