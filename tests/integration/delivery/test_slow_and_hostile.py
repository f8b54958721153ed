"""Row D8: who reads slowly, floods or lies hurts nobody but themselves."""

import asyncio
import gc
import time

import psutil
import pytest

from contracts.generated.catalogues import CloseCode
from tests.integration.delivery.conftest import StartReplica
from tests.integration.delivery.test_heartbeat import open_raw
from tests.kit.client import PATIENCE_SECONDS, connect
from tests.kit.fake_conversations import FakeConversations
from tests.kit.replicas import Replica
from tests.kit.waiting import eventually

LONG_TEXT = "x" * 4000
OUTBOX_BYTES = 256 * 1024
CLOSE_FRAME_BYTES = 2 + 125  # at most; it is written even where nothing else fits


async def test_a_client_that_never_reads_is_closed_without_affecting_others(
    start_replica: StartReplica, log: FakeConversations
) -> None:
    """Others keep their latency, the process its memory; the closed one loses nothing, for it can resume."""
    delivery = await start_replica(
        message_rate_per_second=100_000, frame_rate_per_second=100_000, outbox_max_bytes=OUTBOX_BYTES
    )
    conversation = log.open()
    _, writer = await open_raw(delivery.url, "seller")
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # its reader is a flow-controlled protocol
    await eventually(lambda: len(delivery.hub.of(["seller"])) == 1, within=30)
    slow = delivery.hub.of(["seller"])[0]
    token = slow.positions.token()
    async with connect(delivery, "buyer") as buyer:
        gc.collect()
        before = psutil.Process().memory_info().rss
        latencies = []
        sent = 0
        while not slow.closing:
            began = time.perf_counter()
            await buyer.send("send_message", conversationId=conversation.id, message=LONG_TEXT)
            await buyer.expect("new_message")
            await buyer.expect("message_sent")
            latencies.append(time.perf_counter() - began)
            sent += 1
            assert slow.outbox.backlog <= OUTBOX_BYTES + CLOSE_FRAME_BYTES
            assert sent < 5000
        assert slow.close_code == CloseCode.SLOW_CONSUMER
        await eventually(lambda: delivery.counters.closes["4002"] == 1, within=30)
        assert slow.transport.get_write_buffer_size() == 0
        assert sorted(latencies)[len(latencies) // 2] < 1  # a few thousandths are usual
        gc.collect()
        kept = sent * 3 * (len(LONG_TEXT) + 1000)  # this process also holds the log, the events and the client
        assert psutil.Process().memory_info().rss - before < kept + 32 * 1024 * 1024
    writer.close()
    async with connect(delivery, "seller") as seller:
        await seller.send("resume", token=token)
        (changed,) = (await seller.expect("resumed"))["conversations"]
        assert changed["lastSeq"] == len(conversation.messages)
        assert changed["messages"][-1]["seq"] == len(conversation.messages)


async def test_messages_over_the_rate_are_refused_and_not_stored(
    start_replica: StartReplica, log: FakeConversations
) -> None:
    """With the time to wait; the bucket is the user's, not the socket's."""
    delivery = await start_replica(message_rate_per_second=0.01, message_burst=3)
    conversation = log.open()
    async with connect(delivery, "buyer") as phone, connect(delivery, "buyer") as laptop:
        send = {"conversationId": conversation.id, "message": "Hello!"}
        for n in range(3):
            await phone.send("send_message", **send, clientMessageId=f"c-{n}")
            await phone.expect("message_sent")
        for n in range(3):
            await laptop.send("send_message", **send, clientMessageId=f"c-{n}")
            error = await laptop.expect("error", clientMessageId=f"c-{n}")
            assert (error["code"], error["retryable"]) == ("rate_limited", True)
            assert 0 < error["retryAfterMs"] <= 100_000
    assert len(conversation.messages) == 3


async def test_messages_are_limited_over_all_replicas_and_rest(
    start_replica: StartReplica, log: FakeConversations
) -> None:
    """A replica charges what the log shows of a user and it did not admit; a repeat is charged where it is sent."""
    limits = {"message_rate_per_second": 0.01, "message_burst": 5}
    one, two = await start_replica(**limits), await start_replica(**limits)
    conversation = log.open()
    send = {"conversationId": conversation.id, "message": "Hello!"}
    async with connect(one, "buyer") as phone, connect(two, "buyer") as laptop:
        for key in ("a", "b", "b"):
            await phone.send("send_message", **send, clientMessageId=key)
            await phone.expect("message_sent", clientMessageId=key)
        by_rest = {"userId": "buyer", "conversationId": conversation.id, "clientMessageId": "c", "content": "Hello!"}
        await log.execute([{"kind": "send_message", **by_rest}])
        for replica in (one, two):
            await replica.applied(log)
        await phone.send("send_message", **send, clientMessageId="d")
        await phone.expect("message_sent", clientMessageId="d")
        await phone.send("send_message", **send, clientMessageId="refused")
        await phone.expect("error", clientMessageId="refused", code="rate_limited")
        await two.applied(log)
        await laptop.send("send_message", **send, clientMessageId="e")
        await laptop.expect("message_sent", clientMessageId="e")
        await laptop.send("send_message", **send, clientMessageId="refused")
        await laptop.expect("error", clientMessageId="refused", code="rate_limited")
    assert len(conversation.messages) == 5


async def test_persistent_flooding_closes_the_socket(start_replica: StartReplica) -> None:
    """With a code that says: do not come back like this."""
    delivery = await start_replica(frame_rate_per_second=1, frame_burst=5, max_refused_frames=10)
    async with connect(delivery, "mallory") as mallory, connect(delivery, "buyer") as buyer:
        for _ in range(20):
            await mallory.send("ping")
        assert await mallory.expect_close() == CloseCode.FLOODING
        assert await buyer.settle() == []


async def test_sends_in_flight_are_bounded(start_replica: StartReplica, log: FakeConversations) -> None:
    """A client cannot pile up work behind a service that stands still."""
    delivery = await start_replica(max_in_flight_sends=4)
    conversation = log.open()
    gate = asyncio.Event()
    log.before_commands = gate.wait  # type: ignore[assignment]  # its result is of no interest
    async with connect(delivery, "buyer") as buyer:
        for n in range(6):
            await buyer.send("send_message", conversationId=conversation.id, message="Hello!", ref=str(n))
        for ref in ("4", "5"):
            assert (await buyer.expect("error", ref=ref))["code"] == "overloaded"
        gate.set()
        assert [(await buyer.expect("message_sent"))["ref"] for _ in range(4)] == ["0", "1", "2", "3"]
    assert len(conversation.messages) == 4


async def test_the_queue_of_commands_is_bounded(start_replica: StartReplica, log: FakeConversations) -> None:
    """Over all sockets: what does not fit is refused at once."""
    delivery = await start_replica(command_queue_max=2)
    conversation = log.open()
    gate = asyncio.Event()
    log.before_commands = gate.wait  # type: ignore[assignment]  # its result is of no interest
    async with connect(delivery, "buyer") as buyer:
        await buyer.send("send_message", conversationId=conversation.id, message="in flight", ref="0")
        await eventually(lambda: len(log.batches) == 0 and delivery.counters.frames_in["send_message"] == 1, within=30)
        await buyer.settle()
        for n in (1, 2, 3):
            await buyer.send("send_message", conversationId=conversation.id, message="Hello!", ref=str(n))
        assert (await buyer.expect("error"))["ref"] == "3"
        gate.set()
        for _ in range(3):
            await buyer.expect("message_sent")


@pytest.mark.parametrize("frame", [b"\x83\x00", b"\xc1\x80\x00\x00\x00\x00", b"\x81\x82\x00\x00\x00\x00\xff\xfe"])
async def test_a_broken_websocket_affects_no_other(delivery: Replica, frame: bytes) -> None:
    """Reserved opcodes and bits, text that is not UTF-8."""
    reader, writer = await open_raw(delivery.url, "mallory")
    async with connect(delivery, "buyer") as buyer:
        writer.write(frame)
        async with asyncio.timeout(PATIENCE_SECONDS):
            ended = await reader.read()
        assert ended[-4:-2] != b""
        await eventually(lambda: len(delivery.hub) == 1, within=30)
        assert await buyer.settle() == []
    await eventually(lambda: bool(set(delivery.counters.closes) & {"1002", "1007"}), within=30)
    writer.close()
