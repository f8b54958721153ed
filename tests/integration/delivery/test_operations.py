"""What an operator sees: readiness that is true, and counters."""

import asyncio
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.integration.delivery.conftest import StartReplica
from tests.kit.client import connect
from tests.kit.fake_conversations import FakeConversations
from tests.kit.replicas import Replica


async def get(target: Replica, path: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.get(target.url + path) as response:
        if path == "/metrics":
            return response.status, await response.text()
        return response.status, await response.json(content_type=None)


async def readiness(target: Replica, status: int, *failing: str) -> None:
    """Wait until it is so: a probe gives up sooner than a machine that stands still."""
    async with asyncio.timeout(30):
        while True:
            found, body = await get(target, "/readyz")
            if (found, {fault["field"] for fault in body.get("errors", ())}) == (status, set(failing)):
                return


async def test_ready_means_really_consuming(start_replica: StartReplica, log: FakeConversations) -> None:
    """And that sends would be answered."""
    delivery = await start_replica()
    assert (await get(delivery, "/healthz"))[0] == 200
    await readiness(delivery, 200)
    await log.stop()
    await readiness(delivery, 503, "conversations")
    assert (await get(delivery, "/healthz"))[0] == 200
    await log.start()
    await readiness(delivery, 200)


async def test_an_unavailable_broker_does_not_make_us_unready(
    start_replica: StartReplica, log: FakeConversations
) -> None:
    """Polling works: messages arrive."""
    delivery = await start_replica(wait=False, amqp_url="amqp://guest:guest@127.0.0.1:9/")
    await readiness(delivery, 200)
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer:
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!")
        await buyer.expect("message_sent")
        await buyer.expect("new_message")


async def test_nothing_to_consume_from_is_not_ready(start_replica: StartReplica) -> None:
    """Neither broker nor log."""
    delivery = await start_replica(
        wait=False, amqp_url="amqp://guest:guest@127.0.0.1:9/", conversations_url="http://127.0.0.1:9"
    )
    await readiness(delivery, 503, "stream", "conversations")


@pytest.mark.usefixtures("trusted_push")
async def test_the_metrics_are_served(delivery: Replica, log: FakeConversations) -> None:
    """Frames, batches, positions, sockets."""
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer:
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!")
        await buyer.expect("new_message")
        await buyer.expect("message_sent")
        await buyer.send("send_message", conversationId=str(uuid4()), message="Hello?")
        await buyer.expect("error")
        _, text = await get(delivery, "/metrics")
    for line in (
        "delivery_sockets 1.0",
        'delivery_frames_received_total{type="send_message"} 2.0',
        'delivery_frames_sent_total{type="message_sent"} 1.0',
        'delivery_frames_sent_total{type="new_message"} 1.0',
        'delivery_commands_total{outcome="stored"} 1.0',
        'delivery_commands_total{outcome="conversation_not_found"} 1.0',
        'delivery_commands_total{outcome="outcome_unknown"} 0.0',
        "delivery_command_answer_seconds_count 2.0",
        "delivery_log_batch_age_seconds_count 1.0",
        'broker_connected{link="consume"} 1.0',
        'delivery_log_batches_total{source="broker"} 1.0',
        'delivery_log_position{shard="0"} 1.0',
        'delivery_log_lag{shard="0"} 0.0',
        "delivery_command_batch_size_count 2.0",
        "delivery_recent_events 1.0",
        "event_loop_lag_seconds",
    ):
        assert line in text, line
